"""A Chinese grammar of sentences that set a reminder."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from tests.language.grammar.parts import Clock, Days, Said, coming, meaning, some, weekday_list

DIGITS = "零一二三四五六七八九"
NAMES = [
    "二甲双胍",
    "阿司匹林",
    "华法林",
    "氨氯地平",
    "阿托伐他汀",
    "地高辛",
    "奥美拉唑",
    "缬沙坦",
    "布洛芬",
    "硝苯地平",
    "美托洛尔",
    "速效救心丸",
    "维生素D",
    "左甲状腺素",
    "呋塞米",
]
COUNTED = {
    "tablet": "片",
    "capsule": "粒胶囊",
    "pill": "颗",
    "sachet": "袋",
    "drop": "滴",
    "puff": "喷",
}
MEASURED = {"mg": "毫克", "mcg": "微克", "ml": "毫升", "g": "克", "unit": "个单位"}
TASKS = [
    "浇花",
    "喂猫",
    "关火",
    "给女儿打电话",
    "量血压",
    "倒垃圾",
    "锁门",
    "给三个孙子打电话",
    "看天气预报",
    "换床单",
]
TRADITIONAL = str.maketrans(
    "点钟周礼后两号个时药饭单双过开从会这还对顾颗错胶",
    "點鐘週禮後兩號個時藥飯單雙過開從會這還對顧顆錯膠",
)


def sentence(chance: random.Random, now: datetime) -> Said:
    """Make a sentence."""
    said = _refusal(chance) if chance.random() < 0.06 else _reminder(chance, now)
    if chance.random() < 0.12:
        return Said(said.words.translate(TRADITIONAL), said.means)
    return said


def _reminder(chance: random.Random, now: datetime) -> Said:
    clocks = _clocks(chance)
    days = _days(chance, now, clocks)
    more_words, more = _more(chance, now, days)
    listed = chance.choice(("、", "和", "，", "")).join(each.words for each in clocks)
    when = f"{days.words}{listed}"
    if chance.random() < 0.25:
        what, doses = chance.choice(TASKS), []
        what = f"提醒我{what}"
    else:
        what, doses = _medicine(chance)
    form = chance.randrange(4)
    comma = chance.choice(("", "，"))
    ending = chance.choice(("", "", "好吗", "谢谢", "。"))
    if form == 0 or more_words.startswith("，"):
        words = f"{when}{what}{more_words}"
    elif form == 1:
        words = f"{chance.choice(('请', '小安', '麻烦'))}{when}{comma}{what}{more_words}"
    elif form == 2:
        words = f"{what}，{when}{more_words}"
    else:
        words = (
            f"{more_words}{when}{what}{ending}"
            if more_words.startswith("从")
            else f"{when}{what}{more_words}"
        )
    return Said(words, meaning(days, clocks, more, doses))


def number(value: int) -> str:
    """Say a whole number below a thousand."""
    if value < 10:
        return DIGITS[value]
    if value < 20:
        return "十" + (DIGITS[value % 10] if value % 10 else "")
    if value < 100:
        return f"{DIGITS[value // 10]}十" + (DIGITS[value % 10] if value % 10 else "")
    rest = value % 100
    hundreds = ("两" if value // 100 == 2 else DIGITS[value // 100]) + "百"
    if not rest:
        return hundreds
    if rest < 10:
        return f"{hundreds}零{DIGITS[rest]}"
    tens = f"{DIGITS[rest // 10]}十"
    return hundreds + tens + (DIGITS[rest % 10] if rest % 10 else "")


def count(value: int) -> str:
    """Say how many."""
    return "两" if value == 2 else number(value)


def clock(chance: random.Random, hour: int, minute: int) -> Clock:
    """Say a time with its part of the day."""
    at = f"{hour:02}:{minute:02}"
    twelve = (hour + 11) % 12 + 1
    if hour < 5:
        part = "凌晨"
    elif hour < 9:
        part = chance.choice(("早上", "早晨", "清早", "早"))
    elif hour < 12:
        part = chance.choice(("上午", "早上"))
    elif hour == 12:
        part = "中午"
    elif hour < 18:
        part = "下午"
    else:
        part = chance.choice(("晚上", "晚", "晚间"))
    if chance.random() < 0.15 and hour > 12:
        return Clock(f"{hour}:{minute:02}", at)
    point = chance.choice(("点", "点", "点", "点钟" if minute == 0 else "点", "时"))
    said = f"{part}{count(twelve)}{point}"
    return Clock(said + _minute(chance, minute), at)


def _minute(chance: random.Random, minute: int) -> str:
    if minute == 0:
        return ""
    if minute == 30:
        return "半"
    if minute == 15 and chance.random() < 0.6:
        return "一刻"
    if minute < 10:
        return f"零{DIGITS[minute]}分"
    return number(minute) + chance.choice(("分", "分"))


def _clocks(chance: random.Random) -> list[Clock]:
    minutes = (0, 0, 0, 0, 0, 30, 30, 15, 5, 20, 10, 40)
    hours = sorted(some(chance, range(1, 23), 3 if chance.random() < 0.3 else 1))
    return [clock(chance, hour, chance.choice(minutes)) for hour in hours]


def _days(chance: random.Random, now: datetime, clocks: list[Clock]) -> Days:
    first = min(each.at for each in clocks)
    kinds = (
        *(_every_day, _every_day, _every_day, _weekdays, _but_not, _interval, _month),
        *(_odd_pattern, _tomorrow, _one_weekday, _one_date),
    )
    return chance.choice(kinds)(chance, now, first)


def _every_day(chance: random.Random, _: datetime, __: str) -> Days:
    return Days(chance.choice(("每天", "天天", "每日")), ("every day",))


def _weekdays(chance: random.Random, _: datetime, __: str) -> Days:
    if chance.random() < 0.2:
        return Days(
            chance.choice(("工作日", "周一到周五", "每周一到周五")),
            ("every week", "on mo,tu,we,th,fr"),
        )
    named = sorted(some(chance, range(7), 3))
    week = chance.choice(("周", "星期", "礼拜"))
    joint = chance.choice(("", "、", "和" if len(named) == 2 else "、"))
    said = f"每{week}" + joint.join(_weekday(chance, day) for day in named)
    return Days(said, ("every week", weekday_list(set(named))))


def _weekday(chance: random.Random, day: int) -> str:
    return "一二三四五六"[day] if day < 6 else chance.choice("日天")


def _but_not(chance: random.Random, _: datetime, __: str) -> Days:
    off = sorted(some(chance, range(7), 2))
    week = chance.choice(("周", "星期", "礼拜"))
    names = "和".join(f"{week}{_weekday(chance, day)}" for day in off)
    kept = set(range(7)) - set(off)
    said = chance.choice(
        (f"除了{names}每天", f"每天除了{names}", f"除{names}外每天", f"除了{names}以外每天")
    )
    return Days(said, ("every week", weekday_list(kept)))


def _interval(chance: random.Random, _: datetime, __: str) -> Days:
    days = chance.randint(2, 9)
    said = f"每{count(days)}天"
    if days == 2:
        said = chance.choice((said, "隔天", "隔一天", "每隔一天"))
    return Days(said, (f"every {days} days",))


def _month(chance: random.Random, _: datetime, __: str) -> Days:
    days = sorted(some(chance, range(1, 29), 2))
    said = "和".join(f"{number(day)}号" for day in days)
    return Days(
        f"{chance.choice(('每月', '每个月'))}{said}",
        ("every month", "on " + ",".join(map(str, days))),
    )


def _odd_pattern(chance: random.Random, _: datetime, __: str) -> Days:
    return Days(
        chance.choice(
            (
                *(
                    "逢单日",
                    "逢双号",
                    "吃五天停两天，",
                    "吃三周停一周，每天",
                    "单周的周三",
                    "隔三差五",
                ),
                *("每月上旬", "每隔几天", "双数日子", "一周三次，", "每四到六小时", "节假日"),
                *("除了下雨天每天", "三天两头", "单号", "每周每天"),
            )
        ),
        is_question=True,
    )


def _tomorrow(chance: random.Random, now: datetime, _: str) -> Days:
    ahead = chance.randint(1, 3)
    return Days(("明天", "后天", "大后天")[ahead - 1], on=now.date() + timedelta(ahead))


def _one_weekday(chance: random.Random, now: datetime, first: str) -> Days:
    weekday = chance.randrange(7)
    week = chance.choice(("周", "星期", "礼拜"))
    if chance.random() < 0.5:
        monday = now.date() - timedelta(now.weekday())
        return Days(f"下{week}{_weekday(chance, weekday)}", on=monday + timedelta(7 + weekday))
    return Days(f"{week}{_weekday(chance, weekday)}", on=coming(weekday, now, first))


def _one_date(chance: random.Random, now: datetime, _: str) -> Days:
    day = now.date() + timedelta(chance.randint(2, 300))
    return Days(f"{number(day.month)}月{number(day.day)}{chance.choice('号日')}", on=day)


def _more(chance: random.Random, now: datetime, days: Days) -> tuple[str, list[str]]:
    if days.on is not None or days.is_question or chance.random() < 0.75:
        return "", []
    kind = chance.randrange(3)
    if kind == 0:
        length = chance.randint(3, 30)
        return f"，连续{number(length)}天", [f"for {length}"]
    day = now.date() + timedelta(chance.randint(2, 60))
    said = f"{number(day.month)}月{number(day.day)}号"
    if kind == 1:
        return f"，吃到{said}", [f"until {day}"]
    return f"，从{said}开始", [f"from {day}"]


def _medicine(chance: random.Random) -> tuple[str, list[str]]:
    name = chance.choice(NAMES)
    dose, truth = _dose(chance)
    if not dose:
        return f"吃{name}", []
    said = chance.choice((f"吃{dose}{name}", f"{dose}{name}", f"{name}{dose}", f"吃{name}{dose}"))
    return chance.choice(("", "", "提醒我")) + said, [truth]


def _dose(chance: random.Random) -> tuple[str, str]:
    kind = chance.random()
    if kind < 0.12:
        return "", ""
    unit = chance.choice(tuple(COUNTED))
    many = chance.randint(1, 4)
    if kind < 0.22:
        return f"半{COUNTED[unit]}", f"1/2 {unit}"
    if kind < 0.27:
        return f"一{COUNTED[unit]}半", f"3/2 {unit}"
    if kind < 0.6:
        said = chance.choice((count(many), str(many)))
        return f"{said}{COUNTED[unit]}", f"{many} {unit}"
    measure = chance.choice(tuple(MEASURED))
    if kind < 0.68:
        return f"{count(many)}片一百毫克的", f"{many} tablet of 100 mg"
    if kind < 0.75:
        return f"{chance.choice(('零点五', '0.5'))}{MEASURED[measure]}", f"1/2 {measure}"
    amount = chance.choice((5, 8, 10, 20, 25, 40, 50, 75, 100, 250, 500))
    said = chance.choice((count(amount), str(amount)))
    return f"{said}{MEASURED[measure]}", f"{amount} {measure}"


def _refusal(chance: random.Random) -> Said:
    when = _clocks(chance)[0].words
    what = _medicine(chance)[0].removeprefix("提醒我")
    return Said(
        chance.choice(
            (
                f"别提醒我{when}{what}",
                f"不要提醒我{when}{what}",
                f"每天{when}不用提醒我{what}",
                f"{when}不{what}" if what.startswith("吃") else f"{when}不吃药",
                f"以后{when}别叫我{what}",
                f"每天{when}{what}，下雨天除外",
                f"停掉{when}的提醒",
            )
        ),
        "ask",
    )
