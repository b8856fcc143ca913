"""What a sentence was understood as, in the form of FORMAT.md, and whether that is right."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from assistant.language import (
    Dose,
    Habits,
    LanguageError,
    LeftKind,
    Leftover,
    Moment,
    Recurrence,
    Understood,
    parse_number,
    understand_schedule,
)

ZONE = ZoneInfo("Asia/Shanghai")
_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_OF_DAYS = ("at ", "every ", "on ", "lunar ", "term ")
_NUMBERS = (LeftKind.NUMBER, LeftKind.COUNT)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Verdict(StrEnum):
    """How an understanding compares with the truth."""

    RIGHT = "right"
    ASKED = "asked"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence and its meaning."""

    lang: str
    now: datetime
    said: str
    means: str


def rows(file: Path, lang: str) -> Iterator[Row]:
    """Read a table of FORMAT.md."""
    lines = (line for line in file.read_text("utf-8").splitlines() if line.strip())
    kept = (line for line in lines if not line.startswith("#"))
    for now, said, means in csv.reader(kept, delimiter="\t", quoting=csv.QUOTE_NONE):
        yield Row(lang, datetime.fromisoformat(now).replace(tzinfo=ZONE), said, means)


def judge(row: Row) -> tuple[Verdict, str]:
    """Compare what a sentence is understood as with what it means, and write the former."""
    try:
        understood = understand_schedule(row.said, row.lang, row.now, Habits())
    except LanguageError as error:
        verdict = Verdict.RIGHT if row.means == "ask" else Verdict.ASKED
        return verdict, type(error).__name__
    parts = [part.strip() for part in row.means.split("|")]
    expected = {each for part in parts for each in _plain(part)} - {"nothing", ""}
    is_once = any(part.startswith("at ") for part in expected)
    told, left = written(understood, row.now, is_once=is_once), list(understood.leftover)
    counts = [part for part in parts if part.startswith("dose ") and len(part.split()) == 2]
    for part in counts:
        without = _without_number(left, part.split()[1], row.lang)
        if without is not None:  # else it was dropped, and is missed in what is told
            left = without
            expected -= set(_plain(part))
    left = [each for each in left if each.kind is not LeftKind.COUNT]
    said = " | ".join(sorted(told)) + "".join(f" ?{each.words.strip()}" for each in left)
    if row.means == "ask" and understood.when is None:
        return Verdict.RIGHT, said  # without a time nothing is set
    if left or is_question(understood, row.now) or (not told and expected):
        return (Verdict.RIGHT if row.means == "ask" else Verdict.ASKED), said
    return (Verdict.RIGHT if _same(told, expected, row.now) else Verdict.WRONG), said


def is_question(understood: Understood, now: datetime) -> bool:
    """Whether something must be asked before it can be kept, beyond words that are left over."""
    when = understood.when
    if isinstance(when, Moment):
        return when.is_time_said and when.at <= now  # `reminders.add` refuses what is past
    return when is not None and when.count_each is not None


def _plain(part: str) -> list[str]:
    """Write a part as `written` does: one moment each, 5/2 for 2.5, "every 1 hours"."""
    kind, _, rest = part.partition(" ")
    if kind == "at":
        return [f"at {each.strip()}" for each in rest.split(",")]
    if kind == "dose":
        return [re.sub(r"\d+\.\d+", lambda match: str(Fraction(match[0])), part)]
    return ["every 1 hours" if part == "every hour" else part]


def written(understood: Understood, now: datetime, *, is_once: bool) -> set[str]:
    """Write what was understood as parts of FORMAT.md; a short course as moments if `is_once`."""
    parts = {_dose(dose) for dose in understood.doses}
    match understood.when:
        case Moment() as when:
            parts.add(_moment(when))
        case Recurrence() as when:
            parts |= (_once_each(when, now) if is_once else set()) or set(_again(when))
    return parts


def _without_number(left: list[Leftover], number: str, lang: str) -> list[Leftover] | None:
    """Take out the number that is the dose: "two metformin" has no unit; None: it is not there."""
    for each in left:
        found = parse_number(each.words, lang) if each.kind in _NUMBERS else None
        if found is not None and found.value == Fraction(number):
            return [other for other in left if other is not each]
    return None


