"""Kill -9 of the core in open alarms: `python -m benchmarks.kill [--kills 200]`.

Alarm after alarm, each with a home of its own and one core alone in a process of its own; a timer
of the kernel kills it at a seeded moment, wherever it stands, and so each recovery, until the
alarm was killed open three times or came to its end.  Then it may finish.  What is checked is what
`tests/alarm/test_kill.py` checks: the alarm reached everybody and its end, no attempt was
made without its record, a message went out again only where a kill fell between sending and
recording, and then with the same id.
"""

from __future__ import annotations

import argparse
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks import table, write_result
from tests.alarm.test_kill import (
    check_nothing_is_lost,
    in_a_process,
    load_before_the_fork,
    outside,
    rows,
    was_recorded,
)

MOST_KILLS = 3
"""Of one open alarm."""

OPEN = "kills of an open alarm"
MOST_LOST = 10
EARLY = "kills before the cry was on the disk"
SLOWER, FASTER = 1.1, 0.9
"""How the pace follows the machine: after a kill that came too early, after an end without one."""


def seconds_of_an_alarm() -> float:
    """How long an alarm takes here that nobody kills: a kill must fall within it."""
    took = []
    for _ in range(3):
        with tempfile.TemporaryDirectory(prefix="kill") as folder:
            began = time.monotonic()
            if in_a_process(Path(folder), cries=True) != 0:
                raise SystemExit((Path(folder) / "stderr.log").read_text("utf-8"))
            took.append(time.monotonic() - began)
    return statistics.median(took)


@dataclass
class Pace:
    """How long an alarm takes, as far as the kills tell: other work makes the machine slower."""

    seconds: float

    def moment(self, chosen: random.Random) -> float:
        """When the next kill comes."""
        return chosen.uniform(0.1, 0.9) * self.seconds


def one_alarm(home: Path, chosen: random.Random, pace: Pace) -> Counter[str]:
    """Kill, kill the recovery, finish; what was counted."""
    counted: Counter[str] = Counter()
    while counted[OPEN] < MOST_KILLS:
        seconds = pace.moment(chosen)
        status = in_a_process(home, cries=not was_recorded(home), kill_after_seconds=seconds)
        if status == 0:
            pace.seconds *= FASTER
            break
        if status != -signal.SIGKILL:
            raise AssertionError((home / "stderr.log").read_text("utf-8"))
        if was_recorded(home):
            counted[OPEN] += 1
        else:
            counted[EARLY] += 1
            pace.seconds *= SLOWER
    counted["of these, kills of a recovery"] = max(counted[OPEN] - 1, 0)
    if in_a_process(home, cries=not was_recorded(home)) != 0:
        raise AssertionError((home / "stderr.log").read_text("utf-8"))
    check_nothing_is_lost(home, counted[OPEN])
    sent = Counter(tuple(line[:3]) for line in outside(home) if line[0] in {"pager", "ring"})
    counted["calls and messages"] = sum(sent.values())
    counted["sent again with the same id"] = sum(times - 1 for times in sent.values())
    counted["alarms closed by a human"] = len(
        rows(home, "SELECT 1 FROM alarm WHERE state = 'closed'")
    )
    return counted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20_261_122)
    wanted = parser.parse_args()
    load_before_the_fork()
    chosen = random.Random(wanted.seed)
    total: Counter[str] = Counter({OPEN: 0})
    alarms = lost = 0
    pace = Pace(seconds_of_an_alarm())
    began = time.monotonic()
    while total[OPEN] < wanted.kills:
        alarms += 1
        with tempfile.TemporaryDirectory(prefix="kill") as folder:
            try:
                total += one_alarm(Path(folder), chosen, pace)
            except AssertionError as error:
                lost += 1
                print(f"alarm {alarms}: {error}", flush=True)
            print(f"\r{total[OPEN]} of {wanted.kills} kills", end="", file=sys.stderr, flush=True)
            if lost > MOST_LOST:
                break
    lines = [["alarms", str(alarms)], *([what, str(count)] for what, count in total.items())]
    lines.append(["alarms in which anything was lost, or doubled otherwise", str(lost)])
    body = table(["what", "count"], lines)
    body += f"\n\nTarget: none lost. It took {time.monotonic() - began:.0f} s."
    write_result(
        "kill",
        "Kill -9 of the core in open alarms (core alone, seeded moments, recoveries killed too)",
        f"python -m benchmarks.kill --kills {wanted.kills} --seed {wanted.seed}",
        body,
    )
    print(body)


if __name__ == "__main__":
    main()
