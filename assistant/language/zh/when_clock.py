"""What Chinese says about times of day, habits and lengths of time."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from assistant.language.clues import (
    MEALS,
    After,
    Anchor,
    AtAnchor,
    Clock,
    Clue,
    OnDay,
    Part,
    PartOfDay,
    always,
)
from assistant.language.errors import ImpossibleTimeError
from assistant.language.signs import Aside, Denied, Joint, TakenBack, Unclear, Waking
from assistant.language.zh.amounts import value_of
from assistant.language.zh.numerals import WHOLE_NUMBER as N
from assistant.language.zh.numerals import whole_number
from assistant.language.zh.when_words import (
    ANCHORS,
    BEFORE_NOON,
    DAYS,
    NOON,
    PARTS,
    SECONDS,
    SHORT_PARTS,
)


def either(words: Iterable[str]) -> str:
    """Join words into a regular expression, the longest first."""
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


_MOST_TAKEN = 4
_SHORT_PART = "[早晨晚夜]"
# 晚八点, but not 最晚八点; 早点 and 晚点 have no hour.
_PARTS = rf"{either(PARTS)}|(?:早起|(?<![最大不]){_SHORT_PART})(?=[一二两三四五六七八九十\d])"
_PART = rf"(?:(?P<part>{_PARTS})的?)?"
_MEASURE = "[片粒颗丸支瓶袋包滴勺针贴杯碗口斤克毫升个位]"
# 大一点, 减一点 and 有一点 are "a bit", not one o'clock; 三点五毫升 is an amount.
_NOT_A_BIT = "(?<![大小快慢好高低多少轻近远响重有早晚差减加])"
# Nor is it one in 多吃一点, 少放一点盐.
_NOT_A_BIT += "(?<![多少][吃喝用打穿放睡走坐歇盖加动买带做煮盛倒说看])"
_HOUR = rf"(?P<hour>{_NOT_A_BIT}一(?=点)|(?!一点)(?<![零〇一二两三四五六七八九十百]){N})"
_POINT = (
    rf"(?:点(?!点(?!\x01|眼|一次)|[儿声]|(?<=一点)(?:[都也]|不(?!对|是|好意思))|[零〇一二两三四五六七八九十\d]+{_MEASURE})(?:钟(?!点工))?"
    "|(?<!小)时(?![间候常装事钟]))"
)
_LESS = rf"差(?P<less>{N}分|{N}刻)钟?"
_ONES = "[一二三四五六七八九]"
# A bare minute has two digits (八点二十) or a zero before it: 八点一片 is no 8:01.
_MINUTE = (
    rf"(?:过|零|〇|又)?(?P<minute>(?:[二三四五六七八九]?十{_ONES}?|\d\d(?![\d:]))(?:分钟?|(?![点时一二三四五六七八九十]))|{N}分钟?|"
    rf"(?<=[零〇]){_ONES})(?!点)"
)
_DECIMAL = rf"(?:{N}点[零〇一二三四五六七八九]+|\d+\.\d+)"
_LENGTH_PART = rf"(?:半个?|{_DECIMAL}个?|{N}个?半?){either(SECONDS)}(?:半(?!{either(SECONDS)}))?"
_OH = "(?:(?:[啊哦噢喔呃哎唉诶嗯欸]呀?|不好意思|对不起|抱歉|瞧我)[，,]?)"
_WRONG = (
    "(?:不不+|(?:不是){2,}|不是(?=[，,])|不对|(?:我)?(?:又|给)?(?:说|讲|记|搞|弄|看|念|报)(?:错|岔|反|岔劈|混|拧)"
    "(?![题字过])了?|错了|口误|更正|纠正|等一下|等等|应该是|我说(?:啥|什么)[呢呀]?|我?是说|我说的是|我的意思是|不(?!是))"
)
REPAIR = (
    rf"[，,。、\s]*(?:{_OH}不是?|{_OH}?{_WRONG})(?:[，,\s]*(?:{_OH}|{_WRONG}))*"
    r"(?:不|对)?(?:一下)?[，,。、\s]*(?:应该是|应该|就?是|改成|改到)?"
)
_LENGTH = rf"(?P<length>{_LENGTH_PART}(?:零?{_LENGTH_PART})*)"
_SIDE = "(?P<side>之前|以前|之后|以后|过后|前(?!天)|后(?!天)|完|时候?|的时候|中|当中)"


def _clock(match: re.Match[str], _: date) -> Iterator[Clue]:
    words = match.groupdict()
    hour, minute = whole_number(words["hour"]), 0
    if words.get("half"):
        minute = 30
    elif words.get("quarters"):
        minute = 15 * whole_number(words["quarters"])
    elif words.get("minute"):
        minute = whole_number(words["minute"].rstrip("分钟"))
    if minute > 59:
        raise ImpossibleTimeError(f"No hour has a minute {minute}.")
    if words.get("less"):
        less = whole_number(words["less"][:-1]) * (15 if words["less"].endswith("刻") else 1)
        hour, minute = hour - 1 if hour > 1 else 12, 60 - less
    yield Clock(hour, minute, _said_part(words["part"]))


def _of_24_hours(match: re.Match[str], _: date) -> Iterator[Clue]:
    hour = int(match["hour"])
    part = BEFORE_NOON if hour < 12 else NOON if hour == 12 else None
    yield Clock(hour, int(match["minute"]), part)


def _said_part(said: str | None) -> Part | None:
    return (PARTS.get(said) or SHORT_PARTS[said[0]]) if said else None


def _clock_instead(match: re.Match[str], today: date) -> Iterator[Clue]:
    if "\1" in match.string and whole_number(match["hour"]) <= _MOST_TAKEN:
        yield Unclear.WORDS  # 九点一片，不对，两: 两点, or 两片
        return
    yield TakenBack.WORDS
    yield from _clock(match, today)


def _dose_instead(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read the 错了 of 七点一片，错了，两片八点."""
    if "\1" in match.string[: match.start()]:
        yield TakenBack.WORDS


