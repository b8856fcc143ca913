"""The elder's birthday: read from a sentence, kept, and recognised when it comes."""

from __future__ import annotations

from calendar import isleap
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

from skills.api import OnLunarDay, OnMonthDay, find_clues, lunar_day, solar_date

_LEAP_YEAR: Final = 2000


@dataclass(frozen=True, slots=True)
class Birthday:
    """A day of the year, in one of the two calendars."""

    month: int
    """1 to 12."""
    day: int
    """1 to 31; 1 to 30 in the lunar calendar."""
    is_lunar: bool = False

    def falls_on(self, today: date) -> bool:
        """Whether it is kept on this day; a day that the year lacks is kept the day before."""
        if not self.is_lunar:
            day = 28 if self.month == 2 and self.day == 29 and not isleap(today.year) else self.day
            return (today.month, today.day) == (self.month, day)
        lunar, next_day = lunar_day(today), lunar_day(today + timedelta(days=1))
        if lunar.is_leap_month or lunar.month != self.month:
            return False
        return lunar.day == self.day or (lunar.day < self.day and next_day.day == 1)

    def example_date(self) -> date:
        """Some date of the common calendar on which it falls, for saying it."""
        if not self.is_lunar:
            return date(_LEAP_YEAR, self.month, self.day)
        # Day 30 is not in every year's month, but in some year's.
        dates = (solar_date(year, self.month, self.day) for year in range(_LEAP_YEAR, 2100))
        return next(day for day in dates if lunar_day(day).day == self.day)

    def to_json(self) -> dict[str, Any]:
        """As the profile keeps it."""
        return asdict(self)


def from_json(kept: Any) -> Birthday | None:
    """What the profile kept; None if it is no birthday."""
    try:
        return Birthday(int(kept["month"]), int(kept["day"]), bool(kept["is_lunar"]))
    except (KeyError, TypeError, ValueError):
        return None


def read(text: str, lang: str, today: date) -> Birthday | None:
    """The birthday a sentence names; None if it names none.

    Raises:
        ImpossibleTimeError: it names a day that no calendar has.
    """
    for found in reversed(find_clues(text, lang, today)):  # "not the third, the fourth of May"
        match found.clue:
            case OnMonthDay(day, month) if month is not None and day > 0:
                return Birthday(month, day)
            case OnLunarDay(days, month) if month is not None:
                return Birthday(month, days[-1], is_lunar=True)
    return None
