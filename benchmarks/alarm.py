"""How fast a cry for help goes out: `python -m benchmarks.alarm [--alarms 30]`.

Through the whole core, from the partial hypothesis that holds the cry to the INVITE at a telephone
on loopback, the alarm and the attempt written to the disk before; the dialogue is down all the
while.  Once on the quiet machine, once with every core and the disk busy.  Beside it the safety
lane alone, and a hundred cries at once.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from assistant.core import Core
from assistant.events import CryForHelpHeard, Heard
from assistant.safety import judge
from benchmarks import table, write_result
from benchmarks.sip_call import everything_busy
from simulators.sip_manners import Manners
from simulators.sip_peer import SipPeer
from tests.calls.test_alarm_call import a_core

REASONS = ("fall", "fire", "gas", "chest_pain", "intruder", "overdose", "stroke", "other")


async def cry(core: Core, peer: SipPeer, number: int) -> float:
    """Seconds from the hypothesis to the INVITE."""
    calls = len(peer.calls)
    began = time.monotonic()
    core.bus.publish(Heard(f"u{number}", "我摔倒了", "zh", is_final=False, addressed=False))
    async with asyncio.timeout(30):
        while len(peer.calls) == calls:  # noqa: ASYNC110  (a datagram comes in)
            await asyncio.sleep(0.002)
    seconds = peer.calls[-1].invited_at - began
    for alarm in core.alarms.store.open_alarms():
        await core.alarms.triggers.controller.close(alarm.alarm_id, "benchmark")
    phone = core.ways.equipment.phone
    assert phone is not None
    async with asyncio.timeout(30):
        await phone.line.acquire()  # the call before is hung up
    phone.line.release()
    return seconds


async def measure(alarms: int) -> list[float]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="alarm")))
        peer = await stack.enter_async_context(SipPeer(Manners(answer_after_seconds=None)))
        core, _ = await stack.enter_async_context(a_core(folder, peer.uri))
        return [await cry(core, peer, number) for number in range(alarms)]


async def hundred_at_once() -> tuple[int, int, float]:
    """Alarms open, journal entries, and seconds until every cry was written."""
    with tempfile.TemporaryDirectory(prefix="alarm") as folder:
        async with a_core(Path(folder)) as (core, _):
            began = time.monotonic()
            for number in range(100):
                reason = REASONS[number % (len(REASONS) - 1)]
                core.bus.publish(CryForHelpHeard("benchmark", reason, time.time()))

            async def entries() -> int:
                sql = "SELECT count(*) FROM journal WHERE who = 'voice'"
                return await core.database.read(lambda c: c.execute(sql).fetchone()[0])

            async with asyncio.timeout(60):
                while await entries() < 100:  # noqa: ASYNC110  (a file grows)
                    await asyncio.sleep(0.01)
            return (
                len(core.alarms.store.open_alarms()),
                await entries(),
                time.monotonic() - began,
            )


def lane_milliseconds(rounds: int = 300) -> list[float]:
    """One judgement of an ordinary sentence."""
    sentences = (
        "今天天气怎么样我想听一个故事然后给我闺女打个电话",
        "tell me a story about the sea please",
    )
    times = []
    for _ in range(rounds):
        for text in sentences:
            began = time.perf_counter()
            judge(text, is_final=False)
            times.append((time.perf_counter() - began) * 1_000)
    return times


def row(what: str, milliseconds: list[float], target: str) -> list[str]:
    ordered = sorted(milliseconds)
    figures = (statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))], ordered[-1])
    return [what, *(f"{value:.1f}" for value in figures), target]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alarms", type=int, default=30)
    alarms = parser.parse_args().alarms
    quiet = asyncio.run(measure(alarms))
    with tempfile.TemporaryDirectory() as folder, everything_busy(Path(folder)):
        loaded = asyncio.run(measure(alarms))
    rows = [
        row("cry → INVITE, machine as it is", [s * 1_000 for s in quiet], "median ≤ 300"),
        row("cry → INVITE, cores and disk busy", [s * 1_000 for s in loaded], "median ≤ 300"),
        row("one judgement of the safety lane", lane_milliseconds(), "median < 1"),
    ]
    kept, written, seconds = asyncio.run(hundred_at_once())
    body = table(["what", "median ms", "95 % ms", "worst ms", "target"], rows)
    body += (
        f"\n\n100 cries of {len(REASONS) - 1} kinds at once: {kept} alarms open, {written} of 100 "
        f"cries in the journal after {seconds:.2f} s."
    )
    write_result(
        "alarm",
        "Cry for help → INVITE on the wire (whole core, dialogue down, SIP on loopback)",
        f"python -m benchmarks.alarm --alarms {alarms}",
        body,
    )
    print(body)


if __name__ == "__main__":
    main()
