"""Doses in Chinese, told apart from the hours and days that stand right before them.

七点一片 is seven o'clock and one tablet; 吃七点五毫克 is 7.5 mg; 七点二十五片 can be both, and is
asked about.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from assistant.language.amounts import (
    MEASURED,
    STRENGTHS,
    Dose,
    SaidDose,
    Strength,
    Unit,
    join_strengths,
    with_strength_of_each,
)
from assistant.language.reading import LeftKind, Leftover
from assistant.language.zh.amounts import UNITS, WORDS, value_of
from assistant.language.zh.characters import simplified

_ONES = "[一二三四五六七八九]"
_COUNT = "[一二两三四五六七八九]"
_DIGIT = "[零〇一二三四五六七八九]"
_TENS = rf"(?:{_ONES}?十{_ONES}?)"
_HUNDREDS = rf"{_COUNT}百(?:零{_ONES}|{_TENS}|{_ONES})?"
_THOUSANDS = rf"{_COUNT}千(?:零{_TENS}|零{_ONES}|{_HUNDREDS}|{_ONES})?"
_WELL_FORMED = rf"(?:{_THOUSANDS}|{_HUNDREDS}|{_TENS}|{_COUNT}|[零〇])万?"
_FRACTION = (
    rf"(?:(?:{_WELL_FORMED}又)?{_WELL_FORMED}分之{_WELL_FORMED}|\d+ \d+/[1-9]\d*|\d+/[1-9]\d*)"
)
_WRITTEN = r"(?<![\d.:])(?:\d+(?:,\d{3})+|\d+(?:\.\d+)?|\.\d+)"
_BY_DIGIT = rf"{_ONES}{_DIGIT}{{2,}}"
_AMOUNT = (
    rf"(?:[负-]\s?)?(?:{_FRACTION}|{_WRITTEN}|{_BY_DIGIT}(?![点十百千])|{_WELL_FORMED}(?:个半)?|半)"
)
_DECIMAL = rf"(?:点(?:{_DIGIT}+|\d))"
_UNIT = "|".join([*sorted(UNITS, key=len, reverse=True), "下(?!午)"])

_HOUR_BEFORE = re.compile(rf"(?<!{_DIGIT})(?:[零〇]|{_TENS}|{_COUNT}|(?<!\d)\d{{1,2}})[点时]钟?$")
_MINUTE_BEFORE = re.compile(rf"[点时](?:过|零|〇)?(?:{_ONES}?十{_ONES}?|[零〇]{_ONES})$")
_TENS_AND_ONES = re.compile(rf"{_ONES}?十{_ONES}|[1-5]\d[1-9]")
_DAYS_BEFORE = re.compile(
    rf"(?:(?:周|星期|礼拜)[一二三四五六日天、和到至周星期]*|初(?:{_ONES}|十)|十五|廿{_ONES}|月(?:{_TENS}|{_ONES}))$"
)
_THREE_DAYS = re.compile(r"(?:一[、]?三[、]?五|二[、]?四[、]?六)$")
_PART_BEFORE = re.compile(
    r"(?:[早晚]上?|[早清凌]晨|一早|早起|朝早|后晌|下半天|上午|中午|下午|午后|傍晚|黄昏|夜里|半夜|深夜|夜间|晚间)的?$"
)
_NIGHT_BEFORE = re.compile("(?:凌晨|半夜|午夜|深夜|夜里)$")
_DAY_BEFORE = re.compile(
    "(?:[今明后每当]天|天天|每日|[今明]日|[号日]|(?:周|星期|礼拜)[一二三四五六日天末]"
    "|[天日周月][吃服用打]?[一二两三四1-4][次回遍])的?$"
)
_TAKE_BEFORE = re.compile("(?:吃|服用?|用|喝|打|滴|射|次|回|每顿|一顿|各|剂量是?)(?:了|上|个)?$")
_PRESSED_BEFORE = re.compile("[喷吸揿按](?:了|上|个)?$")
_COUNT_BEFORE = re.compile(rf"(?:{_COUNT}|半|\\d|十)[片粒颗丸支袋]$")
_STRENGTH_OF_EACH = re.compile("每[片粒颗丸支袋](?:是|有|含)?$")
_B_TWELVE = re.compile("维生素b(?:十二|12)$", re.IGNORECASE)
_LIMIT_BEFORE = re.compile("(?:超过|多于|高于|最多|至多|顶多|最大|上限)(?:吃|用|是|为)?$")
_PUNCTUATION = re.compile(r"[\s,，。.!！吧的呢啊]*")
_STRENGTH_BETWEEN = re.compile(
    r"[\s,，、x×*]*(?:规格)?的?(?:药片|胶囊|药)?[\s,，、]*(?:每次|一次)?(?:吃|服用?|用|要|各)?"
)
_NAME_BETWEEN = re.compile(r"[^,，。、;；\d一二两三四五六七八九十]{1,12}")
_JOINT = re.compile("[，,。、;；]|和|跟|与|还有|再|另外|(?<=[片粒颗丸])加")
_NAME_BEHIND = re.compile(
    "(?![每早晚上下中午饭睡吃服就吧呢啊的了连共先从到直一二两三四五六七八九十]|明天|今天|后天|周|星期|礼拜)[一-龥]"
)
_STRENGTH_LEAD = re.compile(r"每[片粒颗丸勺](?:是|有|含)?$")
_STRENGTH_TAIL = re.compile(
    r"(?:装|规格)?的(?:胶囊|药片|片剂|药)?|一[片粒颗丸](?:的|装)|每[片粒颗丸]"
)
# 两片强的松一片五毫克; not 两片强的松晚上一片五毫克, nor 一片五毫克的氨氯地平.
_BETWEEN_EACH = re.compile(
    r"[，, ]?(?:(?![早晚夜午饭餐睡每周再另和跟与还或]|[上下]午)"
    r"[^，,。、;；\d一二两三四五六七八九十半\x00-\x02]){0,10}[，, ]?(?:其中)?"
)
_OF_EACH = re.compile(
    rf"一[片粒颗丸](?:是|有|含|的?剂量是)?(?:{_AMOUNT}{_DECIMAL}?)\s?(?:毫克|微克|克|mg|mcg|g|μg|ug)"
    r"(?=$|[，,。、 每早晚上中下饭睡今明后从在]|[吃服]的?$)",
    re.IGNORECASE,
)
_DONE = frozenset("喷吸揿滴贴")
"""Units that are verbs, too."""
_DOSE_BEHIND = re.compile(rf"{_AMOUNT}个?(?:{_UNIT})", re.IGNORECASE)
_APPLIED = frozenset({Unit.DROP, Unit.PUFF})
"""Of these nobody has a tenth."""
_EARLIEST_HOUR = 5
"""From this hour on, 点 behind a day is a clock's: 每天八点五毫克; 每天一点五毫克 is unclear."""


