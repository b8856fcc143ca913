"""English text made ready for the voice."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language import LANGUAGES, normalise
from tests.language.tables import read_table

SAID = {
    "It is 7:30": "It is seven thirty",
    "at 7:05": "at seven oh five",
    "at 7:00": "at seven o'clock",
    "at 19:05": "at seven oh five p m",
    "7.30pm": "seven thirty p m",
    "7 pm": "seven p m",
    "12:05 a.m.": "twelve oh five a m",
    "00:00": "midnight",
    "24:00": "midnight",
    "7:30-8:00": "seven thirty to eight o'clock",
    "12:30:45": "twelve thirty and forty-five seconds",
    "2026-11-21": "November twenty-first, twenty twenty-six",
    "21/11/2026": "November twenty-first, twenty twenty-six",
    "11/21": "November twenty-first",
    "21/11": "November twenty-first",
    "March 5": "March fifth",
    "March 5th": "March fifth",
    "1st 2nd 3rd 21st": "first second third twenty-first",
    "in 2026": "in twenty twenty-six",
    "the 1990s": "the nineteen nineties",
    "0": "zero",
    "1,234": "one thousand two hundred and thirty-four",
    "36.5": "thirty-six point five",
    "0.05": "zero point zero five",
    "-3": "minus three",
    "007": "zero zero seven",
    "36.5℃": "thirty-six point five degrees Celsius",
    "take 2 tablets of 5mg": "take two tablets of five milligrams",
    "1kg": "one kilogram",
    "60km/h": "sixty kilometres per hour",
    "5mg/day": "five milligrams per day",
    "135/85 mmHg": "one hundred and thirty-five over eighty-five millimetres of mercury",
    "50%": "fifty per cent",
    "50-60%": "fifty to sixty per cent",
    "1/2 tablet": "one half tablet",
    "1½ tablets": "one and one half tablets",
    "3/4": "three quarters",
    "2-3 tablets": "two to three tablets",
    "$5.50": "five dollars and fifty cents",
    "£1.01": "one pound and one penny",
    "¥12": "twelve yuan",
    "$0": "zero dollars",
    "call 120": "call one two zero",
    "dial 911": "dial nine one one",
    "it costs 120 yuan": "it costs one hundred and twenty yuan",
    "138-0013-8000": "one three eight, zero zero one three, eight zero zero zero",
    "13800138000": "one three eight zero zero one three eight zero zero zero",
    "Room 302": "Room three zero two",
    "Dr. Li": "Doctor Li",
    "No. 5": "number five",
    "No. I won't": "No. I won't",
    "#5": "number five",
    "B12": "B twelve",
    "a/b": "a or b",
    "Tom & Jerry": "Tom and Jerry",
    "小明 is here": "Xiaoming is here",
    "hi 😀 there": "hi there",
    "well-known": "well-known",
    "😀": "",
}


TABLE = read_table("speech_en.tsv")


@pytest.mark.parametrize(("written", "said"), [*SAID.items(), *TABLE])
def test_normalise(written: str, said: str) -> None:
    assert normalise(written, "en") == said


@given(st.text(max_size=80))
def test_any_text_becomes_words(text: str) -> None:
    expanded = LANGUAGES["en"].speech.expand(text)
    assert not re.search(r"[\d%℃°$¥£/]", expanded)
    assert len(expanded) <= 30 * len(text) + 40


@given(st.text("0123456789.:/-~%℃ apmgkst¥$", max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text, "en")
    assert normalise(once, "en") == once
