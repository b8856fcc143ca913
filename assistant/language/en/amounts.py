"""English numbers and doses."""

import re
from fractions import Fraction
from functools import cache

from assistant.language.amounts import Dose, Number, Unit
from assistant.language.en.numerals import DIGITS, WHOLE_NUMBER, cardinal, whole_number

UNITS: dict[str, Unit] = {
    **dict.fromkeys(("tablet", "tab"), Unit.TABLET),
    **dict.fromkeys(("capsule", "cap"), Unit.CAPSULE),
    "pill": Unit.PILL,
    **dict.fromkeys(("sachet", "packet", "bag"), Unit.SACHET),
    **dict.fromkeys(("ampoule", "vial", "bottle"), Unit.AMPOULE),
    "drop": Unit.DROP,
    **dict.fromkeys(("spoon", "spoonful", "teaspoon", "teaspoonful"), Unit.SPOON),
    **dict.fromkeys(("tablespoon", "tablespoonful"), Unit.SPOON),
    **dict.fromkeys(("puff", "spray", "inhalation"), Unit.PUFF),
    "patch": Unit.PATCH,
    "patche": Unit.PATCH,
    **dict.fromkeys(("suppository", "suppositorie"), Unit.SUPPOSITORY),
    **dict.fromkeys(("unit", "international unit", "iu", "u"), Unit.INTERNATIONAL_UNIT),
    **dict.fromkeys(("microgram", "mcg", "μg", "ug"), Unit.MICROGRAM),
    **dict.fromkeys(("milligram", "mg"), Unit.MILLIGRAM),
    **dict.fromkeys(("gram", "g"), Unit.GRAM),
    **dict.fromkeys(("millilitre", "milliliter", "mil", "ml", "cc"), Unit.MILLILITRE),
}
_SCALES = {"thousand": 1_000, "million": 1_000_000}
_SAID_UNITS: dict[Unit, tuple[str, str]] = {
    Unit.TABLET: ("tablet", "tablets"),
    Unit.CAPSULE: ("capsule", "capsules"),
    Unit.PILL: ("pill", "pills"),
    Unit.SACHET: ("sachet", "sachets"),
    Unit.AMPOULE: ("ampoule", "ampoules"),
    Unit.DROP: ("drop", "drops"),
    Unit.SPOON: ("spoonful", "spoonfuls"),
    Unit.PUFF: ("puff", "puffs"),
    Unit.PATCH: ("patch", "patches"),
    Unit.SUPPOSITORY: ("suppository", "suppositories"),
    Unit.INTERNATIONAL_UNIT: ("unit", "units"),
    Unit.MICROGRAM: ("microgram", "micrograms"),
    Unit.MILLIGRAM: ("milligram", "milligrams"),
    Unit.GRAM: ("gram", "grams"),
    Unit.MILLILITRE: ("millilitre", "millilitres"),
}
_SAID_WORDS: dict[str, tuple[str, str]] = {
    "teaspoon": ("teaspoonful", "teaspoonfuls"),
    "teaspoonful": ("teaspoonful", "teaspoonfuls"),
    "tablespoon": ("tablespoonful", "tablespoonfuls"),
    "tablespoonful": ("tablespoonful", "tablespoonfuls"),
    "packet": ("packet", "packets"),
    "bag": ("bag", "bags"),
    "vial": ("vial", "vials"),
    "bottle": ("bottle", "bottles"),
    "spray": ("spray", "sprays"),
}
"""What a dose is counted in by one of several names: it is read back by the same."""
WORDS = frozenset(_SAID_WORDS)
_HUNDREDS = rf"(?:{WHOLE_NUMBER})"
_WHOLE = (
    rf"(?:(?:a|{_HUNDREDS}) (?:thousand|million)(?:,? (?:and )?{_HUNDREDS}(?: thousand)?)*|"
    rf"{_HUNDREDS}|a dozen|half a dozen|a couple(?: of)?)"
)
PART = r"(?:a half|half|one half|a quarter|one quarter|three quarters|a third|one third|two thirds)"
_PARTS = {
    "half": Fraction(1, 2),
    "quarter": Fraction(1, 4),
    "three quarters": Fraction(3, 4),
    "third": Fraction(1, 3),
    "two thirds": Fraction(2, 3),
}
_FIXED = {
    "a dozen": Fraction(12),
    "half a dozen": Fraction(6),
    "a couple": Fraction(2),
    "a couple of": Fraction(2),
}
_DIGIT = f"(?:{'|'.join(DIGITS)}|oh)"
NUMBER = (
    r"(?:(?:minus |negative |-)?(?:(?<!\d)\.\d+|\d+ \d+/[1-9]\d*|\d+/[1-9]\d*|\d+(?:,\d{3})*\.\d+|"
    r"\d+(?:,\d{3})+|"
    rf"{_WHOLE}(?: and {PART})|(?:{_WHOLE} )?point(?: {_DIGIT})+|half a dozen|{PART}|{_WHOLE}))"
)