def _parts_of_hour(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read 早上和晚上九点各一片: both at nine; without 各 the first may be without an hour."""
    parts, hour = (PARTS[match["one"]], PARTS[match["two"]]), whole_number(match["hour"])
    if hour > 11 or not all(hour in part or hour + 12 in part for part in parts):
        return  # twelve is of one of them alone
    if re.search("[各都]", match.string[match.end() :]):
        yield from (PartOfDay(part) for part in parts)
    else:
        yield Unclear.WORDS


def _part(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield PartOfDay(PARTS[match[0]])


def _seconds(said: str) -> float:
    """Read 一个半小时, 半小时, 两个钟头, 一刻钟, 一小时二十分钟."""
    total = 0.0
    pattern = rf"(半)?({_DECIMAL}|{N})?个?(半)?({either(SECONDS)})(半)?"
    for half, number, more, unit, after in re.findall(pattern, said):
        amount = _amount(number) if number else 0.0
        total += (amount + (0.5 if half or more or after else 0)) * SECONDS[unit]
    return total


def _amount(said: str) -> float:
    decimal = value_of(said) if "点" in said or "." in said else None
    return float(decimal) if decimal is not None else float(whole_number(said))


def _after(match: re.Match[str], _: date) -> Iterator[Clue]:
    is_then = bool(match.groupdict().get("then"))
    yield After(timedelta(seconds=_seconds(match["length"])), is_then=is_then)


def _after_days_and_hours(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read 一天零两个小时以后."""
    length = timedelta(seconds=_seconds(match["length"]))
    yield After(length, days=whole_number(match["days"]))


def _after_days(match: re.Match[str], _: date) -> Iterator[Clue]:
    number = whole_number(match["number"]) if match["number"] else 0
    half, unit = bool(match["half"]), match["unit"]
    if unit == "年":
        yield After(months=12 * number + (6 if half else 0))
    elif unit == "月":
        yield After(months=number, days=15 if half else 0)
    else:
        yield After(days=number * DAYS[unit])


def _habit(match: re.Match[str], _: date) -> Iterator[Clue]:
    words = match.groupdict()
    said = words["side"] or "后"  # 吃完饭
    side = -1 if "前" in said else 1 if said[-1] in "后完" else 0
    offset = words.get("length")
    minutes = round(_seconds(offset) / 60) if offset else None
    habits = re.findall(either(ANCHORS), words["habit"])
    anchors = tuple(dict.fromkeys(anchor for habit in habits for anchor in ANCHORS[habit]))
    each = bool(words.get("each")) or len(habits) > 1 or habits[0] in _EACH
    yield AtAnchor(anchors, side, minutes, each)


_EACH = {
    "一日三餐",
    "每日三餐",
    "每天三餐",
    "三餐",
    "三顿饭",
    "三餐饭",
    "早晚饭",
    "早晚餐",
    "早午晚饭",
    "早中晚饭",
    "早中晚三餐",
}


def _short_parts(match: re.Match[str], _: date) -> Iterator[Clue]:
    names = {"早": Anchor.BREAKFAST, "中": Anchor.LUNCH, "午": Anchor.LUNCH, "晚": Anchor.SUPPER}
    yield AtAnchor(tuple(names[part] for part in match["parts"] if part in names), each=True)


def _waking_of_day(match: re.Match[str], today: date) -> Iterator[Clue]:
    yield OnDay(today + timedelta({"今": 0, "明": 1, "后": 2}[match["day"]]))
    yield AtAnchor((Anchor.WAKING,), 1)


def _empty_stomach(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read 空腹 as before breakfast, unless an hour was said: then it is how, not when."""
    has_hour = re.search(rf"{N}[点时:]", match.string)
    yield Denied.WORDS if has_hour else AtAnchor((Anchor.BREAKFAST,), -1)


_NAMED_MEALS = "早饭|早餐|午饭|午餐|中饭|中餐|晚饭|晚餐|夜饭|起床|睡觉|午睡|午觉"


def _named_meal(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Say in which part of the day the hour is: 晚饭七点, 十点睡觉; the words stay what is done."""
    before = match.string[max(match.start() - 2, 0) : match.start()]
    yield AtAnchor(ANCHORS[before if before in ANCHORS else match["meal"]])


# Before all others: 饭后半小时 is no 半小时, 早饭 no 早.
HABIT_RULES = (
    (
        r"(?:[一每][日天])?三餐(?:时|的时候)?(?=各|都|吃|服|\x01|$)",
        always(AtAnchor(MEALS, each=True)),
    ),
    (rf"(?P<each>每)(?P<habit>餐){_SIDE}的?(?:{_LENGTH})?", _habit),
    (
        rf"(?P<each>每顿|每餐|每次|顿顿|每逢)?(?:在|吃完|用完|吃过|吃)?"
        rf"(?P<habit>{either(ANCHORS)}(?:[、和跟及,，]{either(ANCHORS)})*)"
        rf"{_SIDE}的?(?:{_LENGTH})?",
        _habit,
    ),
    (rf"(?:吃完|用完|吃过|吃罢|用罢)(?P<habit>{either(ANCHORS)})(?P<side>)", _habit),
    (r"(?P<parts>早一次[、,，]?(?:[中午]一次[、,，]?)?晚一次)", _short_parts),
    (
        r"(?P<parts>早[、,，]?[中午][、,，]?晚|早[、,，]?晚)(?=各|都|两次|三次|一次|吃|服|用|$)",
        _short_parts,
    ),
    (
        r"(?:早上|早晨|清早)(?:一|刚)?(?:起床|起来|醒来)(?:以后|之后|后|时|的时候)?",
        always(AtAnchor((Anchor.WAKING,), 1)),
    ),
    (rf"(?<={_NAMED_MEALS})(?=[是在]?{N}[点时:])", _named_meal),
    (
        r"(?<=[点半刻分整钟])(?=(?:提醒我|叫我|喊我)?(?:要|去|准备|开始)?(?:吃|做|烧|煮|上床)?"
        rf"(?P<meal>{_NAMED_MEALS})(?!前|后|以|之|时|的时))",
        _named_meal,
    ),
    (r"(?P<day>[今明后])早(?:一|刚)?(?:起床|起来|醒来)(?:以后|之后|后)?", _waking_of_day),
    # Last: with a time of its own, 早饭前空腹, it says nothing more.
    (r"(?<=\0)空腹|空腹(?=\0)", always(Denied.WORDS)),
    (r"(?:早上|早晨|清晨)?空腹", _empty_stomach),
)
_CALENDAR_LENGTH = rf"(?={N}|半)(?P<number>{N})?(?P<half>半)?个?(?P<unit>{either([*DAYS, '年'])})"
_SOME = "(?:几|好几|若干|一两|[两二]三|三[四五]|一些|些)"
LENGTH_RULES = (
    # 过两天, 过几天: soon, and on no certain day; 两天后 is one.
    (
        rf"再?过(?:[上个]?(?:两[天日]|{_SOME}个?(?:天|日子?|周|星期|礼拜|月|年))|一?(?:阵子?|段时间|段日子))"
        "(?!以?后|之后|过后)(?:就|再)?|(?:再?过|再?等)?(?:上|个)?"
        rf"(?:{_SOME}个?(?:天|日子?|周|星期|礼拜|月|年)|一(?:阵子?|段时间|段日子))(?:以后|之后|过后|后)"
        "|赶明儿?个?|改天|改日|哪天(?=有空|得空|闲)|过不?了?几天|(?<!前)(?<!这)(?<!那)(?<!上)(?<!最近)[等隔]两天",
        always(Unclear.WORDS),
    ),
    (
        rf"(?:再?过|再?等|倒计时|推迟|延后|晚){_CALENDAR_LENGTH}(?:以后|之后|过后|后)?",
        _after_days,
    ),
    (
        rf"(?:再?过|再?等)?(?P<days>{N})天(?:零|又|加|外加)?{_LENGTH}(?:以后|之后|过后|后)",
        _after_days_and_hours,
    ),
    (
        rf"{_CALENDAR_LENGTH}(?:以后|之后|过后|后)(?:的今[天日])?",
        _after_days,
    ),
    (
        rf"(?P<then>再?过|再等)(?:上|个)?{_LENGTH}(?:以后|之后|过后|后)?",
        _after,
    ),
    (
        rf"(?:等|倒计时|计时|定时|推迟|延后)(?:上|个)?{_LENGTH}(?:以后|之后|过后|后)?",
        _after,
    ),
    (rf"{_LENGTH}(?:以后|之后|过后|后)", _after),
    (rf"^{_LENGTH}$", _after),
)
CLOCK_RULES = (
    # 不是七点，是八点; and of 八点到九点 the first is when to begin.
    (
        rf"(?:不是|不要|别在?){_PART}{_HOUR}{_POINT}(?:半|{N}刻|{N}分)?[，,]?(?:了|的)?(?=.*点)",
        always(Denied.WORDS),
    ),
    (
        rf"(?<=[点半刻分整时])(?:到|至|-|~){_PART}{_HOUR}{_POINT}(?:半|{N}刻|{N}分)?",
        always(Unclear.WORDS),
    ),
    (
        rf"(?P<one>{either(PARTS)})[和跟与、](?P<two>{either(PARTS)})的?(?=(?P<hour>{N})[点时:])",
        _parts_of_hour,
    ),
    (
        rf"早晚各?(?={N}[点时:])",
        always(PartOfDay(SHORT_PARTS["早"]), PartOfDay(SHORT_PARTS["晚"])),
    ),
    (rf"{_PART}{_LESS}(?:到|就)?{_HOUR}{_POINT}", _clock),
    (rf"{_PART}{_HOUR}{_POINT}{_LESS}", _clock),
    (
        rf"{_PART}{_HOUR}{_POINT}(?:过)?(?:(?P<half>半)|(?P<quarters>[一二两三])刻|整|{_MINUTE}(?:(?<=分)|(?<=钟)|(?!{_MEASURE})))?",
        _clock,
    ),
    (rf"{_PART}(?<!\d)(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?!\d)", _clock),
    # 明早0730, 明天1430: of 24 hours.
    (
        r"(?<=\0)(?:的|在)?(?!(?:1\d|2[0-3])00(?!$|[，,。提叫喊去看做吃开见到]))(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?![\d:.年月元块号室房米步毫克片粒单人字个只张台斤公里卡次袋份])(?P<part>(?!))?",
        _of_24_hours,
    ),
    (rf"{either(PARTS)}(?!好)", _part),
    # 八点，啊不，九; 早上和中午.
    (
        rf"(?<=\0){REPAIR}(?P<part>(?!))?(?P<hour>{N})(?=$|[，,。吧的了提叫喊])(?!点)",
        _clock_instead,
    ),
    (rf"(?<=[\0\1，, 我]){REPAIR}(?=\0)", always(TakenBack.WORDS)),
    (rf"(?<=[\0\1，, 我]){REPAIR}(?<!不)(?=[吃服用打喝]*\x01)", _dose_instead),
    (rf"{_OH}(?:我|又|给)*{_WRONG}[，,]?(?=\0)", always(TakenBack.WORDS)),
    # 八点改到九点: from one to the other, and of what?
    (r"(?<=\0)(?:改|换|挪|移|推迟?|延后?|提前?|调)(?:成|到|为)?(?=\0)", always(Unclear.WORDS)),
    (r"(?<=\0)[，,]?(?:和|跟|与|还有|以及|、|外加|再加)(?=\0)", always(Joint.WORDS)),
    (
        "(?=[嗯呃唔哎唉诶欸]|哎[呀哟]|(?<=[，,。 ])[哦噢啊额]|我说(?:啥|什么)|瞧我|"
        "看我这(?:记性|脑子|嘴)|那个什么|让我想想)",
        always(Aside.WORDS),
    ),
    (
        r"(?=叫醒我|[叫喊]我(?:起床|起来|起身|醒)|喊醒我|把我[叫喊](?:醒|起来))",
        always(Waking.WORDS),
    ),
)