# 包饺子 and 贴春联 are what one does.
_NO_VERB = (
    "(?:(?<!包)|(?!饺|粽|馄饨|汤圆|元宵|包子|春卷|红包))(?:(?<!贴)|(?!春联|对联|福字|窗花|邮票))"
)


@cache
def _pattern() -> re.Pattern[str]:
    # 一两片 and 两三片 are "one or two", "two or three".
    return re.compile(
        rf"(?:(?P<low>[一二两三四五六七八])(?P<high>[二两三四五六七八九])"
        rf"|(?P<from>{_AMOUNT})(?:到|至|-|~|或者?)(?P<to>{_AMOUNT})"
        rf"|(?P<amount>{_AMOUNT})(?P<point>{_DECIMAL})?|(?P<pointed>{_DECIMAL}))"
        rf"\s?个?(?P<unit>{_UNIT})(?![a-z]){_NO_VERB}(?P<half>半(?!{_UNIT}|[夜天个小点月年晌分刻]))?",
        re.IGNORECASE,
    )


def find_dose(text: str) -> Dose | None:
    """Read the first dose of a text."""
    said, _ = find_doses(text)
    return said[0].dose() if said else None


def find_doses(text: str) -> tuple[list[SaidDose], list[Leftover]]:
    """Read all doses of a text, and the words that may be a dose or an hour."""
    text = simplified(text)
    said: list[SaidDose] = []
    unclear: list[Leftover] = []
    at = 0
    while (match := _pattern().search(text, at)) is not None:
        read = _read(text, match)
        if isinstance(read, Leftover):
            unclear.append(read)
        elif read is not None:
            unit = match["unit"].lower()
            said.append(replace(read, word=unit) if unit in WORDS else read)
        at = read.end if read is not None else match.start() + 1
    told = _with_strengths(text, _with_capsules(text, said), unclear)
    return with_strength_of_each(text, told, _BETWEEN_EACH, _OF_EACH), unclear


