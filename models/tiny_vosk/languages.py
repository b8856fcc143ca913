"""The two languages as data: espeak-ng voices, and how a sentence is written for them."""

from collections.abc import Callable
from dataclasses import dataclass

from pypinyin import Style, lazy_pinyin

_TRAIN_VARIANTS = """
    f1 f2 f3 m1 m2 m3 m5 m6 Alex Alicia Andy Annie Diogo Gene Henrique Jacky Lee Marco Mario
    Mike adam anika belinda benjamin boris david ed edward grandma gustave iven iven3 john linda
    max michel norbert pablo paul pedro quincy rob sandro shelby steph travis victor zac klatt
    klatt3"""
_TEST_VARIANTS = """
    f4 f5 m4 m7 Andrea Denis Michael robert steph2 miguel caleb aunty marcelo antonio iven2
    edward2"""
TRAIN_VARIANTS = ("", *_TRAIN_VARIANTS.split())
"""espeak-ng's voice variants heard in training; empty is the plain voice."""
TEST_VARIANTS = tuple(_TEST_VARIANTS.split())
"""Never heard in training, so that a measurement on them is one on unknown voices."""

Written = tuple[str, list[int]]
"""A text for espeak-ng and, for each of its words, the first character of every piece.

A piece is what espeak-ng may report as a word of its own; `pieces[i]` is the index of the
word to which the piece starting at character `i` belongs; -1 if none starts.
"""


def _by_words(tokens: list[str]) -> Written:
    pieces: list[int] = []
    for index, token in enumerate(tokens):
        pieces += [index] + [-1] * len(token)
    return " ".join(tokens), pieces


def write_words(words: tuple[str, ...]) -> Written:
    """Write a sentence as it stands."""
    return _by_words(list(words))


def write_pinyin(words: tuple[str, ...]) -> Written:
    """Write Mandarin as toned pinyin, `v` for ü, the syllables of a word together.

    Debian 12's Han voice spells Han characters as English letters, and picks one reading
    of each; pypinyin knows readings by word.
    """
    return _by_words(
        [
            "".join(
                lazy_pinyin(
                    word,
                    style=Style.TONE3,
                    v_to_u=False,
                    neutral_tone_with_five=True,
                    tone_sandhi=True,
                )
            )
            for word in words
        ]
    )


def write_han(words: tuple[str, ...]) -> Written:
    """Write Mandarin as Han characters without blanks; each is a piece of its own."""
    return "".join(words), [index for index, word in enumerate(words) for _ in word]


@dataclass(frozen=True, slots=True)
class Language:
    """Voices and spellings, each with the share of the training speech that uses it."""

    voices: dict[str, float]
    spellings: dict[Callable[[tuple[str, ...]], Written], float]


# "en" is espeak-ng's British voice.
LANGUAGES = {
    "zh": Language({"cmn-latn-pinyin": 1.0}, {write_pinyin: 0.6, write_han: 0.4}),
    "en": Language({"en-us": 0.7, "en": 0.3}, {write_words: 1.0}),
}
