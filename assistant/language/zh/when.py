"""What Chinese says about days and how often: each rule reads one kind of clue."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache

from assistant.language.clues import (
    Clue,
    DayClue,
    Denied,
    Edge,
    Every,
    EveryWeekdays,
    Frequency,
    Lasting,
    NotOnWeekdays,
    OnDay,
    OnLunarDay,
    OnMonthDay,
    OnNthWeekday,
    OnWeekday,
    PartOfDay,
    Reader,
    TimesEvery,
    Unclear,
    always,
)
from assistant.language.days import resolve
from assistant.language.errors import ImpossibleTimeError
from assistant.language.left_words import left_words
from assistant.language.reading import Grammar, Reading, read_sentence
from assistant.language.zh.characters import simplified
from assistant.language.zh.doses import find_doses
from assistant.language.zh.numerals import WHOLE_NUMBER as N
from assistant.language.zh.numerals import whole_number
from assistant.language.zh.when_clock import CLOCK_RULES, HABIT_RULES, LENGTH_RULES, REPAIR, either
from assistant.language.zh.when_words import (
    DAYS,
    FESTIVALS,
    FREQUENCIES,
    LUNAR_MONTHS,
    PARTS,
    RELATIVE_DAYS,
    SHORT_PARTS,
    WEEKDAYS,
)
from assistant.language.zh.windows import WINDOW_RULES

_WEEK = "(?:星期|礼拜|周)"
_A_WEEKDAY = "(?:[一二三四五六日天]|(?<!\\d)[1-7](?![\\d:]))"
_UNIT = either(FREQUENCIES)
_TIMES = "[次回遍顿趟]"
_TAKE = (
    "(?:要|得|都|吃|服用?|用|打|滴|量|喝|做|贴|各|抹|涂|敷|擦|喷|洗"
    "|点(?=[一二两三四五六\\d]+[次回遍]))?"
)
_MONTHS_AHEAD = r"(?P<months>这个?|本|当|下下个?|下个?|上个?)"
_WEEKS_AHEAD = r"(?P<weeks>这个?|本|下下个?|下个?|上上个?|上个?)"
_NAMED_WEEK = "(?:这个?|本|下下?个?)"
_ONES = "[一二三四五六七八九]"
_LUNAR_DAY = rf"(?:初(?:{_ONES}|十)|廿{_ONES}|三十|二?十{_ONES}?|{_ONES})"
# Without 号 these are days of the traditional calendar: Mid-Autumn, Double Third and so on.
_LUNAR_BY_CUSTOM = frozenset(
    ("八月十五", "七月十五", "二月二", "三月三", "六月六", "七月七", "九月九")
)
_DAY_OFF = (
    rf"(?:(?<![下这本上]个)(?<![下这本上]){_WEEK}{_A_WEEKDAY}"
    rf"(?:(?:到|至|[、和跟及,，]+)?{_WEEK}?{_A_WEEKDAY}(?![点时号]))*"
    r"|(?<![下这本上]个)(?<![下这本上])周末|双休日)"
)
_DAYS_OFF = rf"{_DAY_OFF}(?:[、和跟及,，]+{_DAY_OFF})*"
_WORKDAYS = EveryWeekdays((0, 1, 2, 3, 4))
_DAY_BEGINS = "早|上午|中午|下午|晚|睡|饭|各|都|吃|服|打|$"
_NOT_DONE = (
    "(?:不(?:用|要|必|需要|想)?(?:再)?(?:吃|服|打|用|喝|量|测|做|去|提醒|叫|滴|贴)?(?:药|针|了|我|它)*"
    "|以外|之外|除外|例外|外|休息|别(?:吃|打|提醒|叫)(?:药|我|了)*|停药?(?![一二两三\\d]))"
    "(?=$|[，,。\0\1\2 ])"
)
_SHORT_DAYS = {"昨": -1, "今": 0, "当": 0, "明": 1, "后": 2}

_LEFT_NAMES = (("NUMBER", N),)


def read(text: str, today: date, names: Sequence[str] = ()) -> Reading:
    """Read names, doses and times of a Chinese sentence, and what is left of it."""
    return read_sentence(simplified(text), today, [simplified(name) for name in names], _grammar())


def _lunar_month_day(match: re.Match[str], _: date) -> Iterator[Clue]:
    month, day = match["month"], match["day"]
    told = match["lunar"] or month in LUNAR_MONTHS or day[0] in "初廿"
    if told or match[0] in _LUNAR_BY_CUSTOM:
        number = LUNAR_MONTHS.get(month) or whole_number(month[:-1])
        yield OnLunarDay((_lunar_day(day),), number)


def _lunar_day(said: str) -> int:
    return whole_number(said.lstrip("初"))


def _lunar_days(match: re.Match[str], _: date) -> Iterator[Clue]:
    days = [match["first"]] + ([match["second"]] if match["second"] else [])
    if match["lunar"] or days[0][0] in "初廿":
        each = bool(match["each"]) or len(days) > 1
        yield OnLunarDay(tuple(_lunar_day(day) for day in days), each=each)


def _every_weekdays(match: re.Match[str], _: date) -> Iterator[Clue]:
    said = match["days"]
    ends = re.fullmatch(rf"({_A_WEEKDAY})(?:到|至|-){_WEEK}?({_A_WEEKDAY})", said)
    if ends:
        first, last = WEEKDAYS[ends[1]], WEEKDAYS[ends[2]]
        yield EveryWeekdays(tuple(range(first, last + 1)))
    else:
        yield EveryWeekdays(tuple(WEEKDAYS[day] for day in re.findall(_A_WEEKDAY, said)))


def _treatment_days(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield EveryWeekdays((0, 2, 4) if match["odd"] else (1, 3, 5))


def _not_on(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read 除了周日每天; 周日不吃; 周一到周三除外."""
    said = match["days"]
    off = {5, 6} if "周末" in said or "双休" in said else set[int]()
    said = said.replace("周末", "")
    if re.search(_WEEK, said):
        named = [
            WEEKDAYS[day]
            for day in re.findall(_A_WEEKDAY, said.replace("星期", "").replace("礼拜", ""))
        ]
        is_range = re.search("[到至]", said) is not None
        off |= set(range(named[0], named[-1] + 1)) if is_range else set(named)
    yield NotOnWeekdays(tuple(sorted(off)))


