"""A real microphone through PortAudio, opened again whenever it was lost.

PortAudio reads the list of devices once: every new attempt starts it afresh.  A server that dies
ends the stream, but a microphone that stalls gives no error at all: the time of the last callback
is watched.  A call that hangs is left to a thread of its own and waited for; nothing else of
PortAudio is touched until it returns.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

import numpy as np
import soxr

from assistant.ear.sound import CHUNK_SAMPLES, SAMPLE_RATE_HZ, Item, SourceHungError
from assistant.events import MicrophoneBack, MicrophoneLost

log = logging.getLogger(__name__)

STALL_SECONDS: Final = 2.0
"""How long the microphone may be without a callback; then it counts as lost."""
_OPEN_SECONDS: Final = 5.0
"""A call into PortAudio that takes longer is told as a lost microphone."""
_HANG_SECONDS: Final = 30.0
"""A call that has not returned by then never will."""
_CLOSE_SECONDS: Final = 1.0
"""How long a call under way is waited for when the ear ends."""
_PAUSES_SECONDS: Final = (0.5, 1.0, 2.0, 4.0)
"""Between attempts; the last one repeats."""
_QUEUE_BLOCKS: Final = 512
"""About 16 s; the queue is emptied at once, unless this process gets no time at all."""
_FIRST_RATE_HZ: Final = SAMPLE_RATE_HZ
"""Tried first; a device that refuses it is opened at its own rate and resampled."""

_INVALID_CHANNELS: Final = -9998  # paInvalidChannelCount
_INVALID_RATE: Final = -9997  # paInvalidSampleRate

T = TypeVar("T")


class MicrophoneError(RuntimeError):
    """No sound can be had from the microphone now; the message says why in plain words."""


@dataclass(frozen=True, slots=True)
class InputDevice:
    """A device of PortAudio's list that can record."""

    index: int
    name: str
    channels: int
    rate_hz: int


def _portaudio() -> Any:
    """The sound system; importing it asks every device, which may hang, or fail without a library.

    So it happens where any other call into it does, and never in the thread of the event loop.
    """
    import sounddevice  # noqa: PLC0415

    return sounddevice


def find_device(wanted: str) -> InputDevice:
    """The microphone by part of its name or its number; empty: the default one.

    Raises:
        MicrophoneError: there is none.
    """
    sd = _portaudio()
    devices = [
        InputDevice(
            int(info["index"]),
            str(info["name"]),
            int(info["max_input_channels"]),
            round(info["default_samplerate"]),
        )
        for info in sd.query_devices()
        if info["max_input_channels"] > 0
    ]
    if not devices:
        raise MicrophoneError("there is no microphone: no sound device that can record was found")
    if not wanted:
        default = sd.default.device[0]
        chosen = [device for device in devices if device.index == default] or devices
    elif wanted.isdecimal():
        chosen = [device for device in devices if device.index == int(wanted)]
    else:
        name = wanted.casefold()
        chosen = [device for device in devices if device.name.casefold() == name]
        chosen = chosen or [device for device in devices if name in device.name.casefold()]
    if not chosen:
        known = ", ".join(f"{device.index} {device.name}" for device in devices)
        raise MicrophoneError(f"no microphone is called {wanted!r}; there are: {known}")
    return chosen[0]


@dataclass(slots=True)
class _Recording:
    """A running stream and what its callback leaves."""

    device: InputDevice
    rate_hz: int
    channels: int
    stream: Any = None
    blocks: queue.Queue[bytes] = field(default_factory=lambda: queue.Queue(_QUEUE_BLOCKS))
    last_block_at: float = field(default_factory=time.monotonic)
    finished: threading.Event = field(default_factory=threading.Event)
    lost_blocks: int = 0

    def callback(self, data: Any, _frames: int, _time: Any, status: Any) -> None:
        """Only put the bytes away: this runs in PortAudio's thread."""
        self.last_block_at = time.monotonic()
        self.lost_blocks += bool(status.input_overflow)
        try:
            self.blocks.put_nowait(bytes(data))
        except queue.Full:
            self.lost_blocks += 1