@cache
def _number_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.]){NUMBER}(?![\w]|\.\d)", re.IGNORECASE)


def find_number(text: str) -> Number | None:
    """Read the first number of a text."""
    match = _number_pattern().search(text)
    return Number(value_of(match[0]), match.start(), match.end()) if match else None


def say_dose(dose: Dose) -> str:
    """Say a dose: "one and a half tablets", "half a tablet", "one to two tablets"."""
    is_told = UNITS.get(dose.word) is dose.unit and dose.word in WORDS
    one, many = _SAID_WORDS[dose.word] if is_told else _SAID_UNITS[dose.unit]
    if dose.most:
        return f"{_said(dose.amount)} to {_said(dose.most)} {many}"
    if dose.amount < 1 and dose.amount in _PARTS.values():
        of = "" if dose.amount == Fraction(1, 2) else "of "
        return f"{_said(dose.amount)} {of}a {one}"
    return f"{_said(dose.amount)} {one if dose.amount == 1 else many}"


def _said(amount: Fraction) -> str:
    whole, part = divmod(amount, 1)
    for name, value in _PARTS.items():
        if part == value:
            article = "" if name in {"half", "three quarters", "two thirds"} else "a "
            if not whole:
                return article + name
            return f"{cardinal(str(whole))} and {article or 'a ' * (name == 'half')}{name}"
    return cardinal(f"{float(amount):g}")


def value_of(said: str) -> Fraction:
    """Read what `_NUMBER` matches."""
    said = said.lower().strip()
    for sign in ("minus ", "negative ", "-"):
        if said.startswith(sign):
            return -value_of(said.removeprefix(sign))
    if said in _FIXED:
        return _FIXED[said]
    part = re.sub(r"^(?:a|one) ", "", said)
    if part in _PARTS:
        return _PARTS[part]
    if not re.search("[a-z]", said):
        return sum((Fraction(each) for each in said.replace(",", "").split()), Fraction(0))
    whole, _, rest = said.rpartition(" and ")
    if whole and re.sub(r"^(?:a|one) ", "", rest) in _PARTS:
        return value_of(whole) + value_of(rest)
    whole, point, digits = said.partition("point")
    if point:
        written = "".join("0" if d == "oh" else str(DIGITS.index(d)) for d in digits.split())
        return (value_of(whole) if whole.strip() else 0) + Fraction(f"0.{written}")
    return Fraction(_whole(said))


def _whole(said: str) -> int:
    for scale in ("million", "thousand"):
        above, found, below = said.partition(scale)
        if found:
            rest = re.sub(r"^,? ?(?:and )?", "", below.strip())
            count = 1 if above.strip() in {"a", ""} else whole_number(above.strip())
            return count * _SCALES[scale] + (_whole(rest) if rest else 0)
    return whole_number(said)
