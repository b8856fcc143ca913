"""A file of answers is kept as a whole or not at all, and every wrong line is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.people.contacts import new_contact
from assistant.setup.answers import AnswersError, read_answers
from tests.setup.parts import place

DOCS = Path(__file__).parents[2] / "docs"
GOOD = """\
language = "en"
elder_name = "Mrs Wang"

[times]
waking = 06:00:00          # TOML's own time
supper = "half past six"

[emergency]
phone = "+44 (0)20 7946 0018"

[[contacts]]
name = "Sue"
called = "my daughter"
ways = "ntfy://anban-5f1c93e0b7a2"

[[medicines]]
name = "metformin"
dose = "1 tablet"
times = ["08:00", "20:00"]
confirmed = true
"""
BAD = """\
langauge = "en"
elder_name = 3

[emergency]
phone = "120"
adress = "x"

[times]
supper = "6:30"
dinner = "18:00"

[phone]
account = "8001@sip.example.org"
password = "abc"

[[contacts]]
name = "Sue"
ways = ["ntfi://x", "tel:+8613800138000"]

[[contacts]]
nam = "Bob"

[[contacts]]
name = "Sue"
ways = ["ntfy://x"]
hours = "all day"

[setup]
medicines = "nope.csv"
pull = 1
"""


def file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "answers.toml"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def test_all_of_it_is_taken(tmp_path: Path) -> None:
    answers = read_answers(file(tmp_path, GOOD, 0o644), place(tmp_path))
    assert answers.wrong == []
    assert answers.lang == "en"
    assert answers.settings == {
        "language": "en",
        "elder_name": "Mrs Wang",
        "emergency.phone": "+442079460018",
    }
    assert answers.habits == {"waking": "06:00", "supper": "18:30"}
    (sue,) = answers.contacts
    assert (sue.name, sue.called, sue.channels) == (
        "Sue", ("my daughter",), ("ntfy://anban-5f1c93e0b7a2",),
    )  # fmt: skip
    (medicine,) = answers.medicines
    assert medicine.line == 17
    assert medicine.cells == {
        "kind": "medicine",
        "title": "metformin",
        "amount": "1 tablet",
        "times": "08:00;20:00",
        "confirmed": "yes",
    }


def test_every_wrong_line_is_told(tmp_path: Path) -> None:
    home = place(tmp_path)
    answers = read_answers(file(tmp_path, BAD, 0o644), home)
    told = [(line, why) for line, why in answers.wrong]
    assert [line for line, _ in told] == [1, 2, 5, 6, 9, 10, 13, 14, 18, 18, 20, 20, 21, 26, 29, 30]
    by_line = dict(told)
    for line, word in ((1, "language"), (6, "address"), (9, "18:30"), (21, "name")):
        assert word in by_line[line], "what was meant is told"
    assert "waking, breakfast" in by_line[10], "what is allowed is told"
    assert "abc" not in " ".join(why for _, why in told), "a password is not shown"


def test_a_contact_twice(tmp_path: Path) -> None:
    text = '[[contacts]]\nname = "Sue"\nways = ["ntfy://x"]\n\n' * 2
    answers = read_answers(file(tmp_path, text), place(tmp_path))
    assert [line for line, _ in answers.wrong] == [6]


def test_a_contact_that_is_there_stays_the_same_person(tmp_path: Path) -> None:
    home = place(tmp_path)
    before = new_contact("Sue", [], ["ntfy://old"])
    home.people.add(before)
    (sue,) = read_answers(file(tmp_path, GOOD), home).contacts
    assert sue.contact_id == before.contact_id


@pytest.mark.parametrize(
    ("mode", "of_answers", "wrong"), [(0o600, 0o644, []), (0o640, 0o600, [3]), (0o604, 0o600, [3])]
)
def test_a_secret_in_a_file_of_its_own(
    tmp_path: Path, mode: int, of_answers: int, wrong: list[int]
) -> None:
    secret = tmp_path / "sip-password"
    secret.write_text("s3cret\n")
    secret.chmod(mode)
    text = '[phone]\naccount = "sip:a@b.cn"\npassword_file = "sip-password"\n'
    answers = read_answers(file(tmp_path, text, of_answers), place(tmp_path))
    assert [line for line, _ in answers.wrong] == wrong
    assert answers.settings["phone.password"] == "s3cret"


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_secret_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    text = f'[phone]\npassword_file = "{name}"\n'
    answers = read_answers(file(tmp_path, text), place(tmp_path))
    assert [line for line, _ in answers.wrong] == [2]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('[phone]\npassword = "s3cret"\n', [2]),
        ('[modem]\npin = "1234"\n', [2]),
        ('[[contacts]]\nname = "A"\nways = ["mailtos://u:p@example.org"]\n', [3]),
        ('[[contacts]]\nname = "A"\nways = ["ntfy://u:p@example.org/x"]\n', [3]),
        ('[[contacts]]\nname = "A"\nways = ["ntfy://anban-5f1c93e0b7a2"]\n', []),
        ('[emergency]\ndoor_code = "1234#"\n', []),
    ],
)
def test_a_file_that_others_may_read_holds_no_secret(
    tmp_path: Path, text: str, wrong: list[int]
) -> None:
    answers = read_answers(file(tmp_path, text, 0o644), place(tmp_path))
    assert [line for line, _ in answers.wrong] == wrong
    assert read_answers(file(tmp_path, text, 0o600), place(tmp_path)).wrong == []


@pytest.mark.parametrize(
    "text",
    [
        "contacts = 3\n",
        '[[contacts]]\nname = "Sue"\nways = "ntfy://x"\ncalled = ["a\\u202e"]\n',
        '[[contacts]]\nname = "Sue"\nways = "ntfy://x"\nlang = "xx"\n',
        '[contacts]\nname = "Sue"\n',
        "[[contacts]]\nname = 3\n",
        '[[contacts]]\nname = "Sue"\nways = 3\n',
        "times = 3\n",
        "[times]\nwaking = 3\n",
        "setup = 3\n",
        "medicines = 3\n",
        "[emergency\n",
        "\x00",
        "language = [[[\n",
    ],
)
def test_what_is_no_answer_at_all_is_told(tmp_path: Path, text: str) -> None:
    assert read_answers(file(tmp_path, text), place(tmp_path)).wrong


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(AnswersError, match="No such file"):
        read_answers(tmp_path / "nowhere.toml", place(tmp_path))


@pytest.mark.parametrize("page", ["setup.md", "zh/setup.md"])
def test_the_example_of_the_docs_can_be_used(tmp_path: Path, page: str) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    (tmp_path / "sip-password").write_text("s3cret")
    (tmp_path / "sip-password").chmod(0o600)
    # The telephone of the example is not there in a test's home.
    example = re.sub(r', "sip:\w+@[\w.]+"\]', "]", example)
    answers = read_answers(file(tmp_path, example, 0o644), place(tmp_path))
    assert answers.wrong == []
    assert answers.contacts
    assert answers.medicines
    assert answers.pull_model


def test_a_refused_address_is_not_shown_with_what_is_secret_in_it(tmp_path: Path) -> None:
    text = (
        '[[contacts]]\nname = "Sue"\nways = ["ntfi://me:geheim@x.example/t", "geheim", '
        '"sip:me:geheim@x y", "1380"]\n'
    )
    home = place(tmp_path)
    home.meant = lambda _settings, _folder, address: address.replace("ntfi", "ntfy")
    wrong = [why for _, why in read_answers(file(tmp_path, text), home).wrong]
    assert "geheim" not in " ".join(wrong)
    assert any(why.startswith("ntfi:…") and "ntfy:…" in why for why in wrong)
    assert any(why.startswith("1380: ") for why in wrong)


def test_what_is_wrong_is_told_in_the_language_of_the_home(tmp_path: Path) -> None:
    text = 'elder_name = 3\nmodem = 1\n[[contacts]]\nname = "Sue"\nways = "tel:x"\n'
    home = place(tmp_path)
    home.told = lambda english, lang: f"<{lang}>"
    answers = read_answers(file(tmp_path, 'language = "zh"\n' + text), home)
    assert [(line, why.rpartition(": ")[2]) for line, why in answers.wrong] == [
        (2, "<zh>"), (3, "<zh>"), (6, "<zh>"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["~nobody-of-this-name/x", "a\\u0000b", "x" * 5_000, ""])
def test_a_name_of_a_file_that_can_be_none(tmp_path: Path, name: str) -> None:
    text = f'[phone]\npassword_file = "{name}"\n[setup]\nmedicines = "{name}"\n'
    wrong = read_answers(file(tmp_path, text), place(tmp_path)).wrong
    assert [line for line, _ in wrong] == [2, 4]


def test_settings_that_have_no_section_where_one_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "anban.toml").write_text('emergency = "x"\n')
    answers = read_answers(file(tmp_path, '[emergency]\naddress = "y"\n'), place(tmp_path))
    assert answers.settings == {"emergency.address": "y"}
