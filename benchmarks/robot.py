"""Figures of the robot's link: `python benchmarks/robot.py [--soak-minutes 60] [--replugs 1000]`.

A simulated robot in a process of its own stands on a pseudo-terminal that is paced like a serial
line. The same commands go to it once through bare pyserial and once through the driver, in the
same run, so that the ratio holds on any machine. Writes benchmarks/results/robot.md.
"""

import argparse
import multiprocessing
import os
import platform
import random
import statistics
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import serial

from robot_io import messages as m
from robot_io.driver import FaceName, RobotState
from robot_io.drivers.anban import AnbanDriver
from robot_io.errors import RobotError
from robot_io.frame import Decoder, Frame, encode
from robot_io.simulator import Faults, Simulator, living_room

RESULTS = Path(__file__).parent / "results" / "robot.md"
ROUND_TRIPS = 1000
BURST = 8000
STOPS = 50
SLOW, FAST = 115_200, 921_600


@dataclass(frozen=True)
class Row:
    what: str
    measured: str
    target: str
    bare: str = ""
    ratio: str = ""


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


# A robot in a process of its own.


def run_robot(link: Path, baud: int, pipe: Connection) -> None:
    """Answers "count" with the faces shown, and "halts" with when the wheels were halted."""
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

    def halts(self) -> list[float]:
        """When the wheels were halted since the last time it was asked (monotonic seconds)."""
        self._pipe.send("halts")
        return list(self._pipe.recv())


# The same commands through bare pyserial.


class Bare:
    """What a program without a driver would do: write a frame, read until its answer is there."""

    def __init__(self, link: Path, baud: int) -> None:
        self._port = serial.Serial(str(link), baud, timeout=1)
        self._decoder = Decoder()
        self._sequence = 0
        self._session = random.randrange(1, 0x10000)
        hello = Frame(m.Type.HELLO, self._session, 0, m.Hello(1, 1).pack())
        self._port.write(b"\0" + encode(hello))
        self._read_until(m.Type.WELCOME, 1)

    def _read_until(self, kind: m.Type, count: int) -> None:
        while count > 0:
            data = self._port.read(max(1, self._port.in_waiting))
            count -= sum(frame.type == kind for frame in self._decoder.feed(data))

    def send(self, count: int) -> None:
        """Commands in one write, then all their answers."""
        line = bytearray()
        for _ in range(count):
            payload = m.Face(1).pack()
            line += encode(Frame(m.Type.FACE, self._session, self._sequence, payload))
            self._sequence = (self._sequence + 1) & 0xFFFF
        self._port.write(line)
        self._read_until(m.Type.ACKNOWLEDGE, count)

    def stop(self) -> None:
        self._port.write(b"\0" + encode(Frame(m.Type.STOP, self._session, self._sequence)))
        self._read_until(m.Type.STOPPED, 1)

    def close(self) -> None:
        self._port.close()


def connected(link: Path, baud: int) -> AnbanDriver:
    driver = AnbanDriver.at(str(link), baud)
    driver.open()
    driver.wait_connected(10)
    return driver


def round_trips(baud: int) -> Row:
    bare_ms, ours_ms = [], []
    with RobotProcess(baud) as robot:
        bare = Bare(robot.link, baud)
        for _ in range(ROUND_TRIPS):
            begun = time.perf_counter()
            bare.send(1)
            bare_ms.append((time.perf_counter() - begun) * 1000)
        bare.close()
        driver = connected(robot.link, baud)
        for _ in range(ROUND_TRIPS):
            begun = time.perf_counter()
            driver.face(FaceName.HAPPY).result(5)
            ours_ms.append((time.perf_counter() - begun) * 1000)
        driver.close()
    bare_median, median = statistics.median(bare_ms), statistics.median(ours_ms)
    return Row(
        f"command → acknowledged, {baud} baud, median (95 %)",
        f"{median:.2f} ms ({quantile(ours_ms, 0.95):.2f})",
        "≤ 5 ms" if baud == SLOW else "",
        f"{bare_median:.2f} ms ({quantile(bare_ms, 0.95):.2f})",
        f"{median / bare_median:.2f}",
    )


