"""How fast a call goes out: `python -m benchmarks.sip_call [--calls 60]`.

From the moment an attempt is begun to the INVITE's arrival at a telephone on loopback, through a
real baresip; once on the quiet machine, once with every core and the disk busy.  A command of the
control socket that does nothing is measured in the same run: the ratio holds on any machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.channels import Message
from assistant.channels.sip import SipCall
from benchmarks import table, write_result
from simulators.sip_manners import Manners
from simulators.sip_peer import SipPeer
from tests.channels.parts import running_phone

_SPIN = "while True: sum(range(10_000))"
_WRITE = (
    "import os, sys\n"
    "with open(sys.argv[1], 'wb') as file:\n"
    "    while True:\n"
    "        file.seek(0); file.write(bytes(8_000_000)); file.flush(); os.fsync(file.fileno())"
)
MESSAGE = Message("alarm", "attempt", "", "", "", "en", "fall", 0.0)


async def measure(calls: int, folder: Path) -> tuple[list[float], list[float]]:
    """Seconds to the INVITE, and of an idle command, for every call."""
    invites, commands = [], []
    busy = Manners(status="486 Busy Here", answer_after_seconds=0)
    async with running_phone(folder) as running, SipPeer(busy) as peer:
        for number in range(calls):
            began = time.monotonic()
            async for _ in SipCall(running.phone, peer.uri).attempt(MESSAGE):
                pass
            invites.append(peer.calls[number].invited_at - began)
            began = time.monotonic()
            await running.phone.connection.commands(("listcalls", ""))
            commands.append(time.monotonic() - began)
    return invites, commands


@contextmanager
def everything_busy(folder: Path) -> Iterator[None]:
    """Two spinning processes for every core, and one that writes and syncs without end."""
    spinning = [[sys.executable, "-c", _SPIN]] * (2 * (os.cpu_count() or 1))
    writing = [sys.executable, "-c", _WRITE, str(folder / "busy")]
    hogs = [subprocess.Popen(command) for command in [*spinning, writing]]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


def row(name: str, seconds: list[float], idle: list[float]) -> list[str]:
    ordered = sorted(seconds)
    figures = [
        statistics.median(ordered),
        ordered[int(0.95 * (len(ordered) - 1))],
        ordered[-1],
    ]
    ratio = figures[0] / statistics.median(idle)
    return [name, *(f"{1000 * figure:.1f}" for figure in figures), f"{ratio:.1f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=60)
    calls = parser.parse_args().calls
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        quiet = asyncio.run(measure(calls, folder / "quiet"))
        with everything_busy(folder):
            busy = asyncio.run(measure(calls, folder / "busy-phone"))
    columns = ["machine", "median ms", "95 % ms", "worst ms", "median / idle command"]
    body = table(columns, [row("quiet", *quiet), row("cores and disk busy", *busy)])
    print(body)
    write_result(
        "sip_call",
        "Decision to call → INVITE on the wire (SIP through baresip, loopback)",
        "python -m benchmarks.sip_call",
        body,
    )


if __name__ == "__main__":
    main()
