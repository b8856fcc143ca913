"""A home of nothing but a bus, with the ear as its child."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from assistant.events import Alive, Heard, LanguageChanged, Ready
from assistant.runtime.bus import Bus
from assistant.runtime.link import SOCKET_VARIABLE
from assistant.services import GetHomeState, HomeState
from assistant.settings import EarSettings, Settings
from tests.ear.speech import model

T = TypeVar("T")
PATIENCE_SECONDS = 60.0


@dataclass
class Home:
    """A core of nothing but the bus, and the ear as its child."""

    bus: Bus
    folder: Path
    settings: Settings
    lang: str = "zh"
    environment: dict[str, str] = field(default_factory=dict)
    told: list[Any] = field(default_factory=list)
    process: asyncio.subprocess.Process | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _seen: int = 0

    @property
    def fifo(self) -> Path:
        return self.folder / "mic"

    async def __aenter__(self) -> Self:
        """Open the bus; the ear is not started."""

        async def state(_: GetHomeState) -> HomeState:
            return HomeState(self.lang, 0.8, 160, self.folder, self.settings)

        def note(event: object) -> None:
            if not isinstance(event, Alive):
                self.told.append(event)
                self._news.set()

        self.bus.serve(GetHomeState.answered_by(state))
        self.bus.listen(note)
        await self.bus.open(self.folder / "s")
        return self

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "assistant.ear"),
            env={**os.environ, SOCKET_VARIABLE: str(self.folder / "s"), **self.environment},
            stderr=asyncio.subprocess.PIPE,
        )

    async def next(self, kind: type[T], accept: Callable[[T], bool] = lambda _: True) -> T:
        """The next event of this kind that fits, in the order in which they were told."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                while self._seen < len(self.told):
                    event = self.told[self._seen]
                    self._seen += 1
                    if isinstance(event, kind) and accept(event):
                        return event
                self._news.clear()
                await self._news.wait()

    async def final(self) -> Heard:
        return await self.next(Heard, lambda heard: heard.is_final)

    def forget(self) -> None:
        """Begin with an empty list."""
        self.told.clear()
        self._seen = 0

    async def settle(self) -> None:
        """Return once the ear has taken every event so far: it takes them in order, and a change
        of language is answered."""
        seen, self._seen = self._seen, len(self.told)  # what comes meanwhile is left for others
        there = {"zh": "en", "en": "zh"}[self.lang]
        for lang in (there, self.lang):
            self.bus.publish(LanguageChanged(lang))
            await self.next(Ready, lambda ready: ready.detail.startswith(lang))  # noqa: B023
        self._seen = seen

    async def hear(self, pcm: bytes) -> None:
        """Write sound into the microphone, to its last byte; the writer stays."""
        await asyncio.to_thread(self._write, pcm)

    def _write(self, pcm: bytes) -> None:
        with self.fifo.open("wb", buffering=0) as writer:
            writer.write(pcm)

    async def end(self) -> tuple[int, str]:
        assert self.process is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, errors = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, errors.decode()

    async def __aexit__(self, *_: object) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        await self.bus.close()


def make_home(folder: Path, lang: str = "zh", device: str = "") -> Home:
    """A home whose microphone is a FIFO, or a device; not open yet."""
    model(lang)  # skips where there is none
    fifo = folder / "mic"
    os.mkfifo(fifo)
    return Home(Bus(), folder, Settings(ear=EarSettings(device=device or f"file:{fifo}")), lang)
