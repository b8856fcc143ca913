"""The one way out for sound: keeps a speaker open, and says how much of a piece sounded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from typing import Final

import numpy as np
import numpy.typing as npt
import soxr

from assistant.events import SpeakerBack, SpeakerLost
from assistant.mouth.device_speaker import DeviceSpeaker
from assistant.mouth.file_speaker import PREFIX, FileSpeaker
from assistant.mouth.playhead import Playhead, with_soft_edges
from assistant.mouth.speaker import Speaker, SpeakerError, SpeakerHungError
from assistant.mouth.voices import SAMPLE_RATE_HZ

Samples = npt.NDArray[np.int16]

RETRY_SECONDS: Final = 1.0


class Outcome(Enum):
    """How the playing of a piece ended."""

    WHOLE = auto()
    """The device took it to its end."""
    STOPPED = auto()
    LOST = auto()
    """There was no speaker, or it went away meanwhile."""


def new_speaker(device: str) -> Speaker:
    """The speaker of a device setting, not yet open."""
    return FileSpeaker(device) if device.startswith(PREFIX) else DeviceSpeaker(device)


class Player:
    """Plays one piece at a time; `run` opens the speaker again whenever it is lost."""

    def __init__(self, device: str, tell: Callable[[SpeakerLost | SpeakerBack], None]) -> None:
        self._device = device
        self._tell = tell
        self._speaker: Speaker | None = None
        self._playhead: Playhead | None = None
        self.lost_reason = ""
        """Why there is no speaker; empty while there is one, or while the first try runs."""
        self.settled = asyncio.Event()
        """Set once the first try to open it succeeded or failed."""
        self.is_open = asyncio.Event()

    async def run(self) -> None:
        """Keep a speaker open until cancelled; raises `SpeakerHungError`."""
        while True:
            speaker = new_speaker(self._device)
            try:
                await speaker.open()
            except SpeakerError as error:
                self._lost(str(error))
                await asyncio.sleep(RETRY_SECONDS)
                continue
            except SpeakerHungError as error:
                self._lost(str(error))
                raise
            try:
                self._opened(speaker)
                reason = await speaker.watch()
                self._lost(reason)
            finally:
                self._speaker = None
                await speaker.close()

    async def play(self, samples: Samples, volume: float) -> Outcome:
        """Play mono samples of `SAMPLE_RATE_HZ` at a volume of 0 to 1, to their end or `stop`."""
        speaker = self._speaker
        if speaker is None:
            return Outcome.LOST
        if speaker.rate_hz != SAMPLE_RATE_HZ:
            samples = soxr.resample(samples, SAMPLE_RATE_HZ, speaker.rate_hz)
        samples = with_soft_edges(samples, speaker.rate_hz, volume)
        return await self._run(Playhead(samples, speaker.rate_hz, speaker.tail_seconds), speaker)

    async def rest(self, seconds: float) -> bool:
        """Let this much silence sound; false if it became less."""
        speaker = self._speaker
        if speaker is None:
            return False
        silence = np.zeros(max(round(seconds * speaker.rate_hz), 1), np.int16)
        return await self._run(Playhead(silence, speaker.rate_hz), speaker) is Outcome.WHOLE

    def clock_seconds(self) -> float:
        """The speaker's own time, to tell how long it has been silent."""
        return self._speaker.clock_seconds() if self._speaker is not None else 0.0

    def stop(self) -> None:
        """Fade out what plays, within 10 ms of sound."""
        if self._playhead is not None:
            self._playhead.fade_out()

    async def _run(self, playhead: Playhead, speaker: Speaker) -> Outcome:
        self._playhead = playhead
        try:
            await speaker.play(playhead)
        except SpeakerError as error:
            self._lost(str(error))
            return Outcome.LOST
        finally:
            self._playhead = None
        return Outcome.WHOLE if playhead.whole else Outcome.STOPPED

    def _opened(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self.lost_reason = ""
        self.is_open.set()
        self.settled.set()
        self._tell(SpeakerBack(speaker.name))

    def _lost(self, reason: str) -> None:
        self._speaker = None
        self.is_open.clear()
        told, self.lost_reason = bool(self.lost_reason), reason
        self.settled.set()
        if not told:
            self._tell(SpeakerLost(reason))
