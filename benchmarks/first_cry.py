"""How long after a cold start the first cry counts: `anban run`, a real stream, a webhook.

The elder cries every two seconds from before the start on; what is measured ends when the first
alarm reaches the family.  With `--other FOLDER` another checkout is measured in turn with this one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from assistant.demo.elder import speak
from assistant.demo.room import PulseRoom, Samples
from assistant.demo.scratch import cache_folder
from assistant.settings import home_folder
from benchmarks import table, write_result
from simulators.webhook import WebhookReceiver

SECRET: Final = "webhooks-of-this-home"
PAUSE_SECONDS: Final = 1.0
LIMIT_SECONDS: Final = 120.0
HERE: Final = Path(__file__).parents[1]
RUN: Final = (sys.executable, "-c", "from assistant.cli import main; main()", "run")


async def seconds_until_told(checkout: Path, room: PulseRoom, cry: Samples) -> float:
    """From the start of the process to the family's receiver."""
    with (
        tempfile.TemporaryDirectory(prefix="anban-bench-") as folder,
        WebhookReceiver(SECRET.encode()) as receiver,
    ):
        home = Path(folder)
        (home / "cache").symlink_to(cache_folder(home_folder()))
        (home / "anban.toml").write_text(
            'language = "zh"\n[ear]\ndevice = "pulse"\n[mouth]\ndevice = "pulse"\n'
            f'[emergency]\nwebhook_secret = "{SECRET}"\n',
            "utf-8",
        )
        contact = {"contact_id": "1", "name": "小芳", "called": [], "channels": [receiver.url]}
        (home / "contacts.json").write_text(json.dumps([contact]), "utf-8")
        crying = asyncio.create_task(_cry(room, cry))
        began = time.monotonic()
        anban = await asyncio.create_subprocess_exec(
            *RUN,
            cwd=checkout,
            env={
                **os.environ,
                **room.environment,
                "ANBAN_HOME": folder,
                "PYTHONPATH": str(checkout),
            },
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                while not _is_told(receiver):  # noqa: ASYNC110  (of another thread)
                    await asyncio.sleep(0.02)
            return time.monotonic() - began
        finally:
            crying.cancel()
            anban.terminate()
            await anban.wait()


def _is_told(receiver: WebhookReceiver) -> bool:
    return any(event["type"] == "alarm.raised" for event in list(receiver.events.values()))


async def _cry(room: PulseRoom, cry: Samples) -> None:
    while True:
        await room.hear(cry, PAUSE_SECONDS)


async def main() -> None:
    """Measure in turn, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--other", type=Path, help="A checkout to compare with.")
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    checkouts = {"this": HERE} | ({"the other": wanted.other.resolve()} if wanted.other else {})
    times: dict[str, list[float]] = {name: [] for name in checkouts}
    cry = await speak("救命", "zh")
    with tempfile.TemporaryDirectory(prefix="anban-bench-") as folder:
        async with PulseRoom.open(Path(folder)) as room:
            for _ in range(wanted.rounds):
                for name, checkout in checkouts.items():
                    times[name].append(await seconds_until_told(checkout, room, cry))
    rows = [
        [name, *(f"{pick(took):.1f}" for pick in (statistics.median, min, max))]
        for name, took in times.items()
    ]
    body = table(["checkout", "median s", "least s", "most s"], rows)
    if len(times) == 2:
        pairs = [this / other for this, other in zip(*times.values(), strict=True)]
        body += f"\n\nThis to the other, median of pairs: {statistics.median(pairs):.2f}."
    write_result(
        "first_cry",
        "From a cold start to the first cry that counts",
        "python -m benchmarks.first_cry" + (" --other CHECKOUT" if wanted.other else ""),
        body,
    )


if __name__ == "__main__":
    asyncio.run(main())
