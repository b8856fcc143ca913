"""Chinese numerals for speech: how a number is said."""

import re

DIGITS = "零一二三四五六七八九"
_MOST_DIGITS = 16
"""cn2an's limit; nobody says a longer number as one."""

_LIANG = re.compile(r"(?:^|(?<=[负点]))二(?=[百千万亿])")


def cardinal(number: str) -> str:
    """Say a plain decimal number ("-2000.5"); over 16 digits, digit by digit.

    cn2an writes 二千 where people say 两千, so its leading 二 is mended here.
    """
    import cn2an  # noqa: PLC0415 (0.2 s: only when a number is really said)

    sign, number = ("负", number[1:]) if number.startswith("-") else ("", number)
    whole, _, fraction = number.partition(".")
    if len(whole) > _MOST_DIGITS or (len(whole) > 1 and whole.startswith("0")):
        said = by_digit(whole)
    else:
        said = _LIANG.sub("两", cn2an.an2cn(whole, "low"))
    return sign + said + ("点" + by_digit(fraction) if fraction else "")


def by_digit(number: str, one: str = "一") -> str:
    """Say each digit by its name; telephone numbers and rooms have 幺 for `one`."""
    return "".join(one if digit == "1" else DIGITS[int(digit)] for digit in number)


_TWO_OR_THREE = {"俩": 2, "仨": 3}
_COUNT = "一二两三四五六七八九"
_TENS = f"(?:(?:[{_COUNT}]?十|廿)[{_COUNT}]?)"
_HUNDREDS = f"(?:[{_COUNT}]百(?:零[{_COUNT}]|{_TENS}|[{_COUNT}])?)"
_THOUSANDS = f"(?:[{_COUNT}]千(?:零{_TENS}|零[{_COUNT}]|{_HUNDREDS}|[{_COUNT}])?)"
WHOLE_NUMBER = rf"(?:{_THOUSANDS}|{_HUNDREDS}|{_TENS}|[零〇]?[{_COUNT}]|[零〇]|[俩仨]|\d+)"
"""A regular expression for a whole number under 10,000 as it is said or written."""


def whole_number(said: str) -> int:
    """Read what `WHOLE_NUMBER` matches: 两百零五, 十二, 37."""
    if said.isdecimal():
        return int(said)
    if said in _TWO_OR_THREE:
        return _TWO_OR_THREE[said]
    import cn2an  # noqa: PLC0415 (0.2 s: only when a number was really said)

    return int(cn2an.cn2an(said.replace("廿", "二十").replace("〇", "零"), "normal"))
