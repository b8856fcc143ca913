"""From written Chinese to words: digits, signs and units as they are said."""

import re
from collections.abc import Callable, Iterable
from datetime import date

from assistant.language.text import unify
from assistant.language.zh.numerals import by_digit, cardinal
from assistant.language.zh.pronounce import PINYIN
from assistant.language.zh.spoken import clock, count, day_part
from assistant.language.zh.units import COUNTED, CURRENCIES, PER, SHORT_FORMS, UNITS

Say = Callable[[re.Match[str]], str]


def _either(words: Iterable[str]) -> str:
    """Join words into a regular expression, the longest first."""
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))


_NUMBER = r"\d+(?:\.\d+)?"
_UNIT = rf"(?:{_either(UNITS)})(?![A-Za-z\d^])"
_ENDS = r"(?!\d|\.\d)"
"""The number is over: a stop behind it ends the sentence."""
_COUNTS = rf"\s?(?:{_UNIT}|{COUNTED}|[月日号度多%])"
_AFTER_AMOUNT_WORD = r"(?<![压率糖约共重高长低价费第是为达到至有近过于每\d.\-/:¥$€£A-Za-z])"
_CHINESE_PUNCTUATION = str.maketrans(",;:!?()", "，；：！？（）")
_DAY_PARTS = "凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|午夜"


def expand(text: str) -> str:
    """Write out in Chinese words all that is not words; Latin words and toned pinyin stay."""
    text = unify(text)
    pieces: list[str] = []
    end = 0
    for pinyin in PINYIN.finditer(text):
        pieces += [_expand(text[end : pinyin.start()]), pinyin[0]]
        end = pinyin.end()
    pieces.append(_expand(text[end:]))
    return re.sub(r"[ \t]+", " ", "".join(pieces)).strip().translate(_CHINESE_PUNCTUATION)


def _expand(text: str) -> str:
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def _day(month: str, day: str) -> str:
    return f"{cardinal(str(int(month)))}月{cardinal(str(int(day)))}日"


def _full_date(match: re.Match[str]) -> str:
    year, month, day = match["year"], match["month"], match["day"]
    try:
        date(int(year), int(month), int(day))
    except ValueError:  # no day of the calendar, so an article number or the like
        return "，".join(by_digit(part) for part in (year, month, day))
    return f"{by_digit(year)}年{_day(month, day)}"


