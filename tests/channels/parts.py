"""Real parts for the channels' tests: baresip, voices, messages."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import shutil
import socket
import struct
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from assistant.channels.api import AttemptEvent, CallScript, Channel, Message
from assistant.channels.sip import Phone, PhoneCall, PhoneSettings, SipAccount, write_folder

needs_baresip = pytest.mark.skipif(
    shutil.which("baresip") is None, reason="baresip is not installed (apt-get install baresip)"
)


def free_port() -> int:
    """Free for TCP and UDP both (baresip takes both), outside of what the system gives away."""
    while True:
        port = random.SystemRandom().randrange(20_001, 32_000)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                probe = stack.enter_context(socket.socket(socket.AF_INET, kind))
                probe.bind(("127.0.0.1", port))
            return port


def write_tone(path: Path, hertz: float, seconds: float, rate_hz: int = 22_050) -> Path:
    samples = (
        int(9_000 * math.sin(2 * math.pi * hertz * n / rate_hz))
        for n in range(int(seconds * rate_hz))
    )
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate_hz)
        sound.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return path


def tone(hertz: float, seconds: float, rate_hz: int = 8_000) -> bytes:
    return b"".join(
        struct.pack("<h", int(9_000 * math.sin(2 * math.pi * hertz * n / rate_hz)))
        for n in range(int(seconds * rate_hz))
    )


def loudness(pcm: bytes | bytearray, hertz: float, rate_hz: int = 8_000) -> float:
    """The loudest tenth of a second at one frequency, 0 to 1 of full scale (Goertzel)."""
    samples = struct.unpack(f"<{len(pcm) // 2}h", bytes(pcm[: len(pcm) // 2 * 2]))
    best, size = 0.0, rate_hz // 10
    for start in range(0, len(samples) - size, size):
        window = samples[start : start + size]
        angle = 2 * math.pi * hertz / rate_hz
        real = sum(s * math.cos(angle * n) for n, s in enumerate(window))
        imaginary = sum(s * math.sin(angle * n) for n, s in enumerate(window))
        best = max(best, 2 * math.hypot(real, imaginary) / size / 32_768)
    return best


def script_of(path: Path, **changes: object) -> CallScript:
    async def speak() -> Path:
        return path

    return replace(CallScript(speak), **changes)


def message(**changes: object) -> Message:
    base = Message(
        alarm_id="alarm7",
        attempt_id="attempt9",
        contact="大女儿",
        headline="Anban: alarm",
        text="妈妈在客厅摔倒了，请马上回家。",
        lang="zh",
        reason="fall",
        raised_at=1_770_000_000.0,
    )
    return replace(base, **changes)


async def run_attempt(channel: Channel, told: Message, limit: float = 20) -> list[AttemptEvent]:
    """Every fact of one attempt, in order."""
    async with asyncio.timeout(limit):
        return [fact async for fact in channel.attempt(told)]


@dataclass
class Running:
    """A telephone with its baresip."""

    phone: Phone
    process: asyncio.subprocess.Process
    uri: str
    restart: Callable[[], Awaitable[None]]


@asynccontextmanager
async def running_phone(
    folder: Path,
    on_incoming: Callable[[Phone, PhoneCall], Awaitable[None]] | None = None,
    environment: dict[str, str] | None = None,
    **changes: object,
) -> AsyncIterator[Running]:
    sip_port = free_port()
    uri = f"sip:anban@127.0.0.1:{sip_port}"
    settings = replace(
        PhoneSettings(
            account=SipAccount(uri),
            control_port=free_port(),
            listen=f"127.0.0.1:{sip_port}",
            interface="127.0.0.1",
            microphone="",
            speaker="",
        ),
        **changes,
    )
    process = write_folder(folder, settings)

    async def start() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *process.command,
            cwd=process.folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def answer(call: PhoneCall) -> None:
        assert on_incoming is not None
        await on_incoming(phone, call)

    async def restart() -> None:
        running.process = await start()

    phone = Phone(settings, folder, answer if on_incoming else None)
    running = Running(phone, await start(), uri, restart)
    try:
        async with phone:
            await phone.connection.wait_ready()
            yield running
    finally:
        if running.process.returncode is None:
            running.process.kill()
        await running.process.wait()
