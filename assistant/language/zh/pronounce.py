"""From Chinese words to what espeak-ng's `sit/cmn-latn-pinyin` voice reads right.

That voice knows one reading for each character and is wrong for some 350 of the 6,763 of GB 2312
(它 reads 长大 as "long big"), so every Han character is handed over as toned pinyin, chosen by
phrase. Measured with espeak-ng 1.51.
"""

import re
from functools import cache
from pathlib import Path

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


def syllables(han: str) -> list[str]:
    """Read Han characters by phrase: ["yin2", "hang2"] for 银行; a character unknown is left out.

    Tones of 一 and 不 follow their neighbours; the third tone's change is the voice's own.
    """
    pypinyin = _pypinyin()
    read = pypinyin.lazy_pinyin(
        han,
        style=pypinyin.Style.TONE3,
        errors=list,  # unknown characters one by one, so that places agree
        neutral_tone_with_five=True,
        v_to_u=False,
    )
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


@cache
def _pypinyin():  # type: ignore[no-untyped-def]
    """Load pypinyin with our own readings over it, once."""
    import pypinyin  # noqa: PLC0415 (0.4 s, 50 MB: only the process that speaks needs it)
    from pypinyin.contrib.tone_convert import to_tone  # noqa: PLC0415

    phrases: dict[str, list[list[str]]] = {}
    for line in Path(__file__).with_name("readings.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            word, reading = line.split("\t")
            phrases[word] = [[to_tone(syllable)] for syllable in reading.split()]
    pypinyin.load_phrases_dict(phrases)
    pypinyin.load_single_dict({ord(word): r[0][0] for word, r in phrases.items() if len(word) == 1})
    return pypinyin
