"""How much of each medicine is in the house: counted down with each dose, warned of in time."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Final

from assistant.care.reminders import book
from assistant.care.reminders.days import first_day, local_date, moments, next_day
from assistant.care.reminders.model import Reminder
from assistant.care.reminders.planning import Calendar
from assistant.language import Unit, are_counted_alike

WARN_DAYS: Final = 7
"""A refill takes a visit and a walk to the chemist's."""
_LOOK_AHEAD_DAYS: Final = 28


@dataclass(frozen=True, slots=True)
class StockLeft:
    """What is left of a medicine."""

    medicine: str
    amount: Fraction
    unit: Unit
    days: int | None
    """At the present use; None where it is used only as needed."""
    is_to_warn: bool = False
    """Low for the first time since it was refilled."""


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
    """Take what is there for so much: the elder has counted."""
    connection.execute(
        "INSERT OR REPLACE INTO stock VALUES (?, ?, ?, ?, ?, 0)",
        (medicine.casefold(), medicine, str(amount), unit.value, warn_days),
    )


def warned_of(connection: sqlite3.Connection, calendar: Calendar, now: float) -> list[StockLeft]:
    """What the elder was told runs out, and was not refilled since; only medicines still taken."""
    titles = connection.execute("SELECT title FROM stock WHERE is_warned ORDER BY medicine")
    found = (left(connection, title, calendar, now) for (title,) in titles.fetchall())
    return [stock for stock in found if stock is not None and stock.days is not None]


def left(
    connection: sqlite3.Connection, medicine: str, calendar: Calendar, now: float
) -> StockLeft | None:
    """Tell what is left; None where it was never counted."""
    row = _row(connection, medicine)
    if row is None:
        return None
    amount, unit = Fraction(row[0]), Unit(row[1])
    use = sum(
        (
            _use_a_day(reminder, unit, calendar, now)
            for reminder in book.active_reminders(connection)
            if reminder.title.casefold() == medicine.casefold()
        ),
        start=Fraction(0),
    )
    days = int(amount / use) if use else None
    is_low = days is not None and days < row[2] and not row[3]
    return StockLeft(medicine, amount, unit, days, is_low)


def count_down(
    connection: sqlite3.Connection, reminder: Reminder, calendar: Calendar, now: float
) -> StockLeft | None:
    """Take one dose off; None where the medicine is not counted, or in another unit."""
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


def _use_a_day(reminder: Reminder, unit: Unit, calendar: Calendar, now: float) -> Fraction:
    dose = reminder.amount
    if reminder.schedule is None or dose is None or not are_counted_alike(dose.unit, unit):
        return Fraction(0)
    today = local_date(now, calendar.zone)
    begin = day = first_day(reminder.schedule, today)
    doses = 0
    while day is not None and begin is not None and day < begin + timedelta(_LOOK_AHEAD_DAYS):
        doses += len(list(moments(reminder.schedule, day, calendar.zone, calendar.habits)))
        day = next_day(reminder.schedule, day)
    return dose.amount * doses / _LOOK_AHEAD_DAYS
