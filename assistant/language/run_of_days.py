"""Some single days written as a rule with a first and a last day: "tomorrow and on Friday"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.language.clues import Every, EveryWeekdays, Frequency
from assistant.language.rrule import Rule, rrule_of

_MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class RunOfDays:
    """A rule that comes on these days and no other, from the first for so many days."""

    rule: Rule
    start: date
    days: int


def run_of(dates: Sequence[date]) -> RunOfDays | None:
    """Write the rule; None if it would come on other days, too.

    Args:
        dates: Some days, in their order, none of them twice.
    """
    first, last = dates[0], dates[-1]
    length = (last - first).days + 1
    if length > _MOST_DAYS:
        return None
    weekdays = {day.weekday() for day in dates}
    days = [first + timedelta(ahead) for ahead in range(length)]
    if [day for day in days if day.weekday() in weekdays] != list(dates):
        return None
    how_often = (
        Every(Frequency.DAILY) if len(dates) == length else EveryWeekdays(tuple(sorted(weekdays)))
    )
    return RunOfDays(rrule_of([how_often], ()), first, length)
