"""The words of a list of reminders: its columns and cells in every language, and its refusals."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from cattrs import Converter

from assistant import packs
from assistant.language import LANGUAGES, Dose, Replies, Unit, best_match
from assistant.language.text import unify
from assistant.reminders.in_words import decimal_words, written_in
from assistant.services import refusals
from assistant.services.errors import InvalidRefused, Refusal
from assistant.services.reminder import Food, Kind, Risk

_PATTERN: Final = "assistant/reminders/lists/{lang}/list.toml"
_REPLIES: Final = "assistant/reminders/lists/{lang}/replies.yml"
_LIKE_ENOUGH: Final = 0.5
"""From which likeness on a word is proposed instead of one that is not known; by spelling or by
sound, since 偏 is typed for 片."""
_IGNORED: Final = frozenset({"no", "no.", "nr", "nr.", "#", "序号", "编号", "行号"})
_CONVERTER: Final = Converter(forbid_extra_keys=True)

Names = dict[str, tuple[str, ...]]
"""What is meant, to the words for it; the first is the one that is written."""


@dataclass(frozen=True, slots=True)
class Table:
    """What `list.toml` says in one language."""

    each: str = "{}"
    """How days become a sentence."""
    at: str = "{}"
    """How a time becomes a sentence."""
    between: tuple[str, ...] = ()
    """Words that say nothing between times and days."""
    medicine_columns: tuple[str, ...] = ()
    """Names of columns that say that it is a medicine."""
    columns: Names = field(default_factory=dict)
    kind: Names = field(default_factory=dict)
    food: Names = field(default_factory=dict)
    unit: Names = field(default_factory=dict)
    risk: Names = field(default_factory=dict)
    weekday: Names = field(default_factory=dict)
    confirmed: Names = field(default_factory=dict)
    examples: tuple[dict[str, str], ...] = ()


class ListFault(ValueError):  # noqa: N818  (a plain no, worded in the language of the home)
    """A cell, or a list, that cannot be read: the key of its sentence, and what goes into it."""

    def __init__(self, key: str, nearest: str = "", **slots: str | int) -> None:
        super().__init__(key)
        self.key, self.nearest, self.slots = key, nearest, slots
        self.line = 1
        """The line of the file it is in, if it is of the list as a whole."""


@cache
def tables() -> dict[str, Table]:
    """Read what every language has of a list; a file with a mistake costs its language alone."""
    found: dict[str, Table] = {}
    for code, file in packs.by_language(_PATTERN).items():
        try:
            read = tomllib.loads(file.read_text("utf-8"))
            found[code] = _CONVERTER.structure(read, Table)
        except (OSError, ValueError) as error:
            packs.leave_out(code, file, error)
    return found


@cache
def _replies() -> Replies:
    # One wording a key: which comes is no question.
    return Replies.load(Path(__file__).parent / "lists", random=Random(0))  # noqa: S311


def fold(text: str) -> str:
    """Give words one form: full width is half, capitals are small, gaps and marks are one space."""
    text = unify(visible(text)).casefold().replace("_", " ")
    return " ".join(text.split()).strip(" :*")


def visible(text: str) -> str:
    """Take off what nobody sees: a chat or a spreadsheet leaves marks without width."""
    return "".join(each for each in text if unicodedata.category(each) != "Cf").strip()


class ListWords:
    """The words of a list, as one home reads and writes them."""

    def __init__(self, lang: str) -> None:
        self.lang = written_in(lang, _REPLIES)
        known = tables()
        self.languages = tuple(sorted(LANGUAGES, key=lambda code: code != lang))
        """Every language, that of the home first."""
        self._known = [known[code] for code in self.languages if code in known]
        self.own = known.get(self.lang, self._known[0])

    # ------------------------------------------------------------------------------ reading

    def column(self, header: str) -> str | None:
        """Find which column a header names; empty for one that only numbers the lines."""
        return "" if fold(header) in _IGNORED else self._find("columns", header, ())

    def is_of_medicines(self, header: str) -> bool:
        """Whether a header says that its column has medicines."""
        return any(fold(header) in map(fold, each.medicine_columns) for each in self._known)

    def kind(self, given: str, column: str) -> Kind:
        """Read a kind; raises ListFault."""
        return Kind(self._one_of("kind", given, column, Kind))

    def food(self, given: str, column: str) -> Food:
        """Read how it goes with food; raises ListFault."""
        return Food(self._one_of("food", given, column, [each for each in Food if each]))

    def risk(self, given: str, column: str) -> Risk:
        """Read what hangs on it; raises ListFault."""
        return Risk(self._one_of("risk", given, column, Risk))

    def unit(self, given: str, column: str) -> Unit:
        """Read a unit; raises ListFault."""
        return Unit(self._one_of("unit", given, column, Unit))

    def unit_named(self, given: str) -> Unit | None:
        """Find a unit; None if it is none."""
        found = self._find("unit", given, Unit)
        return Unit(found) if found is not None else None

    def is_confirmed(self, given: str, column: str) -> bool:
        """Read yes or no; raises ListFault."""
        return self._one_of("confirmed", given, column, ()) == "yes"

    def weekday(self, given: str) -> str | None:
        """Find a day of the week, as RFC 5545 calls it."""
        return self._find("weekday", given, ())

    def says_nothing(self, words: str) -> bool:
        """Whether what was not understood of a cell says nothing."""
        known = sorted((each for t in self._known for each in t.between), key=len, reverse=True)
        for each in known:
            gap = r"\b" if each.isascii() else ""
            words = re.sub(gap + re.escape(each) + gap, " ", words, flags=re.IGNORECASE)
        return not any(each.isalnum() for each in words)

    def is_about_dose(self, words: str) -> bool:
        """Whether words before a dose only say that it is one: 每次."""
        return not fold(words) or self._find("columns", words, ()) == "amount"

    def as_days(self, text: str) -> Iterator[tuple[str, str]]:
        """Give each language and what days may be in it: as written, and as a sentence."""
        yield from self._sentences(text, "each")

    def as_time(self, text: str) -> Iterator[tuple[str, str]]:
        """Give each language and what a time may be in it: as written, and as a sentence."""
        yield from self._sentences(text, "at")

    def _sentences(self, text: str, form: str) -> Iterator[tuple[str, str]]:
        for code in self.languages:
            yield code, text
            if code in tables():
                yield code, getattr(tables()[code], form).format(text)

    def _find(self, group: str, given: str, values: Iterable[str]) -> str | None:
        # A sign such as ✓ is no word and folds to nothing: so is ✗, which must not be the same.
        exact, wanted = visible(given), fold(given)
        if value := next((str(each) for each in values if wanted and fold(each) == wanted), None):
            return value
        for table in self._known:
            names: Names = getattr(table, group)
            for meant, words in names.items():
                if exact in words or (wanted and wanted in map(fold, (meant, *words))):
                    return meant
        return None

    def _one_of(self, group: str, given: str, column: str, values: Iterable[str]) -> str:
        found = self._find(group, given, values)
        if found is None:
            near, allowed = self.nearest(group, given), self.allowed(group)
            raise ListFault("not_allowed", near, column=column, given=given, allowed=allowed)
        return found

    # ------------------------------------------------------------------------------ writing

    def header(self, column: str) -> str:
        """Name a column in the language of the home."""
        return self._first("columns", column)

    def name_in(self, headers: dict[str, str], column: str) -> str:
        """Name a column as it was written, else in the language of the home."""
        return headers.get(column) or self.header(column)

    def word(self, group: str, value: str) -> str:
        """Write a value in the language of the home."""
        return self._first(group, value)

    def allowed(self, group: str) -> str:
        """Name what may be written, each by its first word."""
        words = [names[0] for names in getattr(self.own, group).values()]
        return LANGUAGES[self.lang].spoken.listing(words)

    def nearest(self, group: str, given: str) -> str:
        """Find the word that is most like one that is not known; empty if none is."""
        words = [
            word
            for table in self._known
            for names in getattr(table, group).values()
            for word in names
        ]
        near = best_match(fold(given), words, _LIKE_ENOUGH)
        return near.name if near is not None else ""

    def _first(self, group: str, value: str) -> str:
        names: Names = getattr(self.own, group)
        return names[value][0] if value in names else value

    # ------------------------------------------------------------------------------ refusing

    def say(self, key: str, **slots: str | int) -> str:
        """Say a sentence of the list in the language of the home."""
        return _replies().render(key, self.lang, avoid="", **slots)

    def fault(self, fault: ListFault) -> str:
        """Say what is wrong, what is allowed, and what is nearest to what was written."""
        said = self.say(fault.key, **fault.slots)
        if not fault.nearest:
            return said
        return self.say("with_nearest", fault=said, nearest=fault.nearest)

    def refusal(self, refusal: Refusal) -> str:
        """Say why a reminder is not kept, in the language of the home."""
        match refusal:
            case refusals.DoseUnlikelyRefused():
                return self._unlikely(refusal)
            case refusals.DoseTooMuchRefused():
                return self._too_much(refusal)
            case refusals.NeverComesRefused():
                return self.say("never_comes")
            case refusals.TooManyRefused():
                return self.say("too_many", most=refusal.most)
            case refusals.ClockWrongRefused():
                return self.say("clock_wrong")
            case InvalidRefused(field="title"):
                return self.say("title_wrong")
        return self.say("cannot_be", why=str(refusal))

    def asked(self, refusal: refusals.DoseUnlikelyRefused) -> str:
        """Ask whether a dose that is not usual is right."""
        question = self.say("ask_dose", why=self.unlikely(refusal))
        return self.say(
            "yes_or_no",
            question=question,
            yes=self.word("confirmed", "yes"),
            no=self.word("confirmed", "no"),
        )

    def _unlikely(self, refusal: refusals.DoseUnlikelyRefused) -> str:
        yes, column = self.word("confirmed", "yes"), self.header("confirmed")
        return self.say("confirm", why=self.unlikely(refusal), column=column, yes=yes)

    def unlikely(self, refusal: refusals.DoseUnlikelyRefused) -> str:
        """Say what is not usual about a dose."""
        most = self._amount(refusal.usual_most, refusal.unit)
        given = self._amount(refusal.amount, refusal.unit)
        key = f"unlikely_{refusal.per}"
        if refusal.per == "interval":
            return self.say(key, days=refusal.usual_most)
        if refusal.usual_least and Fraction(refusal.amount) < Fraction(refusal.usual_least):
            least = self._amount(refusal.usual_least, refusal.unit)
            return self.say("unlikely_little", given=given, least=least, most=most)
        return self.say(key, given=given, most=most)

    def _too_much(self, refusal: refusals.DoseTooMuchRefused) -> str:
        if refusal.per == "interval":
            return self.say("too_often", title=refusal.title, days=refusal.most)
        most = self._amount(refusal.most, refusal.limit_unit)
        given = self._amount(refusal.amount, refusal.unit)
        return self.say(f"too_much_{refusal.per}", title=refusal.title, given=given, most=most)

    def _amount(self, amount: str, unit: str) -> str:
        if not unit:
            return decimal_words(Fraction(amount))
        dose = Dose(Fraction(amount), Unit(unit), None, 0, 0)
        return LANGUAGES[self.lang].spoken.dose(dose)


_HINT: Final = re.compile(r"(?P<name>[^(\[【]+)[(\[【](?P<hint>[^)\]】]*)[)\]】]")


def without_hint(header: str) -> tuple[str, str]:
    """Part a header from what stands behind it in brackets: 剂量（毫克）."""
    found = _HINT.fullmatch(unify(visible(header)).strip())
    return (found["name"].strip(), found["hint"].strip()) if found else (visible(header), "")
