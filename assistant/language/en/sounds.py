"""How English sounds: letters for what is heard, the rest left out."""

from functools import lru_cache

from assistant.language.contract import Sounds
from assistant.language.word_sounds import skeleton

_CACHED = 8_192


def sound(letters: str) -> str:
    """Give words that sound alike one form (Metaphone); spaces do not count."""
    from jellyfish import metaphone  # noqa: PLC0415 (only when names are compared)

    return str(metaphone(letters))


@lru_cache(_CACHED)
def alike(word: str) -> str:
    """Give a word its sound, or itself if it has none, as a number."""
    letters = word.replace("'", "")
    return sound(letters) or letters


@lru_cache(_CACHED)
def rough(word: str) -> str:
    """Give a word the skeleton of its consonants."""
    return skeleton(alike(word))


SOUNDS = Sounds(readings=lambda word: (word,), bare=str, alike=alike, rough=rough)
