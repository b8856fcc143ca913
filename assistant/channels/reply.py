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
from typing import Any, Final

from assistant.packs import tables

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
_TRADITIONAL: Final = str.maketrans(
    "來馬過這沒問題國處趕發開車樓邊電話媽爺還後時間點鐘嗎麼誰為什們個頭飛機門動對說聯繫報應該麻煩"
    "謝實際場幾兩試爭讓請裡裏見現關內會辦認負責務執騎擔壞",
    "来马过这没问题国处赶发开车楼边电话妈爷还后时间点钟吗么谁为什们个头飞机门动对说联系报应该麻烦"
    "谢实际场几两试争让请里里见现关内会办认负责务执骑担坏",
)
_NUMBERS: Final = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    "两": 2,
    **dict(
        zip(
            ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
            range(1, 11),
            strict=True,
        )
    ),
    "a": 1,
    "an": 1,
    "couple": 2,
    "a couple of": 2,
    "a few": 5,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "twenty-five": 25,
    "twenty five": 25,
    "thirty": 30,
    "thirty-five": 35,
    "forty": 40,
    "forty-five": 45,
    "forty five": 45,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
}
_SAID_FIRST: Final = ("assents", "harmless", "doubts", "declines")
_SAID_LAST: Final = ("agrees", "coming", "fillers")
"""The order in which words are looked for and taken out: "去不了" is no "去", "你去" no "去"
either."""
_DIGITS: Final = r"\d{1,4}"
_ZH_NUMBER: Final = r"(?:[零一二两三四五六七八九十]{1,3})"
_EN_NUMBER: Final = "|".join(
    sorted((word for word in _NUMBERS if word.isascii()), key=len, reverse=True)
)
_NUMBER: Final = rf"(?:{_DIGITS}|{_ZH_NUMBER}|\b(?:{_EN_NUMBER})\b)"
_RANGE: Final = rf"(?:{_NUMBER} ?(?:-|~|到|至|to|or) ?)?"
_HOURS: Final = re.compile(
    r"(?P<half>半个?(?:多)?(?:小时|钟头)|\bhalf an? hour\b)"
    r"|(?P<quarter>一刻钟?|\b(?:a )?quarter of an hour\b)"
    rf"|{_RANGE}(?P<hours>{_NUMBER}) ?个?(?P<and_half>半| and a half)?多? ?"
    r"(?:小时|钟头|hours?\b|hrs?\b|h\b)(?P<then_half>半| and a half\b)?"
)
_MINUTES: Final = re.compile(
    rf"{_RANGE}(?P<minutes>{_NUMBER})几? ?(?:多|来)? ?(?:more )?"
    r"(?:分钟|分|minutes?\b|mins?\b|mn\b|m\b|')"
    rf"|\bin (?P<bare>{_DIGITS}|five|ten|fifteen|twenty|thirty)\b"
    r"(?! ?(?:点|号|days?|weeks?|hours?|h\b))"
)
_ONE: Final = re.compile(
    r"(?<![\d.:/~-])(?<![a-z])1(?![\d.:/~%-])(?![a-z点号个位楼天月年次分时秒])"
)
_ONE_AND_MINUTES: Final = re.compile(rf"{_ONE.pattern} +(?P<minutes>\d{{1,3}})(?![\d.:/点号])")
_EMERGENCY: Final = frozenset({110, 112, 119, 120, 911, 999})
_NOBODY: Final = frozenset({"0", "零", "zero"})
_ONLY_ONE: Final = frozenset({"一", "壹", "one", "1"})
_SHORT_WAIT: Final = 1
"""The wait that is none, in minutes: a bare "1 minute" means: wait."""


def parse_reply(text: str, names: Iterable[str] = ()) -> Reply:
    """Read what an answer means.

    `names` are those it may be signed with or speak of: the contact's, the elder's.
    """
    plain = _prepared(text)
    if not plain or len(plain) > MOST_CHARACTERS:
        return UNCLEAR
    if plain in _ONLY_ONE:
        return Reply(Meaning.TAKES)
    if plain in _NOBODY:
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
    plain = unicodedata.normalize("NFKC", text).translate(_TRADITIONAL).lower()
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
        if not re.match(r" ?(?:[a-z]|小时|分|钟头|-|~|到|至)", after):
            number = int(both["minutes"])
            minutes = None if number in _EMERGENCY else number
            found.add("one")
            plain = _cut(plain, both)
    plain = _take_out(_SAID_FIRST, plain, found)
    hours, plain = _hours(plain)
    short, plain = _minutes(plain)
    if hours is not None or short is not None:
        found.add("minutes")
        minutes = round((hours or 0) * 60 + (short or 0))
    if one := _ONE.search(plain):
        found.add("one")
        plain = _cut(plain, one)
    plain = _take_out(_SAID_LAST, plain, found)
    return found, minutes, "".join(plain.split())


def _take_out(meanings: tuple[str, ...], plain: str, found: set[str]) -> str:
    for meaning in meanings:
        pattern = _COMPILED[meaning]
        if pattern.search(plain):
            found.add(meaning)
            plain = pattern.sub(" ", plain)
    return plain


def _hours(plain: str) -> tuple[float | None, str]:
    match = _HOURS.search(plain)
    if match is None:
        return None, plain
    if match["half"]:
        return 0.5, _cut(plain, match)
    if match["quarter"]:
        return 0.25, _cut(plain, match)
    more = 0.5 if match["and_half"] or match["then_half"] else 0.0
    return _number(match["hours"]) + more, _cut(plain, match)


def _minutes(plain: str) -> tuple[int | None, str]:
    match = _MINUTES.search(plain)
    if match is None:
        return None, plain
    return _number(match["minutes"] or match["bare"]), _cut(plain, match)


def _cut(plain: str, match: re.Match[str]) -> str:
    return f"{plain[: match.start()]} {plain[match.end() :]}"


def _number(text: str) -> int:
    """Read a number of digits, of Chinese up to 99, of English words."""
    if text.isdigit():
        return int(text)
    if text in _NUMBERS:
        return _NUMBERS[text]
    tens, has_ten, units = text.partition("十")
    if not has_ten:
        return int("".join(str(_NUMBERS[digit]) for digit in text))
    return _NUMBERS.get(tens, 1) * 10 + _NUMBERS.get(units, 0)


def _patterns(words: dict[str, Any]) -> dict[str, list[str]]:
    """Make the patterns of one language, by meaning, each within the borders of its words."""
    whole_word = words.pop("whole_word")
    return {
        meaning: [whole_word.format(word) for word in found] for meaning, found in words.items()
    }


_WORDS: Final = [
    _patterns(words) for words in tables("assistant/channels/reply_words/{lang}.toml").values()
]
_COMPILED: Final = {
    meaning: re.compile("|".join(word for words in _WORDS for word in words.get(meaning, ())))
    for meaning in (*_SAID_FIRST, *_SAID_LAST)
}
