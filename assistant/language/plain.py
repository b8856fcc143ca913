"""A language that is all data: the [plain] tables of its `language.toml`, as functions.

What its tables lack raises `NotInLanguageError` when it is needed, never before: a language may
begin with its cries alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import cache, lru_cache
from typing import Final, NoReturn, TypeVar

from cattrs import Converter

from assistant.language.amounts import Dose, Number, Unit
from assistant.language.contract import Language, Sounds, Speech, Spoken
from assistant.language.errors import NotInLanguageError
from assistant.language.word_sounds import skeleton
from assistant.packs import Facts

_CACHED: Final = 8_192
_MOST_SAID: Final = 1_000
"""Numbers below this are known by their words; people say longer ones digit by digit."""
_DURATIONS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_Form = TypeVar("_Form")
_DIGITS: Final = re.compile(r"\d+")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
_CLOCK: Final = re.compile(r"\b(\d{1,2}):(\d{2})\b")


@dataclass(frozen=True, slots=True)
class PlainTables:
    """The tables of [plain]; an empty one is not known in this language."""

    alike: tuple[tuple[str, str], ...] = ()
    """Pattern and what takes its place, in their order: which sounds of a word are one."""
    numbers: bool = False
    """Whether num2words says its numbers."""
    words_per_second: float = 2.5
    """How fast its voice is, in words a second."""
    short_forms: tuple[str, ...] = ()
    """Words whose full stop ends no sentence: "Dr."."""
    signs: dict[str, str] = field(default_factory=dict)
    """What a sign or a unit is called: "mg", "%"."""
    time: dict[str, str] = field(default_factory=dict)
    """`hour` and `clock` with {hour} and {minute}; `moment` with {day} and {time}."""
    days: dict[str, str] = field(default_factory=dict)
    """`date` with {day} and {month}, `full_date` with {date} and {year}, `on` with {date},
    `this_week` and `next_week` with {weekday}, and the days from today by number: "1"."""
    weekdays: tuple[str, ...] = ()
    """From Monday."""
    months: tuple[str, ...] = ()
    """From January."""
    lengths: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The words for a day, an hour, a minute and a second: of one, and of {} of them."""
    doses: dict[str, tuple[str, str]] = field(default_factory=dict)
    """A unit's name as in `amounts.Unit`: of one, and of {} of them."""
    listing: tuple[str, str] = (", ", ", ")
    """What stands between the things of a list, and before the last."""


def plain_language(code: str, facts: Facts) -> Language:
    """Make a language of what its `language.toml` says."""
    tables = Converter(forbid_extra_keys=True).structure(facts.plain, PlainTables)
    plain = _Plain(code, facts.name, tables)
    return Language(
        code=code,
        name=facts.name,
        script=facts.script,
        sounds=Sounds(
            readings=tuple if not facts.script.spaces else lambda word: (word,),
            bare=str,
            alike=lru_cache(_CACHED)(plain.alike),
            rough=lru_cache(_CACHED)(lambda word: skeleton(plain.alike(word))),
        ),
        speech=Speech(
            expand=plain.expand,
            pronounce=str,
            count_sounds=lambda text: len(text.split()) if facts.script.spaces else len(text),
            sounds_per_second=tables.words_per_second,
            short_form=re.compile("|".join(map(re.escape, tables.short_forms)) or r"(?!)"),
        ),
        spoken=Spoken(
            time_of_day=plain.time_of_day,
            day=plain.day,
            full_date=plain.full_date,
            weekday=plain.weekday,
            relative_day=plain.relative_day,
            moment=plain.moment,
            duration=plain.duration,
            number=plain.number,
            dose=plain.dose,
            listing=plain.listing,
            lunar_date=plain.full_date,
            festivals=lambda _: (),
        ),
        sample="",
        read=plain.read,
        find_number=plain.find_number,
        find_dose=plain.find_dose,
    )


