"""When a reminder of a list comes: its cells of times, days and dates.

What can be read in two ways is refused, and both are named: 8点 may be the morning or the evening.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final

from assistant.language import DayTime, Habits, NotInLanguageError, without_spans
from assistant.language.text import unify
from assistant.reminders.codec import to_json
from assistant.reminders.in_words import WEEKDAYS
from assistant.reminders.list_words import ListFault, ListWords
from assistant.reminders.spoken_schedule import understand
from assistant.services.refusals import DaysMissingRefused
from assistant.services.reminders import DaysSaid, Understood
from assistant.services.schedule import INTERVALS

_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(?::00(?:\.0+)?)?")
_BETWEEN: Final = re.compile(r"[\s,;、/|]+")
_PARTS: Final = re.compile(r"\s*[,;、|\n]\s*")
_OF_DAYS: Final = re.compile(r"\s*[-~到至]\s*")
_NEAR_CLOCK: Final = re.compile(r"(\d{1,2})(?:[.:点时hH]|$)\s*(\d{1,2})?\D*|(\d{1,2})(\d{2})")
_DAY: Final = re.compile(r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?")
_DAY_LAST: Final = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})")
_DAY_UNCLEAR: Final = re.compile(r"\d{1,2}[-/]\d{1,2}[-/]\d{2,4}|\d{1,2}\.\d{1,2}\.\d{2}")
_MIDNIGHT: Final = re.compile(r"[ T]0{1,2}:00(?::00(?:\.0+)?)?$")
_RULE: Final = "FREQ="
_NOON: Final = 12


@dataclass(frozen=True, slots=True)
class WhenCells:
    """Reads the cells of one list that say when."""

    words: ListWords
    now: datetime
    """In the elder's time zone."""
    habits: Habits
    headers: dict[str, str]
    """Each column's name as it was written."""

    def schedule(
        self, cells: dict[str, str], more: dict[str, Any], *, is_as_needed: bool
    ) -> dict[str, Any]:
        """Give the JSON of a schedule; raises ListFault.

        Args:
            cells: What stands in the line, by column.
            more: What is told of the schedule in JSON.
            is_as_needed: Whether it needs none.
        """
        schedule: dict[str, Any] = dict(more)
        days = DaysSaid()
        if "times" in cells:
            times, days = self._times(cells["times"])
            schedule["times"] = to_json(times)
        if "rrule" in cells:
            if days != DaysSaid():
                name, given = self._name("times"), cells["times"]
                raise ListFault("days_twice", column=name, given=given, days=self._name("rrule"))
            days = self._days(cells["rrule"])
        schedule |= {n: v for n, v in to_json(days).items() if v}
        for name in cells.keys() & {"start", "until"}:
            schedule[name] = self._day(cells[name], name).isoformat()
        if "at" in cells:
            schedule["at"] = self._moment(cells["at"])
        by = schedule.keys() & {"at", "rrule", "lunar", "solar_term"}
        if schedule.get("times") and not by:
            schedule["rrule"] = "FREQ=DAILY"
        is_by_hour = any(each in str(schedule.get("rrule")) for each in INTERVALS)
        if is_by_hour and schedule.get("times"):
            if len(schedule["times"]) > 1:
                raise ListFault("one_beginning", column=self._name("times"), given=cells["times"])
            schedule.setdefault("start", self.now.date().isoformat())
        has_when = schedule.get("times") or schedule.get("at") or is_by_hour
        if not has_when and not is_as_needed:
            names = {n: self._name(n) for n in ("times", "least_hours", "daily_most")}
            raise ListFault("times_missing", **names)
        return schedule

    def _times(self, given: str) -> tuple[tuple[DayTime, ...], DaysSaid]:
        """Read times of day, and the days if they are said with them."""
        text = unify(given).strip()
        clocks = [each for each in _BETWEEN.split(text) if each]
        if all(_CLOCK.fullmatch(each) for each in clocks):
            return tuple(dict.fromkeys(self._clock(each, given) for each in clocks)), DaysSaid()
        found: list[DayTime] = []
        days = DaysSaid()
        for part in filter(None, _PARTS.split(text)):
            if _CLOCK.fullmatch(part):
                found.append(self._clock(part, given))
                continue
            times, said = self._spoken_times(part, given)
            found += times
            days = said if said != DaysSaid() else days
        return tuple(dict.fromkeys(found)), days

    def _clock(self, text: str, given: str) -> DayTime:
        hour, minute, *_ = text.split(":")
        try:
            return DayTime(time(int(hour), int(minute)))
        except ValueError as error:
            raise self._no_time(text, given) from error

    def _spoken_times(self, text: str, given: str) -> tuple[tuple[DayTime, ...], DaysSaid]:
        for code, sentence in self.words.as_time(text):
            read = self._understood(sentence, code)
            schedule = read.schedule if read is not None else None
            if read is None or schedule is None or not schedule.times:
                continue
            if not self.words.says_nothing(without_spans(sentence, read.spans)):
                continue
            if read.is_assumed or read.problem is not None or read.left_out:
                raise ListFault("times_assumed", column=self._name("times"), given=given)
            if schedule.start is not None or schedule.course_days or schedule.until:
                continue  # a single day: that has a column of its own
            if not read.names_part:
                for each in schedule.times:
                    self._refuse_unclear(each, text, given)
            return schedule.times, read.days if read.names_day and read.days else DaysSaid()
        raise self._no_time(text, given)

    def _refuse_unclear(self, each: DayTime, text: str, given: str) -> None:
        """Refuse an hour up to twelve that nobody said to be of the morning or the evening."""
        hour = each.at.hour % _NOON
        is_said = re.search(rf"(?<!\d){each.at.hour}(?!\d)", text) and each.at.hour > _NOON
        if each.anchor is None and not is_said:
            morning, evening = (f"{h:02}:{each.at.minute:02}" for h in (hour, hour + _NOON))
            raise ListFault(
                "time_unclear",
                column=self._name("times"),
                given=given,
                morning=morning,
                evening=evening,
            )

    def _no_time(self, text: str, given: str) -> ListFault:
        """Say that it is no time, and which comes nearest: 8.30, 0830 and 24:00 nearly are one."""
        found = _NEAR_CLOCK.fullmatch(text)
        nearest = ""
        if found:
            hour, minute = int(found[1] or found[3]), int(found[2] or found[4] or "0")
            hour = 0 if (hour, minute) == (24, 0) else min(hour, 23)
            nearest = f"{hour:02}:{min(minute, 59):02}"
        return ListFault("time_wrong", nearest, column=self._name("times"), given=given)

    def _days(self, given: str) -> DaysSaid:
        text = " ".join(unify(given).split())
        if text.upper().startswith(_RULE):
            return DaysSaid(text.upper())
        if weekdays := self._weekdays(text):
            return DaysSaid(f"FREQ=WEEKLY;BYDAY={weekdays}")
        is_counted = False
        for code, sentence in self.words.as_days(text):
            read = self._understood(sentence, code)
            if read is None or not read.says or read.left_out:
                continue
            if not self.words.says_nothing(without_spans(sentence, read.spans)):
                continue
            is_counted |= isinstance(read.problem, DaysMissingRefused)
            if read.days is not None and not isinstance(read.problem, DaysMissingRefused):
                return read.days
        key = "days_missing" if is_counted else "days_wrong"
        raise ListFault(key, column=self._name("rrule"), given=given)

    def _weekdays(self, text: str) -> str:
        """Read days of the week alone: "Mon, Wed", Mon-Fri, 周一 周三; empty if it is not that."""
        found: list[str] = []
        for part in filter(None, _BETWEEN.split(_OF_DAYS.sub("-", text))):
            first, _, last = part.partition("-")
            ends = [self.words.weekday(each) for each in (first, last or first)]
            if None in ends:
                return ""
            begin, end = (WEEKDAYS.index(str(each)) for each in ends)
            found += [WEEKDAYS[at % 7] for at in range(begin, end + (7 if end < begin else 0) + 1)]
        return ",".join(day for day in WEEKDAYS if day in found)

    def _understood(self, sentence: str, code: str) -> Understood | None:
        try:
            return _understood(sentence, code, self.now, self.habits)
        except NotInLanguageError:
            return None

    def _day(self, given: str, column: str) -> date:
        text = _MIDNIGHT.sub("", " ".join(unify(given).split())).replace(" ", "")
        found = _DAY.fullmatch(text) or _DAY_LAST.fullmatch(text)
        if found is None:
            key = "date_unclear" if _DAY_UNCLEAR.fullmatch(text) else "date_wrong"
            raise ListFault(key, column=self._name(column), given=given)
        year, month, day = (int(found[part]) for part in ("year", "month", "day"))
        try:
            return date(year, month, day)
        except ValueError as error:
            near = _nearest_day(year, month, day)
            raise ListFault("date_wrong", near, column=self._name(column), given=given) from error

    def _moment(self, given: str) -> str:
        text = " ".join(unify(given).split())
        day, _, at = text.replace("T", " ").rpartition(" ")
        if not _CLOCK.fullmatch(at):
            return self._exact_moment(text, given)
        return datetime.combine(self._day(day, "at"), self._clock(at, given).at).isoformat()

    def _exact_moment(self, text: str, given: str) -> str:
        """Read a moment of ISO 8601, as we write it: with seconds and its zone."""
        fault = ListFault("moment_wrong", column=self._name("at"), given=given)
        if ":" not in text:  # a day alone is no moment
            raise fault
        try:
            return datetime.fromisoformat(text).isoformat()
        except ValueError as error:
            raise fault from error

    def _name(self, column: str) -> str:
        return self.words.name_in(self.headers, column)


@lru_cache(maxsize=1024)
def _understood(sentence: str, code: str, now: datetime, habits: Habits) -> Understood:
    """Read a cell once for all lines that have it."""
    return understand([sentence], code, now, habits, is_daily=True)


def _nearest_day(year: int, month: int, day: int) -> str:
    month = min(max(month, 1), 12)
    try:
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(1)
        return min(date(year, month, 1) + timedelta(max(day, 1) - 1), last).isoformat()
    except (ValueError, OverflowError):
        return ""
