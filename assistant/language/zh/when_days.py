"""What Chinese says about days: each rule reads one kind of clue."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from assistant.language.clues import (
    Clue,
    DayClue,
    OnDay,
    OnLunarDay,
    OnMonthDay,
    OnNthWeekday,
    OnWeekday,
    PartOfDay,
    Reader,
    always,
)
from assistant.language.days import resolve
from assistant.language.errors import ImpossibleTimeError
from assistant.language.signs import Unclear
from assistant.language.zh.numerals import WHOLE_NUMBER as N
from assistant.language.zh.numerals import whole_number
from assistant.language.zh.when_clock import either
from assistant.language.zh.when_words import (
    FESTIVALS,
    LUNAR_MONTHS,
    RELATIVE_DAYS,
    SHORT_PARTS,
    WEEKDAYS,
)

WEEK = "(?:星期|礼拜|周)"
A_WEEKDAY = "(?:[一二三四五六日天]|(?<!\\d)[1-7](?![\\d:]))"
TIMES = "[次回遍顿趟]"
_MONTHS_AHEAD = r"(?P<months>这个?|本|当|下下个?|下个?|上个?)"
_WEEKS_AHEAD = r"(?P<weeks>这个?|本|下下个?|下个?|上上个?|上个?)"
_NAMED_WEEK = "(?:这个?|本|下下?个?)"
ONES = "[一二三四五六七八九]"
_LUNAR_DAY = rf"(?:初(?:{ONES}|十)|廿{ONES}|三十|二?十{ONES}?|{ONES})"
# Without 号 these are days of the traditional calendar: Mid-Autumn, Double Third and so on.
_LUNAR_BY_CUSTOM = frozenset(
    ("八月十五", "七月十五", "二月二", "三月三", "六月六", "七月七", "九月九")
)
NOT_DONE = (
    "(?:不(?:用|要|必|需要|想)?(?:再)?(?:吃|服|打|用|喝|量|测|做|去|提醒|叫|滴|贴)?(?:药|针|了|我|它)*"
    "|不算(?:在内|数|的)?|停一?[天日次回顿]|空一?[天日次回顿]|歇一?[天日次回顿]"
    "|以外|之外|除外|例外|外|休息(?:一[天日次])?|别(?:吃|打|提醒|叫)(?:药|我|了)*|停药?(?![一二两三\\d]))"
    "(?=$|[，,。\0\1\2 ])"
)
_BY_THE_MOON = "的?[（(]?(?:农历|阴历|旧历)[）)]?的?"
_SHORT_DAYS = {"昨": -1, "今": 0, "当": 0, "明": 1, "后": 2}


def _lunar_month_day(match: re.Match[str], _: date) -> Iterator[Clue]:
    month, day = match["month"], match["day"]
    told = match["lunar"] or match["behind"] or month in LUNAR_MONTHS or day[0] in "初廿"
    if told or month + day in _LUNAR_BY_CUSTOM:
        number = LUNAR_MONTHS.get(month) or whole_number(month[:-1])
        yield OnLunarDay((_lunar_day(day),), number)


def _lunar_day(said: str) -> int:
    return whole_number(said.lstrip("初"))


def _lunar_days(match: re.Match[str], _: date) -> Iterator[Clue]:
    days = [match["first"]] + ([match["second"]] if match["second"] else [])
    if match["lunar"] or days[0][0] in "初廿":
        each = bool(match["each"]) or len(days) > 1
        yield OnLunarDay(tuple(_lunar_day(day) for day in days), each=each)


def _festival(match: re.Match[str], today: date) -> Iterator[Clue]:
    festival = FESTIVALS[match["festival"]]
    if match["days"] and isinstance(festival, DayClue):
        days = whole_number(match["days"]) * (-1 if match["side"] == "前" else 1)
        yield OnDay(resolve(festival, today) + timedelta(days))
    else:
        yield festival


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
    yield OnWeekday(5, _weeks(match["weeks"]), is_weekend=True)


def nth_weekday(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read 每月第二个周一, 下个月最后一个周五."""
    nth = -1 if match["last"] else whole_number(match["nth"])
    if nth > 5:
        raise ImpossibleTimeError(f"No month has {nth} of the same weekday.")
    months = None if match["each"] else match["months"].count("下") if match["months"] else 0
    yield OnNthWeekday(nth, WEEKDAYS[match["day"]], months)


def _month_day(match: re.Match[str], today: date) -> Iterator[Clue]:
    year: int | None = None
    if match["year"]:
        year = int("".join(str(whole_number(digit)) for digit in match["year"]))
    elif match["years"]:
        year = today.year + {"今": 0, "明": 1, "后": 2, "去": -1}[match["years"]]
    yield OnMonthDay(day_number(match["day"]), whole_number(match["month"]), year)


