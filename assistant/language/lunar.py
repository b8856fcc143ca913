"""The traditional Chinese calendar, by lunar_python."""

from dataclasses import dataclass
from datetime import date


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
