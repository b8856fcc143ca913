"""A list of reminders as CSV: written, and read with every bad line named."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from assistant.reminders.codec import from_json, to_json
from assistant.reminders.requests import wish_of
from assistant.services.errors import Refusal
from assistant.services.refusals import ListRefused
from assistant.services.reminder import Reminder, ReminderWish

COLUMNS: Final = (
    *("title", "kind", "amount", "unit", "times", "rrule", "at", "start", "until"),
    *("least_hours", "daily_most", "route", "food", "risk", "note", "more"),
)
"""The columns of the list; `more` is JSON: what has no column of its own, such as lunar days, or
times at meals."""
MAX_LINES: Final = 1000


def write_list(reminders: Sequence[Reminder]) -> str:
    """Write reminders so that `read_list` gives the same ones."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for reminder in reminders:
        writer.writerow(_row(to_json(wish_of(reminder))))
    return out.getvalue()


Wrong = tuple[int, str]
"""The number of a line, and why it cannot be kept."""


def read_list(
    text: str, check: Callable[[ReminderWish], object]
) -> tuple[list[tuple[int, ReminderWish]], list[Wrong]]:
    """Read a list: each request with the number of its line, and what is wrong with the others.

    Args:
        text: The file's text.
        check: Raises Refusal for what cannot be kept.

    Raises:
        ListRefused: it has other columns.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    wishes: list[tuple[int, ReminderWish]] = []
    wrong: list[Wrong] = []
    try:
        header = set(reader.fieldnames or ())
        if "title" not in header or header - set(COLUMNS):
            raise ListRefused((f"line 1: the columns are {', '.join(COLUMNS)}",))
        for row in reader:
            if len(wishes) + len(wrong) >= MAX_LINES:
                wrong.append((reader.line_num, f"a list has at most {MAX_LINES} lines"))
                break
            try:
                wish = from_json(_fields(row), ReminderWish, "reminder")
                check(wish)
            except (Refusal, ValueError) as error:
                wrong.append((reader.line_num, str(error)))
            else:
                wishes.append((reader.line_num, wish))
    except csv.Error as error:
        wrong.append((reader.line_num, str(error)))
    return wishes, wrong


def _row(wish: dict[str, Any]) -> dict[str, str]:
    schedule = dict(wish.pop("schedule", None) or {})
    row: dict[str, str] = {n: str(wish.pop(n)) for n in ("title", "kind") if n in wish}
    amount = wish.get("amount")
    if amount and set(amount) <= {"amount", "unit", "word"}:
        row |= {"amount": amount.pop("amount"), "unit": amount.pop("unit")}
        if not amount:
            del wish["amount"]
    as_needed = wish.pop("as_needed", None) or {}
    row |= {name: str(value) for name, value in as_needed.items()}
    for name in ("route", "food", "risk", "note"):
        row[name] = str(wish.pop(name, ""))
    times = schedule.get("times") or []
    if times and all(set(each) == {"at"} for each in times):
        row["times"] = " ".join(each["at"] for each in schedule.pop("times"))
    for name in ("rrule", "at", "start", "until"):
        row[name] = str(schedule.pop(name, "") or "")
    schedule = {name: value for name, value in schedule.items() if value}
    wish.pop("is_confirmed", None)
    more = {**wish, **({"schedule": schedule} if schedule else {})}
    row["more"] = json.dumps(more, ensure_ascii=False) if more else ""
    return row


def _fields(row: dict[str | None, Any]) -> dict[str, Any]:
    """Give the JSON of a request; raises ValueError."""
    if None in row or None in row.values():
        raise ValueError("more or fewer fields than there are columns")
    filled = {str(name): value.strip() for name, value in row.items() if value.strip()}
    try:
        fields: dict[str, Any] = json.loads(filled.pop("more", "{}"))
    except ValueError as error:
        raise ValueError(f"`more` is no JSON ({error})") from error
    if not isinstance(fields, dict) or not all(
        isinstance(fields.get(name, {}), dict) for name in ("schedule", "amount")
    ):
        raise ValueError("`more` is a JSON object")
    schedule: dict[str, Any] = fields.pop("schedule", {})
    if "times" in filled:
        schedule["times"] = [{"at": at} for at in filled.pop("times").split()]
    schedule |= {n: filled.pop(n) for n in ("rrule", "at", "start", "until") if n in filled}
    if "amount" in filled or "unit" in filled:
        told = {n: filled.pop(n) for n in ("amount", "unit") if n in filled}
        fields["amount"] = {**fields.get("amount", {}), **told}
    if "least_hours" in filled or "daily_most" in filled:
        fields["as_needed"] = {
            "least_hours": _number(filled.pop("least_hours", "0"), float),
            "daily_most": _number(filled.pop("daily_most", "1"), int),
        }
    if schedule:
        fields["schedule"] = schedule
    return {**fields, **filled}


def _number(text: str, kind: Callable[[str], float]) -> float:
    try:
        return kind(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no number") from error