def _festival(match: re.Match[str], today: date) -> Iterator[Clue]:
    festival = FESTIVALS[match["festival"]]
    if match["days"] and isinstance(festival, DayClue):
        days = whole_number(match["days"]) * (-1 if match["side"] == "前" else 1)
        yield OnDay(resolve(festival, today) + timedelta(days))
    else:
        yield festival


def _times_every(match: re.Match[str], _: date) -> Iterator[Clue]:
    count = whole_number(match["count"])
    interval = whole_number(match["interval"]) if match["interval"] else 1
    frequency = FREQUENCIES[match["unit"]]
    if interval > 1 or frequency in {Frequency.HOURLY, Frequency.MINUTELY}:
        if count == 1:
            yield Every(frequency, interval)
    else:
        yield TimesEvery(count, frequency)


def _every(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield Every(FREQUENCIES[match["unit"]], whole_number(match["number"] or "一"))


def _hours_and_a_half(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield Every(Frequency.MINUTELY, 60 * whole_number(match["hours"]) + 30)


def _every_other(match: re.Match[str], _: date) -> Iterator[Clue]:
    frequency = FREQUENCIES[match["unit"]]
    number = whole_number(match["number"] or "一")
    if frequency in {Frequency.HOURLY, Frequency.MINUTELY}:
        yield Every(frequency, number)
    elif number == 1:
        yield Every(frequency, 2)
    else:
        yield Unclear.WORDS  # 每隔两天: every two days, or every three


def _every_part(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield Every(Frequency.DAILY)
    yield PartOfDay(PARTS.get(match["part"]) or SHORT_PARTS[match["part"]])


def _lasting(match: re.Match[str], _: date) -> Iterator[Clue]:
    unit = DAYS[match["unit"]]
    half = unit // 2 if match["half"] else 0
    yield Lasting((whole_number(match["number"]) * unit if match["number"] else 0) + half)


def _relative_day(match: re.Match[str], today: date) -> Iterator[Clue]:
    yield OnDay(today + timedelta(RELATIVE_DAYS[match[0]]))


def _day_and_part(match: re.Match[str], today: date) -> Iterator[Clue]:
    yield OnDay(today + timedelta(_SHORT_DAYS[match[1]]))
    yield PartOfDay(SHORT_PARTS[match[2]])


def _weeks(said: str | None) -> int | None:
    return said.count("下") - said.count("上") if said else None


def _weekday(match: re.Match[str], _: date) -> Iterator[Clue]:
    if match["day"] not in WEEKDAYS:
        raise ImpossibleTimeError(f"There is no weekday {match['day']}.")
    yield OnWeekday(WEEKDAYS[match["day"]], _weeks(match["weeks"]))


def _weekend(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield OnWeekday(5, _weeks(match["weeks"]))


def _nth_weekday(match: re.Match[str], _: date) -> Iterator[Clue]:
    nth = -1 if match["last"] else whole_number(match["nth"])
    if nth > 5:
        raise ImpossibleTimeError(f"No month has {nth} of the same weekday.")
    months = None if match["each"] else match["months"].count("下") if match["months"] else 0
    yield OnNthWeekday(nth, WEEKDAYS[match["day"]], months)


def _nth_weekdays(match: re.Match[str], _: date) -> Iterator[Clue]:
    for nth in re.findall(N, match["several"]):
        yield OnNthWeekday(whole_number(nth), WEEKDAYS[match["day"]])


def _month_day(match: re.Match[str], today: date) -> Iterator[Clue]:
    year: int | None = None
    if match["year"]:
        year = int("".join(str(whole_number(digit)) for digit in match["year"]))
    elif match["years"]:
        year = today.year + {"今": 0, "明": 1, "后": 2, "去": -1}[match["years"]]
    yield OnMonthDay(_day(match["day"]), whole_number(match["month"]), year)


def _day_of_month(match: re.Match[str], _: date) -> Iterator[Clue]:
    months = match["months"]
    ahead = months.count("下") - months.count("上") if months else None
    yield OnMonthDay(
        -1 if match["last"] else 1 if match["early"] else _day(match["day"]), None, None, ahead
    )


def _every_month_days(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield Every(Frequency.MONTHLY)
    if match["last"]:
        yield OnMonthDay(-1)
    else:
        for day in re.finditer(N, match["days"]):
            yield OnMonthDay(_day(day[0]))


def _day(said: str) -> int:
    day = whole_number(said)
    if not 1 <= day <= 31:
        raise ImpossibleTimeError(f"No month has a day {day}.")
    return day


def _written_date(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield OnMonthDay(int(match["day"]), int(match["month"]), int(match["year"]))


# In this order: what a rule has read is gone for the next.
_RULES: tuple[tuple[str, Reader], ...] = (
    *HABIT_RULES,
    # Festivals and the traditional calendar.
    (
        rf"(?<![零一二三四五六七八九])(?P<festival>{either(FESTIVALS)})"
        rf"(?:的?(?P<side>[前后])(?P<days>{N})天|(?![零一二三四五六七八九]))",
        _festival,
    ),
    (
        rf"(?P<lunar>农历|阴历|旧历)?的?(?P<month>正月|冬月|腊月|{N}月)的?(?P<day>{_LUNAR_DAY})(?![号日个点片十一二三四五六七八九])",
        _lunar_month_day,
    ),
    # In figures: 农历每月15日, 农历每月初一、15日.
    (
        rf"(?P<lunar>农历|阴历|旧历)(?P<each>每个?月的?|每逢|逢|每到)"
        rf"(?=(?:{_LUNAR_DAY}[号日]?[、和跟])?(?:\d{{1,2}}|{_LUNAR_DAY})[号日])"
        rf"(?P<first>{_LUNAR_DAY}|[12]\d|30|[1-9](?!\d))[号日]?"
        rf"(?:[、和跟](?P<second>{_LUNAR_DAY}|[12]\d|30|[1-9](?!\d)))?"
        r"(?:(?<=[号日])|[号日]|(?![个点:：片月天年周号日\d]))",
        _lunar_days,
    ),
    (
        rf"(?P<lunar>农历|阴历|旧历)(?P<each>每个?月的?|每逢|逢|每到)(?P<first>{_LUNAR_DAY})"
        rf"(?:[、和跟,，]?(?P<second>{_LUNAR_DAY}))?(?![号日个点片月天年周])",
        _lunar_days,
    ),
    (
        rf"(?P<each>每个?月的?|每逢|逢|每到)?(?P<lunar>农历|阴历|旧历)?的?(?P<first>{_LUNAR_DAY})"
        rf"(?:[、和跟,，]?(?P<second>{_LUNAR_DAY}))?(?![号日个点片月天年周])",
        _lunar_days,
    ),
    *WINDOW_RULES,
    (
        "(?:母亲|父亲|感恩|复活|情人|老人|护士|青年|建军|建党)节(?![礼的卡蛋花])"
        "|我?(?:老伴|老婆|老公|妈妈?|爸爸?|女儿|儿子|孙子|孙女)?生日(?:那天|当天|前|后|早上|晚上)",
        always(Unclear.WORDS),
    ),
    (rf"每个?{_WEEK}[两二三四五六]天", always(Unclear.WORDS)),  # the days, or how many
    # How often; before that, the days of the week on which not.
    (
        rf"[，,]?(?:但是?|不过|可是|就)?(?:除了?|除开|不算|不包括|别在|不在)(?:每个?|逢)?"
        rf"(?P<days>{_DAYS_OFF})"
        rf"(?:以外|之外|外|不算)?[，,]?(?:(?:其他|别的|其余)(?:的|日子|时间|几天)?)?都?(?P<daily>每天|天天)?都?",
        _not_on,
    ),
    (
        rf"[，,]?(?:但是?|不过|可是|就|只有)?(?:每个?|逢)?"
        rf"(?P<days>{_DAYS_OFF})"
        rf"(?:的时候|那天|那两天|两天|就|都|可以|我)*{_NOT_DONE}(?P<daily>(?!))?",
        _not_on,
    ),
    (
        rf"(?:每个?{_WEEK}的?|每?逢{_WEEK}|{_WEEK}(?={_A_WEEKDAY}(?:到|至|-|{_A_WEEKDAY}+(?!点))))"
        rf"(?P<days>{_A_WEEKDAY}(?:(?:到|至|-){_WEEK}?{_A_WEEKDAY}"
        rf"|(?:[、和跟与,，]*{_WEEK}?{_A_WEEKDAY}(?![点片粒个月天年]))*))(?!{_TIMES})",
        _every_weekdays,
    ),
    # Days of treatment as everybody says them, and never a number.
    (
        rf"(?<!{_ONES})(?:(?P<odd>一[、,，]?三[、,，]?五)|二[、,，]?四[、,，]?六)(?={_DAY_BEGINS})",
        _treatment_days,
    ),
    (r"每个?(?:周末|双休日)|双休日", always(EveryWeekdays((5, 6)))),
    ("(?:隔|每)(?:三|两|几)?差五", always(Unclear.WORDS)),
    (r"每半年", always(Every(Frequency.MONTHLY, 6))),
    (r"每半个月", always(Every(Frequency.DAILY, 15))),
    (r"(?:每个?)?工作日", always(_WORKDAYS)),
    (rf"每?隔(?P<number>{N})?个?(?P<unit>{_UNIT}){_TAKE}一{_TIMES}", _every_other),
    ("各(?=一次)", always(Every(Frequency.DAILY))),
    (
        rf"(?:每|(?=[一两二三四五六七八九十\d]))(?P<interval>{N})?个?(?P<unit>{_UNIT}){_TAKE}"
        rf"(?P<count>{N}){_TIMES}",
        _times_every,
    ),
    # 三个月复查一次; of a single unit 一个月去一次 says the same.
    (
        rf"(?P<number>{N})个?(?P<unit>{_UNIT})(?:要|得|去|做)*[一-龥]{{2}}一{_TIMES}",
        _every,
    ),
    (rf"隔(?={_WEEK}{_A_WEEKDAY})", always(Every(Frequency.WEEKLY, 2))),
    (rf"每隔?(?P<hours>{N})个半(?:小时|钟头)", _hours_and_a_half),
    (r"每隔?半个?(?:小时|钟头)", always(Every(Frequency.MINUTELY, 30))),
    (rf"每?隔(?P<number>{N})?个?(?P<unit>{_UNIT})", _every_other),
    (
        rf"每个?月的?(?P<several>第{N}个?(?:[、和跟,，]?第{N}个?)+)的?{_WEEK}(?P<day>{_A_WEEKDAY})",
        _nth_weekdays,
    ),
    (
        rf"(?P<each>每个?)月的?第?(?P<last>最后[一1]?|倒数第[一1])?(?P<nth>{N})?个(?P<months>)?{_WEEK}(?P<day>{_A_WEEKDAY})",
        _nth_weekday,
    ),
    (
        rf"每个?月的?(?:(?P<last>月?底|最后[一1]天|倒数第[一1]天|末)|(?P<days>{N}[号日]?(?:[、和跟,，]?{N}[号日])*)(?<=[号日]))",
        _every_month_days,
    ),
    (rf"每个?(?P<part>{either([*PARTS, *SHORT_PARTS])})", _every_part),
    (rf"每(?P<number>{N})?个?(?P<unit>{_UNIT})", _every),
    (r"天天|日日", always(Every(Frequency.DAILY))),
    (r"年年", always(Every(Frequency.YEARLY))),
    *LENGTH_RULES,
    (
        rf"(?:连续|连着|接连|坚持|为期|一共|总共|共|先|连){_TAKE}(?P<number>{N})?(?P<half>半)?个?(?P<unit>{either(DAYS)})",
        _lasting,
    ),
    (
        rf"(?:(?<=[吃服用打喝贴滴量做])|^)(?:上|够|满)?(?P<number>{N})?(?P<half>半)?个?(?P<unit>{either(DAYS)})(?:的?药)?$",
        _lasting,
    ),
    (
        rf"(?<=[吃服用打喝贴滴量做])(?:上|够|满)?(?P<number>{N})?(?P<half>半)?个?(?P<unit>{either(DAYS)})(?![号以之后前内一-龥])",
        _lasting,
    ),
    # Days.
    (
        rf"(?:{_MONTHS_AHEAD}月)?的?(?P<each>(?!))?(?:(?P<last>最后[一1]?|倒数第[一1])个|第(?P<nth>{N})个){_WEEK}(?P<day>{_A_WEEKDAY})",
        _nth_weekday,
    ),
    (r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})", _written_date),
    # 星期五十二月四号: no month 52.
    (rf"{_WEEKS_AHEAD}?{_WEEK}(?P<day>{_A_WEEKDAY})(?={N}月)", _weekday),
    (
        rf"(?:(?P<year>[零〇一二三四五六七八九]{{4}}|\d{{4}})年|(?P<years>[今明后去])年)?的?"
        rf"(?P<month>{N})月份?的?(?P<day>{N})(?:[号日]|(?![个点片粒颗毫克\d]))",
        _month_day,
    ),
    (
        rf"(?:{_MONTHS_AHEAD}月的?)(?:(?P<last>底|末|最后[一1]天|倒数第[一1]天)|(?P<early>初)|(?P<day>{N})[号日]?)(?!次)",
        _day_of_month,
    ),
    (
        rf"(?P<months>(?!))?(?:(?P<last>月底|月末)|(?P<early>月初)|(?P<day>{N})[号日](?![楼线房门机码子]))",
        _day_of_month,
    ),
    (r"年底|年末", always(OnMonthDay(31, 12))),
    ("明后两?天|今明两?天|这两天", always(Unclear.WORDS)),
    (either(RELATIVE_DAYS), _relative_day),
    (r"([昨今当明后])([早晨晚夜])(?![饭餐])", _day_and_part),
    # Two single days, of which a moment holds the first only.
    (
        rf"(?:除了?|除开|不算){_NAMED_WEEK}周末|{_NAMED_WEEK}周末(?:就|都|我)*{_NOT_DONE}",
        always(Unclear.WORDS),
    ),
    (rf"{_WEEKS_AHEAD}?周末", _weekend),
    (rf"{_WEEKS_AHEAD}?(?:星期|礼拜)(?P<day>[一二三四五六日天1-9八九])", _weekday),
    (rf"{_WEEKS_AHEAD}?周(?P<day>{_A_WEEKDAY})(?!{_TIMES})", _weekday),
    *CLOCK_RULES,
    ("[，,]?(?:但是?|不过|可是)?(?:除了?|除开|不算|不包括)(?=\0)", always(Edge.NOT_AHEAD)),
    (rf"(?<=\0)(?:那天|就|都|可以|我|的)*{_NOT_DONE}", always(Edge.NOT_BEHIND)),
    # A masked clue is one or more NUL: 从明天起, 吃到月底.
    ("从(?=\0)", always(Edge.START_AHEAD)),
    ("(?<=\0)(?:起(?![来床])|开始|以后都)", always(Edge.START_BEHIND)),
    ("(?<=\0)到(?=\0)", always(Edge.END_AHEAD)),
    ("(?:一直|直|吃|服|用|打|喝)+到(?=\0)|到(?=\0+(?:为止|截止|结束))", always(Edge.END_AHEAD)),
    ("(?<=\0)(?:为止|截止|结束)", always(Denied.WORDS)),
)


@cache
def _grammar() -> Grammar:
    """Compile the rules at the first sentence, not when the assistant starts."""
    words = left_words("zh", _LEFT_NAMES)
    return Grammar(
        known_names=words.names,
        find_doses=find_doses,
        repair=re.compile(REPAIR),
        rules=tuple((re.compile(pattern), reader) for pattern, reader in _RULES),
        harmless=words.harmless,
        left_rules=words.rules,
    )
