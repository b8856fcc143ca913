"""What Chinese says about how often: each rule reads one kind of clue."""

import re
from collections.abc import Iterator
from datetime import date

from assistant.language.clues import (
    Clue,
    Every,
    EveryWeekdays,
    Frequency,
    Lasting,
    NotOnWeekdays,
    OnMonthDay,
    OnNthWeekday,
    PartOfDay,
    Reader,
    TimesEvery,
    always,
)
from assistant.language.days import weekdays_between
from assistant.language.errors import ImpossibleTimeError
from assistant.language.signs import NoOther, PerDay, Unclear
from assistant.language.zh.numerals import WHOLE_NUMBER as N
from assistant.language.zh.numerals import whole_number
from assistant.language.zh.when_clock import either
from assistant.language.zh.when_days import (
    A_WEEKDAY,
    NOT_DONE,
    ONES,
    TIMES,
    WEEK,
    day_number,
    nth_weekday,
)
from assistant.language.zh.when_words import DAYS, FREQUENCIES, PARTS, SHORT_PARTS, WEEKDAYS

_UNIT = either(FREQUENCIES)
_TAKE = (
    "(?:要|得|都|吃|服用?|用|打|滴|量|喝|做|贴|各|抹|涂|敷|擦|喷|洗"
    "|点(?=[一二两三四五六\\d]+[次回遍]))?"
)
_DAY_OFF = (
    rf"(?:(?<![下这本上]个)(?<![下这本上]){WEEK}{A_WEEKDAY}"
    rf"(?:(?:到|至|[、和跟及,，]+)?{WEEK}?{A_WEEKDAY}(?![点时号]))*"
    r"|(?<![下这本上]个)(?<![下这本上])周末|双休日)"
)
_DAYS_OFF = rf"{_DAY_OFF}(?:[、和跟及,，]+{_DAY_OFF})*"
_PLACE = rf"(?:第{N}个?|头[一1]个|(?:最后|倒数第)[一1]个?)的?"
_NTH_WEEKDAY = (
    rf"(?:第(?P<place>{N})个?|头(?P<first>[一1])个|(?:最后|倒数第)[一1]个?)的?"
    rf"(?:{WEEK}(?P<weekday>{A_WEEKDAY}))?"
)
_WORKDAYS = EveryWeekdays((0, 1, 2, 3, 4))
_EVERY_WEEK = re.compile(rf"每个?{WEEK}(?!末)|每逢|周周|按周")
_DAY_BEGINS = "早|上午|中午|下午|晚|睡|饭|各|都|吃|服|打|就|改|\x01|$"


def _every_weekdays(match: re.Match[str], _: date) -> Iterator[Clue]:
    said = match["days"]
    ends = re.fullmatch(rf"({A_WEEKDAY})(?:到|至|-){WEEK}?({A_WEEKDAY})", said)
    if ends:
        first, last = WEEKDAYS[ends[1]], WEEKDAYS[ends[2]]
        # 周一到周五 is every week; 周三到周六每天 may be once.
        is_weekly = match["each"] or (first == 0 and last > 3) or _EVERY_WEEK.search(match.string)
        yield EveryWeekdays(weekdays_between(first, last)) if is_weekly else Unclear.WORDS
    else:
        yield EveryWeekdays(tuple(WEEKDAYS[day] for day in re.findall(A_WEEKDAY, said)))


