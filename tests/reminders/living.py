"""One run of the engine as a process of its own, to be killed: prints what it did, line by line.

    python -m tests.reminders.living DATABASE NOW END

Time runs as fast as it can from NOW to END (Unix time); the elder says yes to everything.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from assistant.events import DoseTaken, ReminderDue, Say
from tests.reminders.home import Home, VirtualClock, is_announcement


async def live(database: Path, now: float, end: float) -> None:
    home = await Home(database, VirtualClock(now)).open()
    asked: list[Say] = []

    def tell(event: object) -> None:
        if isinstance(event, ReminderDue | DoseTaken):
            print(f"{home.clock.at} {type(event).__name__} {event.occurrence_id}", flush=True)
        if is_announcement(event):
            asked.append(event)

    home.bus.listen(tell)
    while home.clock.at < end:
        next_at = await home.step()
        while asked:
            home.clock.move(home.clock.at + 10)
            asked.pop()
            home.answer("yes")
            next_at = await home.step()
        print(f"{home.clock.at} lived", flush=True)
        home.clock.move(min(next_at or end, end))
    await home.database.close()
    print(f"{end} over", flush=True)


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
