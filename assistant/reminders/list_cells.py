"""The cells of a list, as people write them, to the fields of a request.

What can be read in two ways is refused: 1,000 may be one or a thousand.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from assistant.language import Dose, Habits, ImpossibleAmountError, LanguageError, Unit, parse_dose
from assistant.language.amounts import MEASURED, STRENGTHS
from assistant.language.text import unify
from assistant.reminders.codec import to_json
from assistant.reminders.list_when import WhenCells
from assistant.reminders.list_words import ListFault, ListWords, visible
from assistant.services.reminder import Kind

_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+|\d+/\d+|\d+ \d+/\d+)")
_RANGE: Final = re.compile(rf"{_NUMBER.pattern}\s?[-~到至]\s?{_NUMBER.pattern}")
_COMMA: Final = re.compile(r"(?<!\d)(\d+),(\d+)(?![\d,])")
_SPECIFICATION: Final = re.compile(r"\s*[*x×/]\s*.*")
"""What stands behind a strength on a box: 0.5克*30片, 5mg/片."""
_OF_MEDICINES: Final = frozenset(
    {"amount", "unit", "strength", "food", "route", "least_hours", "daily_most", "risk"}
)
_FREE: Final = frozenset({"title", "note", "route", "more"})
"""Columns of free text, whose length is checked with the reminder's."""
_LONGEST: Final = 200
"""The longest cell of the others, in characters."""
_MOST_DIGITS: Final = 20
"""The longest dose in digits, in characters, as everywhere (`strict.fraction_of`)."""
_PLAIN_NUMBERS: Final = {
    "least_hours": ("1-168", Fraction(168)),
    "daily_most": ("1-48", Fraction(48)),
}


