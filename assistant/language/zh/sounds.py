"""How Chinese sounds to a recogniser, and to an ear that grew up with another dialect."""

import re

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


def sounds(han: str) -> list[str]:
    """Read Han characters as syllables without tone."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 (0.4 s: only when names are compared)

    return list(lazy_pinyin(han))


def fold(syllable: str) -> str:
    """Give syllables that are easily mixed up one form."""
    for pattern, folded in _FOLDS:
        syllable = pattern.sub(folded, syllable)
    return syllable
