"""A list of reminders as CSV: written, read with every bad line named, and one to begin with."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from assistant.language import Habits
from assistant.reminders.codec import from_json, to_json
from assistant.reminders.in_words import InWords, decimal_words
from assistant.reminders.list_cells import Cells
from assistant.reminders.list_file import Row, sheet_of
from assistant.reminders.list_words import ListFault, ListWords
from assistant.reminders.requests import reminder_of
from assistant.services.errors import Refusal
from assistant.services.refusals import ListRefused
from assistant.services.reminder import Amount, Reminder, ReminderWish

COLUMNS: Final = (
    *("title", "kind", "amount", "unit", "times", "rrule", "at", "start", "until"),
    *("least_hours", "daily_most", "route", "food", "risk", "note", "more"),
)
"""The columns that every list of ours had, by their names in code; `more` is JSON: what has no
column of its own, such as lunar days, or times at meals."""
WRITTEN: Final = (*COLUMNS[:4], "strength", *COLUMNS[4:])
"""The columns of a list that is written."""
_OF_TEMPLATE: Final = (
    *("title", "kind", "amount", "strength", "times", "rrule", "food", "start", "until"),
    *("least_hours", "daily_most", "note", "confirmed"),
)
MAX_LINES: Final = 1000
_WORDS: Final = ("kind", "food", "risk")
_TO_SPREADSHEETS: Final = ("#", "＃", "=", "+", "-", "@")
"""What at the beginning of a cell is a remark to us, or a formula to a spreadsheet."""
_NO_WIDTH: Final = "\u200b"
"""Stands before such a cell, so that it is text to both; it is taken off when it is read."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Reads and writes the lists of one home."""

    words: ListWords
    in_words: InWords
    now: datetime
    """In the elder's time zone."""
    habits: Habits

    def write(
        self, reminders: Sequence[Reminder], wish_for: Callable[[Reminder], ReminderWish]
    ) -> str:
        """Write reminders so that `read` gives the same ones.

        Args:
            reminders: What is written.
            wish_for: Gives what has to be asked for to get one of them.
        """
        return self._written(WRITTEN, [self._row(each, wish_for(each)) for each in reminders])

    def template(self) -> str:
        """Write a list to begin with: what it may say, as remarks."""
        rows = [{**each, "title": f"# {each['title']}"} for each in self.words.own.examples]
        note = {"title": self.words.say("template_note")}
        return self._written(_OF_TEMPLATE, [note, *rows])

    def read(
        self, text: str, check: Callable[[ReminderWish], object]
    ) -> tuple[list[tuple[int, ReminderWish]], list[tuple[int, str]]]:
        """Read a list: each request with the number of its line, and what is wrong with the others.

        Args:
            text: The file's text.
            check: Raises Refusal for what cannot be kept.

        Raises:
            ListRefused: it is empty, or has other columns.
        """
        try:
            sheet = sheet_of(text, self.words)
        except ListFault as fault:
            raise ListRefused((self.at_line(fault.line, self.words.fault(fault)),)) from fault
        cells = Cells(self.words, self.now, self.habits, sheet.headers, sheet.amount_hint)
        wishes: list[tuple[int, ReminderWish]] = []
        wrong: list[tuple[int, str]] = []
        for row in sheet.rows:
            if len(wishes) + len(wrong) >= MAX_LINES:
                wrong.append((row.line, self.words.say("too_many_lines", most=MAX_LINES)))
                break
            try:
                wish = _wish(cells, row)
                check(wish)
            except ListFault as fault:
                wrong.append((row.line, self.words.fault(fault)))
            except Refusal as refusal:
                wrong.append((row.line, self.words.refusal(refusal)))
            else:
                wishes.append((row.line, wish))
        return wishes, wrong

    def wish(self, row: dict[str, str]) -> ReminderWish:
        """Read one reminder, told by its cells; raises ListFault, InvalidRefused."""
        return _wish(Cells(self.words, self.now, self.habits, {}), Row(1, row))

    def at_line(self, line: int, why: str) -> str:
        """Name the line of what is wrong."""
        return self.words.say("line", line=line, why=why)

    def _written(self, columns: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.words.header(each) for each in columns)
        writer.writerows([row.get(each, "") for each in columns] for row in rows)
        return out.getvalue()

    def _row(self, reminder: Reminder, wish: ReminderWish) -> dict[str, str]:
        """Write a reminder in words, each of them only if it is read back as the same."""
        row = _plain_row(replace(wish, is_confirmed=False))
        for words in self._in_words(reminder):
            said = words(row)
            if self._is_same(said, row):
                row = said
        return {name: _as_text(value) for name, value in row.items()}

    def _in_words(self, reminder: Reminder) -> Iterator[Callable[[dict[str, str]], dict[str, str]]]:
        """Give the ways in which a row is put in people's words, each on top of the one before."""
        for name in _WORDS:
            yield lambda row, name=name: {**row, name: self.words.word(name, row.get(name, ""))}  # type: ignore[misc]
        if (amount := reminder.amount) is not None:
            yield lambda row: {**row, **self._amount(amount), "more": _without(row, "amount")}
        schedule = reminder.schedule
        if schedule is None or schedule.at is not None:
            return
        times = ";".join(self.in_words.clock_or_meal(each) for each in schedule.times)
        if any(each.anchor for each in schedule.times):
            yield lambda row: {**row, "times": times, "more": _without(row, "schedule", "times")}
        days = self.in_words.days(schedule)
        yield lambda row: {
            **row,
            "rrule": days,
            "more": _without(
                {"more": _without(row, "schedule", "lunar")}, "schedule", "solar_term"
            ),
        }

    def _amount(self, amount: Amount) -> dict[str, str]:
        number = decimal_words(amount.amount)
        if amount.most is not None:
            number += f"-{decimal_words(amount.most)}"
        unit = amount.word or self.words.word("unit", amount.unit)
        cells = {"amount": number, "unit": unit}
        if amount.strength is not None:
            word = self.words.word("unit", amount.strength.unit)
            gap = " " if word.isascii() else ""
            cells["strength"] = f"{decimal_words(amount.strength.amount)}{gap}{word}"
        return cells

    def _is_same(self, row: dict[str, str], other: dict[str, str]) -> bool:
        """Whether two rows are read as the same reminder."""
        try:
            one, two = (
                reminder_of(replace(self.wish(_filled(each)), is_confirmed=True), "", self.now)
                for each in (row, other)
            )
        except (ListFault, Refusal):
            return False
        return one == two


