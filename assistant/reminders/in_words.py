"""How a reminder is taken, in writing: for a doctor, a calendar, and the one who keeps the list.

Hours stay digits, so that nobody mistakes the evening for the morning; doses and days are words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import reduce
from typing import Final

from assistant import packs
from assistant.language import LANGUAGES, DayTime, Dose, Habits, Replies, Unit
from assistant.services.reminder import Amount, DayException, Food, Pause, Reminder
from assistant.services.schedule import Schedule, rule_parts

WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_A_MONDAY: Final = date(2026, 11, 30)
_LEAP_YEAR: Final = 2024
_A_DAY_A_YEAR: Final = re.compile(r"FREQ=YEARLY;BYMONTH=\d+;BYMONTHDAY=\d+")
_LAST: Final = "-1"


class InWords:
    """Writes how a reminder is taken, in one language."""

    def __init__(self, replies: Replies, lang: str, habits: Habits) -> None:
        self._replies, self._lang, self._habits = replies, lang, habits
        self._spoken = LANGUAGES[lang].spoken

    def dosage(self, reminder: Reminder) -> str:
        """Write the dose, when it is taken, how it goes with food, and what else was said."""
        return self._joined([*self._each_time(reminder.amount), *self._when(reminder)])

    def entry(self, reminder: Reminder) -> str:
        """Name it with its dose and food, as a line of a calendar."""
        dose = [self._dose(reminder.amount)] if reminder.amount is not None else []
        what = [*dose, *self._food(reminder)]
        if not what:
            return reminder.title
        return self._render("dosage_entry", title=reminder.title, what=self._joined(what))

    def when(self, schedule: Schedule) -> str:
        """Write the days and the times of a schedule."""
        if schedule.at is not None:
            day, at = f"{schedule.at:%Y-%m-%d}", f"{schedule.at:%H:%M}"
            if schedule.every_minutes is None:
                return self._render("dosage_once", day=day, time=at)
            length = self._spoken.duration(timedelta(minutes=schedule.every_minutes))
            return self._render("dosage_every", day=day, time=at, length=length)
        times = self._spoken.listing([self._time(each) for each in schedule.times])
        return self._render("dosage_at", days=self.days(schedule), times=times)

    def days(self, schedule: Schedule) -> str:
        """Write on which days a schedule comes."""
        if (lunar := schedule.lunar) is not None:
            listed = self._spoken.listing([str(day) for day in lunar.days])
            if lunar.month is None:
                return self._render("days_lunar_month", days=listed)
            return self._render("days_lunar_year", month=lunar.month, days=listed)
        if schedule.solar_term:
            return self._render("days_term", term=schedule.solar_term)
        return self._by_rule(rule_parts(schedule.rrule or ""), schedule.rrule or "")

    def otherwise(self, exceptions: Sequence[DayException], pauses: Sequence[Pause]) -> list[str]:
        """Write which days are left out, and which pauses there are."""
        left_out = [
            self._render("dosage_not_on", day=f"{each.day.isoformat()} {each.slot}".rstrip())
            for each in exceptions
            if each.is_left_out
        ]
        return [*left_out, *(self.paused(each) for each in pauses)]

    def paused(self, pause: Pause) -> str:
        """Write from when to when it does not come."""
        since = f"{pause.since:%Y-%m-%d %H:%M}"
        if pause.until is None:
            return self._render("dosage_paused", since=since)
        return self._render(
            "dosage_paused_until", since=since, until=f"{pause.until:%Y-%m-%d %H:%M}"
        )

    def on_one_day(self, held: DayException, amount: Amount | None) -> str:
        """Write what is taken on one day instead of the usual."""
        day = f"{held.day.isoformat()} {held.slot}".rstrip()
        return self._joined([
            *self._each_time(amount),
            self._render("dosage_instead", day=day),
        ])  # fmt: skip

    def joined(self, parts: Sequence[str]) -> str:
        """Put parts of one text together."""
        return self._joined(parts)

    def calendar_name(self, elder: str) -> str:
        """Name the calendar of somebody's reminders."""
        return self._render("calendar_name", elder=elder or self.elder(""))

    def elder(self, name: str) -> str:
        """Name the elder, also if no name is known."""
        return name or self._render("the_elder")

    def clock_or_meal(self, each: DayTime) -> str:
        """Write a time of day: its hour, or how long before or after a meal or bed it is."""
        if each.anchor is None:
            return f"{each.at:%H:%M}"
        anchor = self._render(f"anchor_{each.anchor.value}")
        side, minutes = side_of(each, self._habits)
        key = f"time_{side}_anchor" if minutes else f"time_{side}_anchor_itself"
        return self._render(key, anchor=anchor, minutes=minutes)

    def food(self, food: Food) -> str:
        """Write how it goes with food; empty if nothing was said."""
        return self._render(f"dosage_food_{food.value}") if food is not Food.ANY else ""

    def unit(self, unit: Unit) -> str:
        """Write a unit, as of one."""
        return self._render(f"unit_{unit.value}")

    # ------------------------------------------------------------------------------ parts

    def _when(self, reminder: Reminder) -> Iterator[str]:
        rule, schedule = reminder.as_needed, reminder.schedule
        if rule is not None:
            hours = f"{rule.least_hours:g}"
            yield self._render("dosage_as_needed", hours=hours, most=rule.daily_most)
        if schedule is not None:
            yield self.when(schedule)
        yield from self._food(reminder)
        if schedule is not None and schedule.until is not None:
            yield self._render("dosage_until", day=schedule.until.isoformat())
        if reminder.note:
            yield reminder.note

    def _food(self, reminder: Reminder) -> Iterator[str]:
        if said := self.food(reminder.food):
            yield said
        if reminder.route:
            yield reminder.route

    def _each_time(self, amount: Amount | None) -> list[str]:
        return [self._render("dosage_dose", dose=self._dose(amount))] if amount is not None else []

    def _dose(self, amount: Amount) -> str:
        dose, strength = self._spoken.dose(amount.as_dose()), amount.strength
        if strength is None:
            return dose
        of_each = self._spoken.dose(Dose(strength.amount, strength.unit, None, 0, 0))
        return self._render("dosage_of_strength", dose=dose, strength=of_each)

    def _time(self, each: DayTime) -> str:
        said = self.clock_or_meal(each)
        if each.anchor is None:
            return said
        return self._render("time_now", words=said, time=f"{clock_of(each, self._habits):%H:%M}")

    def _by_rule(self, parts: dict[str, str], rrule: str) -> str:
        """Write a rule in words; one that has none is given as it is."""
        frequency, every = parts.get("FREQ", ""), int(parts.get("INTERVAL", "1"))
        by = {name for name in parts if name not in {"FREQ", "INTERVAL", "WKST"}}
        key = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}[frequency]
        on = ""
        if by == {"BYDAY"} and key == "week" and set(parts["BYDAY"].split(",")) <= set(WEEKDAYS):
            on = self._weekdays(parts["BYDAY"].split(","))
        elif by == {"BYMONTHDAY"} and key == "month" and _are_days(parts["BYMONTHDAY"]):
            on = self._month_days(parts["BYMONTHDAY"].split(","))
        elif by == {"BYMONTHDAY", "BYSETPOS"} and key == "month":
            return self._or_last(parts, rrule)
        elif _A_DAY_A_YEAR.fullmatch(rrule):
            day = date(_LEAP_YEAR, int(parts["BYMONTH"]), int(parts["BYMONTHDAY"]))
            return self._render("days_year_on", on=self._spoken.day(day))
        if by and not on:
            return self._render("days_by_rule", rule=rrule)
        if every == 1:
            if on:
                return self._render(f"days_{key}_on", on=on)
            return self._render(f"days_every_{key}")
        if key == "year":
            return self._render("days_by_rule", rule=rrule)
        if on:
            return self._render(f"days_n_{key}s_on", count=every, on=on)
        return self._render(f"days_every_n_{key}s", count=every)

    def _or_last(self, parts: dict[str, str], rrule: str) -> str:
        """Write "the 30th, or the last day" (see `schedule.or_last_day`)."""
        numbers = parts["BYMONTHDAY"].split(",")
        positions = parts["BYSETPOS"].split(",")
        if not all(each == _LAST or each.isdecimal() for each in positions):
            return self._render("days_by_rule", rule=rrule)
        wanted = [numbers[-1 if each == _LAST else int(each) - 1] for each in positions]
        plain = {**parts, "BYMONTHDAY": ",".join(wanted)}
        del plain["BYSETPOS"]
        return self._render("days_or_last", days=self._by_rule(plain, rrule))

    def _weekdays(self, names: Sequence[str]) -> str:
        days = [_A_MONDAY + timedelta(WEEKDAYS.index(name)) for name in names]
        return self._spoken.listing([self._spoken.weekday(day) for day in days])

    def _month_days(self, numbers: Sequence[str]) -> str:
        return self._spoken.listing([
            self._render("days_last_day")
            if each == _LAST
            else self._render("days_month_day", day=each)
            for each in numbers
        ])  # fmt: skip

    def _joined(self, parts: Sequence[str]) -> str:
        told = [part for part in parts if part]
        if not told:
            return ""
        return reduce(
            lambda first, second: self._render("dosage_join", first=first, second=second), told
        )

    def _render(self, key: str, **slots: str | int) -> str:
        return self._replies.render(key, self._lang, avoid="", **slots)


