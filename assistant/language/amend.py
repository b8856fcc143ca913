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
    Part,
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
    stays unless it is said anew.  A part of the day without an hour, "in the evening", says which
    nine o'clock was meant.  "Half an hour from now" replaces everything.

    Args:
        before: What was said.
        later: What was said afterwards.
        is_one_sentence: Both are of one sentence, so that their places go on.
    """
    if not before or any(isinstance(each.clue, After) and each.clue.length for each in later):
        return list(later)
    kept = _in_the_part_said(before, later)
    has_times = kept is None and any(isinstance(each.clue, _TIMES) for each in later)
    kept = list(before) if kept is None else kept
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


def _in_the_part_said(before: Sequence[Found], later: Sequence[Found]) -> list[Found] | None:
    """Give "at nine" the part of the day that was said after it; None if it says no such thing.

    Of hours in several parts those of the new one stay: "in the evening" after "at eight in the
    morning and at nine in the evening" leaves nine.  "At noon" after "at seven" is no such thing.
    """
    times = [each.clue for each in later if isinstance(each.clue, _TIMES)]
    parts = {time.part for time in times if isinstance(time, PartOfDay)}
    hours = [each for each in before if isinstance(each.clue, _TIMES)]
    clocks = [each.clue for each in hours if isinstance(each.clue, Clock)]
    if len(parts) != 1 or not all(isinstance(time, PartOfDay) for time in times) or not clocks:
        return None
    if any(isinstance(each.clue, AtAnchor | Window) for each in hours):
        return None
    (part,) = parts
    if len({clock.part for clock in clocks}) > 1:
        clocks = [clock for clock in clocks if clock.part == part]
    if not clocks or not all(_fits(clock, part) for clock in clocks):
        return None
    # "Every evening at nine", and now "in the morning": the evening is not meant any more.
    kept = [each for each in before if not isinstance(each.clue, PartOfDay)]
    return [
        replace(each, clue=replace(each.clue, part=part)) if isinstance(each.clue, Clock) else each
        for each in kept
        if not isinstance(each.clue, Clock) or each.clue in clocks
    ]


def _fits(clock: Clock, part: Part) -> bool:
    """Whether a part of the day has this hour."""
    try:
        part.hour(clock.hour)
    except ImpossibleTimeError:
        return False
    return True


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
    if part is not None and not _fits(clue, part):
        return clue
    return replace(clue, part=part)
