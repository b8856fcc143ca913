"""A mouth of real parts: real voices, and a file in place of the sound card."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pytest
import pytest_asyncio

from assistant.events import Alive, Said, Say, SetVoice, SoundStarted
from assistant.mouth import file_speaker
from assistant.mouth.mouth import Mouth
from assistant.mouth.synthesizer import Synthesizer
from assistant.mouth.voices import SAMPLE_RATE_HZ

Event = TypeVar("Event")

LIMIT_SECONDS = 60.0
PIPE_BYTES = 4_096
"""A tenth of a second: what lies in the pipe cannot be called back."""


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
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                while not condition():
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            told = "\n".join(str(event) for event in self.events if not isinstance(event, Alive))
            pytest.fail(f"waited for too long; told was only\n{told}")

    async def count(self, kind: type[Event], number: int) -> list[Event]:
        """Wait until so many of a kind were told, and return them."""
        await self.until(lambda: len(self.of(kind)) >= number)
        return self.of(kind)

    async def said(self, say_id: str) -> Said:
        await self.until(lambda: any(said.say_id == say_id for said in self.of(Said)))
        return next(said for said in self.of(Said) if said.say_id == say_id)


class Room:
    """A running mouth with all that it told and sounded."""

    def __init__(self, file: Path, synthesizer: Synthesizer) -> None:
        self.told = Told()
        self.mouth = Mouth(f"file:{file}", synthesizer, self._tell, SetVoice(0.8, 160))
        self._file = file
        self._freeze_at: tuple[str, int] | None = None
        self._reader = -1
        self._heard = bytearray()

    def sound(self) -> npt.NDArray[np.int16]:
        """All that sounded so far."""
        if self._file.is_fifo():
            return np.frombuffer(bytes(self._heard[: len(self._heard) // 2 * 2]), "<i2")
        return np.fromfile(self._file, "<i2")

    async def sounding(self, say: Say, number: int = 1) -> None:
        """Wait until the `number`th piece of a `Say` begins to sound."""
        await self.told.until(lambda: self._begun(say.say_id) >= number)

    # A room with a pipe for a speaker: sound goes out while somebody takes it.

    def plug_in(self) -> None:
        """Take what sounds."""
        self._reader = os.open(self._file, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self._reader, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self.thaw()

    def pull_out(self) -> None:
        """The speaker is gone."""
        self._freeze_at = None
        asyncio.get_running_loop().remove_reader(self._reader)
        os.close(self._reader)
        self._reader = -1

    def freeze_at(self, say: Say, number: int) -> None:
        """Take nothing any more once the `number`th piece begins: it stays in the middle."""
        self._freeze_at = (say.say_id, number)

    def thaw(self) -> None:
        """Take sound again."""
        self._freeze_at = None
        asyncio.get_running_loop().add_reader(self._reader, self._take)

    def close(self) -> None:
        if self._reader >= 0:
            self.pull_out()

    def _take(self) -> None:
        self._heard += os.read(self._reader, PIPE_BYTES)

    def _tell(self, event: object) -> None:
        self.told(event)
        if self._freeze_at is not None and self._begun(self._freeze_at[0]) >= self._freeze_at[1]:
            asyncio.get_running_loop().remove_reader(self._reader)

    def _begun(self, say_id: str) -> int:
        return sum(started.say_id == say_id for started in self.told.of(SoundStarted))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def synthesizer() -> AsyncIterator[Synthesizer]:
    made = Synthesizer()
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="module")
async def open_room(
    synthesizer: Synthesizer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[[Path], Room]]:
    """Opens rooms whose speaker is a file that takes sound as fast as it comes."""
    monkeypatch.setenv("ANBAN_FAST", "1")
    opened: list[tuple[Room, asyncio.Task[None]]] = []

    def open_one(file: Path) -> Room:
        room = Room(file, synthesizer)
        opened.append((room, asyncio.create_task(room.mouth.run())))
        return room

    yield open_one
    for room, running in opened:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        room.close()


@pytest_asyncio.fixture(loop_scope="module")
async def room(open_room: Callable[[Path], Room], tmp_path: Path) -> Room:
    return open_room(tmp_path / "sound.raw")


@pytest_asyncio.fixture(loop_scope="module")
async def piped(
    open_room: Callable[[Path], Room], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Room:
    """A room in which sound can be frozen in mid-sentence."""
    monkeypatch.setattr(file_speaker, "STALL_SECONDS", LIMIT_SECONDS)
    os.mkfifo(tmp_path / "speaker")
    opened = open_room(tmp_path / "speaker")
    opened.plug_in()
    return opened


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