def written_in(lang: str, replies: str) -> str:
    """Tell in which language a home is written to: its own, or the one in which it is told instead.

    Args:
        lang: The language of the home.
        replies: The path of the words, with {lang}: without them each part of a text would say so.
    """
    fallback = packs.facts(lang).fallback
    if fallback is None or lang in packs.by_language(replies):
        return lang
    return fallback.language


def side_of(each: DayTime, habits: Habits) -> tuple[str, int]:
    """Tell on which side of a habit a time lies, and how many minutes away.

    "After" is counted from the end of a meal; while it lasts is "within", from its beginning.
    """
    lasts = habits.minutes_of(each.anchor) if each.anchor is not None else 0
    if each.offset_minutes < 0:
        return "before", -each.offset_minutes
    if each.offset_minutes == 0:
        return "at", 0
    if each.offset_minutes < lasts:
        return "within", each.offset_minutes
    return "after", each.offset_minutes - lasts


def clock_of(each: DayTime, habits: Habits) -> time:
    """Tell what hour a time of day is with these habits."""
    if each.anchor is None:
        return each.at
    begins = datetime.combine(_A_MONDAY, habits.at(each.anchor))
    return (begins + timedelta(minutes=each.offset_minutes)).time()


def _are_days(listed: str) -> bool:
    """Whether these are days of a month, or its last."""
    return all(each == _LAST or each.isdecimal() for each in listed.split(","))


def decimal_words(value: Fraction) -> str:
    """Write a number as people do: 1.5, and 1/3 if no short decimal is exact."""
    short = f"{float(value):g}"
    return short if Fraction(short) == value else str(value)
