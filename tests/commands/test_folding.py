"""Text on a narrow terminal: broken where its language allows it, and nothing of it lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from assistant.commands.folding import folded


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("比如 幸福路十二号三栋", 10, ["比如 幸福", "路十二号三", "栋"]),
        ("吃过药了吗，吃了。", 10, ["吃过药了", "吗，吃了。"]),
        ("type anban run now", 10, ["type anban", "run now"]),
        ("写进 /home/sue/list.csv 里", 20, ["写进", "/home/sue/list.csv", "里"]),
        ("  1. 打开，按 +", 60, ["  1. 打开，按 +"]),
        ("a\n\nb", 60, ["a", "", "b"]),
        ("", 60, [""]),
    ],
)
def test_where_a_line_breaks(text: str, width: int, lines: list[str]) -> None:
    assert folded(text, width) == lines


@given(st.text(st.sampled_from("ab /药，。（）“”1.\n"), max_size=60), st.integers(8, 30))
def test_nothing_is_lost_and_every_line_fits(text: str, width: int) -> None:
    lines = folded(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cell_len(line) <= width for line in lines)
