"""What is said after "yes" is what is stored and announced: over zones, dates and languages."""

from __future__ import annotations

import random
import time as system_time
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import tzlocal

from assistant.language import LANGUAGES
from skills.actions import _local
from tests.reminders.home import Home, VirtualClock
from tests.skills.medication.talk import Talk

ZONES = (
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Shanghai",
    "Africa/Casablanca",
)
NOWS = (date(2027, 3, 1), date(2027, 10, 20))
# sentence, hour
SENTENCES = {
    "en": (
        ("remind me on {day} at nine in the morning to see the doctor", time(9)),
        ("remind me on {day} at half past eight in the evening to see the doctor", time(20, 30)),
    ),
    "zh": (
        ("{day}上午九点提醒我看医生", time(9)),
        ("{day}晚上八点半提醒我看医生", time(20, 30)),
    ),
}


def days(zone: str, now: date) -> Iterator[date]:
    """Days to come: one behind each change of the offset, and one by chance."""
    info, chance = ZoneInfo(zone), random.Random(f"{zone}{now}")
    for ahead in range(1, 300):
        day = now + timedelta(ahead)
        offsets = {
            datetime.combine(day + timedelta(more), time(12), info).utcoffset() for more in (0, 1)
        }
        if len(offsets) > 1:
            yield day + timedelta(2)
    yield now + timedelta(chance.randint(1, 300))


CASES = [
    (zone, lang, now, day, text, hour)
    for zone in ZONES
    for now in NOWS
    for day in days(zone, now)
    for lang in SENTENCES
    for text, hour in SENTENCES[lang]
]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("lang", SENTENCES)
async def test_what_is_said_is_what_is_stored_and_announced(
    memory: Path, zone: str, lang: str
) -> None:
    info = ZoneInfo(zone)
    spoken = LANGUAGES[lang].spoken
    for number, (_, _, now, day, text, hour) in enumerate(
        case for case in CASES if case[:2] == (zone, lang)
    ):
        begin = datetime.combine(now, time(7), info).timestamp()
        home = await Home(memory / f"{number}.sqlite", VirtualClock(begin), info).open()
        home.scheduler.wording._home_lang = lambda: lang
        talk = Talk(home, lang)
        readback = await talk.say(text.format(day=spoken.day(day)), "add")
        said = await talk.yes()
        (kept,) = await talk.kept()
        at = datetime.fromisoformat(kept["schedule"]["at"]).astimezone(info)
        assert (at.date(), at.time()) == (day, hour), text
        words = spoken.time_of_day(hour)
        assert words in readback, readback
        assert words in said, said
        before = len(home.asked())
        home.clock.move(at.timestamp())
        await home.step()
        asked = [each.text for each in home.asked()[before:]]
        assert [words in text for text in asked] == [True], asked
        await home.database.close()


@pytest.fixture
def london(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/London")
    system_time.tzset()
    tzlocal.reload_localzone()
    yield
    monkeypatch.undo()
    system_time.tzset()
    tzlocal.reload_localzone()


@pytest.mark.usefixtures("london")
def test_a_turn_knows_the_zone_and_not_only_todays_offset() -> None:
    october = _local(datetime(2027, 10, 20, 12, tzinfo=ZoneInfo("UTC")).timestamp())
    november = datetime(2027, 11, 20, 9, tzinfo=ZoneInfo("UTC")).timestamp()
    assert datetime.fromtimestamp(november, october.tzinfo).hour == 9
