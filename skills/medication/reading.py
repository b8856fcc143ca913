"""What a sentence says of a medicine or a thing to do: names, doses, food, route, limits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from skills.api import Dose, ImpossibleAmountError, Turn, parse_dose, parse_number
from skills.medication.words import Words, words

_MARK: Final = "⟦{}⟧"
_MARKS: Final = re.compile(r"⟦(\d+)⟧")
_MOST_DOSES: Final = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a sentence names."""

    title: str
    phrase: str = ""
    """The same with all its words: "take the bins out", where the title is "the bins out"."""
    dose: dict[str, Any] | None = None
    """As `reminders.add` takes it."""
    number: str | None = None
    """How many, without a unit; a fraction."""
    said: str = ""
    """The words of the dose."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence without its words about time."""

    whole: Part = Part("")
    """All of it as one thing; without a title, a bare dose."""
    parts: tuple[Part, ...] = ()
    """The same as a list of things, in their order, where it may be one."""
    verb: str = ""
    """takes, eats or nothing."""
    food: str = ""
    route: str = ""
    is_as_needed: bool = False
    least_hours: float | None = None
    daily_most: int | None = None
    is_once: bool = False
    any_amount: bool = False
    doses: int = 0
    """How many different doses it names."""
    impossible: bool = False
    """A dose that nobody can take, such as minus three."""

    @property
    def has_dose(self) -> bool:
        """Whether it says how many."""
        return bool(self.whole.dose or self.whole.number)


def read(
    text: str,
    lang: str,
    spans: Sequence[Sequence[int]],
    *,
    bare_number: bool,
    beside_name: bool = True,
) -> Said:
    """Read a sentence.

    Args:
        text: The sentence.
        lang: Its language.
        spans: Where its words about time stand.
        bare_number: A number alone says how many.
        beside_name: A number next to a name does: "metformin two".
    """
    own = words(lang)
    food = own.of(own.food, text) or ""
    hours, most = _number(own.groups("least_hours", text), lang), _limit(own, text, lang)
    rest = text
    for kind in ("as_needed", "least_hours", "daily_most", "once", "any_amount"):
        rest = _blank(own.patterns[kind], rest)
    for pattern, _ in (*own.food, *own.route):
        rest = _blank(pattern, rest)
    for start, end in spans:
        rest = rest[:start] + " " * (end - start) + rest[end:]
    impossible = False
    try:
        marked, doses = _mark_doses(rest, lang, bare_number=bare_number, beside_name=beside_name)
    except ImpossibleAmountError:
        impossible, doses = True, []
        marked = _without_number(rest, lang)
    verb = _verb(own, marked)
    pieces = _pieces(own, marked)
    return Said(
        whole=_part(own, pieces[0] if len(pieces) == 1 else marked, doses),
        parts=tuple(_part(own, piece, doses) for piece in pieces) if len(pieces) > 1 else (),
        verb=verb,
        food=food,
        route=own.of(own.route, text) or "",
        is_as_needed=own.has("as_needed", text) or hours is not None or most is not None,
        least_hours=hours,
        daily_most=most,
        is_once=own.has("once", text),
        any_amount=own.has("any_amount", text),
        doses=len({(str(each.dose), each.number) for each in doses}),
        impossible=impossible,
    )


def amount_of(dose: Dose) -> dict[str, Any]:
    """A dose as the services take it."""
    amount: dict[str, Any] = {"amount": str(dose.amount), "unit": dose.unit.value}
    if dose.strength is not None:
        strength = {"amount": str(dose.strength.amount), "unit": dose.strength.unit.value}
        amount |= {"strength": strength}
    amount |= {"word": dose.word} if dose.word else {}
    return amount | ({"most": str(dose.most)} if dose.most is not None else {})


def lone_number(turn: Turn, text: str, said: Said) -> str:
    """A number that may be an hour or a dose, with another behind it; empty if there is none."""
    number = parse_number(text, turn.lang)
    if number is None or said.daily_most is not None or said.is_as_needed:
        return ""
    is_hour = number.value.denominator == 1 and 0 < number.value <= 24
    end = number.end
    following = parse_number(text[end:], turn.lang)
    if following is not None and not text[end : end + following.start].strip():
        end += following.end
    return text[number.start : end] if is_hour else ""


def number_in(text: str | None, lang: str) -> float | None:
    """The first number of a text."""
    return _number(text, lang)