def _end_of_month(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield OnMonthDay(-1, whole_number(match["month"]))


def _day_of_month(match: re.Match[str], _: date) -> Iterator[Clue]:
    months = match["months"]
    ahead = months.count("下") - months.count("上") if months else None
    yield OnMonthDay(
        -1 if match["last"] else 1 if match["early"] else day_number(match["day"]),
        None,
        None,
        ahead,
    )


def day_number(said: str) -> int:
    """A day of a month; raises ImpossibleTimeError if no month has it."""
    day = whole_number(said)
    if not 1 <= day <= 31:
        raise ImpossibleTimeError(f"No month has a day {day}.")
    return day


def _written_date(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield OnMonthDay(int(match["day"]), int(match["month"]), int(match["year"]))


CALENDAR_RULES: tuple[tuple[str, Reader], ...] = (
    # Festivals and the traditional calendar.
    (
        rf"(?<![零一二三四五六七八九])(?<![吃煮买包做](?=元宵))(?:(?:农历|阴历|旧历)的?(?=正月|大年|除夕|腊八|小年))?(?P<festival>{either(FESTIVALS)})"
        rf"(?:的?(?P<side>[前后])(?P<days>{N})天|(?![零一二三四五六七八九]|树|卡|老人|礼物|帽|歌|灯|袜|花环|晚会))",
        _festival,
    ),
    (
        rf"(?P<lunar>农历|阴历|旧历)?的?(?P<month>正月|冬月|腊月|大年(?=[初十])|(?<![今明后去每前整半几大])年(?=初)|{N}月)的?(?P<day>{_LUNAR_DAY})(?![号日个点片十一二三四五六七八九])"
        rf"(?P<behind>{_BY_THE_MOON})?",
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
        rf"(?:[、和跟,，]?(?P<second>{_LUNAR_DAY}))?(?![号日个点片月天年周])(?:{_BY_THE_MOON})?",
        _lunar_days,
    ),
)
DAY_RULES: tuple[tuple[str, Reader], ...] = (
    (
        rf"(?:{_MONTHS_AHEAD}月)?的?(?P<each>(?!))?(?:(?P<last>最后[一1]?|倒数第[一1])个|(?:第|头(?=[一1]个))(?P<nth>{N})个){WEEK}(?P<day>{A_WEEKDAY})",
        nth_weekday,
    ),
    (r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})", _written_date),
    # 星期五十二月四号: no month 52.
    (rf"{_WEEKS_AHEAD}?{WEEK}(?P<day>{A_WEEKDAY})(?={N}月)", _weekday),
    (
        rf"(?:(?P<year>[零〇一二三四五六七八九]{{4}}|\d{{4}})年|(?P<years>[今明后去])年)?的?"
        rf"(?P<month>{N})月份?的?(?P<day>{N})(?:[号日]|(?![个点片粒颗毫克\d]))",
        _month_day,
    ),
    (
        "(?:那个?|同)月的?(?:月?底|末|最后[一1]天)|当月的?(?:月?底|末)",
        always(OnMonthDay(-1, is_same=True)),
    ),
    (rf"(?P<month>{N})月份?的?(?:月?底|末|最后[一1]天)", _end_of_month),
    (
        rf"(?:{_MONTHS_AHEAD}月的?)(?:(?P<last>底|末|最后[一1]天|倒数第[一1]天)|(?P<early>初)|(?P<day>{N})[号日]?)(?!次)",
        _day_of_month,
    ),
    (
        # 下午三点八号技师, 去六号食堂: no day stands behind an hour, or where one goes.
        rf"(?P<months>(?!))?(?:(?P<last>月底|月末)|(?P<early>月初)"
        rf"|(?<![点半刻分整钟去坐找住进乘往换零〇一二两三四五六七八九十百\d])(?P<day>{N})[号日](?![楼线房门机码子车床桌院厅馆柜站座位铺]))",
        _day_of_month,
    ),
    (r"年底|年末", always(OnMonthDay(31, 12))),
    (rf"明后两?天|今明两?天|这两天|大下个?{WEEK}{A_WEEKDAY}?", always(Unclear.WORDS)),
    (either(RELATIVE_DAYS), _relative_day),
    (r"([昨今当明后])([早晨晚夜])(?![饭餐])", _day_and_part),
    # Two single days, of which a moment holds the first only.
    (
        rf"(?:除了?|除开|不算){_NAMED_WEEK}周末|{_NAMED_WEEK}周末(?:就|都|我)*{NOT_DONE}",
        always(Unclear.WORDS),
    ),
    (rf"{_WEEKS_AHEAD}?周末", _weekend),
    (rf"{_WEEKS_AHEAD}?(?:星期|礼拜)(?P<day>[一二三四五六日天1-9八九])", _weekday),
    (rf"{_WEEKS_AHEAD}?周(?P<day>{A_WEEKDAY})(?!{TIMES})", _weekday),
)
