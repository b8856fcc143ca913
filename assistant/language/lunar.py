"""The traditional Chinese calendar, by lunar_python."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the traditional calendar."""

    year: int
    month: int
    """1-12."""
    day: int
    """1-30."""
    is_leap_month: bool
    month_name: str
    """正, 二 … 冬, 腊, with 闰 before a leap month."""
    day_name: str
    """初一 … 三十."""
    festivals: tuple[str, ...]
    """Festivals of both calendars and the solar term, by their Chinese names."""


def lunar_day(at: date) -> LunarDay:
    """Find the traditional calendar's day."""
    from lunar_python import Solar  # noqa: PLC0415 (0.1 s: only when a lunar day is asked for)

    solar = Solar.fromYmd(at.year, at.month, at.day)
    lunar = solar.getLunar()
    names = (*lunar.getFestivals(), *solar.getFestivals(), lunar.getJieQi())
    return LunarDay(
        year=lunar.getYear(),
        month=abs(lunar.getMonth()),
        day=lunar.getDay(),
        is_leap_month=lunar.getMonth() < 0,
        month_name=lunar.getMonthInChinese(),
        day_name=lunar.getDayInChinese(),
        festivals=tuple(dict.fromkeys(name for name in names if name)),
    )


def solar_date(lunar_year: int, month: int, day: int) -> date:
    """Find the date of a lunar day; day 30 of a month of 29 days is its last (腊月三十)."""
    from lunar_python import LunarMonth, Solar  # noqa: PLC0415 (as above)

    found = LunarMonth.fromYm(lunar_year, month)
    first = Solar.fromJulianDay(found.getFirstJulianDay())
    start = date(first.getYear(), first.getMonth(), first.getDay())
    return start + timedelta(min(day, found.getDayCount()) - 1)


def solar_term_date(name: str, year: int) -> date:
    """Find the date of a solar term (清明, 冬至) in a year of the common calendar."""
    from lunar_python import Solar  # noqa: PLC0415 (as above)

    # A table runs from December to December, so each term stands in this year's or the next's.
    for each in (year, year + 1):
        at = Solar.fromYmd(each, 6, 1).getLunar().getJieQiTable()[name]
        if at.getYear() == year:
            break
    return date(at.getYear(), at.getMonth(), at.getDay())
