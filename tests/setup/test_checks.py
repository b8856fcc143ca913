"""Every answer is checked when it is given: what is taken, as what, and what was meant instead."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any

import pytest

from assistant.language import Habits
from assistant.setup import STEPS, Kind, NotUsableError, Place, SetupWords, checks
from assistant.setup.answers import all_questions
from assistant.setup.checks import Check
from assistant.setup.steps import languages
from tests.setup.parts import place

USUAL = Habits()
WAKING, SUPPER, BED = (checks.clock(at) for at in (USUAL.waking, USUAL.supper, USUAL.bedtime))


@pytest.fixture
def home(tmp_path: Path) -> Place:
    return place(tmp_path)


@pytest.mark.parametrize(
    ("check", "typed", "taken"),
    [
        (WAKING, "6:30", "06:30"),
        (WAKING, "0630", "06:30"),
        (WAKING, "6.30", "06:30"),
        (WAKING, "６：３０", "06:30"),
        (WAKING, "六点半", "06:30"),
        (WAKING, "早上七点", "07:00"),
        (SUPPER, "六点", "18:00"),
        (SUPPER, "18:00", "18:00"),
        (SUPPER, "每天晚上六点", "18:00"),
        (BED, "九点半", "21:30"),
        (BED, "23:00", "23:00"),
        (BED, "00:30", "00:30"),
        (checks.telephone, " 138 0013-8000 ", "13800138000"),
        (checks.telephone, "+44 (0)20 7946 0018", "+442079460018"),
        (checks.telephone, "１３８００１３８０００", "13800138000"),
        (checks.name, "  王奶奶 ", "王奶奶"),
        (checks.name, "O'Neill", "O'Neill"),
        (checks.line, "12 Mill Lane, #5", "12 Mill Lane, #5"),
        (checks.hours, "8:00-22:00", "08:00-22:00"),
        (checks.hours, "8点到22点", "08:00-22:00"),
        (checks.hours, "08:00 至 22:00", "08:00-22:00"),
        (checks.hours, "8 - 22", "08:00-22:00"),
        (checks.sip_account, "sip:8001@sip.example.cn", "sip:8001@sip.example.cn"),
        (checks.domain, "SIP.example.cn.", "sip.example.cn"),
        (checks.page_url, "https://anban.example/", "https://anban.example"),
        (checks.page_url, "http://192.168.1.20:8095", "http://192.168.1.20:8095"),
        (checks.number(0.1, 6), "1,8", 1.8),
        (checks.number(0.1, 6), "180cm", 1.8),
        (checks.number(0.1, 6), "2 米", 2.0),
        (checks.number(-45, 90), "-10°", -10.0),
        (checks.yes_or_no, "Y", True),
        (checks.yes_or_no, "是的", True),
        (checks.yes_or_no, "不用", False),
        (checks.yes_or_no, "nope", False),
        (checks.one_of(languages), "2", "en"),
        (checks.one_of(languages), "中", "zh"),
        (checks.one_of(languages), "ENGLISH", "en"),
        (checks.one_of(languages), "zh", "zh"),
        (checks.secret, "p@ss wörd", "p@ss wörd"),
    ],
)
def test_what_is_taken(home: Place, check: Check, typed: str, taken: Any) -> None:
    assert check(typed, home) == taken


@pytest.mark.parametrize(
    ("check", "typed", "key", "nearest"),
    [
        (WAKING, "7", "bad_time", "07:00"),
        (WAKING, "25:00", "bad_time", ""),
        (WAKING, "7:61", "bad_time", ""),
        (WAKING, "早起", "bad_time", ""),
        (SUPPER, "6:30", "bad_time_of_day", "18:30"),
        (BED, "9:30", "bad_time_of_day", "21:30"),
        (WAKING, "19:30", "bad_time_of_day", "07:30"),
        (checks.telephone, "12", "bad_telephone", ""),
        (checks.telephone, "call me", "bad_telephone", ""),
        (checks.telephone, "120", "bad_emergency_number", ""),
        (checks.telephone, "010120", "bad_emergency_number", ""),
        (checks.telephone, "138\u202e0013", "bad_characters", ""),
        (checks.name, "12345", "bad_name", ""),
        (checks.name, "x" * 41, "bad_length", ""),
        (checks.name, "a\x1b[31m", "bad_characters", ""),
        (checks.name, "\ufffd", "bad_characters", ""),
        (checks.line, "x" * 401, "bad_length", ""),
        (WAKING, "7" * 5_000, "bad_length", ""),
        (checks.hours, f"{'8' * 5_000}-9", "bad_length", ""),
        (checks.telephone, "1" * 5_000, "bad_length", ""),
        (checks.number(0.1, 6), "1" * 5_000, "bad_length", ""),
        (checks.one_of(languages), "1" * 5_000, "bad_length", ""),
        (checks.yes_or_no, "y" * 5_000, "bad_length", ""),
        (checks.hours, "25:00-26:00", "bad_hours", ""),
        (checks.hours, "always", "bad_hours", ""),
        (checks.sip_account, "8001@sip.example.cn", "bad_account", "sip:8001@sip.example.cn"),
        (checks.sip_account, "sip:x", "bad_account", ""),
        (checks.domain, "https://sip.example.cn/", "bad_domain", "sip.example.cn"),
        (checks.domain, "8001@sip.example.cn", "bad_domain", "sip.example.cn"),
        (checks.page_url, "anban.example", "bad_url", "https://anban.example"),
        (checks.page_url, "http://localhost:8095", "bad_url_here", ""),
        (checks.page_url, "http://[", "bad_url", ""),
        (checks.page_url, "ftp://a.b", "bad_url", ""),
        (checks.number(0.1, 6), "180", "bad_number", ""),
        (checks.number(0.1, 6), "nan", "bad_number", ""),
        (checks.number(0.1, 6), "9" * 400, "bad_number", ""),
        (checks.yes_or_no, "maybe", "bad_yes_or_no", ""),
        (checks.one_of(languages), "3", "bad_choice", ""),
        (checks.one_of(languages), "0", "bad_choice", ""),
        (checks.one_of(languages), "englisch", "bad_choice", "English"),
        (checks.one_of(languages), "", "bad_choice", ""),
    ],
)
def test_what_is_refused(home: Place, check: Check, typed: str, key: str, nearest: str) -> None:
    with pytest.raises(NotUsableError) as refused:
        check(typed, home)
    assert (refused.value.key, refused.value.nearest) == (key, nearest)
    for lang in ("zh", "en"):
        assert SetupWords(lang).refusal(refused.value)


def test_in_an_english_home(home: Place) -> None:
    home.keep({"language": "en"})
    assert WAKING("half past six", home) == "06:30"
    assert SUPPER("half past six", home) == "18:30"
    assert BED("ten in the evening", home) == "22:00"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_question_and_step_has_its_words(lang: str) -> None:
    words = SetupWords(lang)
    for step in STEPS:
        assert words(f"step_{step.key}")
    for question in all_questions():
        for what in ("ask", "why", "name"):
            assert words.of_question(what, question.key)
    for name in ("model", "people", "medicines"):
        assert words(f"name_{name}")


def test_what_was_kept_is_what_is_shown_next_time(home: Place) -> None:
    given: dict[str, Any] = {
        "language": "en",
        "elder_name": "Mrs Wang",
        "emergency.phone": "13800138000",
        "times.waking": "06:00",
        "ear.wake_required": False,
        "console.url": "https://anban.example",
        "emergency.address": "12 Mill Lane",
        "radar.height_metres": 2.0,
    }
    by_key = {question.key: question for question in all_questions()}
    for key, value in given.items():
        by_key[key].keep(home, value)
    again = place(home.folder)
    again.profile.set("habits", home.profile.get("habits"))
    assert {key: by_key[key].present(again) for key in given} == given
    assert home.kept == list(given)
    assert again.settings.console.listen  # a page that nobody serves would be worse than none
    by_key["console.url"].keep(home, "")
    assert not again.settings.console.listen


def test_secrets_are_typed_unseen() -> None:
    secret = {question.key for question in all_questions() if question.kind is Kind.SECRET}
    assert secret == {"phone.password", "modem.pin"}


def test_habits_far_from_usual_are_measured_over_midnight(home: Place) -> None:
    assert checks.clock(time(23))("01:00", home) == "01:00"
