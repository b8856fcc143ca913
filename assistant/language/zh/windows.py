"""What Chinese says of a part of the day in which something comes by the clock."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from assistant.language.clues import Clock, Clue, Reader, Window
from assistant.language.reading import Rules, scan
from assistant.language.signs import Unclear
from assistant.language.zh.numerals import WHOLE_NUMBER as N
from assistant.language.zh.when_clock import CLOCK_RULES, either
from assistant.language.zh.when_words import ANCHORS, PARTS

_TIME = (
    rf"(?:(?:{either(PARTS)}|[早晨晚夜])?的?"
    rf"(?:{N}(?:点钟?|时)(?:半|[一两三]刻|[零〇]{N}分?|{N}分(?!钟)"
    rf"|[一二三四五]?十[一二三四五六七八九]?(?![个小钟片粒颗毫]))?|\d{{1,2}}:\d\d))"
)
_HABIT = rf"(?:{either([*ANCHORS, *PARTS, '早', '晚', '天亮', '天黑', '日出', '日落'])})"
_LENGTH = rf"(?:{N}个?半?|半个?)(?:小时|钟头|分钟|刻钟)"
_BY_THE_CLOCK = re.compile(
    rf"[每隔](?:{_LENGTH}|个?(?:小时|钟头))|{_LENGTH}[一-龥]{{0,3}}一[次回遍趟]"
)


def _window(match: re.Match[str], today: date) -> Iterator[Clue]:
    if not _BY_THE_CLOCK.search(match.string):
        return
    first, last = _clock(match["first"], today), _clock(match["last"], today)
    if first and last:
        yield Window(first, last, is_part_shared=False)


def _round_the_clock(match: re.Match[str], today: date) -> Iterator[Clue]:
    """Read 每八小时一粒早上六点开始."""
    first = _clock(match["first"], today) if _BY_THE_CLOCK.search(match.string) else None
    if first:
        yield Window(first, None, is_part_shared=False)


def _unclear(match: re.Match[str], _: date) -> Iterator[Clue]:
    if _BY_THE_CLOCK.search(match.string):
        yield Unclear.WORDS


def _clock(said: str, today: date) -> Clock | None:
    found, left = scan(said, today, _clock_rules())
    clues = [each.clue for each in found]
    if len(clues) == 1 and isinstance(clues[0], Clock) and not left.strip("\0"):
        return clues[0]
    return None


@cache
def _clock_rules() -> Rules:
    return tuple((re.compile(pattern, re.IGNORECASE), read) for pattern, read in CLOCK_RULES)


WINDOW_RULES: tuple[tuple[str, Reader], ...] = (
    (
        rf"[从在自]?(?P<first>{_TIME})(?:开始|起)?[，,]?(?:一?直)?(?:到|至|-|~|—)"
        rf"(?P<last>{_TIME})(?:之间|期间|中间|为止|结束|这段时间|以内|之内|内)?里?的?",
        _window,
    ),
    (
        rf"(?:[从自打]|(?:第一|头一|首)[次回顿遍粒片]?(?:是|在|从)?)(?P<first>{_TIME})"
        "(?:开始|起(?![来床])|算起|吃起|打起)?",
        _round_the_clock,
    ),
    (rf"(?P<first>{_TIME})(?:开始|起(?![来床])|算起|吃起|打起)", _round_the_clock),
    # By the clock, but from when to when: 白天每两小时, 起床到睡觉每一小时.
    (
        rf"大?白天|醒着|不睡|没睡|[从在自]?{_HABIT}(?:以?后|时)?(?:一?直)?[到至]{_HABIT}(?:以?前|时)?"
        r"(?:之间|期间|中间|为止)?|(?:两|三|每)?[顿餐]饭?(?:之间|中间)",
        _unclear,
    ),
    (rf"[从在]?(?P<first>{_TIME})[和与跟](?P<last>{_TIME})(?:之间|期间|中间)里?的?", _window),
)
