"""The door contact on a pseudo-terminal: the real serial line's code, without a door."""

from __future__ import annotations

import os
import threading
import tty
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
import serial
from anban_door import Door, facts_of

from sensor_io import (
    BatteryMeasured,
    DeviceLost,
    DoorClosed,
    DoorOpened,
    Fact,
    SensorConfig,
    SensorError,
)

WAIT_SECONDS = 60


class Contact:
    """The other end of the line."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.plug_in()

    def plug_in(self) -> None:
        self._end, far = os.openpty()
        tty.setraw(far)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(far))
        os.close(far)

    def send(self, data: bytes) -> None:
        os.write(self._end, data)

    def unplug(self) -> None:
        self.link.unlink()
        os.close(self._end)


@pytest.fixture
def contact(tmp_path: Path) -> Iterator[Contact]:
    contact = Contact(tmp_path / "door")
    yield contact
    contact.unplug()


class Seen(Door):
    """Says when its port is open: what came before that is not kept by the system."""

    def __init__(self, config: SensorConfig, **more: Any) -> None:
        super().__init__(config, **more)
        self.opened = threading.Event()

    def _open(self) -> serial.Serial:
        port = super()._open()
        self.opened.set()
        return port


@dataclass
class Running:
    """A sensor that runs on a thread, which ends with the process, and what it tells."""

    contact: Contact
    door: Seen
    facts: Queue[Fact] = field(default_factory=Queue)

    def __post_init__(self) -> None:
        threading.Thread(target=self.door.run, args=(self.facts.put,), daemon=True).start()

    def send(self, data: bytes) -> None:
        assert self.door.opened.wait(WAIT_SECONDS)
        self.contact.send(data)

    def next(self, kind: type[Fact] = Fact) -> Fact:
        while not isinstance(fact := self.facts.get(timeout=WAIT_SECONDS), kind):
            pass
        return fact


@pytest.fixture
def running(contact: Contact) -> Running:
    pause = threading.Event()
    config = SensorConfig("front_door", str(contact.link))
    return Running(contact, Seen(config, sleep=lambda _: pause.wait(0.01)))


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        (b"OPEN\n", [DoorOpened]),
        (b"CLOSED 87\r\n", [DoorClosed, BatteryMeasured]),
        (b"OPEN 900\n", [DoorOpened]),
        (b"open\n", []),
        (b"\xff\x00OPEN\n", []),
        (b"PEN\n", []),
        (b"", []),
    ],
)
def test_a_line_holds_its_facts_and_no_others(line: bytes, kinds: list[type[Fact]]) -> None:
    assert [type(fact) for fact in facts_of(line)] == kinds


def test_what_the_door_does_is_told(running: Running) -> None:
    for piece in (b"OP", b"EN 80\nCLO", b"SED\n"):
        running.send(piece)
    assert isinstance(running.next(), DoorOpened)
    battery = running.next()
    assert isinstance(battery, BatteryMeasured)
    assert battery.value == 80
    assert isinstance(running.next(), DoorClosed)


def test_rubbish_costs_itself(running: Running) -> None:
    running.send(os.urandom(500).replace(b"\n", b"x") + b"\nOPEN\n")
    assert isinstance(running.next(), DoorOpened)


def test_one_that_is_unplugged_is_told_and_comes_back(running: Running) -> None:
    running.send(b"OPEN\n")
    running.next(DoorOpened)
    running.door.opened.clear()
    running.contact.unplug()
    running.next(DeviceLost)
    running.contact.plug_in()
    running.send(b"CLOSED\n")
    running.next(DoorClosed)


def test_silence_is_told(contact: Contact) -> None:
    seconds = iter(range(0, 10_000, 100))
    door = Door(SensorConfig("d", str(contact.link)), clock=lambda: float(next(seconds)))
    with pytest.raises(SensorError, match="silent"):
        door._read(lambda _: None)


def test_check_says_how_it_is(contact: Contact) -> None:
    door = Seen(SensorConfig("d", str(contact.link)), clock=lambda: 0.0)
    said: Queue[str] = Queue()
    threading.Thread(target=lambda: said.put(door.check()), daemon=True).start()
    assert door.opened.wait(WAIT_SECONDS)
    contact.send(b"OPEN\n")
    assert said.get(timeout=WAIT_SECONDS) == f"DoorOpened from {contact.link}"


@pytest.mark.parametrize(
    ("port", "options", "problem"),
    [("", {}, "port"), ("/dev/null", {"baud": "fast"}, "baud"), ("/dev/nowhere", {}, "opened")],
)
def test_what_cannot_be_is_told(port: str, options: dict[str, str], problem: str) -> None:
    with pytest.raises(SensorError, match=problem):
        Door(SensorConfig("d", port, options=options)).check()
