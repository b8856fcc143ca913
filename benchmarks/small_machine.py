"""A small machine: `anban run` held to some memory by the kernel, at its first and second start.

The first start trains the dialogue beside what already serves. Needs root, for a control group of
its own; there is no swap in it. What is measured ends when the dialogue of the home's language
serves.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks import table, write_result

HERE: Final = Path(__file__).parents[1]
RUN: Final = f"{sys.executable} -c 'from assistant.cli import main; main()' run"
LIMIT_SECONDS: Final = 1_800.0
EAR: Final = re.compile(r"ear is ready")
DIALOGUE: Final = re.compile(r"dialogue is ready")
_GROUPS: Final = Path("/sys/fs/cgroup")


@contextmanager
def group_of(megabytes: int) -> Iterator[Path]:
    """A control group that is given so much memory and no swap; either version of the kernel's."""
    is_new = (_GROUPS / "cgroup.controllers").exists()
    group = (_GROUPS if is_new else _GROUPS / "memory") / f"anban-bench-{os.getpid()}"
    group.mkdir()
    try:
        size = str(megabytes * 1_000_000)
        if is_new:
            (group / "memory.max").write_text(size)
            (group / "memory.swap.max").write_text("0")
        else:
            (group / "memory.limit_in_bytes").write_text(size)
        yield group
    finally:
        # Its children end with it; a group is left once it is empty.
        while (group / "cgroup.procs").read_text().strip():
            time.sleep(0.1)
        group.rmdir()


def peak_of(group: Path) -> float:
    """The most memory that the group had at once, in MB: files that are kept in memory, too."""
    name = "memory.peak" if (group / "memory.peak").exists() else "memory.max_usage_in_bytes"
    return int((group / name).read_text()) / 1e6


def ended_by_the_kernel(group: Path) -> int:
    """How many processes were ended because there was no memory for them."""
    file = group / ("memory.events" if (group / "memory.events").exists() else "memory.oom_control")
    found = re.search(r"^oom_kill (\d+)", file.read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


def start(home: Path, group: Path) -> list[str]:
    """Start it once: when cries count, when it understands, and what it needed."""
    log = home.parent / "log"
    command = f"echo $$ > {group}/cgroup.procs; exec {RUN}"
    env = {**os.environ, "ANBAN_HOME": str(home), "PYTHONPATH": str(HERE)}
    began = time.monotonic()
    with log.open("wb") as out:
        anban = subprocess.Popen(["sh", "-c", command], env=env, stdout=out, stderr=out, cwd=HERE)
    try:
        heard = until(log, EAR, anban) - began
        understood = until(log, DIALOGUE, anban) - began
    finally:
        anban.send_signal(signal.SIGTERM)
        anban.wait()
    kills = ended_by_the_kernel(group)
    return [f"{heard:.0f}", f"{understood:.0f}", f"{peak_of(group):.0f}", str(kills)]


def until(log: Path, wanted: re.Pattern[str], anban: subprocess.Popen[bytes]) -> float:
    """Wait until a line of the log tells it; gives when."""
    until_at = time.monotonic() + LIMIT_SECONDS
    while not wanted.search(log.read_text("utf-8", "replace")):
        if anban.poll() is not None or time.monotonic() > until_at:
            raise SystemExit(
                f"it did not come so far:\n{log.read_text('utf-8', 'replace')[-2000:]}"
            )
        time.sleep(0.2)
    return time.monotonic()


def main() -> None:
    """Start it twice, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=2_000)
    wanted = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="anban-bench-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        (home / "anban.toml").write_text('language = "zh"\n', "utf-8")
        for name in ("first, trains the dialogue", "second"):
            with group_of(wanted.megabytes) as group:
                rows.append([name, *start(home, group)])
    columns = [
        "start",
        "cries count after s",
        "understands after s",
        "most memory, MB",
        "ended for lack of memory",
    ]
    write_result(
        "small_machine",
        f"`anban run` with {wanted.megabytes} MB and no swap",
        f"python -m benchmarks.small_machine --megabytes {wanted.megabytes}",
        table(columns, rows),
    )


if __name__ == "__main__":
    main()
