"""A simulated robot in a process of its own; bare pyserial and the driver that talk to it."""

import multiprocessing
import os
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import serial

from benchmarks import table, write_result
from robot_io import codes
from robot_io import messages as m
from robot_io.drivers.anban import AnbanDriver
from robot_io.frame import Decoder, Frame, encode
from robot_io.simulator import Simulator, living_room

SLOW, FAST = 115_200, 921_600
ROLLING_MPS = 0.05


@dataclass(frozen=True)
class Row:
    what: str
    measured: str
    target: str
    bare: str = ""
    ratio: str = ""


class Report:
    """One benchmark's table, written after every row: a run broken off leaves what it has."""

    def __init__(self, name: str, title: str, command: str, about: str) -> None:
        self._name, self._title, self._command, self._about = name, title, command, about
        self._load_before = os.getloadavg()[0]
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        self._rows.append(row)
        columns = ["What", "Measured", "Target", "Bare pyserial", "Ratio"]
        rows = [[r.what, r.measured, r.target, r.bare, r.ratio] for r in self._rows]
        load = (
            f"Load average {self._load_before:.1f} before, {os.getloadavg()[0]:.1f} after; "
            f"niceness {os.nice(0)}."
        )
        body = f"{self._about} {load}\n\n{table(columns, rows)}"
        write_result(self._name, self._title, self._command, body)
        print(row, flush=True)


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def run_robot(link: Path, baud: int, pipe: Connection) -> None:
    """Answers "count" with the faces shown, "halts" with when the wheels were halted, "rolls"."""
    room = living_room()
    room.person = None
    simulator = Simulator(link, baud=baud, room=room)
    body = simulator.body
    body.docked, body.x = False, 1.5
    shown: Counter[str] = Counter()
    halts: list[float] = []

    def show(message: m.Message) -> None:
        shown[type(message).__name__] += 1

    halt = body.halt

    def halt_now() -> None:
        halts.append(time.monotonic())
        halt()

    body.on_show = show
    body.halt = halt_now  # type: ignore[method-assign]
    with simulator:
        pipe.send("ready")
        while (asked := pipe.recv()) != "end":
            if asked == "count":
                pipe.send(sum(shown.values()))
            elif asked == "rolls":
                pipe.send(abs(body.speed) > ROLLING_MPS)
            elif asked == "halts":
                # Cleared before it is sent: the asker's next stop may come at once.
                seen = [halts.pop(0) for _ in range(len(halts))]
                pipe.send(seen)


class RobotProcess:
    def __init__(self, baud: int) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="anban-bench-")
        self.link = Path(self._folder.name) / "robot"
        self._pipe, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=run_robot, args=(self.link, baud, theirs))

    def __enter__(self) -> "RobotProcess":
        self._process.start()
        self._pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.send("end")
        self._process.join()
        self._folder.cleanup()

    def count(self) -> int:
        self._pipe.send("count")
        return int(self._pipe.recv())

    def is_rolling(self) -> bool:
        self._pipe.send("rolls")
        return bool(self._pipe.recv())

    def halts(self) -> list[float]:
        """When the wheels were halted since the last time it was asked (monotonic seconds)."""
        self._pipe.send("halts")
        return list(self._pipe.recv())


class Bare:
    """What a program without a driver would do: write a frame, read until its answer is there."""

    def __init__(self, link: Path, baud: int) -> None:
        self._port = serial.Serial(str(link), baud, timeout=1)
        self._decoder = Decoder()
        self._sequence = 0
        self._session = random.randrange(1, 0x10000)
        hello = Frame(codes.Type.HELLO, self._session, 0, m.Hello(1, 1).pack())
        self._port.write(b"\0" + encode(hello))
        self._read_until(codes.Type.WELCOME, 1)

    def _read_until(self, kind: codes.Type, count: int) -> None:
        while count > 0:
            data = self._port.read(max(1, self._port.in_waiting))
            count -= sum(frame.type == kind for frame in self._decoder.feed(data))

    def send(self, count: int) -> None:
        """Commands in one write, then all their answers."""
        line = bytearray()
        for _ in range(count):
            payload = m.Face(1).pack()
            line += encode(Frame(codes.Type.FACE, self._session, self._sequence, payload))
            self._sequence = (self._sequence + 1) & 0xFFFF
        self._port.write(line)
        self._read_until(codes.Type.ACKNOWLEDGE, count)

    def stop(self) -> None:
        self._port.write(b"\0" + encode(Frame(codes.Type.STOP, self._session, self._sequence)))
        self._read_until(codes.Type.STOPPED, 1)

    def close(self) -> None:
        self._port.close()


def connected(link: Path, baud: int) -> AnbanDriver:
    driver = AnbanDriver.at(str(link), baud)
    driver.open()
    driver.wait_connected(10)
    return driver