def _with_capsules(text: str, said: Sequence[SaidDose]) -> list[SaidDose]:
    """Read 两粒 beside 胶囊 as capsules: 阿莫西林胶囊两粒; a pill otherwise."""
    starts = [each.start for each in said[1:]] + [len(text)]
    ends = [0] + [each.end for each in said[:-1]]
    told: list[SaidDose] = []
    for at, each in enumerate(said):
        is_last_counted = all(other.unit in MEASURED for other in said[at + 1 :])
        behind = _JOINT.split(text[each.end : len(text) if is_last_counted else starts[at]])[0]
        ahead = _JOINT.split(text[ends[at] : each.start])[-1]
        is_capsule = each.word in {"粒", "颗"} and "胶囊" in behind + "，" + ahead
        # 粒 goes without saying of capsules.
        word = "" if each.word == "粒" else "颗胶囊"
        told.append(replace(each, unit=Unit.CAPSULE, word=word) if is_capsule else each)
    return told


def _read(text: str, match: re.Match[str]) -> SaidDose | Leftover | None:
    if match["unit"] == "下" and not _PRESSED_BEFORE.search(text, 0, match.start()):
        return None  # 喷两下 is a dose, 敲两下 is none
    unit = UNITS.get(match["unit"].lower(), Unit.PUFF)
    if _LIMIT_BEFORE.search(text, 0, match.start()):
        return _unclear(text, match.start(), match.end())
    if match["low"]:
        least, most = value_of(match["low"]), value_of(match["high"])
        is_range = least is not None and most == least + 1
        if not is_range or text[: match.start()].endswith(("周", "期", "拜", "十", "百", "初")):
            return None
        return _said(match, match["low"], unit, match["high"])
    if match["from"]:
        return _said(match, match["from"], unit, match["to"])
    if match["pointed"] and unit in _APPLIED:  # 每两小时点一滴: 点 is what one does with drops
        return _said(match, match["pointed"][1:], unit)
    if match["pointed"]:
        return _said(match, "零" + match["pointed"], unit)
    if match["point"]:
        return _pointed(text, match, unit)
    return _plain(text, match, unit)


def _said(
    match: re.Match[str], amount: str, unit: Unit, most: str | None = None
) -> SaidDose | None:
    least, upper = value_of(amount), value_of(most) if most else None
    if least is None or (most and upper is None):
        return None
    if match["half"]:
        least += value_of("半") or 0
    return SaidDose(least, unit, upper, match.start(), match.end())


def _plain(text: str, match: re.Match[str], unit: Unit) -> SaidDose | Leftover | None:
    """An amount without a point, if what stands before it does not belong to it."""
    amount, start = match["amount"], match.start()
    before = text[:start]
    if re.fullmatch(_BY_DIGIT, amount) and unit not in MEASURED:
        return None  # 一三五一片: the days, and one tablet
    if before.endswith("初"):
        return None  # 初五
    if _B_TWELVE.search(before + amount) and unit not in MEASURED:
        return _unclear(text, start, match.end())  # 维生素b十二片: of B12, or twelve of B
    if amount == "半" and before[-1:] in {"大", "小", "多", "少"}:
        return _unclear(text, start - 1, match.end())  # 小半片
    hour = _HOUR_BEFORE.search(before)
    if (
        hour is not None and not hour[0].endswith("钟") and _TENS_AND_ONES.fullmatch(amount)
    ):  # 七点二十五片: 7:20, or 25
        return _unclear(text, hour.start(), match.end())
    if amount == "半" and match["unit"] in _DONE and _DOSE_BEHIND.match(text, match.end()):
        return None  # 七点半喷两喷
    if amount == "半" and hour is not None and not hour[0].endswith("钟"):  # 九点半片
        return _unclear(text, hour.start(), match.end())
    if amount[0] in "五六" and _THREE_DAYS.search(before[-4:] + amount[0]):  # 周一三五片
        return _unclear(text, start - 2, match.end())
    if (
        before[-1:]
        and before[-1] in "零〇一二两三四五六七八九十百千"
        and not (
            _DAYS_BEFORE.search(before)
            or _MINUTE_BEFORE.search(before)
            or _THREE_DAYS.search(before)
        )
    ):
        return _unclear(text, len(before.rstrip("零〇一二两三四五六七八九十百千")), match.end())
    return _said(match, amount, unit)


