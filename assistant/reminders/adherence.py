"""How regularly each medicine was taken, by week: counted, not judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from assistant.reminders.model import Item
from assistant.services.doses import WeekOfMedicine
from assistant.services.reminder import Kind, State


def by_week(items: Sequence[Item]) -> list[WeekOfMedicine]:
    """Count settled doses; those still open, and those taken as needed, are left out."""
    counts: Counter[tuple[str, date, State]] = Counter()
    for item in items:
        is_dose = item.reminder.kind is Kind.MEDICINE and item.reminder.schedule is not None
        if is_dose and not item.occurrence.state.is_open:
            day = item.occurrence.day
            monday = date.fromordinal(day.toordinal() - day.weekday())
            counts[item.reminder.title, monday, item.occurrence.state] += 1
    weeks = sorted({(monday, title) for title, monday, _ in counts})
    return [
        WeekOfMedicine(
            title,
            monday,
            taken=counts[title, monday, State.TAKEN],
            skipped=counts[title, monday, State.SKIPPED],
            unknown=counts[title, monday, State.UNKNOWN],
            missed=counts[title, monday, State.MISSED],
        )
        for monday, title in weeks
    ]
