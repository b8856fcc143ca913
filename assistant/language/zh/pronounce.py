"""From Chinese words to what espeak-ng's `sit/cmn-latn-pinyin` voice reads right.

That voice knows one reading for each character and is wrong for some 350 of the 6,763 of GB 2312
(它 reads 长大 as "long big"), so every Han character is handed over as toned pinyin, chosen by
phrase. Measured with espeak-ng 1.51.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

from assistant.language.text import HAN

PINYIN = re.compile(
    r"(?<![A-Za-z\d])(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:i?ang|i?ong|u[ae]ng|uang|[iu]?an|i?ao|uai|[aeiu]ng|ai|ei|ou|[eiuv]n|er|i[aeu]|u[aoie]|ve|"
    r"[aoeiuvü]))[1-5](?![A-Za-z\d]|\.\d)"
)
"""A toned pinyin syllable, which a text may hold to force a reading; it stays as it is."""

_PARTS = re.compile(
    rf"(?P<han>[{HAN}]+)|(?P<latin>[A-Za-zÀ-ɏ]+(?:'[a-z]+)?\d*)|(?P<other>.)", re.DOTALL
)
_PUNCTUATION = str.maketrans("，。！？；：、（）…", ",.!?;:,,,,")
_SILENT = re.compile(r"[^\sA-Za-zÀ-ɏ\d,.!?;:'-]")

# Latin words that Chinese speech has made its own.
_LOANS = {
    "app": "ei1 pi4 pi4",
    "bye": "bai1 bai1",
    "email": "yi1 mei4 er5",
    "hello": "ha1 lou2",
    "hi": "hai1",
    "no": "nou4",
    "ok": "ou1 kei4",
    "wifi": "wai1 fai1",
    "yes": "ye4 si5",
}
_SPELLED_MAX = 6
_DIGITS_BEFORE_YI = frozenset("第初十百千万零一二三四五六七八九期拜周统唯专")
_ORDINAL_AFTER_YI = frozenset("月号日楼零一二三四五六七八九")


def pronounce(text: str) -> str:
    """Write Chinese words as toned pinyin, one syllable a word; silent signs are dropped.

    Latin words are spelled if they are abbreviations; any other is left to the English voice.
    """
    said = [_part(match) for match in _PARTS.finditer(text)]
    return re.sub(r"\s+", " ", "".join(said)).replace(" ,", ",").replace(" .", ".").strip()


def _part(match: re.Match[str]) -> str:
    if match["han"]:
        return f" {' '.join(syllables(match['han']))} "
    if match["latin"]:
        return f" {_latin(match['latin'])} "
    return _SILENT.sub(" ", match["other"].translate(_PUNCTUATION))


def _latin(word: str) -> str:
    if PINYIN.fullmatch(word):
        return word
    if word.lower() in _LOANS:
        return _LOANS[word.lower()]
    if len(word) <= _SPELLED_MAX and (word.isupper() or not re.search(r"[aeiouyAEIOUYü]", word)):
        return " ".join(word.upper())
    return word.lower()


_LONGEST_WORD: Final = 12
"""Of pypinyin's phrases few are longer, and none of ours."""


def syllables(han: str) -> list[str]:
    """Read Han characters by phrase: ["yin2", "hang2"] for 银行; a character unknown is left out.

    Tones of 一 and 不 follow their neighbours; the third tone's change is the voice's own.
    """
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 (0.4 s: only when it is needed)

    read: list[str] = lazy_pinyin(
        han,
        style=Style.TONE3,
        # Unknown characters one by one, so that places agree.
        errors=list,  # type: ignore[arg-type]
        neutral_tone_with_five=True,
        v_to_u=False,
    )
    _read_ours(han, read)
    said = [_sandhi(han, read, place) for place in range(len(han))]
    return [syllable for syllable in said if re.fullmatch(r"[a-zêü]+[1-5]", syllable)]


def _sandhi(han: str, read: list[str], place: int) -> str:
    character, syllable = han[place], read[place]
    if character not in "一不" or syllable.endswith("5"):
        return syllable
    before, after = han[place - 1 : place], han[place + 1 : place + 2]
    if character == "一":
        if not after or before in _DIGITS_BEFORE_YI or after in _ORDINAL_AFTER_YI:
            return "yi1"
        if before and before == after:  # 看一看
            return "yi5"
    falling = bool(after) and (read[place + 1].endswith("4") or after == "个")
    return syllable[:-1] + ("2" if falling else "4")


def _read_ours(han: str, read: list[str]) -> None:
    """Put our own readings in the place of pypinyin's, by the longest word from the left.

    Not loaded into pypinyin, where they would hold for the whole process: whoever matches by sound
    in it (`sounds.py`) had read the words to look for before, and would hear them no more.
    """
    from pypinyin.constants import PHRASES_DICT  # noqa: PLC0415 (as above)

    ours, place = _ours(), 0
    while place < len(han):
        longest = min(_LONGEST_WORD, len(han) - place)
        words = (han[place : place + size] for size in range(longest, 0, -1))
        word = next((each for each in words if each in ours or each in PHRASES_DICT), han[place])
        if word in ours:
            read[place : place + len(word)] = ours[word]
        place += len(word)


@cache
def _ours() -> dict[str, list[str]]:
    """Read our own readings, once: a word, and its syllables."""
    lines = Path(__file__).with_name("readings.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {word: reading.split() for word, reading in rows}
