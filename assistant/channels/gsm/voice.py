"""The sound of a modem's call, through its second serial port."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import threading
import time
import wave
from pathlib import Path
from typing import Final, Self

import serial

from assistant.channels.api import CallScript, ChannelError
from assistant.channels.call_audio import RATE_HZ, prepare
from assistant.channels.gsm.line import PORT_FAILURES, WRITE_SECONDS
from assistant.channels.gsm.modem import Modem, ModemAudio

log = logging.getLogger(__name__)

CHUNK_SECONDS: Final = 0.04
SILENT_CALL_SECONDS: Final = 20.0
"""How long an answered call without sound is held for the key."""
SPOKEN_CALL_SECONDS: Final = 180.0


class Voice:
    """The sound of one call.

    Made while it rings, played once the call stands; nothing if the modem has no port.
    """

    def __init__(self, modem: Modem, script: CallScript | None) -> None:
        self._modem = modem
        self._audio = modem.settings.audio if script else None
        self._script = script
        self._folder = tempfile.TemporaryDirectory(prefix="anban-call-")
        self._file = Path(self._folder.name) / "call.wav"
        self._tasks: list[asyncio.Task[None]] = []
        self._is_over = threading.Event()

    @property
    def call_seconds(self) -> float:
        """How long an answered call is held for the key."""
        return SPOKEN_CALL_SECONDS if self._audio else SILENT_CALL_SECONDS

    async def __aenter__(self) -> Self:
        if self._audio is not None and self._script is not None:
            self._tasks.append(asyncio.create_task(prepare(self._script, self._file)))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_over.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._folder.cleanup()

    async def stop(self) -> None:
        """Be silent, and leave the port to others."""
        self._is_over.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def begin(self) -> None:
        """Begin to speak: the call was answered."""
        if self._audio is not None:
            self._tasks.append(asyncio.create_task(self._play(self._audio)))

    async def _play(self, audio: ModemAudio) -> None:
        try:
            await self._tasks[0]
            await self._modem.ask(audio.start_command)
            await asyncio.to_thread(self._write, audio.port)
        except (ChannelError, *PORT_FAILURES) as error:
            log.warning("the modem's call is silent: %s", error)

    def _write(self, port: str) -> None:
        """Write in real time: the modem buffers a fraction of a second and drops the rest."""
        with wave.open(str(self._file), "rb") as sound:
            pcm = sound.readframes(sound.getnframes())
        size = 2 * int(CHUNK_SECONDS * RATE_HZ)
        with serial.Serial(port, 115_200, write_timeout=WRITE_SECONDS, exclusive=True) as line:
            began = time.monotonic()
            for number, start in enumerate(range(0, len(pcm), size)):
                wait = began + number * CHUNK_SECONDS - time.monotonic()
                if self._is_over.wait(max(0.0, wait)):
                    return
                line.write(pcm[start : start + size])
