"""One sentence that asks for several reminders, each with a time of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from skills.api import (
    Clock,
    ImpossibleAmountError,
    ImpossibleTimeError,
    Turn,
    find_clues,
    names_days,
    parse_dose,
    parse_number,
    with_hours_told,
)
from skills.api import Found as Clue
from skills.medication.dose_times import one_for_each_dose
from skills.medication.other_hours import cut_between
from skills.medication.words import words

_MOST_PARTS: Final = 5


async def parts_of(turn: Turn) -> list[str]:
    """The sentence cut before each further reminder; all of it as one where there is only one.

    A part has a thing of its own and a time of its own; the days that only the first names are
    those of the others, too.
    """
    try:
        text = with_hours_told(turn.text, turn.lang, turn.now.date())
        clues = find_clues(text, turn.lang, turn.now.date())
    except ImpossibleTimeError:
        return [turn.text]
    cuts = [
        match.span()
        for match in words(turn.lang).patterns["next_thing"].finditer(text)
        if not any(each.start < match.end() and match.start() < each.end for each in clues)
    ]
    cuts = sorted({*cuts, *_next_hours(turn, text, clues)})
    parts: list[str] = []
    begin = 0
    for start, end in cuts[: _MOST_PARTS - 1]:
        if _is_whole(turn, text, clues, begin, start) and _is_whole(
            turn, text, clues, end, len(text)
        ):
            parts.append(text[begin:start])
            begin = end
    parts.append(text[begin:])
    parts = [each for part in parts for each in one_for_each_dose(turn, part)]
    if len(parts) == 1:
        parts = cut_between(turn, text)
    if len(parts) == 1:
        return [turn.text]
    return [parts[0], *(_with_days(turn, parts[0], each) for each in parts[1:])]


def _next_hours(turn: Turn, text: str, clues: Sequence[Clue]) -> list[tuple[int, int]]:
    """Places before a time behind which it is asked again: 八点提醒我浇花九点提醒我喂猫."""
    asks = words(turn.lang).patterns["asks_again"]
    places, begin, last = list[tuple[int, int]](), 0, 0
    for each in clues:
        if each.start > last:
            begin = each.start
        last = max(last, each.end)
        if isinstance(each.clue, Clock) and begin > 0 and asks.match(text.lower(), each.end):
            places.append((begin, begin))
    return places


def _is_whole(turn: Turn, text: str, clues: Sequence[Clue], begin: int, end: int) -> bool:
    """Whether a part has an hour, and something besides times and doses."""
    inside = [each for each in clues if begin <= each.start and each.end <= end]
    if not any(isinstance(each.clue, Clock) for each in inside):
        return False
    rest = text[begin:end]
    for each in sorted(inside, key=lambda clue: -clue.start):
        rest = rest[: each.start - begin] + " " + rest[each.end - begin :]
    try:
        while (dose := parse_dose(rest, turn.lang)) is not None:
            rest = rest[: dose.start] + " " + rest[dose.end :]
    except ImpossibleAmountError:
        return False
    own = words(turn.lang)
    core = own.core(own.without("verbs_alone", rest))
    number = parse_number(core, turn.lang)
    if number is not None and (number.start, number.end) == (0, len(core)):
        return False
    return any(map(str.isalpha, core)) and not own.has("only_more", core)


def _with_days(turn: Turn, first: str, part: str) -> str:
    """The part with the days of the first, where it names none."""
    today = turn.now.date()
    if any(names_days(each) for each in find_clues(part, turn.lang, today)):
        return part
    days = [
        first[each.start : each.end]
        for each in find_clues(first, turn.lang, today)
        if names_days(each)
    ]
    return re.sub(r"\s+", " ", f"{' '.join(dict.fromkeys(days))} {part}".strip())
