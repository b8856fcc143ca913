"""Hours and meals said side by side: "after supper at seven" is one time, and not two."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from assistant.language.clues import AtAnchor, Clock, Found, Part
from assistant.language.schedule import Habits
from assistant.language.signs import Joint, Unclear

_Hours = dict[int, tuple[int, int]]
_OPEN: Final[_Hours] = {-1: (-5, 3), 0: (-2, 4), 1: (-1, 6)}
"""How many hours from a meal an hour lies that is before, at or after it, by its side."""
_TOLD: Final[_Hours] = {-1: (-4, 4), 0: (-2, 3), 1: (-1, 4)}
"""The same of an hour with a part of the day of its own: it is easily another time."""
_NEAR: Final[_Hours] = {-1: (-2, 3), 0: (-1, 2), 1: (-1, 3)}
"""The same in a list of times, in which each of them may be a time of its own."""


def at_one_time(found: Sequence[Found], habits: Habits) -> Sequence[Found]:
    """Put an hour and the meal beside it together; what may be one time or two is asked about.

    Args:
        found: The clues of one sentence, in its order.
        habits: The elder's own times: in which part of the day a meal is.
    """
    found = _without_food(found)
    kept = list(found)
    times = [each for each in found if isinstance(each.clue, Clock | AtAnchor | Joint)]
    is_alone = sum(isinstance(each.clue, Clock | AtAnchor) for each in times) == 2
    for at, meal in enumerate(times):
        anchor = meal.clue
        if not isinstance(anchor, AtAnchor):
            continue
        for hour in (*times[at + 1 : at + 2], *times[max(at - 1, 0) : at]):
            clock = hour.clue
            if not isinstance(clock, Clock) or hour not in kept:
                continue
            told = _in_its_part(clock, anchor, habits, _OPEN if clock.part is None else _TOLD)
            is_beside = _are_beside(meal, hour, found)
            is_named = meal.start == meal.end  # 晚饭七点: what is done then, and no time by itself
            if is_named and not (told and is_beside):
                continue
            if len(anchor.anchors) > 1:  # "before each meal at seven": before which?
                is_unclear = is_beside and (told is not None or clock.part is None)
                kept += [Found(Unclear.WORDS, hour.start, hour.end)] if is_unclear else []
                continue
            if told is None and (clock.part is not None or not is_beside):
                continue
            is_sure = is_alone or is_named or _in_its_part(clock, anchor, habits, _NEAR)
            if told is None or not is_beside or not is_sure:
                kept.append(Found(Unclear.WORDS, hour.start, hour.end))
            else:
                start, end = min(meal.start, hour.start), max(meal.end, hour.end)
                kept[kept.index(hour)] = Found(told, start, end)
                kept.remove(meal)
            break
    kept = [e for e in kept if not isinstance(e.clue, AtAnchor) or e.start < e.end]
    return sorted(kept, key=lambda each: each.start)


def _without_food(found: Sequence[Found]) -> Sequence[Found]:
    """Leave out "after meals" beside the hour: "at eight, after food" is how, not when."""
    if not any(isinstance(each.clue, Clock) for each in found):
        return found
    return [
        each
        for each in found
        if not isinstance(each.clue, AtAnchor)
        or len(each.clue.anchors) == 1
        or each.clue.each
        or each.clue.minutes is not None
    ]


def _in_its_part(clock: Clock, meal: AtAnchor, habits: Habits, hours: _Hours) -> Clock | None:
    """Give an hour the part of the day that the meal is in; None: it is not one of its hours."""
    first, end = hours[meal.side]
    for anchor in meal.anchors:
        at = habits.at(anchor)
        part = Part(at.hour + first, at.hour + end, at)
        if clock.part is not None:
            if clock.part.hour(clock.hour) in part:
                return clock
            continue
        hour = clock.hour % 12
        twins = (clock.hour,) if clock.hour > 12 else (hour, hour + 12, hour + 24)
        if any(each in part for each in twins):
            return replace(clock, part=part)
    return None


def _are_beside(meal: Found, hour: Found, found: Sequence[Found]) -> bool:
    """Whether nothing stands between them but what else is said of the time."""
    first, last = sorted((meal, hour), key=lambda each: each.start)
    way = [first, *(e for e in found if first.end <= e.start and e.end <= last.start), last]
    return all(behind.start - ahead.end <= 1 for ahead, behind in pairwise(way))
