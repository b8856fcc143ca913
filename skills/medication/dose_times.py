"""One sentence with several doses, each at a time of its own: "one at eight and two at night"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Final

from skills.api import (
    After,
    Found,
    ImpossibleTimeError,
    LeftKind,
    Owner,
    Reading,
    TakenBack,
    TimesEvery,
    Turn,
    names_days,
    names_hours,
    parse_number,
    read_sentence,
)
from skills.medication.words import words

_NUMBERS: Final = (LeftKind.NUMBER, LeftKind.COUNT)


@dataclass(frozen=True, slots=True)
class _Mark:
    """Words that are a time or a dose, [start, end)."""

    start: int
    end: int
    dose: tuple[Fraction, str] | None = None
    """How much, and its unit or nothing; None: it is a time."""


def one_for_each_dose(turn: Turn, text: str) -> list[str]:
    """The sentence once for each of its doses, with the times of that dose alone.

    What is said only once, a name or the days, is in each of them.  A sentence with one dose, or
    whose doses and times do not go in pairs, stays whole.
    """
    try:
        reading = read_sentence(text, turn.lang, turn.now.date())
    except ImpossibleTimeError:
        return [text]
    doses = _doses(turn, reading)
    if len({each.dose for each in doses}) < 2 or _hangs_together(reading):
        return [text]
    for is_time in (names_hours, names_days):
        times = [_Mark(each.start, each.end) for each in reading.clues if is_time(each)]
        pairs = _pairs(sorted([*times, *doses], key=lambda mark: (mark.start, mark.end)))
        if len(pairs) == len(doses):
            return _each(turn, text, reading, pairs)
    return [text]


def _hangs_together(reading: Reading) -> bool:
    """Whether one dose says something of another: "sorry, two", "half an hour later"."""
    is_unclear = any(each.kind is LeftKind.UNCLEAR for each in reading.leftover)
    is_then = any(isinstance(e.clue, After) and e.clue.is_then for e in reading.clues)
    is_taken_back = any(isinstance(each.clue, TakenBack) for each in reading.clues)
    return is_unclear or is_then or is_taken_back


def _doses(turn: Turn, reading: Reading) -> list[_Mark]:
    doses = [_Mark(d.start, d.end, (d.amount, d.unit.value)) for d in reading.said_doses]
    for left in reading.leftover:
        number = parse_number(left.words, turn.lang) if left.kind in _NUMBERS else None
        if number is not None:
            unit = doses[0].dose[1] if doses and doses[0].dose else ""
            doses.append(_Mark(left.start, left.end, (number.value, unit)))
    return doses


def _pairs(marks: list[_Mark]) -> list[list[_Mark]]:
    """Each dose with the times before it, or behind it; nothing where they do not go so."""
    runs = [list(run) for _, run in groupby(marks, key=lambda mark: mark.dose is None)]
    if len(runs) % 2 or any(len(run) > 1 for run in runs if run[0].dose is not None):
        return []
    return [first + second for first, second in zip(runs[::2], runs[1::2], strict=True)]


def _each(turn: Turn, text: str, reading: Reading, pairs: list[list[_Mark]]) -> list[str]:
    begins = [0, *(pair[0].start for pair in pairs[1:]), len(text)]
    spans = [(each.start, each.end) for each in reading.spans if each.owner is not Owner.NAME]
    spans += [(mark.start, mark.end) for pair in pairs for mark in pair]
    things = [_names_thing(turn, text, spans, begin, end) for begin, end in pairwise(begins)]
    if sum(things) > 1:  # each has a name of its own, or nobody knows whose dose it is
        if not all(things):
            return [text]
        return [text[begin:end] for begin, end in pairwise(begins)]
    counted = [(c.start, c.end) for c in reading.clues if _is_counted(c)]
    parts = []
    for own in pairs:
        others = [(mark.start, mark.end) for pair in pairs if pair is not own for mark in pair]
        parts.append(re.sub(r"\s+", " ", _blanked(text, [*others, *counted])).strip())
    return parts


def _is_counted(found: Found) -> bool:
    """Whether it is "twice a day", which is true of none of the doses alone."""
    return isinstance(found.clue, TimesEvery)


def _names_thing(turn: Turn, text: str, spans: list[tuple[int, int]], begin: int, end: int) -> bool:
    own = words(turn.lang)
    rest = _blanked(text, spans)[begin:end]
    core = own.core(own.without("verbs_alone", rest))
    return any(map(str.isalpha, core)) and not own.has("only_more", core)


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
