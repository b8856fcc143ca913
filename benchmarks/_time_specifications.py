"""The time sentences of Recognizers-Text (`../shared/data/time`), compared with what we read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from assistant.language import Habits, LanguageError, Moment, Recurrence, understand_schedule
from tests.language.canonical import ZONE, Verdict

FOLDER: Final = Path(__file__).parents[2] / "shared" / "data" / "time"
LANGUAGES: Final = {"zh": "Chinese", "en": "English"}
PARSERS: Final = ("DateParser", "DateTimeParser", "TimeParser", "SetParser")
_RECURRENCES: Final = {"P1D": "DAILY", "P1W": "WEEKLY", "P1M": "MONTHLY", "P1Y": "YEARLY"}

NOT_OURS: Final = (
    ("written only, never spoken", r"\d+\s*[-/.]\s*\d+\s*[-/.,]\s*\d+|\d{4} \d\d \d\d|t\d\d:"),
    ("a date in figures that countries read differently", r"\b\d{1,2}[-/.]\d{1,2}\b"),
    (
        "typed shorthand",
        r"\b[a-z]{3,}[-/.]?\d|\d[-/][a-z]{3}\b|\d\. [a-z]{3}\.|tmrw|\d{3,4} ?[ap]\.?m"
        r"|\dh\d|\d ?h\b",
    ),
    ("seconds", r"\d:\d\d:\d\d|\bseconds?\b|秒"),
    (
        "the past",
        r"\b(?:went|came|ago|last|previous|yesterday|was|were|back in|past day|had a)\b"
        r"|昨|前天|上个?[周月年星]|去年",
    ),
    ("a year before 1900, or of a dynasty", r"\b1[0-8]\d\d\b|1[0-8]\d\d年|神龙|雍正|民国|公元"),
    ("a year in words", r"nineteen (?:\w+)|two thousand|[〇零一二三四五六七八九]{3,4}年|两千"),
    ("a day of the lunar calendar, which its authors do not convert", r"初|正月|大年|农历|腊月"),
    (
        "no day or hour named",
        r"\b(?:the|next|this|my|all) day\b|\bnow\b|asap|as soon as|recently|最近",
    ),
    (
        "a span of time, not a moment",
        r"\bthis week (?:\d|should)|on this week|\bend of\b|\beod\b|以后|sometime",
    ),
    ("more or less: asked about", r"-ish|\d+ish|noonish|less than"),
    ("a bare number as a day: asked about", r"\bon (?:the )?\d{1,2}\b|\bat \d+th\b"),
    (
        "two readings: asked about",
        r"\bbi-?weekly\b|(?:first|second|third|fifth) \w+day$|business days",
    ),
    ("a time zone", r"\b(?:utc|gmt|[ecmp][sd]t)\b"),
    ("other figures beside it, or another thing", r"\bweek \d+ \d|\d+ h \d+|ampm|早稻田"),
)
"""Why a sentence is not ours by design: the first whose words are in it."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One sentence, its reference time, and what its authors expect."""

    lang: str
    parser: str
    said: str
    now: datetime
    timex: str
    truth: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a sentence; `why` if it is not ours."""

    spec: Spec
    verdict: Verdict | None
    why: str = ""


def specifications(lang: str) -> Iterator[Spec]:
    """Read a language's files; sentences without a result are left out."""
    for parser in PARSERS:
        file = FOLDER / f"{LANGUAGES[lang]}.{parser}.json"
        for each in json.loads(file.read_text("utf-8-sig")):
            yield from _specs(lang, parser, each)


def _specs(lang: str, parser: str, entry: dict[str, Any]) -> Iterator[Spec]:
    at = (entry.get("Context") or {}).get("ReferenceDateTime", "2016-11-07T00:00:00")
    now = datetime.fromisoformat(re.sub(r"\.\d+|[+-]\d\d:\d\d$", "", at)).replace(tzinfo=ZONE)
    for result in entry.get("Results", []):
        value = result.get("Value") or {}
        future = value.get("FutureResolution") or {}
        truth = next(iter(future.values()), "")
        yield Spec(lang, parser, entry["Input"], now, value.get("Timex", ""), truth)


def outcome(spec: Spec) -> Outcome:
    """Compare one sentence with what is understood of it."""
    why = next((why for why, words in NOT_OURS if re.search(words, spec.said.lower())), "")
    if not why and (not spec.truth or spec.truth.startswith("0001")):
        why = "its authors expect nothing"
    if not why and spec.now.date() > _day(spec):
        why = "the past"
    if why:
        return Outcome(spec, None, why)
    try:
        understood = understand_schedule(spec.said, spec.lang, spec.now, Habits())
    except LanguageError:
        return Outcome(spec, Verdict.ASKED)
    left = [each for each in understood.leftover if each.kind != "count"]
    if understood.when is None or left:
        return Outcome(spec, Verdict.ASKED)
    is_right = _is_right(spec, understood.when)
    return Outcome(spec, Verdict.RIGHT if is_right else Verdict.WRONG)


def _day(spec: Spec) -> date:
    """The day that its authors expect; the last of all where they name none."""
    return (
        date.fromisoformat(spec.truth[:10])
        if re.match(r"\d{4}-\d\d-\d\d", spec.truth)
        else date.max
    )


def _is_right(spec: Spec, when: Moment | Recurrence) -> bool:
    if spec.parser == "SetParser":
        return isinstance(when, Recurrence) and _recurs(spec.timex, when)
    if not isinstance(when, Moment):
        return False
    if spec.parser == "DateParser":
        return str(when.at.date()) == spec.truth
    if spec.parser == "TimeParser":
        return when.at.strftime("%H:%M") in _either_half(spec.truth[:5])
    date, _, clock = spec.truth.partition(" ")
    return str(when.at.date()) == date and when.at.strftime("%H:%M") in _either_half(clock[:5])


def _either_half(clock: str) -> set[str]:
    """An hour without its half of the day: they take the first, we the one that comes next."""
    hour, minute = int(clock[:2]), clock[2:]
    return {clock, f"{(hour + 12) % 24:02}{minute}"} if 1 <= hour <= 12 else {clock}


def _recurs(timex: str, when: Recurrence) -> bool:
    rule = dict(part.split("=") for part in (when.rrule or "").split(";") if part)
    frequency, interval = rule.get("FREQ"), rule.get("INTERVAL", "1")
    if period := re.fullmatch(r"P(\d+)([DWMY])", timex):
        names = {"D": "DAILY", "W": "WEEKLY", "M": "MONTHLY", "Y": "YEARLY"}
        return (names[period[2]], period[1]) == (frequency, interval)
    days = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    if weekday := re.match(r"XXXX-WXX-(\d)(?:T(\d\d))?", timex):
        return rule.get("BYDAY") == days[int(weekday[1]) - 1] and _at(weekday[2], when)
    if day := re.match(r"XXXX-(\d\d)-(\d\d)", timex):
        return (int(rule.get("BYMONTH", 0)), rule.get("BYMONTHDAY")) == (
            int(day[1]),
            str(int(day[2])),
        )
    clock = re.match(r"T(\d\d|MO|AF|EV|NI)", timex)
    return clock is not None and frequency == "DAILY" and _at(clock[1], when)


def _at(hour: str | None, when: Recurrence) -> bool:
    if hour is None or not hour.isdecimal():
        return True
    return [each.at.hour for each in when.times] == [int(hour)]
