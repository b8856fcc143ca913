"""From written English to words: digits, signs and units as they are said."""

import re
from collections.abc import Callable, Iterable
from datetime import date

from assistant.language.en.numerals import by_digit, cardinal, ordinal, year
from assistant.language.en.spoken import MONTHS, day
from assistant.language.en.units import CURRENCIES, SHORT_FORMS, UNITS
from assistant.language.text import unify

Say = Callable[[re.Match[str]], str]


def _either(words: Iterable[str]) -> str:
    """Join words into a regular expression, the longest first."""
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))


_NUMBER = r"\d+(?:\.\d+)?"
_ENDS = r"(?!\d|\.\d)"
"""The number is over: a stop behind it ends the sentence."""
_DIGITS = re.compile(r"\d+")
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + "|Sept"
_DAY_OF_MONTH = r"(?:[0-2]?[1-9]|10|20|30|31)(?:st|nd|rd|th)?"
_OF_YEAR = r"(?:,?\s(?P<year>(?:19|20)\d\d)(?!\d|[:/%]|\.\d))?"
_HALF = r"[AaPp]\.?[Mm]\b\.?"
_UNIT = rf"(?:{_either(UNITS)})(?![A-Za-z\d^])"
_ORDINAL_PLACES = {2: "half", 4: "quarter"}
_TIMES = {
    **{word: f"a {word}" for word in ("day", "night", "week", "month", "year", "minute", "dose")},
    "hour": "an hour",
    "h": "an hour",
    "min": "a minute",
    "wk": "a week",
    "yr": "a year",
}
"""How often, behind a slash: "3 times/day"."""
_PER = {"h": "hour", "s": "second", "min": "minute", "d": "day", "day": "day", "week": "week"}


def expand(text: str) -> str:
    """Write out in English words all that is not words."""
    text = unify(text)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    text = re.sub(r"[ \t]+", " ", text).strip()
    text = re.sub(r"(?<=[A-Za-z]) -(?=[a-z])|(?<=[A-Za-z])- (?=[a-z])", "-", text)
    return re.sub(r" ?([,.!?;:])(?: ?[,.])*", r"\1", text)


def _said(*words: str) -> str:
    """Set words apart from what stands before and after; doubled spaces go at the end."""
    return f" {' '.join(words)} "


def _full_date(match: re.Match[str]) -> str:
    return _calendar_day(*(int(match[name]) for name in ("year", "month", "day")))


def _year_last(match: re.Match[str]) -> str:
    month, day_of_month = int(match["first"]), int(match["second"])
    if month > 12:  # the day came first
        month, day_of_month = day_of_month, month
    return _calendar_day(int(match["year"]), month, day_of_month)


def _calendar_day(*numbers: int) -> str:
    try:
        at = date(*numbers)
    except ValueError:  # no day of the calendar, so an article number or the like
        return _said(", ".join(by_digit(str(number)) for number in numbers))
    return _said(f"{day(at)}, {year(at.year)}")


def _month_day(match: re.Match[str]) -> str:
    month = next(name for name in MONTHS if name.startswith(match["month"][:3]))
    said = f"{month} {ordinal(int(re.sub('[a-z]+', '', match['day'])))}"
    return _said(f"{said}, {year(int(match['year']))}" if match["year"] else said)


def _year(match: re.Match[str]) -> str:
    return _said(year(int(match[0])))


def _time(match: re.Match[str]) -> str:
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    half = (match["half"] or "").replace(".", "").lower()
    if not half and not minute and hour in {0, 24}:
        return _said("midnight")
    if not half and not hour:
        half = "am"
    if not half and hour > 12:
        half, hour = ("pm", hour - 12) if hour < 24 else ("am", 12)
    said = cardinal(str(hour or 12))
    if minute:
        said += f" {'oh ' if minute < 10 else ''}{cardinal(str(minute))}"
    elif not half:
        said += " o'clock"
    if second:
        said += f" and {cardinal(str(second))} second{'' if second == 1 else 's'}"
    return _said(said, *half)


def _slashed(match: re.Match[str]) -> str:
    """Say a day (11/21), a fraction (3/4), else "over", as a blood pressure is said."""
    left, right = int(match[1]), int(match[2])
    unit = UNITS[match["unit"]][1] if match["unit"] else ""
    if 1 <= left <= 12 and 11 <= right <= 31 and not unit:
        return _said(MONTHS[left - 1], ordinal(right))
    if 13 <= left <= 31 and 1 <= right <= 12 and not unit:
        return _said(MONTHS[right - 1], ordinal(left))
    if 0 < left < right:
        return _said(_fraction(left, right), unit)
    return _said(cardinal(match[1]), "over", cardinal(match[2]), unit)


def _fraction(left: int, right: int) -> str:
    part = _ORDINAL_PLACES.get(right, ordinal(right))
    many = part if left == 1 else "halves" if part == "half" else f"{part}s"
    return f"{cardinal(str(left))} {many}"


def _mixed_fraction(match: re.Match[str]) -> str:
    return _said(cardinal(match[1]), "and", _fraction(int(match[2]), int(match[3])))


