"""Clues of one sentence put together to a moment or a recurrence."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from assistant.language.clues import (
    After,
    AtAnchor,
    DayClue,
    Edge,
    Every,
    EveryWeekdays,
    Found,
    Frequency,
    Lasting,
    OnLunarDay,
    OnMonthDay,
    OnNthWeekday,
    OnSolarTerm,
    OnWeekday,
    TimesEvery,
)
from assistant.language.day_times import Option, SaidTime, read_times, times_of_day
from assistant.language.days import resolve
from assistant.language.errors import ImpossibleTimeError
from assistant.language.rrule import rrule_of
from assistant.language.schedule import Habits, LunarDays, Moment, Recurrence, When


def combine(found: Sequence[Found], now: datetime, habits: Habits) -> When | None:
    """Put the clues of one sentence together; None where there are none.

    Raises:
        ImpossibleTimeError: together they name a day or an hour that does not exist.
    """
    if all(isinstance(each.clue, Edge) for each in found):
        return None
    sentence = _Sentence(_without_repeated_days(found, now.date()), now, habits)
    return sentence.recurrence() if sentence.is_recurring else sentence.moment()


class _Sentence:
    """The clues of one sentence by what they say."""

    def __init__(self, found: Sequence[Found], now: datetime, habits: Habits) -> None:
        self._now = now
        self._today = now.date()
        self._habits = habits
        self._spans = tuple(sorted({(each.start, each.end) for each in found}))
        clues = [each.clue for each in found]
        self._how_often = [c for c in clues if isinstance(c, Every | EveryWeekdays | TimesEvery)]
        self._course = next((c for c in clues if isinstance(c, Lasting)), None)
        start, until, self._days = _edges(found)
        self._start = resolve(start, self._today) if start else None
        self._until = resolve(until, self._today) if until else None
        self._times = read_times(found, habits)
        self._comes_again = any(isinstance(c, AtAnchor) and c.each for c in clues) or any(
            _names_many(day) for day in self._days
        )

    @property
    def is_recurring(self) -> bool:
        return bool(
            self._how_often
            or self._course
            or self._start
            or self._until
            or self._comes_again
            or len(self._times) > 1
            or len(self._days) > 1
        )

    def moment(self) -> Moment:
        day = self._days[0] if self._days else None
        if isinstance(day, After) and day.length:
            return Moment(self._after(day), None, True, self._spans)
        if not self._times:
            return Moment(self._usual(day), None, False, self._spans)
        said = self._times[0]
        at, option = self._soonest(said, day)
        return Moment(at, option.day_time, said.is_exact, self._spans)

    def _after(self, clue: After) -> datetime:
        """Count from now: days and months by the calendar, hours by what really goes by."""
        day = resolve(clue, self._today)
        local = datetime.combine(day, self._now.time(), self._now.tzinfo)
        return (local.astimezone(UTC) + clue.length).astimezone(self._now.tzinfo)

    def _usual(self, day: DayClue | None) -> datetime:
        """Choose an hour on a day that was named alone."""
        on = resolve(day, self._today) if day else self._today
        breakfast = self._habits.breakfast
        hours = timedelta(hours=breakfast.hour, minutes=breakfast.minute)
        return self._now if on == self._today else self._at(on, hours)

    def _soonest(self, said: SaidTime, day: DayClue | None) -> tuple[datetime, Option]:
        """Choose among the hours that were meant: on the day named, else the next to come."""
        on = resolve(day, self._today) if day else None
        if on is not None and on != self._today:
            return self._at(on, said.likeliest.since_midnight), said.likeliest
        # Yesterday's night may last until now, "two at night" said at one.
        near = [self._today + timedelta(days) for days in ((-1, 0) if on else (-1, 0, 1))]
        options = [(self._at(each, o.since_midnight), o) for each in near for o in said.options]
        coming = [(at, option) for at, option in options if at > self._now]
        if coming:
            return min(coming, key=lambda pair: pair[0])
        if day and _is_coming(day):  # said too late for today
            on = resolve(day, self._today + timedelta(1))
            return self._at(on, said.likeliest.since_midnight), said.likeliest
        return max(options, key=lambda pair: pair[0])

    def _at(self, day: date, since_midnight: timedelta) -> datetime:
        """Set the wall clock of a day; an hour that summer time skips becomes the next."""
        local = datetime.combine(day, time(), self._now.tzinfo) + since_midnight
        return local.astimezone(UTC).astimezone(self._now.tzinfo)

    def recurrence(self) -> Recurrence:
        lunar = next((day for day in self._days if isinstance(day, OnLunarDay)), None)
        term = next((day for day in self._days if isinstance(day, OnSolarTerm)), None)
        rrule, taken = rrule_of(self._how_often, self._days)
        left = [day for day in self._days if day not in taken and day not in {lunar, term}]
        count = next((c for c in self._how_often if isinstance(c, TimesEvery)), None)
        a_day = count.count if count and count.frequency is Frequency.DAILY else None
        named = sum(len(each.options) if each.is_any_meal else 1 for each in self._times)
        times = times_of_day(self._times, a_day, self._habits)
        is_placed = ";BY" in rrule if a_day is None else a_day == len(times)
        return Recurrence(
            rrule=None if lunar or term else rrule,
            lunar=LunarDays(days=lunar.days, month=lunar.month) if lunar else None,
            solar_term=term.name if term else None,
            times=times,
            are_times_assumed=(a_day is not None and named != a_day)
            or not all(said.is_exact for said in self._times),
            count_each=count.count if count and not is_placed else None,
            start=self._start or (resolve(left[0], self._today) if left else None),
            course_days=self._course_days(taken),
            until=self._until,
            spans=self._spans,
        )

    def _course_days(self, taken: Sequence[DayClue]) -> int | None:
        if self._course:
            return self._course.days
        if self._how_often or self._comes_again or self._start or self._until:
            return None
        if not self._days and not all(
            each.is_exact and each.options[0].anchor is None for each in self._times
        ):
            return None  # "one in the morning and one at night" goes on
        return 7 if taken else 1  # "on Monday and Friday": each of them once


def _is_coming(day: DayClue) -> bool:
    """Tell whether a clue means the next such day, "on Saturday" or "on the third"."""
    match day:
        case OnWeekday():
            return day.weeks is None
        case OnMonthDay():
            return (day.month, day.months) == (None, None)
        case _:
            return False


def _names_many(day: DayClue) -> bool:
    match day:
        case OnNthWeekday():
            return day.months is None
        case OnLunarDay():
            return day.each
        case _:
            return False


def _without_repeated_days(found: Sequence[Found], today: date) -> list[Found]:
    """Read "Friday the fourth of December" as one day; its words keep their place.

    Raises:
        ImpossibleTimeError: that day is no Friday.
    """
    left = list(found)
    days = [each for each in found if isinstance(each.clue, OnWeekday | OnMonthDay)]
    for first, second in pairwise(days):
        weekday, dated = sorted((first, second), key=lambda each: isinstance(each.clue, OnMonthDay))
        if not (isinstance(weekday.clue, OnWeekday) and isinstance(dated.clue, OnMonthDay)):
            continue
        gap = second.start - first.end
        if resolve(dated.clue, today).weekday() == weekday.clue.weekday and gap <= len(", "):
            left[left.index(weekday)] = Found(dated.clue, first.start, second.end)
            left.remove(dated)
        elif gap <= len(" "):
            raise ImpossibleTimeError("That day of the month is another day of the week.")
    return left


def _edges(found: Sequence[Found]) -> tuple[DayClue | None, DayClue | None, list[DayClue]]:
    """Tell apart the day something starts, the last day it comes, and the days it is on."""
    days = [(each.start, each.clue) for each in found if isinstance(each.clue, DayClue)]
    start: tuple[int, DayClue] | None = None
    until: tuple[int, DayClue] | None = None
    for each in found:
        ahead = [day for day in days if day[0] >= each.start]
        behind = [day for day in days if day[0] < each.start]
        if each.clue is Edge.START_AHEAD and ahead:
            start = ahead[0]
        elif each.clue is Edge.START_BEHIND and behind:
            start = start or behind[-1]
        elif each.clue is Edge.END_AHEAD and ahead:
            until = ahead[0]
    on = [day for day in days if day not in (start, until)]
    return start and start[1], until and until[1], [clue for _, clue in on]
