"""Hours that belong to something else than the rest: "remind me at nine of the meeting at ten"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from skills.api import (
    After,
    Clock,
    Found,
    ImpossibleTimeError,
    Owner,
    Reading,
    TakenBack,
    Turn,
    names_days,
    read_sentence,
)
from skills.medication.words import words


@dataclass(frozen=True, slots=True)
class _Between:
    """What stands between two hours of a sentence."""

    first: Found
    second: Found
    core: str
    """Without times, doses and words that only ask."""
    asks: bool
    """Whether it asks to be reminded: 九点提醒我十点开会."""
    is_joint: bool
    """Whether it ends with "and"."""


def cut_between(turn: Turn, text: str) -> list[str]:
    """Cut "the bins at seven the milk at eight" in two; all of it as one where that is not clear.

    Of what is said of each, either all stands before its hour or all behind it.
    """
    reading = _read(turn, text)
    apart = _apart(turn, text, reading) if reading is not None else []
    if reading is None or len(apart) != 1:
        return [text]
    between = apart[0]
    own = words(turn.lang)
    before = _core(turn, text, reading, 0, between.first.start)
    behind = _core(turn, text, reading, between.second.end, len(text))
    middle = text[between.first.end : between.second.start]
    is_told = own.has("reports", middle) or own.has("goes_on", middle.strip())
    if is_told or between.asks or bool(before) is bool(behind) or not between.core:
        return [text]
    if before:
        return [text[: between.first.end], text[between.first.end :]]
    if own.has("goes_on", text[between.second.end :].strip()):
        return [text]
    cut = min([between.second.start, *_day_before(reading, between.second)])
    return [text[:cut], text[cut:]]


def hour_of_something_else(turn: Turn, text: str) -> str:
    """The words of an hour that may be of something else; empty if there is none."""
    reading = _read(turn, text)
    apart = _apart(turn, text, reading) if reading is not None else []
    for each in apart:
        if not each.is_joint:
            return text[each.second.start : each.second.end]
    return ""


def _read(turn: Turn, text: str) -> Reading | None:
    """The sentence, unless one of its hours takes another's place or is counted from it."""
    try:
        reading = read_sentence(text, turn.lang, turn.now.date())
    except ImpossibleTimeError:
        return None
    is_then = any(isinstance(each.clue, After) and each.clue.is_then for each in reading.clues)
    is_taken_back = any(isinstance(each.clue, TakenBack) for each in reading.clues)
    return None if is_then or is_taken_back else reading


def _apart(turn: Turn, text: str, reading: Reading) -> list[_Between]:
    own = words(turn.lang)
    hours = [each for each in reading.clues if isinstance(each.clue, Clock)]
    apart: list[_Between] = []
    for first, second in pairwise(hours):
        core = _core(turn, text, reading, first.end, second.start)
        others = (
            _core(turn, text, reading, 0, hours[0].start),
            _core(turn, text, reading, hours[-1].end, len(text)),
        )
        middle = text[first.end : second.start]
        asks = not core and own.has("asks_within", middle)
        is_thing = any(map(str.isalpha, core)) and not own.has("only_more", core)
        if asks or (is_thing and core not in others):
            is_joint = own.has("ends_with_and", middle.strip())
            apart.append(_Between(first, second, core, asks, is_joint))
    return apart


def _core(turn: Turn, text: str, reading: Reading, begin: int, end: int) -> str:
    """A part of the sentence without its times and doses, and without words that only ask."""
    spans = [(each.start, each.end) for each in reading.spans if each.owner is not Owner.NAME]
    spans += [(each.start, each.end) for each in reading.clues]
    for start, stop in spans:
        text = text[:start] + " " * (stop - start) + text[stop:]
    own = words(turn.lang)
    rest = own.without("declines", own.without("verbs_alone", text[begin:end]))
    return re.sub(r"\s+", " ", own.core(rest)).strip()


def _day_before(reading: Reading, hour: Found) -> Sequence[int]:
    """Where a day begins that stands right before an hour."""
    return [
        each.start
        for each in reading.clues
        if names_days(each) and each.end <= hour.start and hour.start - each.end <= 1
    ]
