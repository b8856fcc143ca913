"""One day that is said in two ways: "tomorrow, the first of April", 星期五十二月四号."""

from collections.abc import Sequence
from datetime import date

from assistant.language.clues import SIGNS, Found, OnDay, OnMonthDay, OnWeekday
from assistant.language.days import resolve
from assistant.language.errors import ImpossibleTimeError


def without_repeated_days(found: Sequence[Found], today: date) -> list[Found]:
    """Read "Friday the fourth of December" as one day; its words keep their place.

    Args:
        found: The clues of one sentence, in its order.
        today: The date.

    Raises:
        ImpossibleTimeError: that day is no Friday.
    """
    left = list(found)
    days = [each for each in found if isinstance(each.clue, OnWeekday | OnMonthDay | OnDay)]
    for at, second in enumerate(days[1:], start=1):
        first = days[at - 1]
        weekday, dated = sorted((first, second), key=_how_sure)
        is_weekday = isinstance(weekday.clue, OnWeekday)
        if not isinstance(dated.clue, OnMonthDay | OnDay):
            continue
        gap = second.start - first.end
        if any(first.end <= e.start < second.start for e in found if isinstance(e.clue, SIGNS)):
            continue  # "from tomorrow to Friday", "tomorrow and Wednesday"
        if _is_same_day(weekday, dated, today) and gap <= len(", "):
            one = Found(dated.clue, first.start, second.end)
            left[left.index(first)] = days[at] = one
            left.remove(second)
        elif is_weekday and gap <= len(" "):
            raise ImpossibleTimeError("That day of the month is another day of the week.")
    return left


def _how_sure(found: Found) -> int:
    """Say which of two clues is the day: "tomorrow" more than "the first", that than "Monday"."""
    return [OnWeekday, OnMonthDay, OnDay].index(type(found.clue))


def _is_same_day(one: Found, dated: Found, today: date) -> bool:
    """Whether two clues are one day: "Friday the fourth", "tomorrow, the first of April"."""
    if not isinstance(dated.clue, OnMonthDay | OnDay):
        return False
    on = resolve(dated.clue, today)
    if isinstance(one.clue, OnWeekday):
        return on.weekday() == one.clue.weekday
    return isinstance(one.clue, OnDay | OnMonthDay) and resolve(one.clue, today) == on
