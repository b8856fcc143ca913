"""Every event with every field as it must not be, over the real socket: the core goes on.

`tests/events/test_events.py` holds what `from_line` refuses; here a whole core is behind it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from assistant.events import (
    EVENTS,
    MAX_LINE_BYTES,
    Heard,
    Hello,
    ServiceAsked,
    to_dict,
    to_line,
)
from tests.asking import call
from tests.faults.parts import Home, a_home
from tests.hostile.parts import BEGINNINGS, until_open
from tests.hostile.test_services import instance

pytestmark = pytest.mark.timeout(120)

VALUES: list[Any] = [
    *(None, True, False, 0, -1, 2**31, 2**63 - 1, 2**63, 10**400, 1.5, -1e308, 5e-324),
    *("", "\x00", "\ud800", "\udfff\ud800", "\u202e", "\ufeff", "\x1b[2J", "x" * 30_000),
    *("救" * 30_000, "救命 " * 5_000, "a\r\nAT+CFUN=0\r", "'; DROP TABLE alarm; --", "{elder}%s%n"),
    *("../../../etc/passwd", "nan", "Infinity", "９", "١", "👵🏻" * 500, "e\u0301" * 2_000),
    *([], {}, [[]], [None] * 3_000, ["x" * 5_000] * 20, {"a": 1}, {"": ""}, [{"text": 1}]),
    [{"text": "救命", "start_seconds": -1, "end_seconds": 1e308, "confidence": 9}] * 50,
]
KINDS = sorted(set(EVENTS) - {"Hello", "ServiceAnswered", "ServiceAsked", "Shutdown"})
RAW = {
    "nesting": b'{"type":"Heard","words":' + b"[" * 60_000 + b"]" * 60_000 + b"}",
    "nested objects": b'{"a":' * 60_000,
    "a number of a million digits": b'{"type":"Listen","window_seconds":' + b"9" * 900_000 + b"}",
    "a small one": b'{"type":"Listen","window_seconds":0.' + b"0" * 900_000 + b"1}",
    "an exponent": b'{"type":"Listen","window_seconds":1e999999999}',
    "no end": b'{"type":"Woken","phrase":"' + b"a" * 900_000,
    "escapes": b'{"type":"Woken","phrase":"' + b"\\ud83d" * 100_000 + b'"}',
    "keys alike": b'{"type":"Woken","phrase":"a","phrase":7,"type":"HelpPressed"}',
    "the type twice": b'{"type":"Woken","type":["HelpPressed"],"phrase":"a"}',
    "many keys": b"{" + b",".join(b'"k%d":1' % n for n in range(60_000)) + b"}",
    "NUL": b"\x00" * 10_000,
    "UTF-16": '{"type":"Woken","phrase":"a"}'.encode("utf-16"),
    "a mark": b"\xef\xbb\xbf" + b'{"type":"Woken","phrase":"a"}',
    "long bytes": b"\xf0\x28\x8c\x28" * 50_000,
    "carriage returns": b"\r" * 200_000,
    "dunder": b'{"type":"__class__","__init__":{},"__dict__":1}',
}


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with a_home(tmp_path) as home:
        home.core.bus.guard = None  # as a child may that has all rights there are
        home.add("大女儿", "tel:13800138000")
        yield home


async def send(home: Home, *lines: bytes) -> None:
    """As one child; back when the core has taken all of it, or cut the child off."""
    assert home.core.bus.path is not None
    reader, writer = await asyncio.open_unix_connection(home.core.bus.path, limit=MAX_LINE_BYTES)
    writer.write(b"".join(line + b"\n" for line in lines if len(line) < MAX_LINE_BYTES))
    writer.write(to_line(ServiceAsked("no", {}, "end")))
    while line := await reader.readline():
        if b'"end"' in line:
            break
    writer.close()


async def still_helps(home: Home) -> None:
    """A cry is heard, written down and answered."""
    for alarm in home.core.alarms.store.open_alarms():
        await home.core.alarms.triggers.controller.close(alarm.alarm_id, "test")
    home.told.clear()
    BEGINNINGS["cried"](home)
    await until_open(home)
    await call(home.core.bus, "turn", text="救命")
    assert home.said()
    await home.core.alarms.store.recorded(5)


@pytest.mark.parametrize("name", KINDS)
async def test_no_field_must_take_the_core_down(home: Home, name: str) -> None:
    good = to_dict(instance(name))
    fields = [field.name for field in dataclasses.fields(EVENTS[name])]
    lines = [
        json.dumps({**good, field: value}).encode("utf-8", "surrogatepass")
        for field in fields
        for value in VALUES
    ]
    lines += [json.dumps({**good, **dict.fromkeys(fields, value)}).encode() for value in VALUES]
    await send(home, *lines)
    await still_helps(home)


@pytest.mark.parametrize("name", RAW)
async def test_no_line_must_take_the_core_down(home: Home, name: str) -> None:
    before = len(asyncio.all_tasks())
    for _ in range(3):
        await send(home, RAW[name], to_line(Hello("ear")))
    await still_helps(home)
    assert len(asyncio.all_tasks()) < before + 30


async def test_a_long_sentence_must_not_keep_a_cry_waiting(home: Home) -> None:
    """Somebody reads a book aloud to a recogniser that never ends: every line is judged."""
    story = "".join(chr(0x4E00 + n % 5_000) for n in range(100_000))
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    lines = [
        to_line(Heard(f"u{n}", story, "zh", is_final=True, addressed=False, raw_text=story))
        for n in range(5)
    ]
    await send(home, *(line.rstrip(b"\n") for line in lines))
    counting.cancel()
    assert turns >= 5, "others have their turn between any two"
    await still_helps(home)


async def test_what_the_elder_says_must_not_stand_in_a_log(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "秘密存折放在米缸里"
    good = to_dict(Heard("u", secret, "zh", is_final=True, addressed=True, raw_text=secret))
    lines = [json.dumps({**good, field: None}, ensure_ascii=False).encode() for field in good]
    lines += [
        json.dumps({**good, "words": [{"text": secret}]}, ensure_ascii=False).encode(),
        json.dumps({**good, "type": secret}, ensure_ascii=False).encode(),
        json.dumps(good, ensure_ascii=False).encode()[:-9],
        json.dumps(good, ensure_ascii=False).encode(),
    ]
    await send(home, *lines)
    await call(home.core.bus, "turn", text=secret)
    await home.core.conversation.hearing.finish()
    assert "秘密" not in caplog.text
    assert "存折" not in caplog.text
