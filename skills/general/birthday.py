"""The elder's birthday: read from a sentence, said, kept, and recognised when it comes."""

from __future__ import annotations

from calendar import isleap
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

from skills.api import lunar_day, solar_date
from skills.general.patterns import Patterns

FIRST_YEAR: Final = 1900
_LEAP_YEAR: Final = 2000


class ImpossibleBirthdayError(ValueError):
    """A day that no calendar has, or a year nobody living was born in."""


@dataclass(frozen=True, slots=True)
class Birthday:
    """A day of the year, in one of the two calendars."""

    month: int
    """1 to 12."""
    day: int
    """1 to 31; 1 to 30 in the lunar calendar."""
    year: int | None = None
    is_lunar: bool = False

    def __post_init__(self) -> None:
        if self.year is not None and not FIRST_YEAR <= self.year <= date.today().year:  # noqa: DTZ011
            raise ImpossibleBirthdayError(f"nobody living was born in {self.year}")
        if not 1 <= self.month <= 12 or not 1 <= self.day <= (30 if self.is_lunar else 31):
            raise ImpossibleBirthdayError(f"no day {self.day} of month {self.month}")
        if not self.is_lunar:
            try:
                date(self.year or _LEAP_YEAR, self.month, self.day)
            except ValueError as error:
                raise ImpossibleBirthdayError(str(error)) from error

    def falls_on(self, today: date) -> bool:
        """Whether the birthday is kept on this day; a day that the year lacks is kept before."""
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
        years = range(self.year or _LEAP_YEAR, 2100)
        dates = (solar_date(year, self.month, self.day) for year in years)
        return next(day for day in dates if lunar_day(day).day == self.day)

    def to_json(self) -> dict[str, Any]:
        """As the profile keeps it."""
        return asdict(self)


def from_json(kept: Any) -> Birthday | None:
    """What the profile kept; None where it is no birthday."""
    try:
        return Birthday(**kept)
    except (TypeError, ImpossibleBirthdayError):
        return None


def read(text: str, words: Patterns) -> Birthday | None:
    """The birthday a sentence names; None where it names none.

    Raises:
        ImpossibleBirthdayError: it names a day that does not exist.
    """
    plain = "".join(text.lower().split()) if not text.isascii() else " ".join(text.lower().split())
    for name in sorted(words.birthday_names, key=len, reverse=True):
        plain = plain.replace(name, words.birthday_names[name])
    for pattern in words.birthday:
        for found in pattern.finditer(plain):
            groups = found.groupdict()
            try:
                month, day = words.number(groups["month"]), words.number(groups["day"])
                year = words.number(groups["year"]) if groups["year"] else None
            except ValueError:
                continue
            if year is not None and year < 100:
                year += 1900
            return Birthday(month, day, year, _is_lunar(groups, words))
    return None


def _is_lunar(groups: dict[str, str | None], words: Patterns) -> bool:
    if any(value for name, value in groups.items() if name.startswith("lunar")):
        return True
    if any(value for name, value in groups.items() if name.startswith("solar")):
        return False
    written = (groups["day"] or "").isdecimal()  # figures are typed, and of the common calendar
    return words.bare_birthday_is_lunar and not written
