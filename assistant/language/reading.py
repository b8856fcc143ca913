"""What one pass over a sentence reads: every word has one owner, or is left and asked about."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import pairwise

from assistant.language.amounts import Dose, SaidDose
from assistant.language.clues import Clock, Found, Reader
from assistant.language.signs import Denied, TakenBack, Unclear

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
    COUNT = "count"
    """A number that counts the word behind it, "my two sons": no time, but maybe a dose."""
    TIME = "time"
    """A part of a clock time or of a date: "p m", 半, "after", "until"."""
    DAYS = "days"
    """A pattern of days: "weekly", 逢单日, "two days off"."""
    NEGATION = "negation"
    """"Not", "never", 别, 不要."""
    EXCEPTION = "exception"
    """"Except", "but", 除了."""
    STATEMENT = "statement"
    """What is, was or is asked, where nothing is wished: "did i", "used to", 吃没吃."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """What a language reads a sentence by."""

    known_names: re.Pattern[str]
    """Names that have a number in them."""
    find_doses: Callable[[str], tuple[list[SaidDose], list[Leftover]]]
    """Its doses, and what may or may not be one."""
    repair: re.Pattern[str]
    """All that stands between what was said and what is meant instead."""
    rules: Rules
    """About time, in the order in which they read."""
    harmless: re.Pattern[str]
    """Words that look like leftovers and are none ("don't forget")."""
    left_rules: LeftRules
    """What may not be left over."""


def read_sentence(text: str, today: date, names: Sequence[str], grammar: Grammar) -> Reading:
    """Read names, doses and times, in this order; what one has read is gone for the next.

    Args:
        text: The sentence.
        today: The date.
        names: Names in it that the caller knows; their numbers are theirs.
        grammar: The language's.
    """
    left, spans = _without_names(text, names, grammar.known_names)
    said_doses, unclear = grammar.find_doses(left)
    taken_back = _taken_back(left, said_doses, grammar.repair)
    left, meant_doses = _mask_doses(left, said_doses, grammar.repair)
    for said in said_doses:
        words = [(said.start, said.end), *([said.apart] if said.apart else [])]
        spans += [Span(*each, Owner.DOSE) for each in words]
    for each in unclear:
        left = masked(left, each.start, each.end, NAME_MASK)
    found, left = scan(left, today, grammar.rules)
    for correction, dose in _corrected(left, found, meant_doses):
        meant_doses.remove(dose)
        taken_back = [e for e in taken_back if not correction.start <= e.start < correction.end]
    spans += [Span(each.start, each.end, Owner.WHEN) for each in found if each.start < each.end]
    leftover = [*unclear, *taken_back, *_leftover(text, left, grammar)]
    leftover += [
        Leftover(LeftKind.UNCLEAR, text[each.start : each.end], each.start, each.end)
        for each in found
        if isinstance(each.clue, Unclear)
    ]
    if not found and not said_doses:  # nothing that could be taken for a wish
        leftover = [each for each in leftover if each.kind is not LeftKind.STATEMENT]
    meant = (each for each in found if not isinstance(each.clue, Denied | Unclear))
    return Reading(
        clues=tuple(sorted(meant, key=lambda each: each.start)),
        said_doses=tuple(meant_doses),
        leftover=tuple(sorted(leftover, key=lambda each: each.start)),
        spans=tuple(sorted(set(spans), key=lambda span: span.start)),
    )


def _taken_back(left: str, said: Sequence[SaidDose], repair: re.Pattern[str]) -> list[Leftover]:
    """Find the correction in "one tablet at seven, sorry, at eight two": is the first one taken?"""
    found: list[Leftover] = []
    for first, second in pairwise(said):
        if (first.amount, first.unit, first.most) == (second.amount, second.unit, second.most):
            continue  # whichever is meant
        match = repair.search(left, first.end, second.start)
        is_all = match and match.span() == (first.end, second.start)
        if match and match[0].strip(" ,，。.") and not is_all:
            start = match.start() + len(match[0]) - len(match[0].lstrip(" ,，。."))
            found.append(Leftover(LeftKind.UNCLEAR, left[start : match.end()], start, match.end()))
    return found


_BETWEEN = re.compile(r"(?:[\s,，\0]|\b(?:at|take|have|it'?s)\b|[吃服用打喝])*")
_NAMED = re.compile(r" of (?!(?:them|it|those|these)\b)")


def _corrected(
    left: str, found: Sequence[Found], said: Sequence[SaidDose]
) -> list[tuple[Found, SaidDose]]:
    """Find the first dose of "one tablet at seven, sorry, two at eight", with what corrects it.

    Without an hour of its own the second may be another dose, or a part of it: that is asked.
    """
    corrected: list[tuple[Found, SaidDose]] = []
    for first, second in pairwise(said):
        for each in found:
            is_between = first.end <= each.start and each.end <= second.start
            if (
                isinstance(each.clue, TakenBack)
                and is_between
                and _BETWEEN.fullmatch(left, each.end, second.start)
                and not _NAMED.match(left, second.end)
                and any(isinstance(e.clue, Clock) and e.start >= each.end for e in found)
            ):
                corrected.append((each, first))
    return corrected


def _mask_doses(
    left: str, said: Sequence[SaidDose], repair: re.Pattern[str]
) -> tuple[str, list[SaidDose]]:
    """Mask the doses, and drop what was taken back: "two tablets, no, three tablets"."""
    meant: list[SaidDose] = []
    for each in said:
        if meant and repair.fullmatch(left, meant[-1].end, each.start):
            left = masked(left, meant[-1].end, each.start, DOSE_MASK)
            meant.pop()
        meant.append(each)
        left = masked(left, each.start, each.end, DOSE_MASK)
        if each.apart:
            left = masked(left, *each.apart, DOSE_MASK)
    return left, meant


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


def _without_names(
    text: str, names: Sequence[str], known: re.Pattern[str]
) -> tuple[str, list[Span]]:
    left, spans = text, list[Span]()
    told = (
        re.compile(re.escape(n), re.IGNORECASE) for n in sorted(names, key=len, reverse=True) if n
    )
    for pattern in (*told, known):
        for match in pattern.finditer(left):
            left = masked(left, *match.span(), NAME_MASK)
            spans.append(Span(*match.span(), Owner.NAME))
    return left, spans


def _leftover(text: str, left: str, grammar: Grammar) -> list[Leftover]:
    for match in grammar.harmless.finditer(left):
        left = masked(left, *match.span(), NAME_MASK)
    found: list[Leftover] = []
    for kind, pattern in grammar.left_rules:
        for match in pattern.finditer(left):
            start, end = match.span()
            found.append(Leftover(kind, text[start:end], start, end))
            left = masked(left, start, end, NAME_MASK)
    return found