def _treatment_days(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield EveryWeekdays((0, 2, 4) if match["odd"] else (1, 3, 5))


def _not_on(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read 除了周日每天; 周日不吃; 周一到周三除外."""
    said = match["days"]
    off = {5, 6} if "周末" in said or "双休" in said else set[int]()
    said = said.replace("周末", "")
    if re.search(WEEK, said):
        named = [
            WEEKDAYS[day]
            for day in re.findall(A_WEEKDAY, said.replace("星期", "").replace("礼拜", ""))
        ]
        is_range = re.search("[到至]", said) is not None
        off |= set(weekdays_between(named[0], named[-1])) if is_range else set(named)
    yield NotOnWeekdays(tuple(sorted(off)))


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


def _lasting_parts(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read 连着三晚, 用三个晚上: as many days, and when on them."""
    yield Lasting(whole_number(match["number"]))
    yield PartOfDay(PARTS.get(match["part"]) or SHORT_PARTS[match["part"]])


def _nth_weekdays(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read 第二和第四个周三, 第一个周一和最后一个周五: a weekday counts for those before it."""
    day, days = 0, list[OnNthWeekday]()
    for each in reversed(list(re.finditer(_NTH_WEEKDAY, match["several"]))):
        day = WEEKDAYS[each["weekday"]] if each["weekday"] else day
        nth = whole_number(each["place"]) if each["place"] else 1 if each["first"] else -1
        if nth > 5:
            raise ImpossibleTimeError(f"No month has {nth} of the same weekday.")
        days.append(OnNthWeekday(nth, day))
    yield from reversed(days)


def _every_month_days(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield Every(Frequency.MONTHLY)
    if match["last"]:
        yield OnMonthDay(-1)
    elif match["from"]:
        first, last = day_number(match["from"]), day_number(match["to"])
        if first < last:
            yield from (OnMonthDay(day) for day in range(first, last + 1))
        else:
            yield Unclear.WORDS  # 二十八号到三号
    else:
        for day in re.finditer(N, match["days"]):
            yield OnMonthDay(day_number(day[0]))


# In this order: what a rule has read is gone for the next.
OFTEN_RULES: tuple[tuple[str, Reader], ...] = (
    (
        "(?:母亲|父亲|感恩|复活|情人|老人|护士|青年|建军|建党)节(?![礼的卡蛋花])"
        "|我?(?:老伴|老婆|老公|妈妈?|爸爸?|女儿|儿子|孙子|孙女)?生日(?:那天|当天|前|后|早上|晚上)",
        always(Unclear.WORDS),
    ),
    (rf"每个?{WEEK}[两二三四五六]天", always(Unclear.WORDS)),  # the days, or how many
    # How often; before that, the days of the week on which not.
    (
        rf"[，,]?(?:但是?|不过|可是|就)?(?:除[了咗]?|除开|不算|不包括|别在|不在)(?:每?逢|每到|每个?)?"
        rf"(?P<days>{_DAYS_OFF})"
        rf"(?:以外|之外|外|不算)?[，,]?(?:(?:其他|别的|其余)(?:的|日子|时间|几天)?)?都?(?P<daily>每[天日]|天天)?都?",
        _not_on,
    ),
    (
        rf"[，,]?(?:但是?|不过|可是|就|只有)?(?:每?逢|每到|每个?)?"
        rf"(?P<days>{_DAYS_OFF})"
        rf"(?:的时候|那天|那两天|两天|就|都|可以|我)*{NOT_DONE}(?P<daily>(?!))?",
        _not_on,
    ),
    (
        rf"(?:(?P<each>每个?{WEEK}的?|每?逢{WEEK})"
        rf"|(?<![下这本上]个)(?<![下这本上]){WEEK}"
        rf"(?={A_WEEKDAY}(?:(?:到|至|-){WEEK}?{A_WEEKDAY}|{A_WEEKDAY}+(?!点))))"
        rf"(?P<days>{A_WEEKDAY}(?:(?:到|至|-){WEEK}?{A_WEEKDAY}"
        rf"|(?:[、和跟与,，]*{WEEK}?{A_WEEKDAY}(?![点片粒个月天年]))*))(?!{TIMES})",
        _every_weekdays,
    ),
    # Days of treatment as everybody says them, and never a number.
    (
        rf"(?<!{ONES})(?:(?P<odd>一[、,，]?三[、,，]?五)|二[、,，]?四[、,，]?六)(?={_DAY_BEGINS})",
        _treatment_days,
    ),
    (r"只有(?:周末|双休日)", always(EveryWeekdays((5, 6)))),
    (rf"(?:每?逢|每到|每个?(?:{WEEK}的?)?)(?:周末|双休日)|双休日", always(EveryWeekdays((5, 6)))),
    ("(?:隔|每)(?:三|两|几)?差五", always(Unclear.WORDS)),
    (r"每半年", always(Every(Frequency.MONTHLY, 6))),
    (r"每半个月", always(Every(Frequency.DAILY, 15))),
    (r"(?:每个?)?工作日", always(_WORKDAYS)),
    (rf"每?隔(?P<number>{N})?个?(?P<unit>{_UNIT}){_TAKE}一{TIMES}", _every_other),
    # 一天三毫克一天四毫克: by turns, and which day is the first?
    (
        r"(?:头|隔|单|前|第?一)[一1]?[天日](?:吃|服用?|用|打|喝)?\x01+[，,、 ]*"
        r"(?:另|后|下|再|第二|转|双|隔)?[一1]?[天日](?:吃|服用?|用|打|喝)?(?=\x01)",
        always(Unclear.WORDS),
    ),
    # 一天一片; 别的日子不吃
    (
        r"(?<![一二两三四五六七八九十隔每第前后头\d])[一1][天日](?:就|要|只|得)?(?:吃|服用?|用|打|喝|滴|喷|吸|贴)?(?=\x01)",
        always(PerDay.WORDS),
    ),
    (
        "[，,]?(?:但是?)?(?:其他|其它|其余|别的|剩下|另外)(?:的?(?:日子|时间|时候|几天|天数|天)|的)"
        "(?:一律|全|都|就|一概|千万|绝对|我)*(?:不(?:用|要|必|能|许|准|可以?)?|别|停)"
        "(?:再)?(?:吃|服|打|用|喝|量|做|去|提醒|叫|滴|贴|碰)?(?:药|针|了|我|它)*",
        always(NoOther.WORDS),
    ),
    ("各(?=一次)", always(Every(Frequency.DAILY))),
    (
        rf"(?:每|(?=[一两二三四五六七八九十\d]))(?P<interval>{N})?个?(?P<unit>{_UNIT}){_TAKE}"
        rf"(?P<count>{N}){TIMES}",
        _times_every,
    ),
    # 三个月复查一次; of a single unit 一个月去一次 says the same.
    (
        rf"每?(?P<number>{N})个?(?P<unit>{_UNIT})(?:要|得|去|做)*(?:[一-龥]{{2}}|(?<=[要得])[翻换])一{TIMES}",
        _every,
    ),
    (rf"隔(?={WEEK}{A_WEEKDAY})", always(Every(Frequency.WEEKLY, 2))),
    (rf"每隔?(?P<hours>{N})个半(?:小时|钟头)", _hours_and_a_half),
    (r"每隔?半个?(?:小时|钟头)", always(Every(Frequency.MINUTELY, 30))),
    (rf"每?隔(?P<number>{N})?个?(?P<unit>{_UNIT})", _every_other),
    (
        rf"每个?月的?(?P<several>{_PLACE}(?:{WEEK}{A_WEEKDAY})?"
        rf"(?:(?:[、和跟与及,，]|还有|以及)*(?:每个?月的?)?{_PLACE}(?:{WEEK}{A_WEEKDAY})?)*"
        rf"(?:[、和跟与及,，]|还有|以及)*(?:每个?月的?)?{_PLACE}{WEEK}{A_WEEKDAY})",
        _nth_weekdays,
    ),
    (
        rf"(?P<each>每个?)月的?(?:第|头(?=[一1]个))?(?P<last>最后[一1]?|倒数第[一1])?(?P<nth>{N})?个(?P<months>)?{WEEK}(?P<day>{A_WEEKDAY})",
        nth_weekday,
    ),
    (
        rf"从?每个?月的?从?(?P<from>{N})[号日]?(?:一?直?到|至|[-~—])(?P<to>{N})[号日]"
        rf"(?:为止|之间|期间)?(?P<last>(?!))?(?P<days>(?!))?",
        _every_month_days,
    ),
    (
        rf"每?逢(?P<from>(?!))?(?P<last>(?!))?(?P<days>{N}[号日](?:[、和跟,，]?{N}[号日])*)",
        _every_month_days,
    ),
    (
        rf"每个?月的?(?P<from>(?!))?(?:(?P<last>月?底|最后[一1]天|倒数第[一1]天|末)|(?P<days>{N}[号日]?(?:[、和跟,，]?{N}[号日])*)(?<=[号日]))",
        _every_month_days,
    ),
    (rf"每个?(?P<part>{either([*PARTS, *SHORT_PARTS])})", _every_part),
    (rf"每(?P<number>{N})?个?(?P<unit>{_UNIT})", _every),
    (r"天天|日日", always(Every(Frequency.DAILY))),
    (r"年年", always(Every(Frequency.YEARLY))),
)
# 从明天起一周每天, 滴十天从今天开始, 吃五天泼尼松
_SPELL = rf"(?P<part>{either([*PARTS, *SHORT_PARTS])})"
LASTING_RULES: tuple[tuple[str, Reader], ...] = (
    # 从明天起一周每天, 从明天起吃五天泼尼松, 滴十天从今天开始
    (
        rf"(?<=起)(?:吃|服用?|用|打|喝|滴|贴|喷)?(?P<number>{N})(?P<half>(?!))?个?"
        rf"(?P<unit>{either(DAYS)})(?![号以之后前内])",
        _lasting,
    ),
    (
        rf"(?<=[吃服用打喝贴滴量做测称泡敷抹涂熏练戴])(?P<number>{N})(?P<half>半)?个?"
        rf"(?P<unit>{either(DAYS)})(?=从|每天|天天|就停|停药)",
        _lasting,
    ),
    (
        rf"(?:连续|连着|接连|坚持|为期|一共|总共|共|先|连|就|只){_TAKE}(?P<number>{N})(?:个|天)?{_SPELL}"
        rf"(?!饭|餐|点心|报)(?:就(?:行|好|够)了?)?",
        _lasting_parts,
    ),
    (
        rf"(?<=[吃服用打喝贴滴量做喷吸])(?:上|够|满)?(?P<number>{N})(?:个|天)?{_SPELL}(?!饭|餐|点心|报)",
        _lasting_parts,
    ),
    (rf"(?<!第)(?P<number>{N})个{_SPELL}(?=都|每|各|连)", _lasting_parts),
    (
        rf"(?:连续|连着|接连|坚持|为期|一共|总共|共|先|连){_TAKE}(?=半|{N})(?P<number>{N})?(?P<half>半)?个?(?P<unit>{either(DAYS)})",
        _lasting,
    ),
    (
        rf"(?:接下来|往后|今后|未来)的?(?=半|{N})(?P<number>{N})?(?P<half>半)?个?(?P<unit>{either(DAYS)})",
        _lasting,
    ),
    (
        rf"(?:(?<=[吃服用打喝贴滴量做测称泡敷抹涂熏练戴])|^)(?:上|够|满)?(?=半|{N})(?P<number>{N})?(?P<half>半)?个?(?P<unit>{either(DAYS)})(?:的?药)?$",
        _lasting,
    ),
    (
        rf"(?<=[吃服用打喝贴滴量做测称泡敷抹涂熏练戴])(?:上|够|满)?(?=半|{N})(?P<number>{N})?(?P<half>半)?个?(?P<unit>{either(DAYS)})(?![号以之后前内一-龥])",
        _lasting,
    ),
)
