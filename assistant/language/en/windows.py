"""What English says of a part of the day in which something comes by the clock."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from assistant.language.clues import Clock, Clue, OnDay, Reader, Window
from assistant.language.en.numerals import WHOLE_NUMBER as N
from assistant.language.en.when_clock import CLOCK_RULES, HOUR_WORD, MINUTE_WORD, either
from assistant.language.en.when_words import PARTS
from assistant.language.reading import Rules, scan
from assistant.language.signs import Unclear

_BEHIND_HOUR = (
    r"(?: o'? ?clock)?"
    rf"(?: ?(?:[ap]\.m\.|[ap]\.? ?m\b)|,? (?:in the |at |this )(?:{either(PARTS)})\b)?"
)
_TIME = (
    # "From ten to six" begins at ten, and not ten minutes before six.
    rf"(?:(?:(?:half|(?:a )?quarter|{N}(?: minutes)?) past|(?:(?:a )?quarter|{N} minutes) to)"
    rf" {HOUR_WORD}\b{_BEHIND_HOUR}"
    rf"|(?:noon|mid-?day|mid-?night)\b"
    rf"|{HOUR_WORD}(?:[:.]\d\d| {MINUTE_WORD})?(?![\w:]){_BEHIND_HOUR}"
    rf"|\d{{1,2}} ?[ap]\.?m\b\.?)"
)
_PART = rf"(?:other|{N}|half(?: an)?|quarter of an|and a half)"
_BY_THE_CLOCK = re.compile(
    rf"\b(?:every|each) (?:{_PART} )*(?:hour|minute)s?\b|hourly\b"
    rf"|\b(?:once|twice|{N} times) (?:an|every|each|per) hour\b",
    re.IGNORECASE,
)
_IS_CLOCK = re.compile(r"m\b|clock|noon|day|night|\bin the\b|\bat\b|:", re.IGNORECASE)


def _window(match: re.Match[str], today: date) -> Iterator[Clue]:
    is_told = match["from"] or _IS_CLOCK.search(match["last"])
    if not is_told or not _BY_THE_CLOCK.search(match.string):
        return
    first, last = _clock(match["first"], today), _clock(match["last"], today)
    if first and last:
        yield Window(first, last, is_part_shared=True)


def _round_the_clock(match: re.Match[str], today: date) -> Iterator[Clue]:
    """Read "every eight hours starting at six"."""
    first = _clock(match["first"], today) if _BY_THE_CLOCK.search(match.string) else None
    if first:
        yield Window(first, None, is_part_shared=False)


def _unclear(match: re.Match[str], _: date) -> Iterator[Clue]:
    if _BY_THE_CLOCK.search(match.string):
        yield Unclear.WORDS


def _clock(said: str, today: date) -> Clock | None:
    found, left = scan(f"at {said}", today, _clock_rules())
    clues = [each.clue for each in found if each.clue != OnDay(today)]
    if len(clues) == 1 and isinstance(clues[0], Clock) and not left.strip("\0 ."):
        return clues[0]
    return None


@cache
def _clock_rules() -> Rules:
    return tuple((re.compile(pattern, re.IGNORECASE), read) for pattern, read in CLOCK_RULES)


WINDOW_RULES: tuple[tuple[str, Reader], ...] = (
    (
        r"(?P<from>\b(?:(?:starting|beginning) at|from|(?P<between>between(?: the hours of)?)) )?"
        rf"(?<![\d:.])\b(?P<first>{_TIME})"
        r"(?: (?:(?(between)and|to)|to|until|till|through|up to|up until) (?:at )?| ?- ?)"
        rf"(?P<last>{_TIME})",
        _window,
    ),
    (
        r"\b(?:(?:starting|beginning|start|begin)(?: off)?(?: at| from)?|from|"
        r"(?:the )?first(?: (?:one|dose|tablet|capsule|pill|puff|drop|time))?(?: is)?(?: at)?) "
        rf"(?P<first>{_TIME})(?: (?:on|onwards?)\b(?! \w+days?\b))?",
        _round_the_clock,
    ),
    # By the clock, but from when to when: "every two hours when I am awake".
    (
        r"\b(?:(?:when|whenever|while|as long as|if) i(?:'m| am|m)? (?:still )?"
        r"(?:awake|up|out of bed|not (?:asleep|sleeping))"
        r"|(?:in |during )?(?:my |the )?waking hours|in between)\b",
        _unclear,
    ),
)
