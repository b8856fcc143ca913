"""Buttons, cords and pendants: a press is never missed, junk never is one, silence is noticed."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import os
import re
import struct
import termios
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import serial
from hypothesis import given
from hypothesis import strategies as st

from assistant.channels.webhook import signed_headers
from assistant.pendants import (
    BatteryLow,
    ButtonPressed,
    PendantClockError,
    PendantDoor,
    PendantError,
    PendantFact,
    PendantLost,
    PendantRefusedError,
    PendantSeen,
    PendantWatch,
    Report,
    SerialReceiver,
    UsbButton,
    facts_of,
    parse_line,
    presses,
)
from assistant.pendants.facts import is_press
from tests.waiting import until

pytestmark = pytest.mark.timeout(120)
TOKEN = "a-token-of-this-home-only"
NOW = 1_800_000_000.0


# ---------------------------------------------------------------------- the serial receiver


@pytest.mark.parametrize(
    ("line", "facts"),
    [
        (b"PRESS cord", [ButtonPressed("cord"), PendantSeen("cord")]),
        (b"SEEN pendant-1 64\r\n", [PendantSeen("pendant-1", 64)]),
        (b"PRESS a 7", [ButtonPressed("a"), PendantSeen("a", 7), BatteryLow("a", 7)]),
        (b"SEEN p 20", [PendantSeen("p", 20), BatteryLow("p", 20)]),
        (b"SEEN p*4D", [PendantSeen("p")]),
        (
            b"PRESS bathroom-cord 87*7F",
            [ButtonPressed("bathroom-cord"), PendantSeen("bathroom-cord", 87)],
        ),
        # Whatever else is wrong with it, a press is one.
        (b"PRESS a b", [ButtonPressed("a"), PendantSeen("a")]),
        (b"PRESS a 101", [ButtonPressed("a"), PendantSeen("a")]),
        (b"PRESS a -1", [ButtonPressed("a"), PendantSeen("a")]),
        (b"PRESS a 3.1V", [ButtonPressed("a"), PendantSeen("a")]),
        (b"PRESS a 80%", [ButtonPressed("a"), PendantSeen("a", 80)]),
        (b"PRESS a 80 -67", [ButtonPressed("a"), PendantSeen("a")]),
        (b"PRESS", [ButtonPressed("unnamed"), PendantSeen("unnamed")]),
        (b"PRESS a\x00", [ButtonPressed("a_"), PendantSeen("a_")]),
        (b"PRESS \xe5\x8f", [ButtonPressed("_"), PendantSeen("_")]),
        (b"PRESS " + b"a" * 41, [ButtonPressed("a" * 40), PendantSeen("a" * 40)]),
        (b"SEEN a -1", [PendantSeen("a")]),
    ],
)
def test_a_line_of_the_receiver(line: bytes, facts: list[PendantFact]) -> None:
    assert parse_line(line) == facts


@pytest.mark.parametrize(
    "line",
    [
        *(b"", b"SEEN", b"press a", b"PRESS a 87*FF", b"XPRESS a", b"PRESSED a", b"PRES"),
        *(b"SEEN a\x00", b"SEEN \xe5\x8f", b"PRESS a*3", b"SEEN " + b"a" * 41),
    ],
)
def test_a_line_that_is_no_report(line: bytes) -> None:
    with pytest.raises(PendantError):
        parse_line(line)


@given(st.binary(max_size=60))
def test_junk_on_the_line_is_no_press(junk: bytes) -> None:
    try:
        facts = parse_line(junk)
    except PendantError:
        return
    assert junk.strip().startswith((b"PRESS", b"SEEN"))
    assert facts


@asynccontextmanager
async def running(driver: SerialReceiver | UsbButton) -> AsyncIterator[list[PendantFact]]:
    facts: list[PendantFact] = []
    task = asyncio.create_task(driver.run(facts.append))
    yield facts
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class _Receiver:
    """A pseudo-terminal under a name that stays."""

    def __init__(self, folder: Path) -> None:
        self.port = folder / "receiver"
        self.plug()

    def plug(self) -> None:
        self.ends = os.openpty()
        tty.setraw(self.ends[1])
        self.port.symlink_to(os.ttyname(self.ends[1]))

    async def is_heard(self, facts: list[PendantFact]) -> None:
        """Opening a port drops what came before: knock until the driver listens."""
        async with asyncio.timeout(60):
            while PendantSeen("test") not in facts:
                os.write(self.ends[0], b"\nSEEN test\n")
                await asyncio.sleep(0.1)

    def unplug(self) -> None:
        self.port.unlink()
        for end in self.ends:
            os.close(end)


async def test_a_receiver_on_a_real_line_pulled_out_and_back(tmp_path: Path) -> None:
    receiver = _Receiver(tmp_path)
    async with running(SerialReceiver("receiver", str(receiver.port))) as facts:
        await receiver.is_heard(facts)
        os.write(receiver.ends[0], b"\xff\x00junk\r\nPRESS bath")
        os.write(receiver.ends[0], b"room-cord 87\r\nSEEN pend")
        await until(lambda: ButtonPressed("bathroom-cord") in facts)
        receiver.unplug()
        await until(lambda: any(isinstance(fact, PendantLost) for fact in facts))
        facts.clear()
        receiver.plug()
        await receiver.is_heard(facts)
        os.write(receiver.ends[0], b"PRESS pendant-1\n")
        # What was cut off by the pulling is not joined to what comes after.
        await until(lambda: ButtonPressed("pendant-1") in facts)
        receiver.unplug()
    # That it is there again is told as well: what was wrong with it is over.
    assert facts[0] == PendantSeen("receiver")
    told = {PendantSeen("test"), ButtonPressed("pendant-1"), PendantSeen("pendant-1")}
    assert set(facts[1:]) == told


@pytest.mark.parametrize(
    "error",
    [
        termios.error(5, "Input/output error"),
        serial.SerialException("could not open port"),
        ValueError("Not a valid baudrate"),
        TypeError("argument must be an int"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_no_failure_of_opening_ends_a_receiver(
    tmp_path: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failed = serial.Serial, []

    def fail_first(*arguments: object, **options: object) -> serial.Serial:
        if not failed:
            failed.append(error)
            raise error
        return real(*arguments, **options)

    monkeypatch.setattr(serial, "Serial", fail_first)
    receiver = _Receiver(tmp_path)
    async with running(SerialReceiver("receiver", str(receiver.port))) as facts:
        await until(lambda: any(isinstance(fact, PendantLost) for fact in facts))
        await receiver.is_heard(facts)
    receiver.unplug()


@pytest.mark.parametrize("page", ["docs/channels.md", "docs/zh/channels.md"])
def test_the_lines_in_the_docs_are_right(page: str) -> None:
    text = (Path(__file__).parents[2] / page).read_text("utf-8")
    lines = re.findall(r"`((?:PRESS|SEEN) [^`]+)`", text)
    assert lines
    for line in lines:
        assert parse_line(line.encode())


def test_the_lines_in_the_driver_are_right() -> None:
    page = inspect.getdoc(inspect.getmodule(SerialReceiver)) or ""
    lines = re.findall(r"^ *((?:PRESS|SEEN) \S+ \S+)", page, re.MULTILINE)
    assert len(lines) == 2
    for line in lines:
        assert parse_line(line.encode())


async def test_a_receiver_that_was_never_there_is_told_once(tmp_path: Path) -> None:
    async with running(SerialReceiver("receiver", str(tmp_path / "none"))) as facts:
        await asyncio.sleep(1.3)
    assert len(facts) == 1
    assert isinstance(facts[0], PendantLost)


# ---------------------------------------------------------------------- the USB button


def event(kind: int, code: int, value: int) -> bytes:
    return struct.pack("llHHi", 1_770_000_000, 0, kind, code, value)


PRESS = event(4, 4, 458_792) + event(1, 28, 1) + event(0, 0, 0)
RELEASE = event(1, 28, 0) + event(0, 0, 0)
HELD = event(1, 28, 2) + event(0, 0, 0)


@pytest.mark.parametrize(
    ("data", "count"),
    [
        *((b"", 0), (PRESS, 1), (PRESS + RELEASE, 1), (HELD * 9, 0), (PRESS + RELEASE + PRESS, 2)),
        *((PRESS[:-1], 1), (event(1, 28, 1)[:-1], 0), (event(2, 28, 1), 0)),
    ],
)
def test_input_events(data: bytes, count: int) -> None:
    assert presses(data) == count
    assert presses(data, frozenset({28})) == count
    assert presses(data, frozenset({57})) == 0


@given(st.binary(max_size=300))
def test_any_bytes_are_counted_without_failing(data: bytes) -> None:
    assert presses(data) <= len(data) // 24


async def test_a_button_pressed_pulled_out_and_back(tmp_path: Path) -> None:
    path = tmp_path / "event0"
    os.mkfifo(path)
    async with running(UsbButton("panic-button", str(path))) as facts:
        await until(lambda: PendantSeen("panic-button") in facts)
        writer = os.open(path, os.O_WRONLY)
        os.write(writer, PRESS + RELEASE)
        await until(lambda: ButtonPressed("panic-button") in facts)
        os.close(writer)
        path.unlink()
        await until(lambda: any(isinstance(fact, PendantLost) for fact in facts))
        os.mkfifo(path)
        with contextlib.suppress(OSError):
            os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
        await until(lambda: isinstance(facts[-1], PendantSeen | PendantLost))
        writer = await _open_when_read(path)
        os.write(writer, PRESS)
        await until(lambda: facts.count(ButtonPressed("panic-button")) == 2)
        os.close(writer)


async def _open_when_read(path: Path) -> int:
    async with asyncio.timeout(60):
        while True:
            try:
                return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                await asyncio.sleep(0.05)


# ---------------------------------------------------------------------- over the web


def report(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def bearer(token: str = TOKEN) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def signed(body: bytes, at: float = NOW, uid: str = "r1", token: str = TOKEN) -> dict[str, str]:
    """As `channels.webhook` signs what goes out, so that one hub can use one way for both."""
    headers = signed_headers(token.encode(), uid, int(at), body)
    return {name.lower(): value for name, value in headers.items()}


@pytest.mark.parametrize(
    "event", ["1_single", "2_hold", "button_1_double", "held", "single_3", "long_press_2", "sos"]
)
def test_a_button_of_several_is_pressed_whichever_it_was(event: str) -> None:
    assert is_press(event)


@pytest.mark.parametrize("event", ["1_release", "release", "off", "on", "1_seen", "11", "1_"])
def test_what_is_no_press_of_a_button(event: str) -> None:
    assert not is_press(event)


def test_a_report_over_the_web() -> None:
    body = report(event="press", battery=15)
    assert PendantDoor(TOKEN).check(bearer(), "p1", body, NOW) == Report("p1", "press", 15)
    named = report(device="p1", event="seen")
    assert PendantDoor(TOKEN).check(bearer(), "p1", named, NOW) == Report("p1", "seen")


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        TOKEN,
        "Bearer wrong",
        f"Basic {TOKEN}",
        f"Bearer {TOKEN}x",
        "Bearer é",
    ],
)
def test_a_wrong_token_is_refused(authorization: str) -> None:
    with pytest.raises(PendantRefusedError, match="wrong token"):
        PendantDoor(TOKEN).check({"authorization": authorization}, "p1", report(event="press"), NOW)


def test_a_signed_report_is_taken_once() -> None:
    door, body = PendantDoor(TOKEN), report(device="p1", event="press")
    assert door.check(signed(body), "p1", body, NOW) == Report("p1", "press")
    # Not passed on yet: the hub tries again, and is not turned away.
    assert door.check(signed(body), "p1", body, NOW + 3) == Report("p1", "press")
    door.took(signed(body), NOW + 3)
    assert door.check(signed(body), "p1", body, NOW + 5) is None
    assert door.check(signed(body, uid="r2"), "p1", body, NOW + 5) == Report("p1", "press")


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-id": "r2"},
        {"webhook-id": ""},
        {"webhook-timestamp": str(int(NOW) + 1)},
        {"webhook-timestamp": "٣"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v2,é"},
    ],
)
def test_a_changed_signed_report_is_refused(changes: dict[str, str]) -> None:
    body = report(device="p1", event="press")
    with pytest.raises(PendantRefusedError):
        PendantDoor(TOKEN).check({**signed(body), **changes}, "p1", body, NOW)


@pytest.mark.parametrize("late_seconds", [-301, 301, 86_400 * 365 * 50])
def test_a_signed_report_of_another_time_is_a_replay(late_seconds: float) -> None:
    body = report(device="p1", event="press")
    with pytest.raises(PendantClockError, match="clock"):
        PendantDoor(TOKEN).check(signed(body), "p1", body, NOW + late_seconds)


def test_a_signed_report_is_good_for_its_own_pendant_alone() -> None:
    body = report(event="press")
    with pytest.raises(PendantError, match="names"):
        PendantDoor(TOKEN).check(signed(body), "p1", body, NOW)
    body = report(device="p1", event="press")
    with pytest.raises(PendantError, match="names"):
        PendantDoor(TOKEN).check(signed(body), "p2", body, NOW)


@pytest.mark.parametrize(
    ("device", "body"),
    [
        *(("p1", body) for body in (b"", b"[]", b"null", b"\xff", b"[" * 4_000)),
        ("p1", b"{" + b" " * 70_000 + b"}"),
        ("p1", report(device="p1")),
        ("p1", report(battery=80)),
        ("p1", report(event="explode")),
        ("p1", report(event="not pressed")),
        ("p1", report(event="released")),
        ("p1", report(event=["press"])),
        ("p1", report(event=True)),
        ("p1", report(event="press" * 5_000)),
        ("p1", b'"press"'),
        ("p1\nx", report(event="seen")),
        ("", report(event="seen")),
    ],
)
def test_a_report_that_is_none(device: str, body: bytes) -> None:
    with pytest.raises(PendantError):
        PendantDoor(TOKEN).check(bearer(), device, body, NOW)


@pytest.mark.parametrize(
    ("battery", "percent"),
    [
        *((0, 0), (100, 100), (80, 80), (80.0, 80), (79.6, 80), ("80", 80), (" 80 % ", 80)),
        *(("80.5", 80), (1.0, 1), (200, None), (-1, None), (255, None), (0.8, None), ("", None)),
        *(("unknown", None), ("unavailable", None), ("low", None), ("3.1 V", None), ("1e9", None)),
        *((True, None), (None, None), ([80], None), ({"percent": 80}, None), ("٣", None)),
        *((float("nan"), None), (float("inf"), None), (10**400, None), ("9" * 5_000, None)),
    ],
)
def test_a_press_is_never_lost_for_its_battery(battery: object, percent: int | None) -> None:
    body = report(event="press", battery=battery)
    assert PendantDoor(TOKEN).check(bearer(), "p1", body, NOW) == Report("p1", "press", percent)
    assert ButtonPressed("p1") in facts_of("press", "p1", battery)


@pytest.mark.parametrize(
    "body",
    [
        *(
            report(event=event)
            for event in ("press", "PRESS", "Pressed", " press ", "sos", "single")
        ),
        *(
            report(event=event)
            for event in ("button press", "long_press", "double-click", "pulled")
        ),
        report(event="press", device="p2"),
        report(event="press", device=1),
        report(event="press", battery=80, attributes={"linkquality": 87, "more": ["x"] * 2_000}),
        b'{"event": "press", "battery": unknown}',
        b'{"event": "press", "battery": }',
        b'{"event": "press", "battery": ' + b"9" * 5_000 + b"}",
        b"{'event': 'press'}",
        b'\xef\xbb\xbf{"event": "press"}',
        b'{"event": "press", "name": "\xff\xfe"}',
        b'{"event": "press", "deep": ' + b"[" * 3_000,
        b"event=press&battery=80",
        b"event: press",
    ],
)
def test_a_press_is_a_press_however_its_hub_writes_it(body: bytes) -> None:
    taken = PendantDoor(TOKEN).check(bearer(), "p1", body, NOW)
    assert taken is not None
    assert (taken.device, taken.event) == ("p1", "press")


@pytest.mark.parametrize(
    ("device", "name"),
    [
        ("浴室", "_"),
        ("bath room", "bath_room"),
        ("a" * 50, "a" * 40),
        ("", "unnamed"),
        ("p\r\nx", "p_x"),
    ],
)
def test_a_press_is_never_lost_for_its_name(device: str, name: str) -> None:
    assert facts_of("press", device)[0] == ButtonPressed(name)


def test_a_short_token_is_no_token() -> None:
    with pytest.raises(ValueError, match="20 characters"):
        PendantDoor("x")


# ---------------------------------------------------------------------- supervision


def test_a_silent_pendant_is_told_once_until_it_is_back() -> None:
    watch = PendantWatch({"pendant-1": 3_600, "cord": 86_400}, now=0)
    assert watch.overdue(3_600) == []
    assert [lost.device for lost in watch.overdue(3_700)] == ["pendant-1"]
    assert watch.overdue(9_000) == []
    watch.note(PendantSeen("pendant-1", 50), 9_100)
    assert watch.overdue(9_200) == []
    assert [lost.device for lost in watch.overdue(13_000)] == ["pendant-1"]
    watch.note(PendantSeen("a stranger's"), 13_000)
    assert set(watch.last_seen) == {"pendant-1", "cord"}


@given(st.lists(st.tuples(st.floats(0, 100), st.booleans()), max_size=40))
def test_nothing_heard_of_in_time_is_ever_lost(steps: list[tuple[float, bool]]) -> None:
    watch, now, last = PendantWatch({"p": 50.0}, now=0.0), 0.0, 0.0
    for pause, is_seen in steps:
        now += pause
        if is_seen:
            watch.note(ButtonPressed("p"), now)
            last = now
        if watch.overdue(now):
            assert now - last > 50.0