class _Plain:
    def __init__(self, code: str, name: str, tables: PlainTables) -> None:
        self._code, self._name, self._tables = code, name, tables
        self._alike = [(re.compile(pattern), said) for pattern, said in tables.alike]
        self._numbers: Callable[[], dict[str, int]] = cache(self._number_words)

    # ------------------------------------------------------------------------- sounds, numbers

    def alike(self, word: str) -> str:
        sound = word.replace("'", "")
        for pattern, said in self._alike:
            sound = pattern.sub(said, sound)
        return sound or word

    def number(self, number: str) -> str:
        if not self._tables.numbers:
            return number
        from num2words import num2words  # noqa: PLC0415 (0.2 s: only when a number is really said)

        said = num2words(number if "." in number else int(number), lang=self._code)
        return str(said)

    def _number_words(self) -> dict[str, int]:
        return {self.number(str(n)): n for n in range(_MOST_SAID)} if self._tables.numbers else {}

    def expand(self, text: str) -> str:
        def clock(found: re.Match[str]) -> str:
            hour, minute = int(found[1]), int(found[2])
            if hour > 23 or minute > 59 or not self._tables.time:
                return found[0]
            return self.time_of_day(time(hour, minute))

        text = _CLOCK.sub(clock, text)
        for sign, said in self._tables.signs.items():
            end = r"(?!\w)" if sign[-1].isalnum() else ""
            text = re.sub(rf"(?<=\d) ?{re.escape(sign)}{end}", f" {said}", text)
        return _DIGITS.sub(lambda found: self.number(found[0]), text)

    # --------------------------------------------------------------------------- times

    def time_of_day(self, at: time) -> str:
        form = self._of(self._tables.time, "clock" if at.minute else "hour", "time")
        hour, minute = self.number(str(at.hour)), self.number(str(at.minute))
        return form.format(hour=hour, minute=minute)

    def day(self, at: date) -> str:
        month = self._at(self._tables.months, at.month - 1, "months")
        return self._of(self._tables.days, "date", "days").format(day=at.day, month=month)

    def full_date(self, at: date) -> str:
        form = self._of(self._tables.days, "full_date", "days")
        return form.format(date=self.day(at), year=at.year)

    def weekday(self, at: date) -> str:
        return self._at(self._tables.weekdays, at.weekday(), "weekdays")

    def relative_day(self, at: date, today: date) -> str:
        days = (at - today).days
        if named := self._tables.days.get(str(days)):
            return named
        weeks = (days + today.weekday()) // 7
        if days > 0 and weeks in {0, 1}:
            form = self._of(self._tables.days, ("this_week", "next_week")[weeks], "days")
            return form.format(weekday=self.weekday(at))
        said = self.day(at) if at.year == today.year else self.full_date(at)
        return self._of(self._tables.days, "on", "days").format(date=said)

    def moment(self, at: datetime, now: datetime) -> str:
        form = self._of(self._tables.time, "moment", "time")
        day = self.relative_day(at.date(), now.date())
        return form.format(day=day, time=self.time_of_day(at.time()))

    def duration(self, length: timedelta) -> str:
        seconds = max(round(length.total_seconds()), 0)
        parts: list[str] = []
        for unit, size in _DURATIONS:
            number, seconds = divmod(seconds, size)
            if number or (size == 1 and not parts):
                forms = self._of(self._tables.lengths, unit, "lengths")
                parts.append(self._counted(str(number), forms))
            elif parts:
                break
        return self.listing(parts[:2])

    def listing(self, items: Sequence[str]) -> str:
        between, last = self._tables.listing
        return last.join(filter(None, [between.join(items[:-1]), *items[-1:]]))

    # --------------------------------------------------------------------------- doses

    def dose(self, dose: Dose) -> str:
        forms = self._of(self._tables.doses, dose.unit.value, "doses")
        said = f"{float(dose.amount):g}"
        if dose.most is not None:
            most = self.number(f"{float(dose.most):g}")
            return forms[1].format(f"{self.number(said)}–{most}")
        return self._counted(said, forms)

    def _counted(self, number: str, forms: tuple[str, str]) -> str:
        return forms[0] if number == "1" else forms[1].format(self.number(number))

    def find_number(self, text: str) -> Number | None:
        for found in re.finditer(rf"{_NUMBER.pattern}|\w+", text.lower()):
            if _NUMBER.fullmatch(found[0]):
                return Number(Fraction(found[0].replace(",", ".")), *found.span())
            if (known := self._numbers().get(found[0])) is not None:
                return Number(Fraction(known), *found.span())
        return None

    def find_dose(self, text: str) -> Dose | None:
        for name, (one, many) in self._tables.doses.items():
            start = text.lower().find(one.lower())
            if start >= 0:
                return Dose(Fraction(1), Unit(name), None, start, start + len(one))
            noun = many.replace("{}", "").strip()
            found = re.search(rf"(\S+) {re.escape(noun)}\b", text, re.IGNORECASE)
            if found and (number := self.find_number(found[1])):
                return Dose(number.value, Unit(name), None, *found.span())
        return None

    def read(self, text: str, today: date, names: Sequence[str]) -> NoReturn:
        del text, today, names
        raise NotInLanguageError(
            f"{self._name}: times in a sentence are not read yet; {self._place('functions')}"
        )

    # --------------------------------------------------------------------------- what is absent

    def _of(self, table: dict[str, _Form], key: str, name: str) -> _Form:
        if key not in table:
            raise NotInLanguageError(f"{self._name}: {name}.{key} is absent; {self._place(name)}")
        return table[key]

    def _at(self, row: tuple[str, ...], at: int, name: str) -> str:
        if at >= len(row):
            raise NotInLanguageError(f"{self._name}: {name} are absent; {self._place(name)}")
        return row[at]

    def _place(self, name: str) -> str:
        return f"assistant/language/{self._code}/language.toml, [plain] {name}: docs/languages.md"
