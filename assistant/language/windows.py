"""What comes by the clock within a part of the day: "every two hours from eight to six"."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from typing import Final

from assistant.language.clues import (
    AtAnchor,
    Clock,
    DayClue,
    Every,
    EveryWeekdays,
    Found,
    Frequency,
    NotOnWeekdays,
    Part,
    PartOfDay,
    Window,
)
from assistant.language.schedule import MAX_TIMES_A_DAY, Habits
from assistant.language.signs import Edge, Joint

_LEAST_MINUTES: Final = 15
_HOUR: Final = 60
_DAY: Final = 24 * _HOUR
_UNITS: Final = {Frequency.HOURLY: _HOUR, Frequency.MINUTELY: 1}
_AWAKE_MARGIN: Final = timedelta(hours=1)
_ALL_NIGHT: Final = 6 * _HOUR
"""What comes by the clock at such a length or a greater one is meant of the night, too."""
_DAILY: Final = Every(Frequency.DAILY)


def with_times(found: Sequence[Found], habits: Habits) -> Sequence[Found]:
    """Put the times of a window in its place; one that cannot be counted out stays, and is asked.

    Args:
        found: The clues of one sentence.
        habits: The elder's own times: at which hours they are up.
    """
    by_the_clock = [each for each in found if _minutes(each)]
    if len(by_the_clock) == 1:
        found = _with_named_times(_from_first_hour(found), by_the_clock[0])
    windows = [(each, each.clue) for each in found if isinstance(each.clue, Window)]
    has_other_times = any(isinstance(e.clue, Clock | PartOfDay | AtAnchor) for e in found)
    if len(windows) != 1 or len(by_the_clock) != 1 or has_other_times:
        return found
    ((at, window),), (every,) = windows, by_the_clock
    days = [e for e in found if isinstance(e.clue, Every | EveryWeekdays) and e is not every]
    has_days = bool(days) or any(isinstance(e.clue, DayClue | NotOnWeekdays) for e in found)
    is_daily = all(each.clue == _DAILY for each in days) and (bool(days) or not has_days)
    minutes = _counted_out(window, _minutes(every), habits, is_daily=is_daily)
    if not minutes:
        return found
    # By the clock is said of the hours of a day; which days these are, other words tell.
    on = Found(Joint.WORDS if has_days else _DAILY, every.start, every.end)
    times = [Found(_exactly(each), at.start, at.end) for each in minutes]
    kept = [each for each in found if each not in (at, every)]
    return sorted([*kept, on, *times], key=lambda each: each.start)


def _from_first_hour(found: Sequence[Found]) -> Sequence[Found]:
    """Read "every eight hours starting tomorrow at six": from its first hour on."""
    clocks = [(each, each.clue) for each in found if isinstance(each.clue, Clock)]
    starts = (Edge.START_AHEAD, Edge.START_BEHIND)
    has_start = any(each.clue in starts for each in found)
    if len(clocks) != 1 or not has_start or any(isinstance(e.clue, Window) for e in found):
        return found
    ((hour, clock),) = clocks
    days = [each for each in found if isinstance(each.clue, DayClue)]
    if not any(max(e.start, hour.start) - min(e.end, hour.end) <= 1 for e in days):
        return found
    window = Window(clock, None, is_part_shared=False)
    return [replace(each, clue=window) if each is hour else each for each in found]


def _with_named_times(found: Sequence[Found], every: Found) -> Sequence[Found]:
    """Read "every twelve hours at nine and at nine" as two times a day: they are so far apart."""
    clocks = [each.clue for each in found if isinstance(each.clue, Clock)]
    is_more = any(isinstance(each.clue, PartOfDay | AtAnchor | DayClue) for each in found)
    step = _minutes(every)
    if is_more or step * len(clocks) != _DAY or len(clocks) < 2:
        return found
    first = _options(clocks[0])[0]
    for at, clock in enumerate(clocks):
        if not any((each - first - at * step) % _DAY == 0 for each in _options(clock)):
            return found
    on = Found(_DAILY, every.start, every.end)
    return [on if each is every else each for each in found]


def _minutes(found: Found) -> int:
    """The length of an interval by the clock; 0 of anything else."""
    clue = found.clue
    return clue.interval * _UNITS.get(clue.frequency, 0) if isinstance(clue, Every) else 0


def _exactly(minutes: int) -> Clock:
    hour, minute = divmod(minutes % _DAY, _HOUR)
    return Clock(hour, minute, Part(hour, hour + 1, time(hour)))


def _counted_out(window: Window, step: int, habits: Habits, *, is_daily: bool) -> Sequence[int]:
    """The times as minutes since midnight; none, if they are unclear or too many."""
    bounds = _bounds(window, habits)
    if bounds is None or step < _LEAST_MINUTES:
        return ()
    first, last = bounds
    if window.last is None and (_DAY % step or step < _ALL_NIGHT):
        return ()  # every five hours comes at other hours every day; every two, at night, too?
    times = range(first, last + 1, step)
    if times and times[-1] > _DAY and not is_daily:
        return ()  # on which of two days are the hours after midnight?
    return times if 1 < len(times) <= MAX_TIMES_A_DAY else ()


def _bounds(window: Window, habits: Habits) -> tuple[int, int] | None:
    """When it begins and ends, in minutes since midnight; None: it can be read in two ways."""
    firsts = _options(window.first)
    if window.last is None:
        first = firsts[0] if len(firsts) == 1 else _likeliest(firsts, habits)
        return first, first + _DAY - 1
    lasts = _options(window.last)
    if len(firsts) > 1 and len(lasts) == 1:
        firsts = [each for each in firsts if each < lasts[0]]
        if not firsts or (len(firsts) > 1 and not window.is_part_shared):
            return None  # 七点到晚上九点: from which seven?
        return firsts[-1], lasts[0]
    first = firsts[0] if len(firsts) == 1 else _likeliest(firsts, habits)
    later = [each for each in (*lasts, *(each + _DAY for each in lasts)) if each > first]
    last = later[0]
    return (first, last) if last - first < _DAY else None


def _options(clock: Clock) -> list[int]:
    if clock.part is not None:
        hours = [clock.part.hour(clock.hour)]
    elif 1 <= clock.hour <= 12:
        hours = [clock.hour, clock.hour + 12]
    else:
        hours = [clock.hour]
    return [hour * _HOUR + clock.minute for hour in hours]


def _likeliest(options: Sequence[int], habits: Habits) -> int:
    """The first of the hours at which the elder is up."""
    waking = habits.waking.hour * _HOUR + habits.waking.minute
    from_minute = waking - _AWAKE_MARGIN // timedelta(minutes=1)
    return next((each for each in options if each >= from_minute), options[-1])