def _time(match: re.Match[str]) -> str:
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    half = (match["half"] or "").replace(".", "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    part = match["part"] or (day_part(hour) if half or hour > 12 else "")
    if hour > 12:
        hour -= 12
    if second:
        return f"{part}{count(hour)}点{cardinal(str(minute))}分{cardinal(str(second))}秒"
    return part + clock(hour, minute)


def _slashed(match: re.Match[str]) -> str:
    """Say a day (11/21), a fraction (3/4), a blood pressure (135/85), else a ratio."""
    left, right = int(match[1]), int(match[2])
    unit = UNITS[match["unit"]] if match["unit"] else ""
    if 1 <= left <= 12 and 11 <= right <= 31 and not unit:
        return _day(match[1], match[2])
    if 0 < left < right:
        return f"{cardinal(str(right))}分之{cardinal(str(left))}{unit}"
    return f"{cardinal(match[1])}{'、' if left > right >= 30 else '比'}{cardinal(match[2])}{unit}"


def _mixed_fraction(match: re.Match[str]) -> str:
    return f"{cardinal(match[1])}又{cardinal(match[3])}分之{cardinal(match[2])}"


def _by_digit(match: re.Match[str]) -> str:
    return by_digit(match[0])


def _called(match: re.Match[str]) -> str:
    """Say a number to call: digit by digit, groups apart, 1 as 幺 (it is never misheard for 七)."""
    groups = re.findall(r"\d+", match[0])
    return "，".join(by_digit(group, one="幺") for group in groups)


def _called_after_word(match: re.Match[str]) -> str:
    return match[1] + by_digit(match[2], one="幺")


def _measured(match: re.Match[str]) -> str:
    below_zero = match["minus"] and match["unit"].startswith("°")
    sign = "零下" if below_zero else match["minus"] or ""
    per = match["per"]
    return f"{sign}{match['number']}{UNITS[match['unit']]}" + (
        f"每{UNITS.get(per) or PER[per]}" if per else ""
    )


def _per(match: re.Match[str]) -> str:
    return f"每{PER[match['per']]}"


def _short_form(match: re.Match[str]) -> str:
    return SHORT_FORMS[match[0]]


def _per_cent(match: re.Match[str]) -> str:
    if match["amount"] == "100" and match["sign"] == "%":
        return "百分之百"
    return f"{'百' if match['sign'] == '%' else '千'}分之{match['amount'].replace('%', '')}"


def _money(match: re.Match[str]) -> str:
    amount = match["amount"]
    if "." in amount:
        amount = amount.rstrip("0").rstrip(".")
    return amount + CURRENCIES[match["sign"]]


def _grouped(match: re.Match[str]) -> str:
    return cardinal(match[0].replace(",", ""))


def _number(match: re.Match[str]) -> str:
    parts = match[0].split(".")
    if len(parts) <= 2:
        return cardinal(match[0])
    return "点".join(by_digit(part) for part in parts)  # a version or a network address


# In this order: each rule takes its digits before a later one could misread them.
_SAID: tuple[tuple[str, str | Say], ...] = (
    (r"(?<![\d.,$€£¥])\d{1,3}(?:,\d{3}){2,}(?![\d,]|\.\d)", _grouped),
    (r"(?<=\d),(?=\d{3}(?!\d))", ""),
    (r"(?<![A-Za-z\d.])\.(?=\d)", "0."),  # ".5 mg": the zero that must stand before a point
    (rf"(?<![A-Za-z])(?:{_either(SHORT_FORMS)})(?![A-Za-z\d])", _short_form),
    # Days, before a hyphen means 到 and a slash a fraction.
    (
        r"(?<!\d)(?P<year>\d{4})(?:(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})"
        r"(?!\d)(?![-/.]\d))[日号]?",
        _full_date,
    ),
    (r"(?<!\d)\d{4}(?=年)(?!年[前后以来间了])|(?<!\d)\d{2}(?=年\d{1,2}月)", _by_digit),
    # Numbers to call: with separators, a mobile's, too long for an amount, or said to be one.
    (r"\+\d{1,3}[- ]?\d[\d -]{5,14}\d(?!\d)", _called),
    (r"(?<![\d.])1[3-9]\d[- ]\d{4}[- ]\d{4}(?!\d)", _called),
    (r"(?<![\d.])\(?0\d{2,3}\)?[- ]?\d{7,8}(?!\d)", _called),
    (r"(?<![\d.])[48]00\d?-\d{3,4}-\d{3,4}(?!\d)", _called),
    (rf"(?<![\d.$€£¥])(?![1-9]\d?0{{6,}}(?!\d))\d{{7,}}{_ENDS}(?!{_COUNTS})", _called),
    (rf"(?<![\d.])(?:96110|123(?:20|56)|10086){_ENDS}(?!{_COUNTS})", _called),
    (r"(?:(?<=[楼栋幢])|(?<=单元))\d{3,4}(?![\d号])", _called),
    (
        r"((?:拨打|拨|打|呼叫|致电|电话|号码|热线)(?:了|通|过|给|是|为|[:,\s]){0,3})"
        rf"(\d{{3,6}})(?![:/-]){_ENDS}(?!{_COUNTS})",
        _called_after_word,
    ),
    (r"(?<![\d.])\d{3,5}(?=\s?(?:急救|报警|火警|电话|热线|救护))", _called),
    (rf"{_AFTER_AMOUNT_WORD}(?:11[09]|12[02])(?![:/~到\-]){_ENDS}(?!{_COUNTS})", _called),
    (r"(?<![\d.])\d{3,4}(?=室|房|病房|号房)", _called),
    # Times of day.
    (r"(\d:[0-5]\d)\s?(?:-|~|–|—)+\s?(?=\d{1,2}:[0-5]\d)", r"\1到"),
    (
        rf"(?P<part>{_DAY_PARTS})?\s?(?<![\d.:])(?P<hour>[01]?\d|2[0-4])(?::(?P<minute>[0-5]\d))"
        r"(?::(?P<second>[0-5]\d))?(?![\d:])(?:\s?(?P<half>[AaPp]\.?[Mm])\b\.?)?",
        _time,
    ),
    (
        rf"(?P<part>{_DAY_PARTS})?\s?(?<![\d.:])(?P<hour>0?\d|1[0-2])(?:\.(?P<minute>[0-5]\d))?"
        r"(?P<second>)\s?(?P<half>[AaPp]\.?[Mm])\b\.?",
        _time,
    ),
    # Two numbers with a sign between them.
    (rf"({_NUMBER}(?:%|°C|°F|°|{_UNIT})?)\s?(?:-|~|–|—)+\s?(?=-?\d)", r"\1到"),
    (rf"(?<![\d./])(\d{{1,3}})\s(\d{{1,3}})/([1-9]\d{{0,2}})(?!/){_ENDS}", _mixed_fraction),
    (
        rf"(?<![\d./])(\d{{1,4}})/([1-9]\d{{0,3}})(?!/){_ENDS}(?:\s?(?P<unit>{_UNIT}))?",
        _slashed,
    ),
    (rf"({_NUMBER}):(?={_NUMBER})", r"\1比"),
    (rf"({_NUMBER})\s?\+\s?(?=\d)", r"\1加"),
    (rf"({_NUMBER}(?:\s?{_UNIT})?)\s?[×xX*]\s?(?=\d)", r"\1乘"),
    (rf"({_NUMBER})\s?÷\s?(?=\d)", r"\1除以"),
    # Amounts with a sign or a unit.
    (
        rf"(?P<sign>[{''.join(CURRENCIES)}])\s?(?P<amount>{_NUMBER}(?:到{_NUMBER})?)[元块]?",
        _money,
    ),
    (rf"(?P<amount>(?:{_NUMBER}%?到)?{_NUMBER})\s?(?P<sign>[%‰])", _per_cent),
    (
        rf"(?P<minus>(?<![\w.])-)?(?P<number>{_NUMBER})\s?(?P<unit>{_UNIT})"
        rf"(?:\s?/\s?(?P<per>{_either(PER)}|{_UNIT}))?",
        _measured,
    ),
    (r"(?<![\d.第初])2(?=(?:到\d+(?:\.\d+)?)?\s?(?:" + COUNTED + "))", "两"),
    (r"(?<![\w.])-\s?(?=\d)", "负"),
    (r"约?~\s?(?=\d)", "约"),
    (r"\d+(?:\.\d+)*", _number),
    # What is left of signs: said where they carry meaning, else a pause or nothing.
    (r"≥", "大于等于"),
    (r"≤", "小于等于"),
    (r">", "大于"),
    (r"<", "小于"),
    (r"=", "等于"),
    (r"±", "正负"),
    (r"&", "和"),
    (r"\+", "加"),
    (r"%", "百分号"),
    (r"\^二", "平方"),
    (r"\^三", "立方"),
    (rf"(?<=\w)/(?P<per>{_either(PER)})(?!\w)", _per),
    (r"(?<=\w)/(?=\w)", "、"),
    (r"\.{2,}|[—–]+", "，"),
    (r"[#*_|\\^~`{}\[\]<>/@°¥$€£×÷√]", " "),
)
_RULES = tuple((re.compile(pattern), say) for pattern, say in _SAID)