def _pointed(text: str, match: re.Match[str], unit: Unit) -> SaidDose | Leftover | None:
    """A number with 点 in it: a decimal, an hour and a dose, or unclear."""
    start, end = match.start(), match.end()
    before, digits = text[:start], match["point"].removeprefix("点")
    whole = value_of(match["amount"])
    # 十点2 is written in two ways at once, and no decimal.
    said = _said(match, match["amount"] + match["point"], unit)
    decimal = said or _unclear(text, start, end)
    if whole is None or whole.denominator != 1 or not 0 <= whole <= 24:
        return said
    dose = value_of(digits) if len(digits) == 1 else None
    behind_hour = start + len(match["amount"]) + 1
    by_clock = dose and SaidDose(dose, unit, None, behind_hour, end)
    if by_clock and match["half"]:
        by_clock = SaidDose(by_clock.amount + (value_of("半") or 0), unit, None, behind_hour, end)
    has_day = bool(_PART_BEFORE.search(before) or _DAY_BEFORE.search(before))
    if whole == 0:
        if _NIGHT_BEFORE.search(before) and by_clock:
            return by_clock
        return _unclear(text, start, end) if _DAY_BEFORE.search(before) else decimal
    if by_clock and unit not in MEASURED and digits not in {"五", "5"}:
        return by_clock  # nobody takes 7.1 tablets
    if _STRENGTH_OF_EACH.search(before) or (
        _COUNT_BEFORE.search(before) and text.startswith("的", end)
    ):
        return decimal  # 四片每片二点五毫克, 四片二点五毫克的
    if _COUNT_BEFORE.search(before) and unit in MEASURED and whole < _EARLIEST_HOUR:
        return decimal  # 四片甲氨蝶呤，一片二点五毫克
    if _TAKE_BEFORE.search(before) and not has_day:
        return decimal
    if by_clock and has_day and whole >= _EARLIEST_HOUR:
        return by_clock
    if not has_day and _PUNCTUATION.fullmatch(before) and _PUNCTUATION.fullmatch(text[end:]):
        return decimal  # the whole answer to "how much"
    if not by_clock and not has_day and not _PUNCTUATION.fullmatch(before):
        return decimal  # 二点二五毫克 is no hour
    return _unclear(text, start, end)


def _unclear(text: str, start: int, end: int) -> Leftover:
    return Leftover(LeftKind.UNCLEAR, text[start:end], start, end)


def _with_strengths(text: str, said: list[SaidDose], unclear: list[Leftover]) -> list[SaidDose]:
    """Put together 五百毫克的，两片 and 每片五百毫克，两片."""
    kept: list[SaidDose] = []
    for each in said:
        if kept and each.end <= kept[-1].end:
            continue  # 零点五克一片的: of each tablet, and not one of them
        is_measured = each.unit in MEASURED
        lead = _STRENGTH_LEAD.search(text, 0, each.start) if is_measured else None
        tail = _STRENGTH_TAIL.match(text, each.end) if is_measured else None
        start, end = lead.start() if lead else each.start, tail.end() if tail else each.end
        kept.append(replace(each, start=start, end=end))
    return _with_strength_apart(text, join_strengths(text, kept, _STRENGTH_BETWEEN), unclear)


def _with_strength_apart(
    text: str, said: list[SaidDose], unclear: list[Leftover]
) -> list[SaidDose]:
    """Give a count the strength said elsewhere: 五百毫克的药片每天早上八点吃两片.

    吃五毫克的华法林 alone is a dose; what may be one and may be a strength is asked about.
    """
    strengths = [each for each in said if _may_be_strength(text, each)]
    counted = [each for each in said if each.unit not in MEASURED]
    if len(strengths) != 1 or not counted:
        return said
    (strength,) = strengths
    if len(said) == 2 and counted[0].strength is None:
        first, second = said
        is_of_another = second is counted[0] and _NAME_BEHIND.match(text, second.end)
        if not is_of_another and not _JOINT.search(text, first.end, second.start):
            told = Strength(strength.amount, strength.unit)
            return [replace(counted[0], strength=told, apart=(strength.start, strength.end))]
    if all(each.strength is None for each in counted):
        unclear.append(_unclear(text, strength.start, strength.end))
        return counted
    return said


def _may_be_strength(text: str, said: SaidDose) -> bool:
    return (
        said.unit in STRENGTHS
        and said.most is None
        and ("的" in text[said.start : said.end] or text.startswith("每", said.start))
        and not _TAKE_BEFORE.search(text, 0, said.start)
    )
