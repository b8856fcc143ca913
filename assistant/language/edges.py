"""Days by what they are to what comes again: its first, its last, left out, or those it is on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeGuard

from assistant.language.clues import (
    After,
    AtAnchor,
    Clock,
    DayClue,
    Every,
    Found,
    Frequency,
    OnLunarDay,
    OnMonthDay,
    OnNthWeekday,
    OnWeekday,
    PartOfDay,
)
from assistant.language.signs import Edge, Joint

_TIMES = (Clock, PartOfDay, AtAnchor)


@dataclass(frozen=True, slots=True)
class Edges:
    """The days of one sentence."""

    start: DayClue | None
    until: DayClue | None
    """The last day it comes."""
    left_out: list[DayClue]
    on: list[DayClue]
    unmatched: list[Found]
    """Words such as "until" with no day beside them, and a day left out at an hour of its own."""


def is_any_week(day: DayClue) -> TypeGuard[OnWeekday]:
    """Whether "except Sunday" means every one of them."""
    return isinstance(day, OnWeekday) and day.weeks is None and not day.is_one


def is_one_day(day: DayClue) -> bool:
    """Whether a day that is left out is one day, and not that of every month."""
    match day:
        case OnMonthDay():
            return (day.month, day.months) != (None, None)
        case OnLunarDay():
            return day.month is not None
        case OnNthWeekday():
            return day.months is not None
        case After():
            return not day.length
        case _:
            return True


def told_by_neighbours(found: Sequence[Found]) -> list[Found]:
    """Give a day what one beside it says of both: "the 25th and 26th of December".

    In a list of single days, "except tomorrow and Wednesday", a weekday is one of them.
    """
    told = _of_one_list([_of_its_month(each, found) for each in found])
    for edge in found:
        match edge.clue:
            case Edge.NOT_AHEAD | Edge.NOT_BEHIND:
                group = _listed(told, edge)
            case Edge.END_AHEAD:
                group = [*_first_of_range(told, edge), *_days_behind(told, edge)[:1]]
            case _:
                continue
        for each, clue in zip(group, _of_one_kind([_day(each) for each in group]), strict=True):
            told[told.index(each)] = replace(each, clue=clue)
    return told


def _of_one_list(found: Sequence[Found]) -> list[Found]:
    """Give "the third" of "the third and the fourth of June" its month, and so with weeks."""
    told = list(found)
    for group in listed_days(found):
        days = [_day(each) for each in group]
        if len({type(day) for day in days}) == 1:
            for each, clue in zip(group, _of_one_kind(days), strict=True):
                told[told.index(each)] = replace(each, clue=clue)
    return told


def listed_days(found: Sequence[Found]) -> list[list[Found]]:
    """The days of a sentence in lists: in each no more than "and" stands between two of them."""
    groups: list[list[Found]] = []
    for each in _days(found):
        if groups and _are_joint(groups[-1][-1], each, found):
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def are_told_apart(days: Sequence[Found], found: Sequence[Found]) -> bool:
    """Whether "and" makes two days of two; "tomorrow the second" would be one, 三号四号 are not."""
    kinds = {type(each.clue) for each in days}
    return len(kinds) == 1 or all(
        any(e.clue is Joint.WORDS and one.end <= e.start < other.start for e in found)
        for one, other in pairwise(days)
    )


def _of_its_month(found: Found, all_found: Sequence[Found]) -> Found:
    """Give "the end of that month" the month that was named before it."""
    day = found.clue
    if not isinstance(day, OnMonthDay) or not day.is_same:
        return found
    before = [e.clue for e in all_found if isinstance(e.clue, OnMonthDay) and e.start < found.start]
    named = [each for each in before if each.month is not None]
    if not named:
        return found
    told = replace(day, month=named[-1].month, year=named[-1].year, is_same=False)
    return replace(found, clue=told)


def _of_one_kind(days: Sequence[DayClue]) -> list[DayClue]:
    told = list(days)
    for at, (first, second) in enumerate(pairwise(days)):
        if isinstance(first, OnWeekday) and isinstance(second, OnWeekday):
            if first.weeks and second.weeks is None and first.weekday < second.weekday:
                told[at + 1] = replace(second, weeks=first.weeks)
            continue
        if not isinstance(first, OnMonthDay) or not isinstance(second, OnMonthDay):
            continue
        if second.months is not None or first.day >= second.day > 0:
            continue
        if first.months is not None:
            told[at + 1] = replace(second, months=first.months if second.month is None else None)
            continue
        if first.month is None or second.month is None:
            month = first.month or second.month
            year = first.year or second.year
            told[at] = replace(first, month=month, year=year)
            told[at + 1] = replace(second, month=month, year=year)
    if len(days) > 1 and not isinstance(days[0], OnWeekday) and is_one_day(days[0]):
        told = [replace(day, is_one=True) if is_any_week(day) else day for day in told]
    return told


def read_edges(found: Sequence[Found]) -> Edges:
    """Tell apart the first day, the last day, the days that are left out, and those it is on."""
    days = _days(found)
    start: Found | None = None
    until: Found | None = None
    left_out: list[Found] = []
    unmatched: list[Found] = []
    for each in found:
        if not isinstance(each.clue, Edge):
            continue
        ahead = [day for day in days if day.start >= each.start]
        behind = [day for day in days if day.start < each.start]
        if each.clue is Edge.START_AHEAD and ahead:
            start = ahead[0]
        elif each.clue is Edge.START_BEHIND and behind:
            start = start or behind[-1]
        elif each.clue is Edge.END_AHEAD and ahead and _is_of_each_month(each, ahead[0], found):
            unmatched += [each, ahead[0]]
        elif each.clue is Edge.END_AHEAD and ahead:
            until = ahead[0]
            start = next(iter(_first_of_range(found, each)), start)
        elif each.clue is Edge.END_BEHIND and behind and behind[-1] is not start:
            until = behind[-1]
        elif each.clue in {Edge.NOT_AHEAD, Edge.NOT_BEHIND} and (group := _listed(found, each)):
            left_out += group
            unmatched += [group[-1]] if _has_own_time(group[-1], found) else []
        else:
            unmatched.append(each)
    # "Not from the first to the fifth", "every month from the first to the fifth": of many days.
    unmatched += [day for day in left_out if day in (start, until)]
    if start and until and all(_is_of_rule(_day(each), found) for each in (start, until)):
        unmatched += [start, until]
    others = [start, until, *left_out]
    return Edges(
        start=_day(start) if start else None,
        until=_day(until) if until else None,
        left_out=[_day(each) for each in left_out],
        on=[_day(each) for each in days if each not in others],
        unmatched=unmatched,
    )


def _days(found: Sequence[Found]) -> list[Found]:
    return [each for each in found if isinstance(each.clue, DayClue)]


def _day(found: Found) -> DayClue:
    assert isinstance(found.clue, DayClue)  # noqa: S101  (one of `_days`)
    return found.clue


def _touch(one: Found, other: Found) -> bool:
    """Whether no word stands between two clues."""
    is_same = (one.start, one.end) == (other.start, other.end)
    return is_same or -1 <= max(one.start, other.start) - min(one.end, other.end) <= 1


def _days_before(found: Sequence[Found], edge: Found) -> list[Found]:
    """The days that end at "until"."""
    return [e for e in _days(found) if e.start < edge.start and _touch(e, edge)]


def _first_of_range(found: Sequence[Found], edge: Found) -> list[Found]:
    """Find the first day of "tomorrow until Friday"; "weekly on Monday until Friday" has none."""
    before = _days_before(found, edge)[-1:]
    return [each for each in before if not _is_of_rule(_day(each), found)]


def _days_behind(found: Sequence[Found], edge: Found) -> list[Found]:
    """The days that begin at "except" or "until"."""
    return [e for e in _days(found) if e.start >= edge.start and _touch(e, edge)]


def _listed(found: Sequence[Found], edge: Found) -> list[Found]:
    """The days that are left out: "except tomorrow and Wednesday", in their order."""
    is_ahead = edge.clue is Edge.NOT_AHEAD
    beside = _days_behind(found, edge)[:1] if is_ahead else _days_before(found, edge)[-1:]
    if not beside:
        return []
    days = [e for e in _days(found) if (e.start > beside[0].start) is is_ahead and e not in beside]
    for day in days if is_ahead else reversed(days):
        if not _are_joint(beside[-1], day, found):
            break
        beside.append(day)
    if len(beside) > 1 and any(_is_weekend(_day(each)) for each in beside):
        return []  # of which weeks?
    return beside if is_ahead else beside[::-1]


def _is_weekend(day: DayClue) -> bool:
    return isinstance(day, OnWeekday) and day.is_weekend


def _are_joint(one: Found, other: Found, found: Sequence[Found]) -> bool:
    """Whether two days are of one list: "and" is all that stands between them."""
    return _touch(one, other) or any(
        each.clue is Joint.WORDS and _touch(one, each) and _touch(each, other) for each in found
    )


def _is_of_rule(day: DayClue, found: Sequence[Found]) -> bool:
    """Whether a day tells on which day of each week, month or year it comes."""
    said = {each.clue.frequency for each in found if isinstance(each.clue, Every)}
    match day:
        case OnWeekday():
            return day.weeks is None and Frequency.WEEKLY in said
        case OnMonthDay():
            by = Frequency.MONTHLY if day.month is None else Frequency.YEARLY
            return day.months is None and by in said
        case OnNthWeekday():
            return day.months is None
        case OnLunarDay():
            return day.each or day.month is None
        case _:
            return False


def _is_of_each_month(edge: Found, last: Found, found: Sequence[Found]) -> bool:
    """Whether a range is of days of each month: "every month the first until the fifth"."""
    if not isinstance(last.clue, OnMonthDay) or last.clue.month is not None:
        return False
    first = _days_before(found, edge)[-1:]
    return any(isinstance(e.clue, OnMonthDay) and _is_of_rule(e.clue, found) for e in first)


def _has_own_time(day: Found, found: Sequence[Found]) -> bool:
    """Whether an hour behind it may be its own: "at eight, except tomorrow at nine"."""
    times = [each for each in found if isinstance(each.clue, _TIMES)]
    own = [each for each in times if each.start >= day.end and _touch(day, each)]
    return bool(own) and any(each.end <= day.start for each in times)
