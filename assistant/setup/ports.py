"""What is plugged into the serial ports: a radar by what it sends, a robot and a modem by asking.

Radars are only listened to.  A robot is greeted in its own protocol and moves nothing; a modem is
sent `AT`.  What answers nothing is told as a port, and nothing more.
"""

from __future__ import annotations

import asyncio
import termios
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import serial
from serial.tools import list_ports

from assistant.channels.gsm.port_name import stable_name
from perception.radar import PROTOCOLS, Protocol
from perception.sensor import SURE_FRAMES
from robot_io import Robot, RobotError

_READ_SECONDS: Final = 0.1
_MOST_BYTES: Final = 65_536
_MODEM_BAUD: Final = 115_200
_FAILURES: Final = (serial.SerialException, OSError, termios.error, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each kind may take to make itself known."""

    radar_seconds: float = 1.2
    """At each rate; a radar that speaks by itself sends ten frames a second and more."""
    modem_seconds: float = 1.5
    robot_seconds: float = 3.5
    """An ESP32 that is reset by the opening of its port answers after about two seconds."""


DEFAULT_PATIENCE: Final = Patience()


class What(StrEnum):
    """What may be at a port."""

    RADAR = "radar"
    ROBOT = "robot"
    MODEM = "modem"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    """The port cannot be opened."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a port has at its end."""

    port: str
    what: What
    detail: str = ""
    """The radar's protocol, the robot's name, or why the port cannot be opened."""


def ports() -> list[str]:
    """List the serial ports on USB, by the names that stay the same.

    A port of the board itself may be its console, and is not spoken to.
    """
    found = [str(port.device) for port in list_ports.comports() if port.vid is not None]
    return [stable_name(port) or port for port in sorted(found)]


def look(port: str, patience: Patience = DEFAULT_PATIENCE) -> Found:
    """Find out what is at a port; blocks for as long as the patience lasts at most."""
    try:
        for baud in dict.fromkeys(protocol.baud for protocol in PROTOCOLS.values()):
            if protocol := _listen(port, baud, patience.radar_seconds):
                return Found(port, What.RADAR, protocol.name)
        if _is_modem(port, patience.modem_seconds):
            return Found(port, What.MODEM)
    except _FAILURES as error:
        return Found(port, What.REFUSED, str(error))
    if name := asyncio.run(_robot(port, patience.robot_seconds)):
        return Found(port, What.ROBOT, name)
    return Found(port, What.UNKNOWN)


def cameras() -> list[str]:
    """The cameras of this machine, by names that stay where one is plugged into another socket.

    Many cameras have a second device without pictures, which has another index.
    """
    named = sorted(str(path) for path in Path("/dev/v4l/by-id").glob("*-video-index0"))
    return named or sorted(str(path) for path in Path("/dev").glob("video[0-9]"))[:1]


def radar_of(heard: bytes, baud: int) -> Protocol | None:
    """Tell which radar sent these bytes at a rate; None: none that is known."""
    best: tuple[int, Protocol] | None = None
    for protocol in PROTOCOLS.values():
        if protocol.baud != baud:
            continue
        parser = protocol.parser()
        frames = len(parser.feed(heard))
        is_sure = frames >= SURE_FRAMES > parser.statistics.foreign_frames
        if is_sure and (best is None or frames > best[0]):
            best = (frames, protocol)
    return best[1] if best else None


def _listen(port: str, baud: int, seconds: float) -> Protocol | None:
    heard, until = bytearray(), time.monotonic() + seconds
    with serial.Serial(port, baud, timeout=_READ_SECONDS, exclusive=True) as line:
        while time.monotonic() < until and len(heard) < _MOST_BYTES:
            if piece := line.read(4_096):
                heard += piece
                if found := radar_of(bytes(heard), baud):
                    return found
    return None


def _is_modem(port: str, seconds: float) -> bool:
    answer, until = b"", time.monotonic() + seconds
    with serial.Serial(
        port, _MODEM_BAUD, timeout=_READ_SECONDS, write_timeout=seconds, exclusive=True
    ) as line:
        line.write(b"AT\r")
        while time.monotonic() < until:
            answer += line.read(64)
            if b"OK\r" in answer:
                return True
    return False


async def _robot(port: str, seconds: float) -> str:
    try:
        async with await Robot.connect(port, timeout_seconds=seconds) as robot:
            able = robot.capabilities
            return f"{able.name} {able.firmware}".strip()
    except RobotError:
        return ""