def _called(match: re.Match[str]) -> str:
    """Say a number to call: digit by digit, groups apart."""
    return _said(", ".join(by_digit(group) for group in re.findall(r"\d+", match[0])))


def _called_after_word(match: re.Match[str]) -> str:
    return _said(match[1], _DIGITS.sub(lambda run: by_digit(run[0]), match[2].replace("-", ", ")))


def _measured(match: re.Match[str]) -> str:
    number, per = match["number"], match["per"]
    one, many = UNITS[match["unit"]]
    words = [cardinal(number), one if number == "1" else many]
    if per:
        words += ["per", _PER.get(per) or UNITS[per][0]]
    return _said(*(["minus"] if match["minus"] else []), *words)


def _per(match: re.Match[str]) -> str:
    return _said(_TIMES[match["per"]])


def _money(match: re.Match[str]) -> str:
    one, many, hundredth, hundredths = CURRENCIES[match["sign"]]
    whole, _, cents = match["amount"].partition(".")
    if cents and len(cents) != 2:
        return _said(cardinal(match["amount"]), many)
    words = [cardinal(whole), one if whole == "1" else many] if int(whole) or not cents else []
    if cents and int(cents):
        words += ["and"] if words else []
        words += [cardinal(str(int(cents))), hundredth if int(cents) == 1 else hundredths]
    return _said(*words) if words else _said("zero", many)


def _ordinal(match: re.Match[str]) -> str:
    return _said(ordinal(int(match[1]))) if len(match[1]) < 10 else _said(by_digit(match[1]))


def _decade(match: re.Match[str]) -> str:
    said = year(int(match[1]))
    return _said(said[:-1] + "ies" if said.endswith("y") else said + "s")


def _short_form(match: re.Match[str]) -> str:
    return SHORT_FORMS[match[0]]


def _grouped(match: re.Match[str]) -> str:
    return _said(cardinal(match[0].replace(",", "")))


def _number(match: re.Match[str]) -> str:
    parts = match[0].split(".")
    if len(parts) <= 2:
        return _said(cardinal(match[0]))
    return _said(" point ".join(by_digit(part) for part in parts))  # a version, an address


