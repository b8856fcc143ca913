"""English numerals for speech: how a number is said."""

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
