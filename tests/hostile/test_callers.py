"""Whoever calls, as whomever: no caller is taken for a contact of another kind, none finds a code.

`tests/channels/test_callers.py` holds the rule on pairs; here it is asked by a whole home.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import pytest

from assistant.alarm.answer_code import KEYS, MOST_WRONG_CODES
from assistant.alarm.inbound import _Caller
from tests.faults.parts import Home, a_home
from tests.hostile.parts import BEGINNINGS, ended, until_open

ADDRESSES = [
    *("tel:+8613800138000", "sms:+8613800138000", "tel:02081234567", "tel:+442079460000"),
    *("sip:fang@family.example", "sip:13800138001@10.0.0.7:5062", "sips:li@[2001:db8::1]"),
    *("https://hooks.example/13800138002", "http://10.0.0.9/8000", "scaip:centre"),
    *("ntfy://13800138003", "mailtos://13800138004:pw@mail.example", "tgram://13800138005:AA/1"),
    *("tel:", "sip:", "tel:0000000", "13800138006", "sip:anonymous@family.example", "tel:abc"),
]
SPELLINGS = [
    *("", "0", "00", "0000000", "+", "+0", "+00", "8000", "138000", "0138000", "1013800138000"),
    *("anonymous", "Anonymous", "private", "unknown", "unavailable", "大女儿", "fang", "family"),
    *("sip:0000000@anywhere", "sip:@family.example", "sip:fang@", "sip:fang", "sip:family.example"),
    *("sip:fang@family.example.evil", "sip:fang@evil-family.example", "sip:fang@family.exampl"),
    *("sip:fang@family.example@evil.example", "sip:evil@evil?x=sip:fang@family.example"),
    *("sip:fang%40family.example@evil", "sip:fang\x00@family.example", "sip:FANG@family.example"),
    *("sip:fang@family.example,sip:x@evil", '"fang" <sip:evil@evil>', "<sip:fang@family.example"),
    *("sip:13800138000@evil.example", "sip:+8613800138000@evil.example;user=phone"),
    *("sip:13800138002@hooks.example", "sip:13800138002@10.0.0.7", "13800138002", "13800138003"),
    *("13800138004", "sip:13800138004@mail.example", "13800138005", "13800138006"),
    *("sip:centre@centre", "scaip:centre", "sip:13800138001@10.0.0.70", "13800138001"),
    *("tel:+8613800138000", "tel:13800138000", "sip:li@[2001:db8::2]", "sip:li@2001:db8::1"),
    *("+8613800138000\r\n", "+8613800138000 ;x", "１３８００１３８０００", "*31#13800138000"),
    *("+4413800138000", "+113800138000", "+86138001380000", "+861380013800", "+4402079460000x"),
    *("a" * 100_000, "<" * 50_000, "sip:" + "%41" * 200 + "@family.example", '"' * 1_000 + "<x>"),
]


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with a_home(tmp_path) as home:
        for number, address in enumerate(ADDRESSES):
            home.add(f"第{number}位", address)
        BEGINNINGS["cried"](home)
        await until_open(home)
        yield home


@pytest.mark.parametrize("caller", SPELLINGS, ids=lambda caller: ascii(caller)[:40])
async def test_a_stranger_must_not_be_taken_for_a_contact(home: Home, caller: str) -> None:
    assert home.core.alarms.inbound.who(caller) is None


async def test_a_contact_must_still_be_known(home: Home) -> None:
    who = home.core.alarms.inbound.who
    for caller in ("+8613800138000", "13800138000", "sip:fang@family.example:5099;transport=tcp"):
        assert who(caller) is not None


async def test_a_caller_must_not_find_the_code_by_trying(home: Home) -> None:
    """All there are, over as many calls as it takes, the right one last."""
    inbound, (alarm,) = (
        home.core.alarms.inbound,
        home.core.alarms.store.open_alarms(),
    )
    contact = home.core.ways.people.all[0]
    right = inbound._codes.code(alarm.alarm_id)
    codes = ["".join(keys) for keys in product(KEYS, repeat=4)]
    codes.remove(right)
    caller = _Caller(contact, home.core.alarms.store.open_alarms())
    for code in codes[: 4 * MOST_WRONG_CODES]:
        for key in code:
            await inbound._pressed(caller, key)
    again = _Caller(contact, home.core.alarms.store.open_alarms())
    for key in (*right, "9"):
        await inbound._pressed(again, key)
    assert not again.is_proven
    assert ended(home) == []


@pytest.mark.parametrize(
    "keys", ["9", "1", "0", "99999999", "1111", "*#06#", "*21*1#", "", "9" * 999]
)
async def test_other_keys_must_end_nothing(home: Home, keys: str) -> None:
    caller = _Caller(home.core.ways.people.all[0], home.core.alarms.store.open_alarms())
    for key in keys:
        await home.core.alarms.inbound._pressed(caller, key)
    assert ended(home) == []
