"""`python -m assistant.setup.sound_process`: what asks the sound system, which may hang or abort.

Each call prints JSON, an object a line: `list`, `tone DEVICE VOLUME`, `listen DEVICE SECONDS FILE`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any, Final

import numpy as np

from assistant.ear.audiofile import loudest_dbfs
from assistant.ear.sound import BYTES_PER_SECOND, SAMPLE_RATE_HZ
from assistant.ear.sources import open_source
from assistant.events import MicrophoneBack, MicrophoneLost, SpeakerBack, SpeakerLost
from assistant.mouth.player import Outcome, Player
from assistant.mouth.voices import SAMPLE_RATE_HZ as MOUTH_RATE_HZ
from assistant.runtime.chime import SECONDS, chime

_STEP_BYTES: Final = BYTES_PER_SECOND // 10
_PLAY_SECONDS: Final = SECONDS + 4.0
_FULL_SCALE: Final = np.float32(32_768)


def _tell(**told: Any) -> None:
    print(json.dumps(told), flush=True)  # noqa: T201  (read by its caller)


def _list() -> None:
    import sounddevice as sd  # noqa: PLC0415  (it asks every device)

    for device in sd.query_devices():
        _tell(
            name=str(device["name"]),
            inputs=int(device["max_input_channels"]),
            outputs=int(device["max_output_channels"]),
        )


async def _tone(device: str, volume: float) -> None:
    lost: list[str] = []

    def tell(change: SpeakerLost | SpeakerBack) -> None:
        if isinstance(change, SpeakerLost):
            lost.append(change.reason)

    player = Player(device, tell)
    running = asyncio.create_task(player.run())
    outcome = Outcome.LOST
    try:
        async with asyncio.timeout(_PLAY_SECONDS):
            await player.settled.wait()
            if not lost:
                outcome = await player.play(chime(MOUTH_RATE_HZ), volume)
    except TimeoutError:
        lost.append("the speaker takes sound too slowly or not at all")
    running.cancel()
    _tell(ok=outcome is Outcome.WHOLE, problem=lost[-1] if lost else "")


def _listen(device: str, seconds: float, file: Path) -> None:
    source = open_source(device)
    limit = threading.Timer(seconds + _PLAY_SECONDS, source.close)
    limit.daemon = True
    limit.start()
    heard, told = bytearray(), 0
    for item in source.items():
        match item:
            case MicrophoneLost():
                _tell(problem=item.reason)
                return
            case MicrophoneBack():
                _tell(device=item.device)
            case bytes():
                heard += item
        while len(heard) - told >= _STEP_BYTES:
            _tell(dbfs=_level(bytes(heard[told : told + _STEP_BYTES])))
            told += _STEP_BYTES
        if len(heard) >= seconds * BYTES_PER_SECOND:
            break
    # A sentence of the elder: only this user may read it, and the caller erases it.
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(heard)
    _tell(seconds=len(heard) / BYTES_PER_SECOND)


def _level(pcm: bytes) -> float | None:
    samples = np.frombuffer(pcm, "<i2").astype(np.float32) / _FULL_SCALE
    level = loudest_dbfs(samples, SAMPLE_RATE_HZ)
    return None if level == -np.inf else round(level, 1)


def main(arguments: list[str]) -> None:
    """Do what was asked for."""
    match arguments:
        case ["list"]:
            _list()
        case ["tone", device, volume]:
            asyncio.run(_tone(device, float(volume)))
        case ["listen", device, seconds, file]:
            _listen(device, float(seconds), Path(file))


if __name__ == "__main__":
    main(sys.argv[1:])
    os._exit(0)  # leaving the usual way would call the sound system once more, which may hang
