"""Clues of one sentence put together to a moment or a recurrence."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from assistant.language.amend import amend
from assistant.language.clues import (
    SIGNS,
    After,
    AtAnchor,
    Clock,
    Clue,
    DayClue,
    Every,
    EveryWeekdays,
    Found,
    Frequency,
    Lasting,
    NotOnWeekdays,
    OnLunarDay,
    OnMonthDay,
    OnNthWeekday,
    OnSolarTerm,
    OnWeekday,
    PartOfDay,
    TimesEvery,
)
from assistant.language.conflicts import conflicts
from assistant.language.day_times import Option, SaidTime, read_times, times_of_day
from assistant.language.days import resolve
from assistant.language.edges import (
    are_told_apart,
    is_any_week,
    is_one_day,
    listed_days,
    read_edges,
    told_by_neighbours,
)
from assistant.language.lengths import with_beginnings
from assistant.language.meals import at_one_time
from assistant.language.rrule import rrule_of
from assistant.language.run_of_days import RunOfDays, run_of
from assistant.language.same_days import without_repeated_days
from assistant.language.schedule import DayTime, Habits, LunarDays, Moment, Recurrence, When
from assistant.language.signs import PerDay, TakenBack, Waking
from assistant.language.windows import with_times

_TIMES = (Clock, PartOfDay, AtAnchor)
_NAP_HOURS = (4, 5)
"""Hours at which somebody is woken from a nap or from a night; at three it is a nap."""
_NOON_HOUR = 12


def combine(found: Sequence[Found], now: datetime, habits: Habits) -> When | None:
    """Put the clues of one sentence together; None if there are none.

    Raises:
        ImpossibleTimeError: together they name a day or an hour that does not exist.
    """
    found = with_beginnings(_each_day(_as_meant(found)), now)
    found = with_times(at_one_time(found, habits), habits)
    if all(isinstance(each.clue, SIGNS) for each in found):
        return None
    sentence = _Sentence(without_repeated_days(found, now.date()), now, habits)
    return sentence.recurrence() if sentence.is_recurring else sentence.moment()


def _as_meant(found: Sequence[Found]) -> Sequence[Found]:
    """Put what was said after "no, rather" in the place of what it takes back."""
    at = next((at for at, each in enumerate(found) if each.clue is TakenBack.WORDS), None)
    if at is None:
        return found
    after = _as_meant(found[at + 1 :])
    if all(isinstance(each.clue, SIGNS) for each in after):
        return found
    return amend(found[:at], after, is_one_sentence=True)


def _each_day(found: Sequence[Found]) -> Sequence[Found]:
    """Read "two tablets a day at noon"; with several times it is unclear what is taken at each."""
    times = [each.clue for each in found if isinstance(each.clue, _TIMES)]
    anchors = [each for each in times if isinstance(each, AtAnchor) and len(each.anchors) > 1]
    if len(times) > 1 or anchors or any(isinstance(e.clue, TimesEvery) for e in found):
        return found
    daily = Every(Frequency.DAILY)
    return [replace(e, clue=daily) if e.clue is PerDay.WORDS else e for e in found]


class _Sentence:
    """The clues of one sentence by what they say."""

    def __init__(self, found: Sequence[Found], now: datetime, habits: Habits) -> None:
        found = told_by_neighbours(found)
        self._now = now
        self._today = now.date()
        self._habits = habits
        self._found = found
        self._spans = tuple(
            sorted({(each.start, each.end) for each in found if each.start < each.end})
        )
        clues = [each.clue for each in found]
        self._how_often = [c for c in clues if isinstance(c, Every | EveryWeekdays | TimesEvery)]
        self._off = {day for c in clues if isinstance(c, NotOnWeekdays) for day in c.weekdays}
        self._course = next((c for c in clues if isinstance(c, Lasting)), None)
        edges = read_edges(found)
        self._days, left_out = list(dict.fromkeys(edges.on)), edges.left_out
        self._unmatched = list(edges.unmatched)
        self._off |= {day.weekday for day in left_out if is_any_week(day)}
        # "Except the first" may be of every month.
        self._left_out = [day for day in left_out if not is_any_week(day) and is_one_day(day)]
        self._start = resolve(edges.start, self._today) if edges.start else None
        self._until = resolve(edges.until, self._today) if edges.until else None
        if self._until and self._until < max(self._start or self._today, self._today):
            self._unmatched += [each for each in found if each.clue in (edges.start, edges.until)]
        self._times = read_times(found, habits)
        self._edges: list[Clue] = [
            *[day for day in (edges.start, edges.until) if day],
            *[day for day in left_out if is_any_week(day) or is_one_day(day)],
        ]
        self._used = [*self._edges, *([self._course] if self._course else [])]
        self._comes_again = any(isinstance(c, AtAnchor) and c.each for c in clues) or any(
            _names_many(day) for day in self._days
        )

    @property
    def is_recurring(self) -> bool:
        return bool(
            self._how_often
            or self._off
            or self._course
            or self._start
            or self._until
            or self._comes_again
            or len(self._times) > 1
            or len(self._days) > 1
        )

    def _unread(self, *used: Clue | None) -> tuple[tuple[int, int], ...]:
        """Where words stand that found no place in what was understood."""
        taken = {*used, *self._used}
        edges = tuple((each.start, each.end) for each in self._unmatched)
        return edges + tuple(
            (each.start, each.end)
            for each in self._found
            if not isinstance(each.clue, (*SIGNS, *_TIMES, NotOnWeekdays))
            and each.clue not in taken
        )

    def moment(self) -> Moment:
        day = self._days[0] if self._days else None
        unread = self._unread(day)
        if isinstance(day, After) and day.length:
            times = [each for each in self._found if isinstance(each.clue, _TIMES)]
            unread += tuple((each.start, each.end) for each in times)
            return Moment(self._after(day), None, True, self._spans, unread)
        unread += self._nothing_to_leave_out() + conflicts(self._found, self._edges, "")
        if not self._times:
            return Moment(self._usual(day), None, False, self._spans, unread)
        unread += self._nap_or_night()
        said = self._times[0]
        at, option = self._soonest(said, day)
        return Moment(at, option.day_time, said.is_exact, self._spans, unread)

    def _nothing_to_leave_out(self) -> tuple[tuple[int, int], ...]:
        """A day that is left out of what comes only once."""
        left_out = {id(day) for day in self._left_out}
        return tuple((e.start, e.end) for e in self._found if id(e.clue) in left_out)

    def _nap_or_night(self) -> tuple[tuple[int, int], ...]:
        """Find the hour of "wake me at four", said at two: from a nap, or from the night?"""
        if not any(isinstance(each.clue, Waking) for each in self._found):
            return ()
        clocks = [(e, e.clue) for e in self._found if isinstance(e.clue, Clock)]
        return tuple(
            (each.start, each.end)
            for each, clock in clocks
            if clock.part is None
            and not self._days
            and clock.hour in _NAP_HOURS
            and timedelta() < self._at(self._today, timedelta(hours=clock.hour + 12)) - self._now
            and self._now.hour >= _NOON_HOUR
        )

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
        count = next((c for c in self._how_often if isinstance(c, TimesEvery)), None)
        a_day = count.count if count and count.frequency is Frequency.DAILY else None
        named = sum(len(each.options) if each.is_any_meal else 1 for each in self._times)
        times = times_of_day(self._times, a_day, self._habits)
        run = self._run_of_days(times)
        if run is not None:
            self._used += self._days
            self._start, self._course = run.start, Lasting(run.days)
        rule = run.rule if run else rrule_of(self._how_often, self._days, self._off)
        left = [day for day in self._days if day not in (*rule.used, lunar, term)]
        is_placed = ";BY" in rule.text if a_day is None else a_day == len(times)
        start = self._start
        # "Every day at nine ... Sunday" does not begin on Sunday: nobody knows what it means.
        is_of_many = any(_names_many(day) for day in self._days)
        if start is None and left and not self._how_often and not self._off and not is_of_many:
            start = resolve(left[0], self._today)
            if start == self._today and _is_coming(left[0]) and self._has_passed(times):
                start = resolve(left[0], self._today + timedelta(1))
            self._used.append(left[0])
        is_each_once = not self._how_often and any(isinstance(c, OnWeekday) for c in rule.used)
        if start is None and is_each_once and self._has_passed(times):
            start = self._today + timedelta(1)  # "on Monday and Friday", on a Monday night
        return Recurrence(
            rrule=None if lunar or term else rule.text,
            lunar=LunarDays(days=lunar.days, month=lunar.month) if lunar else None,
            solar_term=term.name if term else None,
            times=times,
            are_times_assumed=(a_day is not None and named != a_day)
            or not all(said.is_exact for said in self._times),
            count_each=count.count if count and not is_placed else None,
            start=start,
            course_days=self._course_days(rule.used),
            until=self._until,
            left_out=tuple(sorted(resolve(day, self._today) for day in self._left_out)),
            spans=self._spans,
            unread=self._unread(lunar, term, *rule.used)
            + self._days_apart(run)
            + self._unplaced("" if lunar or term else rule.text),
        )

    def _has_single_days(self) -> bool:
        """Whether it names several days, each of them once: "tomorrow and on Friday"."""
        is_once = not (self._how_often or self._off or self._course or self._start or self._until)
        is_other = any(
            _names_many(day)
            or isinstance(day, OnSolarTerm)
            or (isinstance(day, After) and bool(day.length))
            for day in self._days
        )
        return len(self._days) > 1 and is_once and not is_other

    def _run_of_days(self, times: Sequence[DayTime]) -> RunOfDays | None:
        """Write several single days as one rule; None where that is not so, or no rule has them."""
        lists = listed_days(self._found)
        is_one_list = len(lists) == 1 and are_told_apart(lists[0], self._found)
        if self._are_weekdays() or not self._has_single_days() or not is_one_list or self._left_out:
            return None
        has_passed = self._has_passed(times)
        since = self._today + timedelta(1) if has_passed else self._today
        days = [resolve(day, since if _is_coming(day) else self._today) for day in self._days]
        is_past = min(days) < since  # "today and tomorrow at six", said at seven
        is_one_kind = len({type(day) for day in self._days}) == 1
        if is_past or (is_one_kind and days != sorted(days)):
            return None  # "next Friday and Monday"
        return run_of(sorted(set(days)))

    def _days_apart(self, run: RunOfDays | None) -> tuple[tuple[int, int], ...]:
        """Find days that may be of something else: "on Tuesday, that he comes on Friday"."""
        if not self._has_single_days():
            return ()
        first, *others = listed_days(self._found)
        if run is None and not self._are_weekdays():
            others = [first[1:], *others]  # "next Friday and Monday"
        return tuple((each.start, each.end) for days in others for each in days)

    def _are_weekdays(self) -> bool:
        """Whether its days are "Monday and Friday", each of them the coming one."""
        return all(isinstance(day, OnWeekday) and _is_coming(day) for day in self._days)

    def _unplaced(self, rule: str) -> tuple[tuple[int, int], ...]:
        """Where words stand that are true of a part of the days only, or of none."""
        if "HOURLY" in rule or "MINUTELY" in rule:  # "every two hours from eight until six"
            return self._spans_of(*_TIMES)
        if self._off and not self._how_often and not self._times:
            return self._spans_of(NotOnWeekdays)  # "not on Friday", and of what?
        return conflicts(self._found, self._edges, rule)

    def _spans_of(self, *kinds: type) -> tuple[tuple[int, int], ...]:
        return tuple((e.start, e.end) for e in self._found if isinstance(e.clue, kinds))

    def _has_passed(self, times: Sequence[DayTime]) -> bool:
        """Whether one of today's times is over: then the next such day is meant."""
        return any(each.at < self._now.time() for each in times)

    def _course_days(self, taken: Sequence[Clue]) -> int | None:
        if self._course:
            return self._course.days
        if self._how_often or self._off or self._comes_again or self._start or self._until:
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
