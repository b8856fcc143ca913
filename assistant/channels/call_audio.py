"""The sound of a telephone call: speech at any rate becomes 8 kHz mono 16-bit, said repeatedly.

baresip reads exactly this form and ends the call where the file ends.
"""

from __future__ import annotations

import asyncio
import math
import os
import struct
import sys
import wave
from pathlib import Path
from typing import Final

from assistant.channels.api import CallScript, ChannelError

RATE_HZ: Final = 8_000
LEAD_SECONDS: Final = 0.8
"""How long is silence first: people lift the phone to the ear after they have answered."""
CONVERT_SECONDS: Final = 15.0
STANDBY_SECONDS: Final = 120.0

_CONVERTER: Final = Path(__file__).with_name("convert_sound.py")


async def prepare(script: CallScript, target: Path) -> None:
    """Let the script speak and write the call's sound to `target`.

    Raises:
        ChannelError: no speech could be made, or it is no sound file.
    """
    try:
        speech = await script.speak()
    except Exception as error:
        raise ChannelError(f"the message could not be spoken: {type(error).__name__}") from error
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(_CONVERTER), str(speech), str(target)),
        *(str(RATE_HZ), str(LEAD_SECONDS), str(script.repeats), str(script.pause_seconds)),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(CONVERT_SECONDS):
            _, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        last = complaint.decode(errors="replace").strip().splitlines()[-1:]
        raise ChannelError(f"the message's sound could not be converted: {''.join(last)[:200]}")


def sound_seconds(file: Path) -> float:
    """Tell how long a call's sound is; raises OSError and wave.Error."""
    with wave.open(str(file), "rb") as sound:
        return sound.getnframes() / sound.getframerate()


def write_standby(target: Path) -> None:
    """Write what is heard until the message is ready, or if it cannot be spoken at all.

    Two short tones every three seconds: it is an alarm and no silent nuisance call, and the key
    that acknowledges works meanwhile.
    """
    samples = [0] * (3 * RATE_HZ)
    for start_seconds in (0.0, 0.35):
        first = int(start_seconds * RATE_HZ)
        for number in range(int(0.25 * RATE_HZ)):
            samples[first + number] = int(6_000 * math.sin(2 * math.pi * 800 * number / RATE_HZ))
    _write(target, struct.pack(f"<{len(samples)}h", *samples) * int(STANDBY_SECONDS / 3))


def write_quiet(target: Path) -> None:
    """Write silence, for a call that is put through as soon as it is answered."""
    _write(target, bytes(2 * RATE_HZ * int(STANDBY_SECONDS)))


def _write(target: Path, pcm: bytes) -> None:
    # Whole or not at all: baresip may read it at any moment.
    draft = target.with_suffix(".part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file, wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes(pcm)
    draft.replace(target)
