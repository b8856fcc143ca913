"""What is plugged into a serial port is found out without harm to whatever it is."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.setup.ports import Found, Patience, What, look, radar_of
from perception.radar import PROTOCOLS
from robot_io.simulator import Simulator
from simulators.modem import SimulatedModem
from tests.perception.radar_bytes import STREAMS

SHORT = Patience(radar_seconds=0.05, modem_seconds=0.05, robot_seconds=0.05)
WAITING = 60.0
"""No measure of speed: what is there makes itself known at once, and is not waited for."""


@pytest.mark.parametrize("name", sorted(PROTOCOLS))
def test_a_radar_is_known_by_what_it_sends(name: str) -> None:
    found = radar_of(STREAMS[name] * 3, PROTOCOLS[name].baud)
    assert found is not None
    assert found.parser is PROTOCOLS[name].parser


@pytest.mark.parametrize("baud", sorted({each.baud for each in PROTOCOLS.values()}))
@pytest.mark.parametrize(
    "heard", [b"", b"\0" * 5_000, random.Random(1).randbytes(20_000), b"AT\r\r\nOK\r\n" * 99]
)
def test_other_bytes_are_no_radar(baud: int, heard: bytes) -> None:
    assert radar_of(heard, baud) is None


@contextlib.contextmanager
def port(sends: bytes = b"") -> Iterator[str]:
    """A line at whose other end something sends, again and again."""
    ours, theirs = pty.openpty()
    ended = threading.Event()

    def send() -> None:
        with contextlib.suppress(OSError):
            while sends and not ended.wait(0.01):
                os.write(ours, sends)

    sender = threading.Thread(target=send, daemon=True)
    os.set_blocking(ours, False)
    sender.start()
    try:
        yield os.ttyname(theirs)
    finally:
        ended.set()
        sender.join()
        os.close(ours)
        os.close(theirs)


def test_a_radar() -> None:
    with port(STREAMS["xwr68xx"]) as path:
        assert look(path, Patience(radar_seconds=WAITING)) == Found(path, What.RADAR, "xwr68xx")


def test_a_robot() -> None:
    with Simulator() as robot:
        found = look(str(robot.link), Patience(0.02, 0.02, WAITING))
        assert found.what is What.ROBOT
        assert found.detail


async def test_a_modem(tmp_path: Path) -> None:
    with SimulatedModem(tmp_path) as modem:
        patience = Patience(radar_seconds=0.02, modem_seconds=WAITING)
        found = await asyncio.to_thread(look, modem.port, patience)
        assert found == Found(modem.port, What.MODEM)
        assert modem.commands == ["AT"]


def test_what_answers_nothing() -> None:
    with port() as path:
        assert look(path, SHORT) == Found(path, What.UNKNOWN)


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        assert look(str(path), SHORT).what is What.REFUSED
