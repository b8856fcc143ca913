"""The times of day that a sentence names, with every hour they may mean."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta

from assistant.language.clues import MEALS, Anchor, AtAnchor, Clock, Clue, Found, Part, PartOfDay
from assistant.language.schedule import DayTime, Habits
from assistant.language.signs import Joint, Waking

_AWAKE_MARGIN = timedelta(hours=1)
"""How long before waking and after bedtime an hour is still likelier than its twin."""
_DAY = timedelta(days=1)
_WAKING_HOURS = range(4, 12)
"""Hours at which somebody is woken from a night, and not from a nap."""

# Where only a number of times a day was said: with the meals, as most labels mean it.
_USUAL = {
    1: (Anchor.BREAKFAST,),
    2: (Anchor.BREAKFAST, Anchor.SUPPER),
    3: MEALS,
    4: (*MEALS, Anchor.BEDTIME),
}


@dataclass(frozen=True, slots=True)
class Option:
    """A time of day that words may mean."""

    since_midnight: timedelta
    """Over 24 hours for "twelve at night"; wall clock, not time gone by."""
    anchor: Anchor | None = None
    offset_minutes: int = 0

    @property
    def day_time(self) -> DayTime:
        """The same as a time of every day."""
        hours, rest = divmod(self.since_midnight % _DAY, timedelta(hours=1))
        at = time(hours, rest // timedelta(minutes=1))
        return DayTime(at, self.anchor, self.offset_minutes)


@dataclass(frozen=True, slots=True)
class SaidTime:
    """One time of day as it was said, and all it may mean."""

    options: tuple[Option, ...]
    likeliest: Option
    """What it means on another day, or every day: an hour when the elder is up."""
    is_exact: bool = True
    is_any_meal: bool = False
    """Means all its options, if something comes again: "after meals"."""


def read_times(found: Sequence[Found], habits: Habits) -> tuple[SaidTime, ...]:
    """Read the times of day in a sentence, in its order."""
    found = _with_one_meal(found)
    parts = [(each.start, each.clue.part) for each in found if isinstance(each.clue, PartOfDay)]
    joints = [each.start for each in found if isinstance(each.clue, Joint)]
    is_waking = any(isinstance(each.clue, Waking) for each in found)
    clocks, taken = _with_parts(found, parts, joints)
    said: list[tuple[int, SaidTime]] = []
    previous = -_DAY
    for start, clock in clocks:
        said.append((start, _clock(clock, previous, habits, is_waking=is_waking)))
        previous = said[-1][1].likeliest.since_midnight
    said += [
        (each.start, _anchored(each.clue, parts, habits))
        for each in found
        if isinstance(each.clue, AtAnchor)
    ]
    # "In the evening at eight, in the evening before bed": the part says nothing more.
    said += [
        (at, _usual(part))
        for at, part in parts
        if at not in taken
        and not any(_is_within(one, part) and not _apart(start, at, joints) for start, one in said)
    ]
    return tuple(time_said for _, time_said in sorted(said, key=lambda pair: pair[0]))


def _with_one_meal(found: Sequence[Found]) -> Sequence[Found]:
    """Read 早晚各一片饭后 as after breakfast and after supper."""
    anchored = [each for each in found if isinstance(each.clue, AtAnchor)]
    named = [each for each in anchored if _is_named_meal(each.clue)]
    sides = [each for each in anchored if set(_anchors(each.clue)) == set(MEALS)]
    if len(named) != 1 or len(sides) != 1 or not isinstance(sides[0].clue, AtAnchor):
        return found
    meals = replace(sides[0].clue, anchors=_anchors(named[0].clue), each=True)
    kept = (each for each in found if each is not sides[0])
    return [replace(each, clue=meals) if each is named[0] else each for each in kept]


def _is_named_meal(clue: Clue) -> bool:
    """Whether it is 早晚 or "breakfast and supper", and neither before nor after."""
    return isinstance(clue, AtAnchor) and clue.side == 0 and set(clue.anchors) < set(MEALS)


def _anchors(clue: Clue) -> tuple[Anchor, ...]:
    return clue.anchors if isinstance(clue, AtAnchor) else ()


def _is_within(said: SaidTime, part: Part) -> bool:
    hours = [option.since_midnight // timedelta(hours=1) for option in said.options]
    return any(hour in part or hour + 24 in part for hour in hours)  # two a m is of the night


def _apart(one: int, other: int, joints: Sequence[int]) -> bool:
    """Whether "and" stands between two places."""
    return any(min(one, other) < joint < max(one, other) for joint in joints)


def times_of_day(
    said: Sequence[SaidTime], count: int | None, habits: Habits
) -> tuple[DayTime, ...]:
    """List the times of each day on which something comes again.

    `count` is how many times a day were said: with none of them named, they go with the meals.
    """
    options: list[Option] = []
    for each in said:
        options += each.options if each.is_any_meal else [each.likeliest]
    if count in _USUAL and count != len(options) and all(each.is_any_meal for each in said):
        named = {option.anchor: option for option in options}
        at = AtAnchor(_USUAL[count])
        options = [named.get(each) or _at_anchor(at, each, habits) for each in at.anchors]
    ordered = sorted(set(options), key=lambda option: option.since_midnight)
    return tuple(option.day_time for option in ordered)


def _with_parts(
    found: Sequence[Found], parts: Sequence[tuple[int, Part]], joints: Sequence[int]
) -> tuple[list[tuple[int, Clock]], set[int]]:
    """Give "at eight" the part of the day that stands elsewhere ("in the morning and evening").

    Returns the clocks, and where the parts stand that were given to one.
    """
    clocks = [(each.start, each.clue) for each in found if isinstance(each.clue, Clock)]
    open_clocks = [(start, clock) for start, clock in clocks if clock.part is None]
    completed = [(start, clock) for start, clock in clocks if clock.part is not None]
    filled: set[int] = set()
    taken: set[int] = set()
    for at, part in parts:
        near = [
            (start, clock)
            for start, clock in open_clocks
            if not _apart(start, at, joints) or _is_list_before(at, start, parts, joints)
        ]
        if near:
            start, clock = min(near, key=lambda pair: abs(pair[0] - at))
            completed.append((start, replace(clock, part=part)))
            filled.add(start)
            taken.add(at)
    completed += [(start, clock) for start, clock in open_clocks if start not in filled]
    return sorted(completed, key=lambda pair: pair[0]), taken


def _is_list_before(
    at: int, clock: int, parts: Sequence[tuple[int, Part]], joints: Sequence[int]
) -> bool:
    """Whether a part begins a list before the hour: "in the morning and evening at eight"."""
    return any(at < other < clock and not _apart(other, clock, joints) for other, _ in parts)


def _clock(clock: Clock, previous: timedelta, habits: Habits, *, is_waking: bool) -> SaidTime:
    if clock.part:
        hours = [clock.part.hour(clock.hour)]
    elif is_waking and clock.hour in _WAKING_HOURS:
        hours = [clock.hour]
    elif 1 <= clock.hour <= 12:
        hours = [clock.hour, clock.hour + 12]
    else:
        hours = [clock.hour]
    options = tuple(Option(timedelta(hours=hour, minutes=clock.minute)) for hour in hours)
    awake_from = _since_midnight(habits.waking) - _AWAKE_MARGIN
    awake_to = _since_midnight(habits.bedtime) + _AWAKE_MARGIN
    likely = [option for option in options if awake_from <= option.since_midnight <= awake_to]
    later = [option for option in options if option.since_midnight > previous >= timedelta()]
    return SaidTime(options, (later or likely or options)[0])


def _anchored(clue: AtAnchor, parts: Sequence[tuple[int, Part]], habits: Habits) -> SaidTime:
    options = tuple(_at_anchor(clue, anchor, habits) for anchor in clue.anchors)
    if len(options) > 1 and parts:  # "in the morning after the meal"
        usual = [_since_midnight(part.usual) for _, part in parts]
        nearest = [min(options, key=lambda o: abs(o.since_midnight - hour)) for hour in usual]
        options = tuple(dict.fromkeys(nearest))
    return SaidTime(options, options[0], is_any_meal=len(options) > 1)


def _at_anchor(clue: AtAnchor, anchor: Anchor, habits: Habits) -> Option:
    base = _since_midnight(habits.at(anchor))
    minutes = clue.minutes
    if minutes is None:
        minutes = habits.before_minutes if clue.side < 0 else 0
    offset = clue.side * minutes
    if clue.side > 0:
        offset += habits.minutes_of(anchor)
    return Option(base + timedelta(minutes=offset), anchor, offset)


def _usual(part: Part) -> SaidTime:
    option = Option(_since_midnight(part.usual))
    return SaidTime((option,), option, is_exact=False)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)
