"""The patterns of answers to an alarm, put together from the words of every language.

Each language's file in `reply_words/` says which words mean what, which of them are numbers, and
how it says how long something takes.  An answer may mix languages, so all are looked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from assistant.packs import tables

SAID_FIRST: Final = ("assents", "harmless", "doubts", "declines")
SAID_LAST: Final = ("agrees", "coming", "fillers")
"""The order in which words are looked for and taken out: "去不了" is no "去", "你去" no "去"
either."""
_TABLES: Final = tuple(tables("assistant/channels/reply_words/{lang}.toml").values())
_DIGITS: Final = r"\d{1,4}"
_RANGE_SIGNS: Final = ("-", "~")


@dataclass(frozen=True, slots=True)
class Numbers:
    """The number words of one language."""

    words: dict[str, int]
    ten: str
    """What stands between tens and units that are put together; empty: every number is a word."""

    def read(self, text: str) -> int | None:
        """Read a number that the language's pattern matched; None: it is none of its words."""
        if text in self.words:
            return self.words[text]
        tens, has_ten, units = text.partition(self.ten) if self.ten else ("", "", "")
        if has_ten:
            return self.words.get(tens, 1) * 10 + self.words.get(units, 0)
        digits = [self.words.get(letter) for letter in text]
        return None if None in digits else int("".join(map(str, digits)))


def _each(*path: str) -> list[Any]:
    """What every language's file has in one place."""
    found = []
    for words in _TABLES:
        value: Any = words
        for name in path:
            value = value.get(name, {})
        if value:
            found.append(value)
    return found


def _number_pattern() -> str:
    patterns = [_DIGITS]
    for numbers in _each("numbers"):
        longest_first = sorted(numbers["words"], key=len, reverse=True)
        patterns.append(numbers["pattern"].replace("{words}", "|".join(longest_first)))
    return f"(?:{'|'.join(patterns)})"


def _meaning(name: str) -> re.Pattern[str]:
    """The words of one meaning, each within the borders of its language's words."""
    patterns = [
        words["whole_word"].format(word) for words in _TABLES for word in words.get(name, ())
    ]
    return re.compile("|".join(patterns))


def _time_patterns(name: str) -> tuple[re.Pattern[str], ...]:
    filled = []
    for pattern in (one for of_a_language in _each("time", name) for one in of_a_language):
        for placeholder, meant in _PLACEHOLDERS.items():
            pattern = pattern.replace(placeholder, meant)  # noqa: PLW2901
        filled.append(re.compile(pattern))
    return tuple(filled)


COUNTERS: Final = f"[{''.join(_each('time', 'counters'))}]"
"""Characters before which a number counts something else."""
_TO: Final = "|".join([*_RANGE_SIGNS, *(word for words in _each("time", "to") for word in words)])
_NUMBER: Final = _number_pattern()
_PLACEHOLDERS: Final = {
    "{range}": f"(?:{_NUMBER} ?(?:{_TO}) ?)?",
    "{number}": _NUMBER,
    "{counters}": COUNTERS,
}
MEANINGS: Final = {name: _meaning(name) for name in (*SAID_FIRST, *SAID_LAST)}
HALF_HOUR: Final = _time_patterns("half_hour")
QUARTER_HOUR: Final = _time_patterns("quarter_hour")
HOURS: Final = _time_patterns("hours")
MINUTES: Final = _time_patterns("minutes")
ENDS_NO_MINUTES: Final = re.compile(
    rf" ?(?:[a-z]|{_TO}|{'|'.join(unit for units in _each('time', 'units') for unit in units)})"
)
"""What follows a number that is not bare: its unit, or the rest of a range."""
ALONE: Final = {
    meaning: frozenset(word for words in _each("alone", meaning) for word in words)
    for meaning in ("takes", "declines")
}
"""Answers of one word."""
SIMPLIFIED: Final = str.maketrans(
    {
        ord(old): new
        for table in _each("simplified")
        for old, new in zip(table["from"], table["to"], strict=True)
    }
)
_NUMBERS: Final = tuple(
    Numbers(numbers["words"], numbers.get("ten", "")) for numbers in _each("numbers")
)


def number_of(text: str) -> int:
    """Read a number in digits or in the words of any language; `text` is what a pattern matched."""
    if text.isdigit():
        return int(text)
    return next(number for each in _NUMBERS if (number := each.read(text)) is not None)
