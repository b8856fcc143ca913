"""English numerals for speech: how a number is said."""

import re

_MOST_DIGITS = 15
"""Nobody says a longer number as one; it is read digit by digit."""

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def cardinal(number: str) -> str:
    """Say a plain decimal number ("-2000.5"); a very long one, digit by digit."""
    sign, number = ("minus ", number[1:]) if number.startswith("-") else ("", number)
    whole, _, fraction = number.partition(".")
    if len(whole) > _MOST_DIGITS or (len(whole) > 1 and whole.startswith("0")):
        said = by_digit(whole)
    else:
        said = _words(int(whole), "cardinal")
    return sign + said + (f" point {by_digit(fraction)}" if fraction else "")


def ordinal(number: int) -> str:
    """Say a place in an order: twenty-first."""
    return _words(number, "ordinal")


def year(number: int) -> str:
    """Say a year: twenty twenty-six."""
    return _words(number, "year")


def by_digit(number: str) -> str:
    """Say each digit by its name."""
    return " ".join(DIGITS[int(digit)] for digit in number)


def _words(number: int, kind: str) -> str:
    from num2words import num2words  # noqa: PLC0415 (0.2 s: only when a number is really said)

    return str(num2words(number, to=kind)).replace(",", "")


_UNITS = {name: number for number, name in enumerate(DIGITS)} | {"oh": 0, "o": 0}
_TEENS = {
    name: number
    for number, name in enumerate(
        [
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ],
        start=10,
    )
}
_TENS = {
    name: number * 10
    for number, name in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fifth": 5,
    "eighth": 8,
    "ninth": 9,
    "twelfth": 12,
    "twentieth": 20,
    "thirtieth": 30,
}
_ONE_TO_NINE = "one|two|three|four|five|six|seven|eight|nine"
_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{_ONE_TO_NINE}))?|{'|'.join(_TEENS)}|{_ONE_TO_NINE})"
WHOLE_NUMBER = rf"(?:(?:a|{_SMALL}) hundred(?: (?:and )?{_SMALL})?|{_SMALL}|zero|\d+)"
"""A regular expression for a whole number under 10,000 as it is said or written."""
ORDINAL = (
    r"(?:\d+(?:st|nd|rd|th)|(?:twenty|thirty)[ -](?:first|second|third|fourth|fifth|sixth|seventh|"
    r"eighth|ninth)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|"
    r"twelfth|(?:thir|four|fif|six|seven|eigh|nine)teenth|twentieth|thirtieth)"
)
"""A regular expression for a day of the month as it is said or written."""


def whole_number(said: str) -> int:
    """Read what `WHOLE_NUMBER` or `ORDINAL` matches: twenty-five, a hundred and one, 21st."""
    if digits := re.match(r"\d+", said):
        return int(digits[0])
    total = 0
    for word in re.split(r"[ -]+", said.lower()):
        if word == "hundred":
            total = max(total, 1) * 100
        else:
            total += _word_value(word)
    return total


def _word_value(word: str) -> int:
    for table in (_UNITS, _TEENS, _TENS, _ORDINALS):
        if word in table:
            return table[word]
    return _word_value(word.removesuffix("th")) if word.endswith("th") else 0
