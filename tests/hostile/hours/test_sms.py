"""Text messages that must not take an alarm on, close it, or have Anban write to strangers.

`tests/faults/test_answers.py` holds those over a modem; `tests/channels/test_reply.py`
what an answer means.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from assistant.channels.gsm import IncomingSms
from tests.faults.parts import a_home
from tests.hostile.parts import BEGINNINGS, DAUGHTER, ended, until_open

FANG = "+8613800138000"
STRANGERS = [
    *("+8613900139000", "0000000", "+0000000", "", "0", "1", "10086", "95588", "120", "+86120"),
    *("大女儿", "DAUGHTER", "Anban", "8000", "138000", "+138000", "+1380013800", "+86138001380000"),
    *("+113800138000", "+4413800138000", "13800138000x", "x13800138000", "+8613800138000\u202e"),
    *(
        "١٣٨٠٠١٣٨٠٠٠",
        "１３８００１３８０００",
        "tel:+8613800138000@evil",
        "sip:fang@family.example",
    ),
    *("+86138001380001", "86138 0013 8001", "+86-13800138001", "*31#13800138000", "13800138000#"),
    *("<13800138000>x", "13800138000;ext=1", "+8613800138000," + FANG, "\x00", "a" * 10_000),
    "+86" + "0" * 100_000 + "13800138000",
]
NO_ANSWERS = [
    *("0", "2", "9", "11", "-1", "1.5", "1/2", "1?", "1？", "1吗", "要不要回1", "回1是什么意思"),
    *(
        "别的人回1吧",
        "1不了",
        "1 去不了",
        "不是1",
        "not 1",
        "1 no",
        "1 but I cannot come",
        "1楼着火",
    ),
    *(
        "120",
        "打120吧",
        "call 999",
        "112",
        "验证码1234",
        "您的验证码是1，请勿泄露",
        "1元话费已到账",
    ),
    *("会议改到1点", "1 hour ago", "明天1号", "好像不行", "好的但是我去不了", "我在开会，打给弟弟"),
    *("ok?", "who is this", "谁啊", "什么", "怎么了", "真的假的", "是不是误报", "wrong number"),
    *("[自动回复] 我正在开车", "I'm driving, I'll text you later", "退订回T", "TD", "STOP", ""),
    *("\x00", "1" * 160, "1\n" * 5_000, "我" * 10_000, "{code}", "%s1", "1\x00 不来"),
    *(
        "她没事，不用管",
        "没事了",
        "close",
        "关闭",
        "取消报警",
        "结束",
        "cancel",
        "9 9 9",
        "false alarm",
    ),
]
CLOSING = [
    "9",
    "结束",
    "关闭",
    "close",
    "over",
    "没事了",
    "已解决",
    "取消",
    "1 9",
    "99",
    "all well",
]


def sms(sender: str, text: str, sent_at: float | None) -> IncomingSms:
    return IncomingSms(sender, text, sent_at, f"{sender[:20]} {text[:20]} {sent_at}")


@pytest.mark.parametrize("begin", ["cried", "pressed"])
async def test_a_stranger_must_not_take_it_on_nor_be_written_to(tmp_path: Path, begin: str) -> None:
    async with a_home(tmp_path) as home:
        home.add(
            DAUGHTER, f"tel:{FANG}", "sip:13800138001@family.example", "mailto://1:2@x.example"
        )
        BEGINNINGS[begin](home)
        await until_open(home)
        for sender in STRANGERS:
            for text in ("1", "1 20", "9", "好的马上到"):
                await home.core.alarms._answers.came(sms(sender, text, time.time()))
        assert ended(home) == []
        assert home.core.alarms._answers._sent_back == {}


@pytest.mark.parametrize("text", NO_ANSWERS, ids=lambda text: ascii(text)[:30])
async def test_what_is_no_answer_must_not_take_it_on(tmp_path: Path, text: str) -> None:
    async with a_home(tmp_path) as home:
        home.add(DAUGHTER, f"sms:{FANG}")
        BEGINNINGS["cried"](home)
        await until_open(home)
        await asyncio.sleep(300)
        await home.core.alarms._answers.came(sms(FANG, text, time.time()))
        assert ended(home) == []


@pytest.mark.parametrize("text", CLOSING)
async def test_no_text_message_must_close_an_alarm(tmp_path: Path, text: str) -> None:
    async with a_home(tmp_path) as home:
        home.add(DAUGHTER, f"sms:{FANG}")
        home.add("儿子", "sms:+8613700137000")
        BEGINNINGS["cried"](home)
        await until_open(home)
        await home.core.alarms._answers.came(sms(FANG, "1", time.time()))
        assert home.state() == "acknowledged"
        for sender in (FANG, "+8613700137000", "+8613900139000"):
            await home.core.alarms._answers.came(sms(sender, text, time.time()))
        assert home.state() != "none"


@pytest.mark.parametrize("age_seconds", [120, 3_600, 86_400, 10 * 86_400, 60_000_000])
@pytest.mark.parametrize("text", ["1", "1 20", "好的，马上到", "on my way"])
async def test_an_answer_to_another_alarm_must_not_take_this_one_on(
    tmp_path: Path, text: str, age_seconds: float
) -> None:
    async with a_home(tmp_path) as home:
        home.add(DAUGHTER, f"sms:{FANG}")
        BEGINNINGS["cried"](home)
        await until_open(home)
        for _ in range(3):  # the network gives it again and again
            await home.core.alarms._answers.came(sms(FANG, text, time.time() - age_seconds))
        assert ended(home) == []


@pytest.mark.parametrize("sent_at", [None, 0.0, -1.0, 2.0**40, 4_102_444_800.0])
async def test_an_answer_of_an_impossible_time_must_not_take_it_on(
    tmp_path: Path, sent_at: float | None
) -> None:
    async with a_home(tmp_path) as home:
        home.add(DAUGHTER, f"sms:{FANG}")
        BEGINNINGS["cried"](home)
        await until_open(home)
        for _ in range(3):
            await home.core.alarms._answers.came(sms(FANG, "1", sent_at))
        assert ended(home) == []


async def test_guessing_must_not_find_the_number_that_was_sent_back(tmp_path: Path) -> None:
    """Without the network's time a number of two digits is asked for: not the first that comes."""
    async with a_home(tmp_path) as home:
        home.add(DAUGHTER, f"sms:{FANG}")
        BEGINNINGS["cried"](home)
        await until_open(home)
        answers = home.core.alarms._answers
        await answers.came(sms(FANG, "1", None))
        (code,) = answers._codes.values()
        for guess in range(20, 100):
            if str(guess) != code:
                await answers.came(sms("+8613900139000", str(guess), None))
                await answers.came(sms("+8613900139000", code, None))
        assert ended(home) == []


async def test_a_thousand_messages_must_not_grow_without_bound(tmp_path: Path) -> None:
    async with a_home(tmp_path) as home:
        home.add(DAUGHTER, f"sms:{FANG}")
        BEGINNINGS["cried"](home)
        await until_open(home)
        answers = home.core.alarms._answers
        for number in range(300):
            await answers.came(sms(FANG, f"什么 {number}", time.time()))
            await answers.came(sms(f"+86139{number:08}", "1", time.time()))
        assert len(answers._sent_back) <= 1
        assert len(answers._codes) <= 1
        assert ended(home) == []
