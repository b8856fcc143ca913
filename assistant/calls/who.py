"""Finds whom the elder means: by any name they are called, by sound as well as by spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from assistant.language import rank_matches
from assistant.language.text import HAN
from assistant.packs import tables
from assistant.people.contacts import Contact

ALIKE: Final = 0.78
"""The likeness from which on a name may be meant: 王芳 for 王小芳 is 0.79, 老张 for 老李 0.71. Low,
since the elder is asked before anybody is rung."""
IN_SENTENCE: Final = 0.92
"""The same likeness, if the name is looked for in a whole sentence."""
CLOSE: Final = 0.1
"""How much worse than the best a name may be and still be meant: then it is asked which."""
SURE: Final = 0.985
_SHORT_WORD: Final = 2
_HAN: Final = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True)
class Named:
    """A person who may be meant."""

    contact: Contact
    name: str
    """The name that came nearest, as the family wrote it: it is said back to the elder."""
    score: float


def resolve(said: str, contacts: Sequence[Contact], *, is_sentence: bool = False) -> list[Named]:
    """Find everybody who may be meant, nearest first; one if it is clear, none if nobody is near.

    Args:
        said: a name, or with `is_sentence` the whole of what was said.
        contacts: everybody.
        is_sentence: other words may stand around the name.
    """
    found = [best for contact in contacts if (best := _best(said, contact, is_sentence))]
    found.sort(key=lambda each: each.score, reverse=True)
    if not found or found[0].score >= SURE > (found[1].score if len(found) > 1 else 0):
        return found[:1]
    return [each for each in found if each.score >= found[0].score - CLOSE]


def is_nobody(said: str) -> bool:
    """Whether a name means nobody by itself: "her", or a name that was cut to one character."""
    bare = _bare(_kin().them.sub(" ", said))
    return not bare or (len(said.strip()) == 1 and not _has_words(said))


def is_again(sentence: str) -> bool:
    """Whether the one who was rung last is to be rung once more."""
    return _kin().again.search(sentence.lower()) is not None


def to_elder(name: str) -> str:
    """Say a name as it is said to the elder: "my son" is "your son"."""
    for theirs, yours in _kin().to_elder:
        if _any_of([theirs]).match(name.lower()):
            return yours + name[len(theirs) :]
    return name


def _best(said: str, contact: Contact, is_sentence: bool) -> Named | None:
    query = _bare(said)
    scores = [
        Named(contact, name, _likeness(query, _bare(name), is_sentence))
        for name in (*contact.called, contact.name)
    ]
    best = max(scores, key=lambda each: each.score)
    return best if best.score >= (IN_SENTENCE if is_sentence else ALIKE) else None


def _likeness(query: str, name: str, is_sentence: bool) -> float:
    if not query or not name:
        return 0.0
    if query == name:
        return 1.0
    if is_sentence and _holds(query, name):
        return 1.0
    if is_sentence and any(_holds(name, word) for word in _kin().words.findall(query)):
        return 0.95  # "给我女儿打个电话" may mean 大女儿 and 二女儿
    if not is_sentence and (_holds(query, name) or _holds(name, query)):
        return 0.9  # 女儿 is what 大女儿 and 二女儿 are called as well, Susan is Susan Brown
    parts = [word for word in name.split() if len(word) > _SHORT_WORD] if _has_words(name) else []
    return rank_matches(query, [name, *parts], limit=1)[0].score


def _holds(text: str, part: str) -> bool:
    """Whether a part stands in a text: words whole, a single Han character not."""
    if _has_words(part):
        return re.search(rf"\b{re.escape(part)}\b", text) is not None
    return len(part) > 1 and part in text


def _has_words(text: str) -> bool:
    """Whether a text is written in words, and not in Han characters."""
    return _HAN.search(text) is None


def _bare(text: str) -> str:
    """Give a name without whose person it is, and with one word for each kind of kin."""
    kin = _kin()
    text = " ".join(text.lower().split())
    text = kin.around.sub(" ", text)
    text = kin.words.sub(lambda found: kin.same[found.group()], text)
    plain = " ".join(text.split())
    return kin.same.get(plain, plain)


@dataclass(frozen=True, slots=True)
class _Kin:
    around: re.Pattern[str]
    words: re.Pattern[str]
    same: dict[str, str]
    to_elder: tuple[tuple[str, str], ...]
    them: re.Pattern[str]
    again: re.Pattern[str]


@lru_cache(maxsize=1)
def _kin() -> _Kin:
    kin = tables("assistant/calls/kin/{lang}.toml").values()
    same = {word: row[0] for table in kin for row in table["same"] for word in row}
    return _Kin(
        _any_of(word for table in kin for word in table["around"]),
        # A single Han character is a part of too many words: only alone does it count.
        _any_of(word for word in same if len(word) > 1),
        same,
        tuple((theirs, yours) for table in kin for theirs, yours in table["to_elder"]),
        _any_of(word for table in kin for word in table["them"]),
        _any_of(word for table in kin for word in table["again"]),
    )


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Make a pattern of any of the words, the longest first; those of letters whole."""
    return re.compile(
        "|".join(
            rf"\b{re.escape(word)}\b" if _has_words(word) else re.escape(word)
            for word in sorted(words, key=len, reverse=True)
        )
    )