def _wish(cells: Cells, row: Row) -> ReminderWish:
    if row.fault is not None:
        raise row.fault
    return from_json(cells.fields(row.cells), ReminderWish, "reminder")


def _plain_row(wish: ReminderWish) -> dict[str, str]:
    """Write a request by our own names, which are read in every language."""
    told = to_json(wish)
    schedule = dict(told.pop("schedule", None) or {})
    row: dict[str, str] = {"title": told.pop("title"), "kind": wish.kind.value}
    told.pop("kind", None)
    amount = told.get("amount")
    if amount:
        row |= {"amount": amount.pop("amount"), "unit": amount.pop("unit")}
        if not amount:
            del told["amount"]
    if wish.as_needed is not None:
        row |= {name: f"{value:g}" for name, value in told.pop("as_needed").items()}
    for name in ("route", "food", "risk", "note"):
        row[name] = str(told.pop(name, ""))
    times = schedule.get("times") or []
    if times and all(set(each) == {"at"} for each in times):
        row["times"] = " ".join(each["at"] for each in schedule.pop("times"))
    for name in ("rrule", "at", "start", "until"):
        row[name] = str(schedule.pop(name, "") or "")
    schedule = {name: value for name, value in schedule.items() if value}
    more = {**told, **({"schedule": schedule} if schedule else {})}
    row["more"] = _json(more)
    return row


def _filled(row: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if value}


def _json(more: dict[str, Any]) -> str:
    told = {name: value for name, value in more.items() if value or name != "schedule"}
    return json.dumps(told, ensure_ascii=False) if told else ""


def _without(row: dict[str, str], *path: str) -> str:
    """Give what is in `more` without one thing."""
    more: dict[str, Any] = json.loads(row.get("more") or "{}")
    *above, name = path
    held = more
    for each in above:
        held = held.get(each, {})
    held.pop(name, None)
    return _json(more)


def _as_text(cell: str) -> str:
    return _NO_WIDTH + cell if cell.startswith(_TO_SPREADSHEETS) else cell
