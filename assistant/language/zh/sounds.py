"""How Chinese sounds to a recogniser, and to an ear that grew up with another dialect."""

import re
from functools import lru_cache
from typing import Final

from assistant.language.contract import Sounds

_CACHED = 8_192
# What recognisers and southern speakers mix up: 知/资, 是/四, 吃/词, 奶/来, 因/英, 灰/飞.
_FOLDS = tuple(
    (re.compile(pattern), folded)
    for pattern, folded in (
        (r"^([zcs])h", r"\1"),
        (r"^l", "n"),
        (r"^hui$", "fei"),
        (r"^hun$", "fen"),
        (r"^hu", "f"),
        (r"^f$", "fu"),
        (r"([aei])ng$", r"\1n"),
        (r"ü", "v"),
    )
)


_ONSETS: Final = (
    *("zh", "ch", "sh"),
    *("b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h"),
    *("j", "q", "x", "z", "c", "s", "r", "y", "w"),
)
_ROUGH_ONSET: Final = {
    **dict.fromkeys(("b", "p"), "b"),
    **dict.fromkeys(("d", "t"), "d"),
    **dict.fromkeys(("g", "k"), "g"),
    **dict.fromkeys(("h", "f"), "f"),
    **dict.fromkeys(("j", "q", "x"), "j"),
    **dict.fromkeys(("z", "c", "s", "zh", "ch", "sh"), "z"),
    **dict.fromkeys(("n", "l", "r"), "n"),
}
_ROUGH_RIME: Final = {
    **dict.fromkeys(("an", "ang"), "an"),
    **dict.fromkeys(("en", "eng", "un", "ong", "uen", "ueng"), "en"),
    **dict.fromkeys(("in", "ing", "vn"), "in"),
    **dict.fromkeys(("ian", "iang"), "ian"),
    **dict.fromkeys(("uan", "uang", "van"), "uan"),
    **dict.fromkeys(("e", "o", "uo"), "e"),
    **dict.fromkeys(("ie", "ve", "ue"), "ie"),
    **dict.fromkeys(("ei", "ui", "uei"), "ei"),
    **dict.fromkeys(("i", "v"), "i"),
    **dict.fromkeys(("iu", "iou"), "iu"),
}


def readings(han: str) -> tuple[str, ...]:
    """Read Han characters as syllables, each with the digit of its tone; 5 is the neutral one."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 (0.4 s: only when it is needed)

    return tuple(lazy_pinyin(han, style=Style.TONE3, neutral_tone_with_five=True))


def bare(reading: str) -> str:
    """Take the tone off a syllable."""
    return reading.rstrip("12345")


def fold(syllable: str) -> str:
    """Give syllables that are easily mixed up one form."""
    for pattern, folded in _FOLDS:
        syllable = pattern.sub(folded, syllable)
    return syllable


@lru_cache(_CACHED)
def rough(reading: str) -> str:
    """Give syllables that a bad line makes one another the same form."""
    plain = bare(reading).replace("ü", "v")
    for onset in _ONSETS:
        if plain.startswith(onset):
            rime = plain.removeprefix(onset)
            return _ROUGH_ONSET.get(onset, onset) + "-" + _ROUGH_RIME.get(rime, rime)
    return "-" + _ROUGH_RIME.get(plain, plain)


SOUNDS = Sounds(readings=readings, bare=bare, alike=lru_cache(_CACHED)(fold), rough=rough)
