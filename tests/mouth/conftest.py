"""A mouth of real parts: real voices, and a file in place of the sound card."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pytest

from assistant.events import Said, SetVoice
from assistant.mouth.mouth import Mouth
from assistant.mouth.synthesizer import Synthesizer
from assistant.mouth.voices import SAMPLE_RATE_HZ

Event = TypeVar("Event")

LIMIT_SECONDS = 60.0


class Told:
    """What a mouth told, in order, and a way to wait for more."""

    def __init__(self) -> None:
        self.events: list[object] = []
        self._more = asyncio.Event()

    def __call__(self, event: object) -> None:
        self.events.append(event)
        self._more.set()

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(LIMIT_SECONDS):
            while not condition():
                self._more.clear()
                await self._more.wait()

    async def count(self, kind: type[Event], number: int) -> list[Event]:
        """Wait until so many of a kind were told, and return them."""
        await self.until(lambda: len(self.of(kind)) >= number)
        return self.of(kind)

    async def said(self, say_id: str) -> Said:
        await self.until(lambda: any(said.say_id == say_id for said in self.of(Said)))
        return next(said for said in self.of(Said) if said.say_id == say_id)


class Room:
    """A running mouth with all that it told and sounded."""

    def __init__(self, device: str, synthesizer: Synthesizer) -> None:
        self.told = Told()
        self.mouth = Mouth(device, synthesizer, self.told, SetVoice(0.8, 160))
        self._path = Path(device.removeprefix("file:"))

    def sound(self) -> npt.NDArray[np.int16]:
        return np.fromfile(self._path, "<i2")


@pytest.fixture
async def synthesizer() -> AsyncIterator[Synthesizer]:
    made = Synthesizer()
    yield made
    await made.close()


@pytest.fixture
async def open_room(
    synthesizer: Synthesizer,
) -> AsyncIterator[Callable[[str], Room]]:
    running: list[asyncio.Task[None]] = []

    def open_one(device: str) -> Room:
        room = Room(device, synthesizer)
        running.append(asyncio.create_task(room.mouth.run()))
        return room

    yield open_one
    for task in running:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def paced(open_room: Callable[[str], Room], tmp_path: Path) -> Room:
    """Sounds at the pace of a real speaker."""
    return open_room(f"file:{tmp_path / 'sound.raw'}")


@pytest.fixture
async def fast(
    open_room: Callable[[str], Room], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Room:
    """Sounds as fast as it can be written."""
    monkeypatch.setenv("ANBAN_FAST", "1")
    return open_room(f"file:{tmp_path / 'sound.raw'}")


def spans(
    samples: npt.NDArray[np.int16], rate_hz: int = SAMPLE_RATE_HZ, gap_seconds: float = 0.7
) -> list[tuple[float, float]]:
    """Start and end, in seconds, of what sounds between gaps of at least `gap_seconds`."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > 60) / rate_hz
    if not len(loud):
        return []
    breaks = np.flatnonzero(np.diff(loud) >= gap_seconds)
    starts = [loud[0], *loud[breaks + 1]]
    ends = [*loud[breaks], loud[-1]]
    return [(float(start), float(end)) for start, end in zip(starts, ends, strict=True)]
