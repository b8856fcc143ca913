"""What a language is to the rest of the assistant: a table of facts and functions."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from assistant.language.amounts import Dose, Number
from assistant.language.clues import Found
from assistant.language.reading import Reading
from assistant.packs import Script


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounds:
    """How a language sounds to a recogniser, for words that were heard almost right.

    A reading is what a token sounds like: a syllable with the digit of its tone, or the word.
    """

    readings: Callable[[str], Sequence[str]]
    """A run of its letters to a reading for each token: each character, or the one word."""
    bare: Callable[[str], str]
    """A reading without its tone; itself in a language without tones."""
    alike: Callable[[str], str]
    """A bare reading with sounds that are easily mixed up made one."""
    rough: Callable[[str], str]
    """A reading as it is left by a bad line: its rough sound, or the skeleton of its consonants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """How a language is written for its voice, and cut into pieces."""

    expand: Callable[[str], str]
    """Digits, signs and units to words, readable by people."""
    pronounce: Callable[[str], str]
    """Words to the spelling the voice reads right; not for people's eyes."""
    count_sounds: Callable[[str], int]
    """How many hanzi, or words, an expanded text has."""
    sounds_per_second: float
    """Hanzi or words a second at Anban's usual rate."""
    short_form: re.Pattern[str]
    """A word whose full stop ends no sentence, such as "Dr."."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """How a language says times, days and lists; every function returns words for a reply."""

    time_of_day: Callable[[time], str]
    """08:00 to "eight o'clock in the morning"."""
    day: Callable[[date], str]
    """A date to its month and day."""
    full_date: Callable[[date], str]
    """A date to its year, month and day."""
    weekday: Callable[[date], str]
    """A date to "Monday"."""
    relative_day: Callable[[date, date], str]
    """(day, today) to "tomorrow", "next Wednesday", else the date."""
    moment: Callable[[datetime, datetime], str]
    """(moment, now) to its day and its time, such that nobody is wrong by a day in the night:
    "tonight at midnight", and said at night "tomorrow, Tuesday, at eight"."""
    duration: Callable[[timedelta], str]
    number: Callable[[str], str]
    """A plain decimal number, "-2000.5", to words."""
    dose: Callable[[Dose], str]
    listing: Callable[[Sequence[str]], str]
    lunar_date: Callable[[date], str]
    festivals: Callable[[date], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language, as data and functions; `LANGUAGES` has all of them by code."""

    code: str
    """ISO 639: the name of its folder."""
    name: str
    """The language's own name for itself."""
    script: Script
    sounds: Sounds
    speech: Speech
    spoken: Spoken
    sample: str
    """A sentence with all that may stand in one: reading it has everything loaded."""
    read: Callable[[str, date, Sequence[str]], Reading]
    """Read a sentence once, as a whole: (sentence, today, names in it that the caller knows)."""
    find_number: Callable[[str], Number | None]
    find_dose: Callable[[str], Dose | None]

    def find_clues(self, text: str, today: date) -> list[Found]:
        """Find what a sentence says about time."""
        return list(self.read(text, today, ()).clues)
