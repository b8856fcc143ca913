"""What English says about for how long: "for a week", "three nights running"."""

import re
from collections.abc import Iterator
from datetime import date

from assistant.language.clues import Anchor, AtAnchor, Clue, Lasting, PartOfDay, Reader
from assistant.language.en.numerals import WHOLE_NUMBER as N
from assistant.language.en.numerals import whole_number
from assistant.language.en.when_clock import either
from assistant.language.en.when_words import DAYS, PARTS

_SPELL = either([*PARTS, "bedtime"])
_RUNNING = (
    r"(?: (?:running|in a row|straight|in succession|on the trot|on end|one after another)\b)"
)


def _lasting(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read "for a week", and "for three nights": as many days, and when on them."""
    said = match["number"].lower()
    unit = (match["unit"] or match["unit_2"] or match["unit_3"]).lower()
    yield Lasting((1 if said in {"a", "an"} else whole_number(said)) * DAYS.get(unit, 1))
    if unit in PARTS:
        yield PartOfDay(PARTS[unit])
    if unit == "bedtime":
        yield AtAnchor((Anchor.BEDTIME,))


LASTING_RULES: tuple[tuple[str, Reader], ...] = (
    (
        r"\b(?:(?:for|lasting|over) (?:the next |another )?"
        r"|(?:(?:during|throughout) )?the next (?!an? ))"
        rf"(?P<number>an?|{N}) (?:(?:consecutive|more|whole|full|solid) )?"
        rf"(?:(?P<unit>{either(DAYS)})s?|(?P<unit_2>{_SPELL})s|(?<=one )(?P<unit_3>{_SPELL}))\b"
        rf"{_RUNNING}?",
        _lasting,
    ),
    (
        rf"\b(?P<number>{N}) (?:(?:consecutive|whole|full|solid) )?"
        rf"(?:(?P<unit>{either(DAYS)})s|(?P<unit_2>{_SPELL})s(?P<unit_3>(?!))?)\b{_RUNNING}",
        _lasting,
    ),
)
