"""The rover's lines; what every robot must do is Anban's robot suite."""

import pytest
from anban_rover.protocol import Lines, line


def test_a_line_is_read_as_it_was_written():
    assert line("D", 7, -200, 0, 300) == b"D,7,-200,0,300*6f\n"
    assert Lines().feed(line("D", 7, -200, 0, 300)) == [("D", [7, -200, 0, 300])]


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"\n\n",
        b"D,7,-200,0,300\n",
        b"D,7,-200,0,301*6f\n",
        b"D,7,-200,0,300*6e\n",
        b"D,7,x*00\n",
        b"\xff\xfe*00\n",
        b"*" * 5000 + b"\n",
    ],
)
def test_what_is_spoilt_costs_itself_alone(spoilt):
    lines = Lines()
    assert lines.feed(spoilt + line("K", 1)) == [("K", [1])]
    assert lines.good == 1


def test_a_line_may_come_in_pieces():
    lines = Lines()
    data = line("K", 12) + line("R", 13)
    found = [each for byte in data for each in lines.feed(bytes((byte,)))]
    assert found == [("K", [12]), ("R", [13])]
