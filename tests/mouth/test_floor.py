"""How long the floor is held, in virtual time."""

from __future__ import annotations

import asyncio

import pytest

from assistant.mouth.floor import LONGEST_HOLD_SECONDS, Floor
from tests.alarm.virtual_time import VirtualLoop


class Still:
    """A player that plays nothing."""

    def clock_seconds(self) -> float:
        return 100.0


@pytest.mark.parametrize(
    ("steps", "waited"),
    [
        ([], 0.0),
        (["hold"], LONGEST_HOLD_SECONDS),
        (["hold", "resume"], 0.0),
        # Somebody else begins to speak: the time is counted from there.
        (["hold", "9", "hold"], LONGEST_HOLD_SECONDS),
        (["hold", "9", "hold", "resume"], 0.0),
        (["hold", "resume", "hold"], LONGEST_HOLD_SECONDS),
        (["hold", "resume", "20"], 0.0),
    ],
)
def test_how_long_it_is_waited_for(steps: list[str], waited: float) -> None:
    async def run() -> float:
        floor = Floor(Still())  # type: ignore[arg-type]
        loop = asyncio.get_running_loop()
        for step in steps:
            match step:
                case "hold":
                    floor.hold()
                case "resume":
                    floor.resume()
                case _:
                    await asyncio.sleep(float(step))
        before = loop.time()
        await floor.take(1.0)
        return loop.time() - before

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(run()) == pytest.approx(waited)