class Microphone:
    """Sound from a device of this machine."""

    live = True

    def __init__(self, device: str) -> None:
        self._wanted = device
        self._closing = threading.Event()
        self._is_fresh = True
        self._told_lost = False

    def close(self) -> None:
        """Let `items` end soon; from any thread."""
        self._closing.set()

    def items(self) -> Iterator[Item]:
        """Sound at 16 kHz; `MicrophoneLost` once when it is gone, `MicrophoneBack` once it is back.

        Raises:
            SourceHungError: PortAudio did not return from a call for half a minute.
        """
        pauses = iter(_PAUSES_SECONDS)
        while not self._closing.is_set():
            try:
                recording = yield from self._call(self._open)
                if recording is None:
                    return
                try:
                    for block_number, pcm in enumerate(self._drain(recording)):
                        if block_number == 0:
                            yield MicrophoneBack(recording.device.name)
                            self._told_lost = False
                            pauses = iter(_PAUSES_SECONDS)
                        yield pcm
                except MicrophoneError as fault:
                    yield from self._lose(str(fault))
                yield from self._call(partial(_discard, recording))
            except MicrophoneError as fault:
                yield from self._lose(str(fault))
            self._closing.wait(next(pauses, _PAUSES_SECONDS[-1]))

    def _lose(self, reason: str) -> Iterator[MicrophoneLost]:
        """Tell that the microphone is gone, once until it is back."""
        if not self._told_lost:
            self._told_lost = True
            yield MicrophoneLost(reason)

    def _call(self, call: Callable[[], T]) -> Generator[Item, None, T | None]:
        """Make a call into PortAudio in a thread that may be abandoned; None when closing.

        Raises:
            MicrophoneError: what the call raised.
            SourceHungError: it never returned.
        """
        done = threading.Event()
        results: list[T] = []
        faults: list[Exception] = []

        def run() -> None:
            try:
                results.append(call())
            except Exception as error:  # noqa: BLE001  (handed on below, in the caller's thread)
                faults.append(error)
            finally:
                done.set()

        threading.Thread(target=run, name="portaudio", daemon=True).start()
        began = time.monotonic()
        while not done.wait(0.1):
            if self._closing.is_set() and time.monotonic() - began > _CLOSE_SECONDS:
                return None
            if time.monotonic() - began > _OPEN_SECONDS:
                yield from self._lose("the sound system does not answer")
            if time.monotonic() - began > _HANG_SECONDS:
                raise SourceHungError("the sound system does not answer any more")
        if results:
            return results[0]
        if isinstance(faults[0], MicrophoneError):
            raise faults[0]
        raise MicrophoneError(f"the sound system failed: {faults[0]}") from faults[0]

    def _open(self) -> _Recording:
        sd = _portaudio()
        if not self._is_fresh:
            sd._terminate()
            sd._initialize()
        self._is_fresh = False
        device = find_device(self._wanted)
        plans = [(_FIRST_RATE_HZ, 1), (device.rate_hz, 1), (device.rate_hz, device.channels)]
        for rate_hz, channels in plans:
            recording = _Recording(device, rate_hz, channels)
            try:
                recording.stream = sd.RawInputStream(
                    samplerate=rate_hz,
                    blocksize=round(CHUNK_SAMPLES * rate_hz / SAMPLE_RATE_HZ),
                    device=device.index,
                    channels=channels,
                    dtype="int16",
                    callback=recording.callback,
                    finished_callback=recording.finished.set,
                )
                recording.stream.start()
            except sd.PortAudioError as error:
                if recording.stream is not None:
                    _discard(recording)
                if _code(error) not in {_INVALID_CHANNELS, _INVALID_RATE}:
                    raise MicrophoneError(_plain(device, error)) from error
                refusal = error
            else:
                recording.last_block_at = time.monotonic()
                return recording
        raise MicrophoneError(_plain(device, refusal)) from refusal

    def _drain(self, recording: _Recording) -> Iterator[bytes]:
        """The sound of one stream, for as long as it flows."""
        convert = _converter(recording)
        told_blocks = 0
        while not self._closing.is_set():
            try:
                yield convert(recording.blocks.get(timeout=0.1))
            except queue.Empty:
                if recording.finished.is_set():
                    raise MicrophoneError(
                        f"the microphone {recording.device.name!r} was unplugged, "
                        "or its sound server ended"
                    ) from None
                if time.monotonic() - recording.last_block_at > STALL_SECONDS:
                    raise MicrophoneError(
                        f"the microphone {recording.device.name!r} is there but has given "
                        f"no sound for {STALL_SECONDS:.0f} seconds"
                    ) from None
            if recording.lost_blocks > told_blocks:
                log.warning("sound was lost: %d blocks so far", recording.lost_blocks)
                told_blocks = max(2 * told_blocks, recording.lost_blocks)


def _discard(recording: _Recording) -> None:
    """Let a stream go, whatever it says: `abort` does not wait for what it still holds."""
    try:
        recording.stream.abort(ignore_errors=True)
    finally:
        recording.stream.close(ignore_errors=True)


def _converter(recording: _Recording) -> Callable[[bytes], bytes]:
    """Convert the device's rate and channels to the ear's."""
    if (recording.rate_hz, recording.channels) == (SAMPLE_RATE_HZ, 1):
        return lambda block: block
    resample = soxr.ResampleStream(recording.rate_hz, SAMPLE_RATE_HZ, 1, dtype="int16")

    def convert(block: bytes) -> bytes:
        # One channel of several: adding two microphones can cancel a voice.
        first = np.frombuffer(block, np.int16).reshape(-1, recording.channels)[:, 0]
        return bytes(resample.resample_chunk(np.ascontiguousarray(first)).tobytes())

    return convert


def _code(error: Any) -> int:
    return int(error.args[1]) if len(error.args) > 1 else 0


def _plain(device: InputDevice, error: Any) -> str:
    return f"the microphone {device.name!r} cannot be opened: {error.args[0]}"
