"""What was said about a time, and what was said later: answers complete it, corrections replace."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.language.clues import (
    SIGNS,
    After,
    AtAnchor,
    Clock,
    Clue,
    Every,
    EveryWeekdays,
    Found,
    Lasting,
    PartOfDay,
    TimesEvery,
    Window,
)
from assistant.language.errors import ImpossibleTimeError

_TIMES = (Clock, PartOfDay, AtAnchor, Window)


def amend(
    before: Sequence[Found], later: Sequence[Found], *, is_one_sentence: bool = False
) -> list[Found]:
    """Put a later sentence's clues in the place of those that they contradict.

    A time of day replaces the times of day, a day or a rule the days and rules; how long it lasts
    stays unless it is said anew.  "Half an hour from now" replaces everything.

    Args:
        before: What was said.
        later: What was said afterwards.
        is_one_sentence: Both are of one sentence, so that their places go on.
    """
    if not before or any(isinstance(each.clue, After) and each.clue.length for each in later):
        return list(later)
    kept = list(before)
    has_times = any(isinstance(each.clue, _TIMES) for each in later)
    has_count = any(isinstance(each.clue, TimesEvery) for each in later)
    if has_times or has_count:
        kept = [
            each
            for each in kept
            if not isinstance(each.clue, _TIMES) or (not has_times and _is_any_meal(each))
        ]
    if any(_is_day(each) for each in later):
        kept = [each for each in kept if not _is_day(each)]
    if any(isinstance(each.clue, Lasting) for each in later):
        kept = [each for each in kept if not isinstance(each.clue, Lasting)]
    kept = [
        each for each in kept if not (isinstance(each.clue, After) and each.clue.length)
    ]  # "in ten minutes" and "at eight" are not both
    shift = 0 if is_one_sentence else max((each.end for each in before), default=0) + 1
    added = [
        Found(_in_the_same_part(each, before), each.start + shift, each.end + shift)
        for each in (_beside_the_same(said, before) for said in later)
    ]
    return [*kept, *added]


def _is_day(found: Found) -> bool:
    """Whether it tells on which days, not when on them, how long or from when."""
    clue = found.clue
    if isinstance(clue, After):
        return not clue.length
    return not isinstance(clue, (*_TIMES, *SIGNS, Lasting)) or isinstance(
        clue, Every | EveryWeekdays | TimesEvery
    )


def _is_any_meal(found: Found) -> bool:
    """Whether it is "after food", which "three times a day" completes."""
    return isinstance(found.clue, AtAnchor) and len(found.clue.anchors) > 1


def _beside_the_same(found: Found, before: Sequence[Found]) -> Found:
    """Give "after supper" the half hour of "half an hour after food"."""
    clue = found.clue
    if not isinstance(clue, AtAnchor) or clue.minutes is not None:
        return found
    open_meals = [
        each.clue for each in before if isinstance(each.clue, AtAnchor) and _is_any_meal(each)
    ]
    if not open_meals or open_meals[-1].side != clue.side:
        return found
    return replace(found, clue=replace(clue, minutes=open_meals[-1].minutes))


def _in_the_same_part(found: Found, before: Sequence[Found]) -> Clue:
    """Give "no, at eight" the evening of "at seven in the evening"."""
    clue = found.clue
    parts = {
        each.clue.part if isinstance(each.clue, Clock | PartOfDay) else None
        for each in before
        if isinstance(each.clue, _TIMES)
    }
    if any(isinstance(each.clue, PartOfDay) for each in before):
        parts.discard(None)  # "every evening at seven": the hour is of that evening
    if not isinstance(clue, Clock) or clue.part is not None or len(parts) != 1:
        return clue
    (part,) = parts
    try:
        if part is not None:
            part.hour(clue.hour)
    except ImpossibleTimeError:
        return clue
    return replace(clue, part=part)