def _same(told: set[str], expected: set[str], now: datetime) -> bool:
    if "times ?" in expected and not any(part.startswith(_OF_DAYS) for part in expected):
        told = {"times ?" if _is_within_a_day(part, now) else part for part in told}
    if "times ?" in expected:
        told = {part for part in told if not part.startswith("times ")} | {"times ?"}
    days = {part for part in expected if part.startswith("at ") and len(part.split()) == 2}
    told = {
        part[: len("at 2026-11-30")] if part[: len("at 2026-11-30")] in days else part
        for part in told
    }
    return told == expected


def _is_within_a_day(part: str, now: datetime) -> bool:
    """Whether it is the next such time, as a sentence without a day means."""
    if not part.startswith("at "):
        return False
    at = datetime.fromisoformat(part.removeprefix("at ")).replace(tzinfo=ZONE)
    return now < at <= now + timedelta(days=1)


def _dose(dose: Dose) -> str:
    most = f"-{dose.most}" if dose.most else ""
    strength = f" of {dose.strength.amount} {dose.strength.unit}" if dose.strength else ""
    return f"dose {dose.amount}{most} {dose.unit}{strength}"


def _moment(when: Moment) -> str:
    seconds = ":%S" if when.at.second else ""
    return when.at.strftime(f"at %Y-%m-%d %H:%M{seconds}")


def _once_each(when: Recurrence, now: datetime) -> set[str]:
    """Write "tomorrow at nine and at ten", "on Monday and Friday at nine" as their moments."""
    weekdays = set(_by(when, "BYDAY").split(",")) - {""}
    start = when.start or now.date()
    is_every = _by(when, "FREQ") in {"DAILY", "WEEKLY"} and not _by(when, "INTERVAL")
    is_every = is_every and weekdays <= set(_WEEKDAYS)
    # Without a first day, seven days are "on Monday and Friday", each of them once.
    is_run = when.start is not None or when.course_days in {1, 7}
    if when.course_days is None or when.until or not is_every or not is_run:
        return set()
    coming = [start + timedelta(days) for days in range(when.course_days)]
    days = [day for day in coming if not weekdays or _WEEKDAYS[day.weekday()] in weekdays]
    return {_at(day, each.at.strftime("%H:%M")) for day in days for each in when.times}


def _at(day: date, clock: str) -> str:
    return f"at {day} {clock}"


def _again(when: Recurrence) -> Iterator[str]:
    frequency = _by(when, "FREQ")
    interval = int(_by(when, "INTERVAL") or 1)
    if frequency in {"MINUTELY", "HOURLY"}:
        minutes = interval * (60 if frequency == "HOURLY" else 1)
        hours, rest = divmod(minutes, 60)
        yield f"every {minutes} minutes" if rest else f"every {hours} hours"
    elif frequency:
        unit = _UNITS[frequency]
        yield f"every {unit}" if interval == 1 else f"every {interval} {unit}s"
    if by_day := _by(when, "BYDAY"):
        yield f"on {by_day.lower()}"
    month, month_day = _by(when, "BYMONTH"), _by(when, "BYMONTHDAY")
    if month_day:
        yield f"on {month}-{month_day}" if month else f"on {month_day}"
    if when.lunar:
        days = ",".join(map(str, when.lunar.days))
        yield f"lunar {when.lunar.month}/{days}" if when.lunar.month else f"lunar {days}"
    if when.solar_term:
        yield f"term {when.solar_term}"
    if when.times:
        yield "times " + ",".join(sorted(each.at.strftime("%H:%M") for each in when.times))
    if when.left_out:
        yield "not " + ",".join(map(str, when.left_out))
    if when.start:
        yield f"from {when.start}"
    if when.until:
        yield f"until {when.until}"
    if when.course_days:
        yield f"for {when.course_days}"


def _by(when: Recurrence, name: str) -> str:
    pairs = (part.partition("=") for part in (when.rrule or "").split(";"))
    return next((value for key, _, value in pairs if key == name), "")
