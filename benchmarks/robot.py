"""Figures of the robot's link: `python -m benchmarks.robot`.

A simulated robot in a process of its own stands on a pseudo-terminal that is paced like a serial
line. The same commands go to it once through bare pyserial and once through the driver, in the
same run, so that the ratio holds on any machine.
"""

import statistics
import time

from benchmarks import take_no_arguments
from benchmarks._robot_line import (
    FAST,
    SLOW,
    Bare,
    Report,
    RobotProcess,
    Row,
    connected,
    quantile,
)
from robot_io import codes
from robot_io.driver import FaceName

ROUND_TRIPS = 1000
BURST = 8000
STOPS = 100


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
        for _ in range(BURST // codes.WINDOW_MAX):
            bare.send(codes.WINDOW_MAX)
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


def main() -> None:
    report = Report(
        "robot",
        "Robot link",
        "python -m benchmarks.robot",
        "Simulated robot on a pseudo-terminal paced to the baud rate. Bare: pyserial alone, same "
        "commands, same robot, same run.",
    )
    report.add(round_trips(SLOW))
    report.add(round_trips(FAST))
    report.add(burst(FAST))
    report.add(stops(SLOW))
    report.add(stops(FAST))


if __name__ == "__main__":
    take_no_arguments(__doc__)
    main()
