"""Chinese sentences of the kinds that an unseen list was misread in, with their truth."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from tests.language.grammar.chinese import NAMES, TASKS, clock, count, number
from tests.language.grammar.parts import Clock, Said


def sentence(chance: random.Random, now: datetime) -> Said:
    """Make a sentence of one of the kinds."""
    return chance.choice(_KINDS)(chance, now)


def _clock(chance: random.Random, first: int = 6, last: int = 22) -> Clock:
    return clock(chance, chance.randint(first, last), chance.choice((0, 0, 30, 15)))


def _two_clocks(chance: random.Random) -> tuple[Clock, Clock]:
    one, other = _clock(chance, 6, 11), _clock(chance, 14, 22)
    return (one, other) if chance.random() < 0.5 else (other, one)


def _aside(chance: random.Random, _: datetime) -> Said:
    one, other = _two_clocks(chance)
    word, task = chance.choice(("嗯", "呃", "哎呀", "唉", "哎")), chance.choice(TASKS)
    words = chance.choice(
        (
            f"明天{one.words}{word}{other.words}提醒我{task}",
            f"明天{one.words}{task}{word}{other.words}",
        )
    )
    return Said(words, "ask")


def _taken_back(chance: random.Random, now: datetime) -> Said:
    one, other = _two_clocks(chance)
    word = chance.choice(("啊不对", "哎说错了", "不对不对", "哎记岔了", "说错了"))
    day = now.date() + timedelta(1)
    words = f"明天{one.words}{word}{other.words}提醒我{chance.choice(TASKS)}"
    return Said(words, f"at {day} {other.at}")


def _unknown_day(chance: random.Random, _: datetime) -> Said:
    day = chance.choice(
        (
            "赶集那天",
            "下雨的日子",
            "上学的日子",
            "入伏那天",
            "老伴出院那天",
            "打雷的日子",
            "发工资那天",
        )
    )
    return Said(f"{day}{_clock(chance).words}提醒我{chance.choice(TASKS)}", "ask")


def _vague(chance: random.Random, _: datetime) -> Said:
    task, at = chance.choice(TASKS), _clock(chance)
    words = chance.choice(
        (
            *(f"下午找个时候{task}", f"明天抽个空{task}", f"明天有空的时候{task}"),
            *(f"老样子{at.words}", f"{at.words}吧还是{_clock(chance).words}好"),
            *(f"赶明儿{at.words}提醒我{task}", f"明天同一时间提醒我{task}"),
            f"一个季度一次{at.words}{task}",
        )
    )
    return Said(words, "ask")


def _unclear_dose(chance: random.Random, _: datetime) -> Said:
    at, name = _clock(chance), chance.choice(NAMES)
    low, high = chance.sample(range(2, 6), 2)
    words = chance.choice(
        (
            *(f"每天{at.words}打{number(low)}格胰岛素", f"{at.words}加倍吃{name}"),
            *(
                f"{name}一天{count(low)}毫克一天{count(high)}毫克{at.words}",
                f"{name}一天{count(low)}片一天{count(high)}片{at.words}",
            ),
            f"{name}{at.words}{count(high)}片吃五天然后{count(low)}片",
            f"每天{at.words}吃{count(low)}片{name}也就是{number(high * 10)}毫克",
        )
    )
    return Said(words, "ask")


def _dose_taken_back(chance: random.Random, _: datetime) -> Said:
    one, other = _two_clocks(chance)
    name, word = chance.choice(NAMES), chance.choice(("啊错了", "不对", "说错了", "哎不对"))
    truth = f"every day | times {other.at} | dose 2 tablet"
    return Said(f"每天{one.words}吃一片{word}{other.words}吃两片{name}", truth)


def _puffs(chance: random.Random, _: datetime) -> Said:
    at, many = _clock(chance), chance.randint(1, 4)
    words, dose = chance.choice(
        (
            (f"每天{at.words}每个鼻孔喷{count(many)}下", f"{many} puff"),
            (f"每天{at.words}换一块膏药", "1 patch"),
            (f"每天{at.words}贴{count(many)}张膏药", f"{many} patch"),
            (f"每天{at.words}喝{count(many)}勺每勺五毫升的糖浆", f"{many} spoon of 5 ml"),
        )
    )
    return Said(words, f"every day | times {at.at} | dose {dose}")


def _before_meals(chance: random.Random, _: datetime) -> Said:
    hour = number(chance.randint(6, 9))
    return Said(f"我{hour}点吃早饭饭前半小时吃一片{chance.choice(NAMES)}", "ask")


def _later(chance: random.Random, _: datetime) -> Said:
    at = chance.randint(6, 10)
    one, other = chance.sample(NAMES, 2)
    said, minutes = chance.choice((("半小时", 30), ("半个钟头", 30), ("一个小时", 60)))
    then = at * 60 + minutes
    words = f"每天早上{number(at)}点一片{one}过{said}两袋{other}"
    times = f"times {at:02}:00,{then // 60:02}:{then % 60:02}"
    return Said(words, f"every day | {times} | dose 1 tablet | dose 2 sachet")


def _from_now(chance: random.Random, now: datetime) -> Said:
    task, other = chance.sample(TASKS, 2)
    if now.hour < 21 and chance.random() < 0.5:
        first, second = now + timedelta(minutes=20), now + timedelta(hours=1)
        words = f"二十分钟后{task}一个小时后{other}"
        return Said(words, f"at {first:%Y-%m-%d %H:%M} | at {second:%Y-%m-%d %H:%M}")
    days, hours = chance.randint(1, 3), chance.randint(1, 3)
    at = now + timedelta(days=days, hours=hours)
    words = f"{count(days)}天零{count(hours)}个小时以后{task}"
    return Said(words, f"at {at:%Y-%m-%d %H:%M}")


def _days(chance: random.Random, now: datetime) -> Said:
    at, task = _clock(chance), chance.choice(TASKS)
    day, length = chance.randint(2, 28), chance.randint(3, 20)
    tomorrow = now.date() + timedelta(1)
    words, days = chance.choice(
        (
            (f"每逢{number(day)}号{at.words}{task}", f"every month | on {day}"),
            (f"只有周末{at.words}{task}", "every week | on sa,su"),
            (f"每七十二小时{at.words}{task}", "every 3 days"),
            (
                f"从明天起吃{number(length)}天泼尼松每天{at.words}",
                f"every day | from {tomorrow} | for {length}",
            ),
            (
                f"从明天起一周每天{at.words}{task}",
                f"every day | from {tomorrow} | for 7",
            ),
        )
    )
    return Said(words, f"{days} | times {at.at}")


def _reading(chance: random.Random, now: datetime) -> Said:
    at, day = _clock(chance), now.date() + timedelta(1)
    told = chance.choice(("早上七十二下", "昨天一百三七十", "今早一百二八十"))
    return Said(f"明天{at.words}量血压{told}", f"at {day} {at.at}")


def _days_in_a_list(chance: random.Random, now: datetime) -> Said:
    """Some single days with one hour, each of them once."""
    at, task = _clock(chance), chance.choice(TASKS)
    names = dict(zip(("明天", "后天", "大后天"), range(1, 4), strict=True))
    one, other = sorted(chance.sample(list(names), 2), key=lambda name: names[name])
    days = [now.date() + timedelta(names[name]) for name in (one, other)]
    words = f"{one}{chance.choice(('和', '', '、'))}{other}{at.words}提醒我{task}"
    return Said(words, " | ".join(f"at {day} {at.at}" for day in days))


def _strength_of_each(chance: random.Random, _: datetime) -> Said:
    """How much is in each, said behind the count: 两片强的松一片五毫克."""
    at, many = _clock(chance), chance.choice(("一", "两", "三", "四"))
    number = "一两三四".index(many) + 1
    words = chance.choice(
        (
            f"每天{at.words}吃{many}片华法林一片五毫克",
            f"每天{at.words}华法林{many}片一片五毫克",
            f"吃{many}片华法林每片五毫克每天{at.words}",
        )
    )
    return Said(words, f"every day | times {at.at} | dose {number} tablet of 5 mg")


_KINDS: tuple[Callable[[random.Random, datetime], Said], ...] = (
    *(_aside, _taken_back, _unknown_day, _vague, _unclear_dose, _dose_taken_back, _puffs),
    *(_before_meals, _later, _from_now, _days, _days, _reading),
    *(_days_in_a_list, _strength_of_each),
)
