"""Entities as programs want them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from assistant.conversation.entities import normalized

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("value", "lang", "wanted"),
    [
        ("明天早上八点", "zh", "2026-11-22T08:00:00+08:00"),
        ("tomorrow at eight in the morning", "en", "2026-11-22T08:00:00+08:00"),
        ("两百零五", "zh", "205"),
        ("王奶奶", "zh", "王奶奶"),
        ("Mary", "en", "Mary"),
        ("25点", "zh", "25点"),
        ("", "zh", ""),
    ],
)
def test_a_value_in_the_form_that_programs_use(value: str, lang: str, wanted: str) -> None:
    assert normalized(value, lang, NOW) == wanted


def test_what_recurs_is_a_rule() -> None:
    assert normalized("每天早上七点半", "zh", NOW).startswith("FREQ=DAILY")
