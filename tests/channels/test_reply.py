"""What contacts write back to an alarm: at least sixty forms in each language, by meaning."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.channels.reply import Meaning, parse_reply

NAMES = ("王小芳", "Fang", "妈妈")

TABLE = tomllib.loads(Path(__file__).with_name("replies.toml").read_text("utf-8"))
TAKES: list[tuple[str, int | None]] = [
    *((text, None) for table in TABLE.values() for text in table["takes"]),
    *((text, minutes) for table in TABLE.values() for text, minutes in table["takes_in"]),
]
DECLINES: list[str] = [text for table in TABLE.values() for text in table["declines"]]
UNCLEAR: list[str] = [text for table in TABLE.values() for text in table["unclear"]]


@pytest.mark.parametrize(("text", "minutes"), TAKES)
def test_an_answer_that_takes_the_alarm_on(text: str, minutes: int | None) -> None:
    reply = parse_reply(text, NAMES)
    assert (reply.meaning, reply.minutes) == (Meaning.TAKES, minutes)


@pytest.mark.parametrize("text", DECLINES)
def test_an_answer_that_declines(text: str) -> None:
    assert parse_reply(text, NAMES).meaning is Meaning.DECLINES


@pytest.mark.parametrize("text", UNCLEAR)
def test_an_answer_that_is_asked_about(text: str) -> None:
    assert parse_reply(text, NAMES).meaning is Meaning.UNCLEAR


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_is_long_enough(language: str) -> None:
    forms = {str(form) for forms in TABLE[language].values() for form in forms}
    assert len(forms) >= 60


@given(st.text(max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    parse_reply(text, NAMES)


@given(st.sampled_from(DECLINES), st.sampled_from(["1", "1 20", "马上到", "omw"]))
def test_a_refusal_never_takes_an_alarm_on(refusal: str, taking: str) -> None:
    for text in (f"{refusal} {taking}", f"{taking}，{refusal}"):
        assert parse_reply(text, NAMES).meaning is not Meaning.TAKES


@given(st.sampled_from(UNCLEAR))
def test_a_question_mark_never_takes_an_alarm_on(text: str) -> None:
    assert parse_reply(f"{text}?", NAMES).meaning is not Meaning.TAKES