# In this order: each rule takes its digits before a later one could misread them.
_SAID: tuple[tuple[str, str | Say], ...] = (
    (r"(?<![\d.,$£€¥])\d{1,3}(?:,\d{3}){2,}(?![\d,]|\.\d)", _grouped),
    (r"(?<=\d),(?=\d{3}(?!\d))", ""),
    (r"(?<![\w.])\.(?=\d)", "0."),  # ".5 mg": the zero that must stand before a point
    (r"(?<=[a-z] )St\.(?! [A-Z])", "Street"),
    (r"(?<!\d)24/7(?!\d)", "twenty-four seven"),
    (r"\band/or\b", "and or"),
    (rf"(?<!\w)(?:{_either(SHORT_FORMS)})(?!\w)", _short_form),
    (r"(?<!\w)[Nn]o\.\s?(?=\d)", "number "),
    # Days, before a hyphen means "to" and a slash a fraction.
    (
        r"(?<!\d)(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})"
        r"(?!\d)(?![-/.]\d)",
        _full_date,
    ),
    (
        r"(?<![\d/])(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>\d{4})(?![\d/])",
        _year_last,
    ),
    (
        rf"\b(?P<month>{_MONTH})\b\.?\s(?P<day>{_DAY_OF_MONTH})(?![\w:/%]|\.\d|\s?[ap]\.?m)"
        rf"{_OF_YEAR}",
        _month_day,
    ),
    (
        rf"(?<![\d.:/-])(?P<day>{_DAY_OF_MONTH})\s(?P<month>{_MONTH})\b(?!\.?\s\d{{1,2}}\b){_OF_YEAR}",
        _month_day,
    ),
    (r"(?<=\b[Ii]n )(?:19|20)\d\d(?![\d:/%-]|\.\d)|(?<=, )20\d\d(?![\d:/%-]|\.\d)", _year),
    (
        r"(?i:(?<=since )|(?<=born )|(?<=until )|(?<=before )|(?<=after )|(?<=from )|(?<=by )"
        r"|(?<=year ))(?:19|20)\d\d(?=\s*(?:$|[,;!?)]|\.(?!\d)))",
        _year,
    ),
    (r"\b((?:19|20)?\d0)'?s\b", _decade),
    # Numbers to call: with separators, too long for an amount, or said to be one.
    (r"\+\d{1,3}[- ]?\(?\d[\d ()-]{5,14}\d(?!\d)", _called),
    (r"(?<![\d.])\(?\d{3,4}\)?[- ]\d{3,4}[- ]\d{3,4}(?!\d)", _called),
    (r"(?<![\d.])\(?0\d{2,4}\)?[- ]\d{3,4}[- ]?\d{3,4}(?!\d)", _called),
    (rf"(?<![\d.$£€¥])(?![1-9]\d?0{{6,}}(?!\d))\d{{7,}}{_ENDS}(?!\s?{_UNIT})", _called),
    (
        r"(?i:\b((?:call(?:ed|ing)?|dial(?:led|ling)?|ring(?:ing)?|rang|phoned?|number|room|flat|apartment|extension)"
        r"(?: (?:me|us|him|her|them|is|was|on|at)){0,2}):?\s)"
        rf"(\d{{3}}-\d{{4}}|\d{{3,6}}(?:(?:,| or|, or) \d{{3}})*)(?![\d:/%-]|\.\d|\s?{_UNIT}"
        r"|\s(?:times|people|yuan|dollars|pounds))",
        _called_after_word,
    ),
    (rf"(?<![\w.,:/$£€¥-])911(?![:/%-])(?!\w){_ENDS}(?!\s?{_UNIT})", _called),
    (r"(?<=[A-Z])\d{3,6}(?!\d|\.\d)", _called),
    # Times of day.
    (
        rf"(?<![\d.:])(\d{{1,2}}(?:[:.][0-5]\d)?(?:\s?{_HALF})?)\s?(?:-|~|–|—)+\s?"
        rf"(?=\d{{1,2}}(?:[:.][0-5]\d)?\s?{_HALF})",
        r"\1 to ",
    ),
    (r"(\d:[0-5]\d)\s?(?:-|~|–|—)+\s?(?=\d{1,2}:[0-5]\d)", r"\1 to "),
    (
        r"(?<![\d.:])(?P<hour>[01]?\d|2[0-4])(?::(?P<minute>[0-5]\d))(?::(?P<second>[0-5]\d))?"
        r"(?![\d:])(?:\s?(?P<half>[AaPp]\.?[Mm])\b\.?)?",
        _time,
    ),
    (
        r"(?<![\d.:])(?P<hour>0?[1-9]|1[0-2])(?:\.(?P<minute>[0-5]\d))?(?P<second>)"
        r"\s?(?P<half>[AaPp]\.?[Mm])\b\.?",
        _time,
    ),
    (
        r"(?<=\bat )(?P<hour>[01]?\d|2[0-3])\.(?P<minute>[0-5]\d)(?P<second>)(?P<half>)"
        rf"(?![\d:/%]|\.\d|\s?{_UNIT}|\s(?:dollars|pounds|yuan|euros|per|degrees))",
        _time,
    ),
    (r"\b([AaPp])\.([Mm])\.", r"\1 \2"),
    (r"(?<![\d.])([3-8])'\s?(1[01]|\d)(?:\"|'')?(?!\d)", r" \1 foot \2 "),
    (r"(?<=\dft )(\d{1,2}) ?in\b|(?<=\d ft )(\d{1,2}) ?in\b", r"\1\2 inches"),
    # Two numbers with a sign between them.
    (rf"({_NUMBER}(?:\s?{_UNIT})?)\s?(?:-|~|–|—)+\s?(?=-?\d)", r"\1 to "),
    (rf"(?<![\d./])(\d{{1,3}})\s{{1,2}}(\d{{1,3}})/([1-9]\d{{0,2}})(?!/){_ENDS}", _mixed_fraction),
    (
        rf"(?<![\d./])(\d{{1,4}})/([1-9]\d{{0,3}})(?!/){_ENDS}(?:\s?(?P<unit>{_UNIT}))?",
        _slashed,
    ),
    (rf"({_NUMBER}):(?={_NUMBER})", r"\1 to "),
    (rf"({_NUMBER}(?:\s?{_UNIT})?)\s?[×xX*]\s?(?=\d)", r"\1 times "),
    (rf"({_NUMBER})\s?÷\s?(?=\d)", r"\1 divided by "),
    # Amounts with a sign or a unit.
    (rf"(?P<sign>[{''.join(CURRENCIES)}])\s?(?P<amount>{_NUMBER})", _money),
    (
        rf"(?P<minus>(?<![\w.])-)?(?P<number>{_NUMBER})\s?(?P<unit>{_UNIT})"
        rf"(?:\s?/\s?(?P<per>(?:{_either(_PER)})\b|{_UNIT}))?",
        _measured,
    ),
    (r"(?<![\d.])(\d+)(?:st|nd|rd|th)\b", _ordinal),
    (r"(?<![\w.])-\s?(?=\d)", "minus "),
    (r"~\s?(?=\d)", "about "),
    (r"#\s?(?=\d)", "number "),
    (r"\d+(?:\.\d+)*", _number),
    (rf"\s?/\s?(?P<per>{_either(_TIMES)})\b", _per),
    # What is left of signs: said where they carry meaning, else a pause or nothing.
    (r">=|≥", " at least "),
    (r"<=|≤", " at most "),
    (r">", " more than "),
    (r"<", " less than "),
    (r"=", " equals "),
    (r"±", " plus or minus "),
    (r"&", " and "),
    (r"\+", " plus "),
    (r"@", " at "),
    (r"[%‰]", " per cent "),
    (r"(?<=\w)/(?=\w)", " or "),
    (r"\.{2,}|[—–]+", ", "),
    (r"[#*_|\\^~`{}\[\]<>/°¥$€£×÷√]", " "),
)
_RULES = tuple((re.compile(pattern), say) for pattern, say in _SAID)
