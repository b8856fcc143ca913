"""How much of each medicine is in the house: counted down with each dose, warned of in time."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from assistant.language import Unit, are_counted_alike
from assistant.reminders import tables
from assistant.reminders.occurrence_days import (
    first_day,
    local_date,
    moments,
    moments_of,
    next_day,
)
from assistant.reminders.planning import Calendar
from assistant.services.reminder import Reminder

WARN_DAYS: Final = 7
"""How many days ahead is warned: a refill takes a visit and a walk to the chemist's."""
_LOOK_AHEAD_DAYS: Final = 28


@dataclass(frozen=True, slots=True)
class StockLeft:
    """What is left of a medicine."""

    medicine: str
    amount: Fraction
    unit: Unit
    days: int | None
    """For how many days it lasts at the present use; None if it is used only as needed."""
    is_to_warn: bool = False
    """Whether it is low for the first time since it was refilled."""


def refill(
    connection: sqlite3.Connection,
    medicine: str,
    amount: Fraction,
    unit: Unit,
    warn_days: int = WARN_DAYS,
) -> None:
    """Add to what is there; counting begins with the first refill, or anew in another unit."""
    row = _row(connection, medicine)
    if row is not None and are_counted_alike(Unit(row[1]), unit):
        amount += Fraction(row[0])
    set_stock(connection, medicine, amount, unit, warn_days)


def set_stock(
    connection: sqlite3.Connection,
    medicine: str,
    amount: Fraction,
    unit: Unit,
    warn_days: int = WARN_DAYS,
) -> None:
    """Set what is there to so much: the elder has counted."""
    connection.execute(
        "INSERT OR REPLACE INTO stock VALUES (?, ?, ?, ?, ?, 0)",
        (medicine.casefold(), medicine, str(amount), unit.value, warn_days),
    )


def warned_of(connection: sqlite3.Connection, calendar: Calendar, now: float) -> list[StockLeft]:
    """Give what the elder was told runs out, and is still taken and was not refilled since."""
    titles = connection.execute("SELECT title FROM stock WHERE is_warned ORDER BY medicine")
    found = (left(connection, title, calendar, now) for (title,) in titles.fetchall())
    return [stock for stock in found if stock is not None and stock.days is not None]


def left(
    connection: sqlite3.Connection, medicine: str, calendar: Calendar, now: float
) -> StockLeft | None:
    """Tell what is left; None if it was never counted."""
    row = _row(connection, medicine)
    if row is None:
        return None
    amount, unit = Fraction(row[0]), Unit(row[1])
    reminders = [
        each
        for each in tables.active_reminders(connection)
        if each.title.casefold() == medicine.casefold()
    ]
    days = _days_left(reminders, amount, unit, calendar, local_date(now, calendar.zone))
    is_low = days is not None and days < row[2] and not row[3]
    return StockLeft(medicine, amount, unit, days, is_low)


def count_down(
    connection: sqlite3.Connection, reminder: Reminder, calendar: Calendar, now: float
) -> StockLeft | None:
    """Take one dose off; None if the medicine is not counted, or in another unit."""
    row = _row(connection, reminder.title)
    dose = reminder.amount
    if row is None or dose is None or not are_counted_alike(Unit(row[1]), dose.unit):
        return None
    amount = max(Fraction(0), Fraction(row[0]) - dose.amount)
    connection.execute(
        "UPDATE stock SET amount = ? WHERE medicine = ?", (str(amount), reminder.title.casefold())
    )
    found = left(connection, reminder.title, calendar, now)
    if found is not None and found.is_to_warn:
        connection.execute(
            "UPDATE stock SET is_warned = 1 WHERE medicine = ?", (reminder.title.casefold(),)
        )
    return found


def count_up(connection: sqlite3.Connection, medicine: str, taken: str) -> None:
    """Put one dose back that had not been taken; `taken` as the occurrence keeps it."""
    row = _row(connection, medicine)
    amount, _, unit = taken.partition(" ")
    if row is not None and unit and are_counted_alike(Unit(row[1]), Unit(unit)):
        left_again = Fraction(row[0]) + Fraction(amount)
        connection.execute(
            "UPDATE stock SET amount = ? WHERE medicine = ?",
            (str(left_again), medicine.casefold()),
        )


def _row(connection: sqlite3.Connection, medicine: str) -> tuple[str, str, int, int] | None:
    row: tuple[str, str, int, int] | None = connection.execute(
        "SELECT amount, unit, warn_days, is_warned FROM stock WHERE medicine = ?",
        (medicine.casefold(),),
    ).fetchone()
    return row


@dataclass(frozen=True, slots=True)
class _Use:
    """How much of a medicine a reminder takes."""

    by_day: dict[date, Fraction]
    """The amounts of the days ahead, as they will come: with pauses and single days."""
    a_day: Fraction
    """The amount of an average day of the series."""


def _days_left(
    reminders: Sequence[Reminder], amount: Fraction, unit: Unit, calendar: Calendar, today: date
) -> int | None:
    """Tell for how many days there is enough, today's included; None if nothing is planned."""
    planned = [each for each in reminders if not any(p.until is None for p in each.pauses)]
    uses = [_use_of(each, unit, calendar, today) for each in planned]
    a_day = sum((use.a_day for use in uses), Fraction(0))
    if not a_day:
        return None
    for number in range(_LOOK_AHEAD_DAYS):
        day = today + timedelta(number)
        amount -= sum((use.by_day.get(day, Fraction(0)) for use in uses), Fraction(0))
        if amount < 0:
            return number
    return _LOOK_AHEAD_DAYS + int(amount / a_day)


def _use_of(reminder: Reminder, unit: Unit, calendar: Calendar, today: date) -> _Use:
    schedule, dose = reminder.schedule, _dose(reminder, unit)
    by_day: dict[date, Fraction] = {}
    if schedule is None or not dose:
        return _Use(by_day, Fraction(0))
    begin = day = first_day(schedule, today)
    doses = 0
    while day is not None and begin is not None and day < begin + timedelta(_LOOK_AHEAD_DAYS):
        doses += len(list(moments(schedule, day, calendar.zone, calendar.habits)))
        slots = (slot for slot, _ in moments_of(reminder, day, calendar.zone, calendar.habits))
        by_day[day] = sum((_dose(reminder.on(day, slot), unit) for slot in slots), Fraction(0))
        day = next_day(schedule, day)
    return _Use(by_day, dose * doses / _LOOK_AHEAD_DAYS)


def _dose(reminder: Reminder, unit: Unit) -> Fraction:
    """Give how much is taken at once; nothing if it is counted in another unit."""
    dose = reminder.amount
    return dose.amount if dose is not None and are_counted_alike(dose.unit, unit) else Fraction(0)
