"""Reads what a contact's answer to an alarm means: taken on, declined, or not clear.

An answer that takes the alarm on ends the calling of others, so it must be understood whole: the
agreed "1", or words of coming or agreeing, and nothing else but words that say no more.  Any
doubt, question or refusal beside it makes it unclear, and who sent it is asked back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from assistant.channels.reply_patterns import (
    ALONE,
    COUNTERS,
    ENDS_NO_MINUTES,
    HALF_HOUR,
    HOURS,
    MEANINGS,
    MINUTES,
    QUARTER_HOUR,
    SAID_FIRST,
    SAID_LAST,
    SIMPLIFIED,
    number_of,
)

MOST_CHARACTERS: Final = 300
"""The longest answer to an alarm; a longer text is a text of its own."""
MOST_MINUTES: Final = 120
"""The longest time that counts as coming: who needs longer, and does not expressly take the alarm
on with 1, is asked back."""
MOST_TOLD_MINUTES: Final = 999


class Meaning(StrEnum):
    """What an answer does."""

    TAKES = "takes"
    """Whoever sent it sees to it: a human acknowledgement."""
    DECLINES = "declines"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, understood."""

    meaning: Meaning
    minutes: int | None = None
    """In how many minutes they will be there, if they said so."""


UNCLEAR: Final = Reply(Meaning.UNCLEAR)
_SIGNS: Final = {"agrees": "👍👌🆗✅✔☑🫡", "declines": "👎❌🙅✖🚫", "doubts": "?❓❔⁉"}
"""Characters that mean something by themselves."""
_ONE: Final = re.compile(rf"(?<![\d.:/~-])(?<![a-z])1(?![\d.:/~%-])(?![a-z]|{COUNTERS})")
_ONE_AND_MINUTES: Final = re.compile(
    rf"{_ONE.pattern} +(?P<minutes>\d{{1,3}})(?![\d.:/]|{COUNTERS})"
)
_EMERGENCY: Final = frozenset({110, 112, 119, 120, 911, 999})
_SHORT_WAIT: Final = 1
"""The wait that is none, in minutes: a bare "1 minute" means: wait."""


def parse_reply(text: str, names: Iterable[str] = ()) -> Reply:
    """Read what an answer means.

    `names` are those it may be signed with or speak of: the contact's, the elder's.
    """
    plain = _prepared(text)
    if not plain or len(plain) > MOST_CHARACTERS:
        return UNCLEAR
    if plain == "1" or plain in ALONE["takes"]:
        return Reply(Meaning.TAKES)
    if plain == "0" or plain in ALONE["declines"]:
        return Reply(Meaning.DECLINES)
    for name in sorted(map(_prepared, names), key=len, reverse=True):
        plain = plain.replace(name, " ") if name else plain
    found, minutes, rest = _read(plain)
    takes = found & {"one", "coming", "minutes", "agrees", "assents"}
    if "declines" in found:
        is_mixed = found & {"one", "coming", "minutes"}
        return UNCLEAR if is_mixed else Reply(Meaning.DECLINES)
    if "doubts" in found or rest or not takes:
        return UNCLEAR
    if minutes is not None:
        most = MOST_TOLD_MINUTES if "one" in found else MOST_MINUTES
        if not 0 < minutes <= most or (minutes <= _SHORT_WAIT and takes == {"minutes"}):
            return UNCLEAR
    return Reply(Meaning.TAKES, minutes)


def _prepared(text: str) -> str:
    """Prepare a text: lower case, one width, simplified, no punctuation."""
    plain = unicodedata.normalize("NFKC", text).translate(SIMPLIFIED).lower()
    plain = re.sub("[’‘`´ʼ]", "'", plain)
    kept: list[str] = []
    for place, character in enumerate(plain):
        category = unicodedata.category(character)
        within = plain[place - 1 : place].isdigit() and plain[place + 1 : place + 2].isdigit()
        is_kept = (
            category[0] in "LN"
            or character == "'"
            or any(character in signs for signs in _SIGNS.values())
            # 1-2, 1:30, 1.5, -1: no "1".  A comma or blank between numbers parts them.
            or (character in "-~.:/%" and within)
            or (character == "-" and plain[place + 1 : place + 2].isdigit() and not kept[-1:])
        )
        if category in {"Mn", "Me", "Cf"}:
            continue  # a keycap around the 1, joiners, directions
        kept.append(character if is_kept else " ")
    return " ".join("".join(kept).split())


def _read(plain: str) -> tuple[set[str], int | None, str]:
    """Read what kinds of things are said, in how many minutes, and what is left unknown."""
    found: set[str] = set()
    minutes: int | None = None
    for meaning, signs in _SIGNS.items():
        if any(sign in plain for sign in signs):
            found.add(meaning)
            plain = plain.translate(dict.fromkeys(map(ord, signs), " "))
    plain = re.sub("[\U0001f000-\U0001faff\u2600-\u27bf]", " ", plain)  # other pictures say nothing
    if both := _ONE_AND_MINUTES.search(plain):
        after = plain[both.end("minutes") :]
        if not ENDS_NO_MINUTES.match(after):
            number = int(both["minutes"])
            minutes = None if number in _EMERGENCY else number
            found.add("one")
            plain = _cut(plain, both)
    plain = _take_out(SAID_FIRST, plain, found)
    hours, plain = _hours(plain)
    short, plain = _minutes(plain)
    if hours is not None or short is not None:
        found.add("minutes")
        minutes = round((hours or 0) * 60 + (short or 0))
    if one := _ONE.search(plain):
        found.add("one")
        plain = _cut(plain, one)
    plain = _take_out(SAID_LAST, plain, found)
    return found, minutes, "".join(plain.split())


def _take_out(meanings: tuple[str, ...], plain: str, found: set[str]) -> str:
    for meaning in meanings:
        pattern = MEANINGS[meaning]
        if pattern.search(plain):
            found.add(meaning)
            plain = pattern.sub(" ", plain)
    return plain


def _hours(plain: str) -> tuple[float | None, str]:
    match = _first((*HALF_HOUR, *QUARTER_HOUR, *HOURS), plain)
    if match is None:
        return None, plain
    if match.re in HALF_HOUR:
        hours = 0.5
    elif match.re in QUARTER_HOUR:
        hours = 0.25
    else:
        hours = number_of(match["hours"])
        hours += 0.5 if match["and_half"] or match["then_half"] else 0.0
    return hours, _cut(plain, match)


def _minutes(plain: str) -> tuple[int | None, str]:
    match = _first(MINUTES, plain)
    if match is None:
        return None, plain
    return number_of(match["minutes"]), _cut(plain, match)


def _first(patterns: tuple[re.Pattern[str], ...], plain: str) -> re.Match[str] | None:
    """Find which of the patterns comes first in a text."""
    found = [match for pattern in patterns if (match := pattern.search(plain))]
    return min(found, key=lambda match: match.start(), default=None)


def _cut(plain: str, match: re.Match[str]) -> str:
    return f"{plain[: match.start()]} {plain[match.end() :]}"