def _limit(own: Words, text: str, lang: str) -> int | None:
    found = _number(own.groups("daily_most", text), lang)
    return int(found) if found is not None else None


def _number(said: str | None, lang: str) -> float | None:
    found = parse_number(said, lang) if said else None
    return float(found.value) if found is not None else None


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """Spaces in the place of words, so that the others stay where they are."""
    for found in pattern.finditer(text.lower()):
        text = text[: found.start()] + " " * len(found[0]) + text[found.end() :]
    return text


def _mark_doses(
    text: str, lang: str, *, bare_number: bool, beside_name: bool
) -> tuple[str, list[Part]]:
    """Put marks in the place of doses, so that names can be told from them."""
    doses: list[Part] = []
    while len(doses) < _MOST_DOSES and (dose := parse_dose(text, lang)) is not None:
        doses.append(Part("", text[dose.start : dose.end], dose=amount_of(dose)))
        if dose.apart is not None:
            start, end = dose.apart
            text = text[:start] + " " * (end - start) + text[end:]
        text = text[: dose.start] + _MARK.format(len(doses) - 1) + text[dose.end :]
    number = parse_number(_MARKS.sub(" ", text), lang) if not doses else None
    is_dose = number is not None and (
        bare_number or (beside_name and _is_beside_name(lang, text, number.start, number.end))
    )
    if number is not None and is_dose:
        if number.value <= 0:
            raise ImpossibleAmountError(str(number.value))
        said = text[number.start : number.end]
        doses.append(Part("", said, number=str(Fraction(number.value))))
        text = text[: number.start] + _MARK.format(0) + text[number.end :]
    return text, doses


def _without_number(text: str, lang: str) -> str:
    """The text without an impossible amount and its unit."""
    found = parse_number(text, lang)
    if found is None:
        return text
    possible = "1 " if text.isascii() else "一"
    text = text[: found.start] + possible + text[found.end :].lstrip()
    dose = parse_dose(text, lang)
    if dose is None:
        return text.replace(possible, " ", 1)
    return text[: dose.start] + " " + text[dose.end :]


def _is_beside_name(lang: str, text: str, start: int, end: int) -> bool:
    """Tell "metformin two" and "two metformin" from a number within other words, or an hour."""
    if words(lang).has("before_hour", text[:start]):
        return False
    before, after = text[:start].strip(), text[end:].strip()
    return text.isascii() and (not after or not before or after.split()[0].isalpha())


def _verb(own: Words, marked: str) -> str:
    core = own.core(marked).lower()
    return next((kind for kind in ("takes", "eats") if own.patterns[kind].search(core)), "")


def _pieces(own: Words, marked: str) -> list[str]:
    pieces: list[str] = []
    for piece in own.patterns["list"].split(marked):
        is_dose = bool(_MARKS.search(piece)) and not own.core(_MARKS.sub(" ", piece))
        if is_dose and pieces:
            pieces[-1] += piece
        elif own.core(piece) and not own.has("generic", own.core(piece)):
            pieces.append(piece)
    if len(pieces) == 1 and len(_MARKS.findall(marked)) > 1:
        # Cut before each mark where the first stands ahead of its name, else behind each.
        is_ahead = _MARKS.match(own.core(marked)) is not None
        pieces = re.split(r"(?=⟦)" if is_ahead else r"(?<=⟧)", marked)
    return [piece for piece in pieces if piece.strip()]


def _part(own: Words, piece: str, doses: Sequence[Part]) -> Part:
    """A name with the dose that stands beside it."""
    marks = [doses[int(mark)] for mark in _MARKS.findall(piece)]
    dose = marks[0] if marks else Part("")
    whole = _MARKS.sub(lambda mark: doses[int(mark[1])].phrase, piece)
    return Part(
        _title(own, _MARKS.sub(" ", piece)),
        _phrase(own, whole),
        dose.dose,
        dose.number,
        dose.phrase,
    )


def _title(own: Words, piece: str) -> str:
    title = own.core(piece)
    verb = own.patterns["verbs"].match(title.lower())
    return own.core(title[verb.end() :]) if verb is not None else title


def _phrase(own: Words, piece: str) -> str:
    """What comes after "remind me to", else all of it."""
    asked = own.patterns["asks_reminder"].match(piece.lower())
    phrase = piece[asked.end() :] if asked is not None else ""
    return own.without("politeness", phrase).strip(" ,.，。") or own.core(piece)
