"""A robot on a bad line for long.

`python -m benchmarks.robot_soak [--minutes 60] [--replugs 1000]`
"""

import argparse
import os
import random
import statistics
import threading
import time
from collections import Counter

from benchmarks._robot_line import SLOW, Report, Row, connected
from robot_io.driver import RobotState
from robot_io.errors import RobotError
from robot_io.simulator import Faults, Simulator, living_room

ANSWER_SECONDS = 10.0
MIDDLE_METRES = 2.0
ROLL_MPS, ROLL_SECONDS = 0.1, 0.4


class Soak:
    """Texts, drives and stops; what became of each is compared with what the robot did."""

    def __init__(self, simulator: Simulator) -> None:
        self._body = simulator.body
        # In the middle of the room, and kept there: at a wall it would refuse to roll.
        self._body.docked, self._body.x = False, MIDDLE_METRES
        self._shown: Counter[str] = Counter()
        self._body.on_show = lambda message: self._shown.update([getattr(message, "text", "")])
        self._rng = random.Random(5)
        self._driver = connected(simulator.link, SLOW)
        self._told = threading.Condition()
        self._driver.state_listeners.append(self._tell)
        self.counts: Counter[str] = Counter()

    def run(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                self._send()
            except RobotError:  # not connected just now: nothing was sent
                self.counts["refused while reconnecting"] += 1
                self._pause(0.1)
        self.counts["done twice"] = sum(count > 1 for count in self._shown.values())
        self.counts["bad frames"] = int(self._driver.statistics["frames_bad"])
        self._driver.close()

    @property
    def rolled_metres(self) -> float:
        return self._body.moved_metres

    def _send(self) -> None:
        if self._rng.random() < 0.2:
            speed = -ROLL_MPS if self._body.x > MIDDLE_METRES else ROLL_MPS
            self._driver.drive(speed, 0.0, ROLL_SECONDS)
            self.counts["drives"] += 1
        text = str(self.counts["commands"])
        answer = self._driver.text(text)
        self.counts["commands"] += 1
        try:
            fate = answer.exception(ANSWER_SECONDS)
        except TimeoutError:
            self.counts["lost without a word"] += 1
            return
        if fate is not None:
            self.counts["told as unknown"] += 1
        elif self._shown[text] != 1:
            self.counts["acknowledged but not done once"] += 1
        if self._rng.random() < 0.05:
            self._stop()

    def _stop(self) -> None:
        self.counts["stops"] += 1
        self._driver.stop()
        self._pause(0.6)
        moved = self._body.moved_metres
        self._pause(0.3)
        self.counts["unwanted motions"] += self._body.moved_metres != moved

    def _tell(self, _state: RobotState) -> None:
        with self._told:
            self._told.notify_all()

    def _pause(self, seconds: float) -> None:
        """Let reports come in for a while."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            with self._told:
                self._told.wait(left)


def soak(minutes: float) -> Row:
    room = living_room()
    room.person = None
    with Simulator(faults=Faults(0.01, 0.01, 0.01), room=room) as simulator:
        run = Soak(simulator)
        run.run(minutes * 60)
    counts = run.counts
    most_metres = counts["drives"] * ROLL_MPS * ROLL_SECONDS
    fates = (
        *("lost without a word", "acknowledged but not done once", "done twice"),
        *("unwanted motions", "told as unknown", "refused while reconnecting"),
    )
    return Row(
        f"{minutes:g} min with 1 % of bytes each lost, doubled and spoilt: {counts['commands']} "
        f"commands, {counts['drives']} drives, {counts['stops']} stops, "
        f"{counts['bad frames']} bad frames",
        ", ".join(f"{counts[fate]} {fate}" for fate in fates)
        + f"; rolled {run.rolled_metres:.0f} m of at most {most_metres:.0f}",
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
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--replugs", type=int, default=20)
    options = parser.parse_args()
    os.nice(10)  # it takes long and measures no milliseconds
    report = Report(
        "robot_soak",
        "Robot on a bad line",
        f"python -m benchmarks.robot_soak --minutes {options.minutes:g} "
        f"--replugs {options.replugs}",
        f"Simulated robot on a pseudo-terminal paced to {SLOW} baud.",
    )
    report.add(replugs(options.replugs))
    report.add(soak(options.minutes))


if __name__ == "__main__":
    main()
