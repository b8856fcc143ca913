"""What one pass over a sentence reads: every word has one owner, or is left and asked about."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from assistant.language.amounts import Dose, SaidDose
from assistant.language.clues import Denied, Found, Reader, Unclear

TIME_MASK = "\0"
"""Stands in the place of words that a rule about time has read."""
DOSE_MASK = "\1"
"""Stands in the place of a dose."""
NAME_MASK = "\2"
"""Stands in the place of a name: what is in it belongs to nobody else."""


class LeftKind(StrEnum):
    """What words that nobody used may belong to."""

    NUMBER = "number"
    """A number; it may be a dose ("two metformin") or an hour ("eight, no, nine")."""
    TIME = "time"
    """A part of a clock time or of a date: "p m", 半, "after", "until"."""
    DAYS = "days"
    """A pattern of days: "weekly", 逢单日, "two days off"."""
    NEGATION = "negation"
    """"Not", "never", 别, 不要."""
    EXCEPTION = "exception"
    """"Except", "but", 除了."""
    UNCLEAR = "unclear"
    """Words that can be read in two ways: 八点五毫克, "seven thirty five milligrams"."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """Words that could belong to a time, an amount, a pattern, a negation or an exception."""

    kind: LeftKind
    words: str
    start: int
    end: int


class Owner(StrEnum):
    """What a word was used for."""

    WHEN = "when"
    DOSE = "dose"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Span:
    """Words in a sentence, [start, end), and what they were used for."""

    start: int
    end: int
    owner: Owner


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as one pass read it."""

    clues: tuple[Found, ...]
    """What it says about time, in its order."""
    said_doses: tuple[SaidDose, ...]
    """How much is taken, in its order; not yet checked for being possible."""
    leftover: tuple[Leftover, ...]
    """What must be asked about, unless the caller itself knows what it is."""
    spans: tuple[Span, ...] = field(default=())
    """Who used which words."""

    @property
    def doses(self) -> tuple[Dose, ...]:
        """The doses.

        Raises:
            ImpossibleAmountError: one of them is nothing, or less than nothing.
        """
        return tuple(said.dose() for said in self.said_doses)


Rules = Iterable[tuple[re.Pattern[str], Reader]]
LeftRules = Sequence[tuple[LeftKind, re.Pattern[str]]]


def read_sentence(
    text: str,
    today: date,
    *,
    names: Sequence[str],
    find_doses: Callable[[str], tuple[list[SaidDose], list[Leftover]]],
    rules: Rules,
    harmless: re.Pattern[str],
    left_rules: LeftRules,
) -> Reading:
    """Read names, doses and times, in this order; what one has read is gone for the next.

    Args:
        text: The sentence.
        today: The date.
        names: Names in it that the caller knows, "vitamin b twelve"; their numbers are theirs.
        find_doses: The language's doses, and what may or may not be one.
        rules: The language's rules about time.
        harmless: Words that look like leftovers and are none ("don't forget").
        left_rules: What may not be left over.
    """
    left, spans = _without_names(text, names)
    said_doses, unclear = find_doses(left)
    for said in said_doses:
        left = masked(left, said.start, said.end, DOSE_MASK)
        spans.append(Span(said.start, said.end, Owner.DOSE))
    for each in unclear:
        left = masked(left, each.start, each.end, NAME_MASK)
    found, left = scan(left, today, rules)
    spans += [Span(each.start, each.end, Owner.WHEN) for each in found if each.start < each.end]
    leftover = [*unclear, *_leftover(text, left, harmless, left_rules)]
    leftover += [
        Leftover(LeftKind.UNCLEAR, text[each.start : each.end], each.start, each.end)
        for each in found
        if isinstance(each.clue, Unclear)
    ]
    meant = (each for each in found if not isinstance(each.clue, Denied | Unclear))
    return Reading(
        clues=tuple(sorted(meant, key=lambda each: each.start)),
        said_doses=tuple(said_doses),
        leftover=tuple(sorted(leftover, key=lambda each: each.start)),
        spans=tuple(sorted(set(spans), key=lambda span: span.start)),
    )


def masked(text: str, start: int, end: int, mask: str) -> str:
    """The text with a mask in the place of words, so that the others stay where they are."""
    return text[:start] + mask * (end - start) + text[end:]


def scan(text: str, today: date, rules: Rules) -> tuple[list[Found], str]:
    """Apply the rules in their order; words that one has read are gone for the next."""
    found: list[Found] = []
    left = text
    for pattern, read in rules:
        for match in pattern.finditer(left):
            clues = list(read(match, today))
            if not clues:
                continue
            start, end = match.span()
            found += [Found(clue, start, end) for clue in clues]
            left = masked(left, start, end, TIME_MASK)
    return found, left


def _without_names(text: str, names: Sequence[str]) -> tuple[str, list[Span]]:
    left, spans = text, list[Span]()
    for name in sorted(filter(None, names), key=len, reverse=True):
        for match in re.finditer(re.escape(name), left, re.IGNORECASE):
            left = masked(left, *match.span(), NAME_MASK)
            spans.append(Span(*match.span(), Owner.NAME))
    return left, spans


def _leftover(text: str, left: str, harmless: re.Pattern[str], rules: LeftRules) -> list[Leftover]:
    for match in harmless.finditer(left):
        left = masked(left, *match.span(), NAME_MASK)
    found: list[Leftover] = []
    for kind, pattern in rules:
        for match in pattern.finditer(left):
            start, end = match.span()
            found.append(Leftover(kind, text[start:end], start, end))
            left = masked(left, start, end, NAME_MASK)
    return found