@dataclass(frozen=True, slots=True)
class Cells:
    """Reads the cells of one list."""

    words: ListWords
    now: datetime
    """In the elder's time zone."""
    habits: Habits
    headers: dict[str, str]
    """Each column's name as it was written."""
    amount_hint: str = ""
    """The unit of the whole column of amounts, if its header names one."""

    def fields(self, row: dict[str, str]) -> dict[str, Any]:
        """Give the JSON of a request; raises ListFault."""
        cells = {column: visible(cell) for column, cell in row.items()}
        for column, cell in cells.items():
            if column not in _FREE and len(cell) > _LONGEST:
                raise ListFault("too_long", column=self._name(column), most=_LONGEST)
        more = self._more(cells.get("more", ""))
        fields: dict[str, Any] = {name: v for name, v in more.items() if name != "schedule"}
        if not cells.get("title"):
            raise ListFault("title_missing", column=self._name("title"))
        fields["title"] = " ".join(cells["title"].split())
        fields["kind"] = self._kind(cells, fields).value
        if (amount := self._amount(cells)) is not None:
            fields["amount"] = {**fields.get("amount", {}), **amount}
        fields |= self._plain(cells)
        if "least_hours" in cells or "daily_most" in cells:
            fields["as_needed"] = {
                "least_hours": float(self._number(cells, "least_hours", "1")),
                "daily_most": int(self._number(cells, "daily_most", "1")),
            }
        when = WhenCells(self.words, self.now, self.habits, self.headers)
        schedule = when.schedule(
            cells, more.get("schedule", {}), is_as_needed="as_needed" in fields
        )
        if schedule:
            fields["schedule"] = schedule
        return fields

    # ------------------------------------------------------------------------- what it is

    def _kind(self, cells: dict[str, str], fields: dict[str, Any]) -> Kind:
        if "kind" in cells:
            return self.words.kind(cells["kind"], self._name("kind"))
        has_dose = cells.keys() & _OF_MEDICINES or {"amount", "as_needed"} & fields.keys()
        if has_dose or any(map(self.words.is_of_medicines, self.headers.values())):
            return Kind.MEDICINE
        if "kind" in self.headers:
            return Kind.TASK
        raise ListFault(
            "kind_missing",
            given=cells["title"],
            column=self.words.header("kind"),
            medicine=self.words.word("kind", Kind.MEDICINE),
            task=self.words.word("kind", Kind.TASK),
        )

    def _plain(self, cells: dict[str, str]) -> dict[str, Any]:
        """Read what is one word or a remark."""
        found: dict[str, Any] = {name: cells[name] for name in ("note", "route") if name in cells}
        if "food" in cells:
            found["food"] = self.words.food(cells["food"], self._name("food")).value
        if "risk" in cells:
            found["risk"] = self.words.risk(cells["risk"], self._name("risk")).value
        if "confirmed" in cells:
            column = self._name("confirmed")
            found["is_confirmed"] = self.words.is_confirmed(cells["confirmed"], column)
        return found

    def _more(self, text: str) -> dict[str, Any]:
        try:
            more = json.loads(text or "{}")
        except (ValueError, RecursionError) as error:
            raise ListFault("more_wrong", column=self._name("more")) from error
        if not isinstance(more, dict) or not all(
            isinstance(more.get(name, {}), dict) for name in ("schedule", "amount")
        ):
            raise ListFault("more_wrong", column=self._name("more"))
        return more

    def _number(self, cells: dict[str, str], column: str, otherwise: str) -> Fraction:
        given = cells.get(column, otherwise)
        allowed, most = _PLAIN_NUMBERS[column]
        said = re.search(r"\d+(?:\.\d+)?", unify(given))
        plain = unify(given).strip()
        value = Fraction(plain) if re.fullmatch(r"\d+(?:\.\d+)?", plain) else None
        is_whole = column == "daily_most"
        if value is None or not 0 < value <= most or (is_whole and value.denominator != 1):
            near = min(max(Fraction(said[0]), Fraction(1)), most) if said else Fraction(1)
            nearest = f"{int(near)}" if is_whole else f"{float(near):g}"
            raise ListFault(
                "number_wrong", nearest, column=self._name(column), given=given, allowed=allowed
            )
        return value

    # ------------------------------------------------------------------------- how much

    def _amount(self, cells: dict[str, str]) -> dict[str, Any] | None:
        """Read the dose, its unit and what is in each."""
        unit = unify(cells.get("unit", "")).strip()
        strength = self._strength(cells["strength"]) if "strength" in cells else None
        if "amount" not in cells:
            if unit or strength:
                name = self._name("amount")
                raise ListFault("amount_wrong", column=name, given="")
            return None
        dose = self._dose(cells["amount"], unit)
        if dose.unit in MEASURED and strength:
            raise ListFault("strength_of_measured", given=cells["amount"])
        said: dict[str, Any] = {"amount": str(dose.amount), "unit": dose.unit.value}
        if dose.most is not None:
            said["most"] = str(dose.most)
        if dose.word:
            said["word"] = dose.word
        told = to_json(dose.strength) if dose.strength is not None else None
        if told and strength and told != strength:
            given, other = cells["amount"], cells["strength"]
            raise ListFault("amount_twice", column=self._name("amount"), given=given, unit=other)
        if told or strength:
            said["strength"] = strength or told
        return said

    def _dose(self, given: str, unit: str) -> Dose:
        text, column = self._with_point(given, "amount"), self._name("amount")
        if _NUMBER.fullmatch(text) and len(text) > _MOST_DIGITS:
            raise ListFault("amount_wrong", column=column, given=given)
        if _NUMBER.fullmatch(text) or _RANGE.fullmatch(text):
            unit = unit or (self.amount_hint if self._is_unit(self.amount_hint) else "")
            if not unit:
                raise ListFault(
                    "unit_missing", column=column, given=given, allowed=self.words.allowed("unit")
                )
            read = self._read_dose(text + unit, given) or self._read_dose(f"{text} {unit}", given)
            if read is not None:
                return read
            known = self.words.unit(unit, self._name("unit"))
            if not _NUMBER.fullmatch(text):
                raise ListFault("amount_wrong", column=column, given=given)
            value = sum(map(_fraction, text.split()), Fraction(0))
            return self._possible(value, known, given)
        read = self._read_dose(text, given)
        if read is None:
            raise ListFault("amount_wrong", self._nearest_dose(text), column=column, given=given)
        if unit and self.words.unit(unit, self._name("unit")) is not read.unit:
            raise ListFault("amount_twice", column=column, given=given, unit=unit)
        return read

    def _possible(self, value: Fraction, unit: Unit, given: str) -> Dose:
        try:
            return Dose(value, unit, None, 0, 0)
        except ImpossibleAmountError as error:
            raise self._impossible(given) from error

    def _impossible(self, given: str) -> ListFault:
        positive = unify(given).strip().lstrip("-+负 ")
        nearest = positive if positive.strip("0. ") and positive[:1] != "0" else ""
        return ListFault("amount_wrong", nearest, column=self._name("amount"), given=given)

    def _read_dose(self, text: str, given: str) -> Dose | None:
        """Read a dose that is the whole text, in whichever language; raises ListFault."""
        for code in self.words.languages:
            try:
                read = parse_dose(text, code)
            except ImpossibleAmountError as error:
                raise self._impossible(given) from error
            except LanguageError:
                continue
            if read is None or text[read.end :].strip():
                continue
            if self.words.is_about_dose(text[: read.start]):
                return read
        return None

    def _nearest_dose(self, text: str) -> str:
        """Propose what a number and a word nearly say."""
        found = re.match(r"\s*(\d+(?:\.\d+)?)\s*(\D+)$", text)
        near = self.words.nearest("unit", found[2]) if found else ""
        gap = " " if near.isascii() else ""
        return f"{found[1]}{gap}{near}" if found and near else ""

    def _is_unit(self, text: str) -> bool:
        return bool(text) and self.words.unit_named(text) is not None

    def _strength(self, given: str) -> dict[str, Any]:
        text = _SPECIFICATION.sub("", self._with_point(given, "strength"))
        fault = ListFault("strength_wrong", column=self._name("strength"), given=given)
        try:
            read = self._read_dose(text, given)
        except ListFault as error:
            raise fault from error
        if read is None or read.unit not in STRENGTHS or read.most is not None:
            raise fault
        return {"amount": str(read.amount), "unit": read.unit.value}

    def _with_point(self, given: str, column: str) -> str:
        """Read the comma of "0,5" as the point it is; 1,000 may be one or a thousand."""
        text = " ".join(unify(given).split())
        found = _COMMA.search(text)
        if found is None:
            return text
        if len(found[2]) > 2:
            raise ListFault("number_unclear", column=self._name(column), given=given)
        return _COMMA.sub(r"\1.\2", text)

    def _name(self, column: str) -> str:
        return self.words.name_in(self.headers, column)


def _fraction(text: str) -> Fraction:
    try:
        return Fraction(text)
    except ZeroDivisionError:
        return Fraction(0)