def burst(baud: int) -> Row:
    with RobotProcess(baud) as robot:
        bare = Bare(robot.link, baud)
        begun = time.perf_counter()
        for _ in range(BURST // m.WINDOW_MAX):
            bare.send(m.WINDOW_MAX)
        bare_rate = BURST / (time.perf_counter() - begun)
        bare.close()
        before = robot.count()
        driver = connected(robot.link, baud)
        begun = time.perf_counter()
        for _ in range(BURST // 1000):
            answers = [driver.face(FaceName.HAPPY) for _ in range(1000)]
            for answer in answers:
                answer.result(30)
        rate = BURST / (time.perf_counter() - begun)
        done = robot.count() - before
        driver.close()
    return Row(
        f"commands a second in a burst of {BURST}, {baud} baud (carried out once each)",
        f"{rate:.0f}/s ({done} of {BURST})",
        "≥ 2,000/s, none lost",
        f"{bare_rate:.0f}/s",
        f"{rate / bare_rate:.2f}",
    )


def stops(baud: int) -> Row:
    """From the call of stop to the wheels, while a thousand commands wait."""
    delays, calls, bare_ms = [], [], []
    with RobotProcess(baud) as robot:
        bare = Bare(robot.link, baud)
        for _ in range(STOPS):
            robot.halts()
            begun = time.monotonic()
            bare.stop()
            bare_ms.append((robot.halts()[0] - begun) * 1000)
        bare.close()
        driver = connected(robot.link, baud)
        for _ in range(STOPS):
            driver.drive(0.1, 0.0, 5.0).result(5)
            answers = [driver.face(FaceName.HAPPY) for _ in range(1000)]
            robot.halts()
            begun = time.monotonic()
            driver.stop()
            calls.append((time.monotonic() - begun) * 1000)
            for answer in answers:
                answer.result(30)
            delays.append((robot.halts()[0] - begun) * 1000)
        driver.close()
    median, bare_median = statistics.median(delays), statistics.median(bare_ms)
    return Row(
        f"stop behind 1,000 commands, {baud} baud: call → wheels, median (95 %, most); "
        f"the call itself {statistics.median(calls):.2f} ms; bare: on an idle line",
        f"{median:.2f} ms ({quantile(delays, 0.95):.2f}, {max(delays):.2f})",
        "≤ 10 ms",
        f"{bare_median:.2f} ms ({quantile(bare_ms, 0.95):.2f}, {max(bare_ms):.2f})",
        f"{median / bare_median:.2f}",
    )


class Seen:
    """Waits for a state of the robot."""

    def __init__(self, driver: AnbanDriver) -> None:
        self._changed = threading.Condition()
        self.driver = driver
        driver.state_listeners.append(self._tell)

    def _tell(self, _state: RobotState) -> None:
        with self._changed:
            self._changed.notify_all()

    def pause(self, seconds: float) -> None:
        """Let reports come in for a while."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            with self._changed:
                self._changed.wait(left)


def soak(minutes: float) -> Row:
    """Texts, drives and stops over a line that loses, doubles and spoils one byte in a hundred."""
    room = living_room()
    room.person = None
    rng = random.Random(5)
    shown: Counter[str] = Counter()
    sent = unsent = unknown = wrong = unwanted = stopped = 0
    with Simulator(faults=Faults(0.01, 0.01, 0.01), room=room) as simulator:
        body = simulator.body
        body.docked, body.x = False, 2.0
        body.on_show = lambda message: shown.update([getattr(message, "text", "")])
        driver = connected(simulator.link, SLOW)
        seen = Seen(driver)
        until = time.monotonic() + minutes * 60
        while time.monotonic() < until:
            text = str(sent)
            try:
                if rng.random() < 0.2:
                    driver.drive(rng.choice((0.1, -0.1)), 0.0, 0.4)
                answer = driver.text(text)
            except RobotError:  # not connected just now: nothing was sent
                unsent += 1
                driver.wait_connected(5)
                continue
            sent += 1
            if answer.exception(10) is None:
                wrong += shown[text] != 1
            else:
                unknown += 1
            if rng.random() < 0.05:
                stopped += 1
                driver.stop()
                seen.pause(0.6)
                moved = body.moved_metres
                seen.pause(0.3)
                unwanted += body.moved_metres != moved
        doubled = sum(count > 1 for count in shown.values())
        figures = driver.statistics
        driver.close()
    return Row(
        f"{minutes:g} min with 1 % of bytes each lost, doubled and spoilt: {sent} commands, "
        f"{stopped} stops, {figures['frames_bad']} bad frames",
        f"{wrong} acknowledged but not done once, {doubled} done twice, {unwanted} unwanted "
        f"motions, {unknown} told as unknown, {unsent} refused while reconnecting",
        "none lost or twice, no unwanted motion",
    )


def replugs(count: int) -> Row:
    seconds: list[float] = []
    room = living_room()
    with Simulator(room=room) as simulator:
        driver = connected(simulator.link, SLOW)
        gone, back = threading.Event(), threading.Event()
        driver.connection_listeners.append(
            lambda news: back.set() if news.connected else gone.set()
        )
        for _ in range(count):
            gone.clear()
            simulator.order("unplug")
            if not gone.wait(5):
                break
            back.clear()
            begun = time.monotonic()
            simulator.order("plug")
            if not back.wait(5):
                break
            seconds.append(time.monotonic() - begun)
        driver.close()
    return Row(
        f"{count} times unplugged: plugged in → answered, median (most)",
        f"{len(seconds)} of {count} back, {statistics.median(seconds):.2f} s ({max(seconds):.2f})",
        "always back, ≤ 1 s",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--soak-minutes", type=float, default=1.0)
    parser.add_argument("--replugs", type=int, default=20)
    options = parser.parse_args()
    rows: list[Row] = []

    def add(row: Row) -> None:
        """Write after every row, so that a long run that is broken off leaves what it has."""
        rows.append(row)
        write(rows, options)

    add(round_trips(SLOW))
    add(round_trips(FAST))
    add(burst(FAST))
    add(stops(SLOW))
    add(stops(FAST))
    os.nice(10)  # the rest takes long and measures no milliseconds
    if options.replugs:
        add(replugs(options.replugs))
    if options.soak_minutes:
        add(soak(options.soak_minutes))
    print(RESULTS.read_text())


def write(rows: list[Row], options: argparse.Namespace) -> None:
    lines = [
        "## Robot link",
        "",
        f"`python benchmarks/robot.py --soak-minutes {options.soak_minutes:g} "
        f"--replugs {options.replugs}` on {platform.machine()} with {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, load average {os.getloadavg()[1]:.1f}; simulated robot on a "
        "pseudo-terminal paced to the baud rate. Bare: pyserial alone, same commands, same robot, "
        "same run.",
        "",
        "| What | Measured | Target | Bare pyserial | Ratio |",
        "|---|---|---|---|---|",
        *(f"| {r.what} | {r.measured} | {r.target} | {r.bare} | {r.ratio} |" for r in rows),
        "",
    ]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
