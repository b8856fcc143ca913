"""Words about time that cannot all be true, or are true in two ways: they are asked about."""

from collections.abc import Collection, Sequence

from assistant.language.clues import (
    AtAnchor,
    Clock,
    Clue,
    Every,
    EveryWeekdays,
    Found,
    Frequency,
    Lasting,
    OnDay,
    OnMonthDay,
    OnWeekday,
    PartOfDay,
    TimesEvery,
)
from assistant.language.signs import Aside, Joint, NoOther, ThatOnce

Spans = tuple[tuple[int, int], ...]
_TIMES = (Clock, PartOfDay, AtAnchor)
_LONG = 6
"""Hours that the evening or the morning has, and noon and midnight have not."""
_DAYS = (Every, EveryWeekdays, OnWeekday, OnMonthDay, OnDay)


def conflicts(found: Sequence[Found], edges: Collection[Clue], rule: str) -> Spans:
    """Find where they stand.

    Args:
        found: The clues of one sentence, in its order.
        edges: The days it starts or ends on, or that are left out.
        rule: The recurrence rule that was written; empty for what comes once.
    """
    return (
        *_other_part(found),
        *_own_days(found, edges),
        *_weekend(found),
        *_that_month(found),
        *_second_course(found),
        *_around_aside(found),
        *_from_a_meal(found),
        *_instead_of(found),
        *(_spans(found, Every) if rule == "FREQ=YEARLY" and _has_time(found) else ()),
        *(_spans(found, NoOther) if rule == "FREQ=DAILY" else ()),
    )


def _instead_of(found: Sequence[Found]) -> Spans:
    """Find the "instead" of two hours or two days: which of them is meant?"""
    times = [each for each in found if isinstance(each.clue, _TIMES)]
    days = [each for each in found if isinstance(each.clue, _DAYS)]
    again = [each for each in days if isinstance(each.clue, Every | EveryWeekdays)]
    is_rest = any(each.clue is ThatOnce.REST for each in found)
    is_clear = len(times) == 1 and len(days) <= 1 and not (again and is_rest)
    return () if is_clear else _spans(found, ThatOnce)


def _has_time(found: Sequence[Found]) -> bool:
    """Whether a time is said: "every year at nine" has one, and no day."""
    return any(isinstance(each.clue, _TIMES) for each in found)


def _spans(found: Sequence[Found], kind: type) -> Spans:
    return tuple((each.start, each.end) for each in found if isinstance(each.clue, kind))


def _other_part(found: Sequence[Found]) -> Spans:
    """Find the part of "tonight at nine in the morning"; "noon and nine at night" are two times."""
    parts = [each for each in found if isinstance(each.clue, PartOfDay)]
    hours = [each for each in found if isinstance(each.clue, Clock)]
    is_counted = any(isinstance(each.clue, TimesEvery) for each in found)
    if len(parts) != 1 or len(hours) != 1 or is_counted:
        return ()
    (part,), (hour,) = parts, hours
    first, second = sorted((part, hour), key=lambda each: each.start)
    is_apart = second.start - first.end > 1 or any(
        isinstance(each.clue, Joint) and first.end <= each.start < second.start for each in found
    )
    if is_apart or not isinstance(part.clue, PartOfDay) or not isinstance(hour.clue, Clock):
        return ()
    own = hour.clue.part
    said = own.hour(hour.clue.hour) if own else 0
    is_one = own is None or said + 24 in part.clue.part  # two a m is of the night before it
    is_one = is_one or (
        own is not None
        and said in part.clue.part
        and (own.end_hour - own.first_hour < _LONG or part.clue.part.usual.hour in own)
    )
    return () if is_one else ((part.start, part.end),)


def _own_days(found: Sequence[Found], edges: Collection[Clue]) -> Spans:
    """Find days that have hours of their own: "Monday at eight, Wednesday at nine"."""
    runs: list[tuple[bool, list[Found]]] = []
    for each in found:
        is_time = isinstance(each.clue, _TIMES)
        if is_time or (isinstance(each.clue, _DAYS) and each.clue not in edges):
            if not runs or runs[-1][0] is not is_time:
                runs.append((is_time, []))
            runs[-1][1].append(each)
    days = [run for is_time, run in runs if not is_time]
    if len(days) < 2 or sum(is_time for is_time, _ in runs) < 2:
        return ()
    first = {each.clue for each in days[0]}
    later = [each for run in days[1:] for each in run if each.clue not in first]
    return tuple((each.start, each.end) for each in later)


def _that_month(found: Sequence[Found]) -> Spans:
    """Find "the end of that month" if no month was named before."""
    days = (each for each in found if isinstance(each.clue, OnMonthDay) and each.clue.is_same)
    return tuple((each.start, each.end) for each in days)


def _second_course(found: Sequence[Found]) -> Spans:
    """Find the second of "four for three days, then three for three days": a dose that tapers."""
    return _spans(found, Lasting)[1:]


_ONE_KIND = ((Clock,), (OnWeekday, OnDay, OnMonthDay), (EveryWeekdays,))


def _around_aside(found: Sequence[Found]) -> Spans:
    """Find the second hour of "at six um half past six": it may stand in the first one's place."""
    behind: list[Found] = []
    for aside in (each for each in found if isinstance(each.clue, Aside)):
        for kinds in _ONE_KIND:
            same = [each for each in found if isinstance(each.clue, kinds)]
            ahead = [each for each in same if each.start >= aside.start]
            if ahead and any(each.end <= aside.start for each in same):
                behind.append(ahead[0])
    return tuple((each.start, each.end) for each in behind)


def _from_a_meal(found: Sequence[Found]) -> Spans:
    """Find the half hour of "I have breakfast at eight, half an hour before meals take it"."""
    clocks = [each for each in found if isinstance(each.clue, Clock)]
    joints = [each.start for each in found if isinstance(each.clue, Joint)]
    return tuple(
        (each.start, each.end)
        for each in found
        if isinstance(each.clue, AtAnchor)
        and each.clue.minutes is not None
        and len(each.clue.anchors) > 1
        and any(
            not any(min(e.start, each.start) < j < max(e.start, each.start) for j in joints)
            for e in clocks
        )
    )


def _weekend(found: Sequence[Found]) -> Spans:
    """Find "at the weekend": on which of its days, and on every one?"""
    is_weekly = any(
        isinstance(each.clue, Every) and each.clue.frequency is Frequency.WEEKLY for each in found
    )
    return tuple(
        (each.start, each.end)
        for each in found
        if isinstance(each.clue, OnWeekday) and each.clue.is_weekend and not is_weekly
    )
