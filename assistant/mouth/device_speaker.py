"""A sound card through PortAudio: one stream, always open, so that its loss is noticed at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from assistant.mouth.playhead import Playhead
from assistant.mouth.speaker import STALL_SECONDS, SpeakerError, SpeakerHungError
from assistant.mouth.voices import SAMPLE_RATE_HZ

LATENCY_SECONDS: Final = 0.15
"""Asked of PortAudio: a moment later is better than a hole in a word on a busy small board."""
CALL_LIMIT_SECONDS: Final = 10.0
"""How long PortAudio's own calls may take; they take well under a second if they return at all."""
WATCH_SECONDS: Final = 0.25

Result = TypeVar("Result")


class DeviceSpeaker:
    """The default device, or the one of that number, or with that part in its name."""

    def __init__(self, device: str) -> None:
        self.name = device or "default"
        self.rate_hz = SAMPLE_RATE_HZ
        self.tail_seconds = LATENCY_SECONDS
        self._device = int(device) if device.isdecimal() else device or None
        self._loop = asyncio.get_running_loop()
        self._stream: Any = None
        self._playhead: Playhead | None = None
        self._over: asyncio.Future[None] | None = None
        self._taken_at = 0.0
        self._ended = False

    async def open(self) -> None:
        """Read the device list afresh, open and start; raises what `Speaker.open` does."""
        await _in_thread(self._open)

    def clock_seconds(self) -> float:
        """Real time: the device plays silence all the while."""
        return time.monotonic()

    async def play(self, playhead: Playhead) -> None:
        """Hand the playhead to the device's callback and wait for its end."""
        self._over = self._loop.create_future()
        self._playhead = playhead
        try:
            await self._over
        finally:
            self._playhead = None

    async def watch(self) -> str:
        """Wait until the device has ended the stream or takes nothing any more."""
        while not (reason := self._loss()):  # noqa: ASYNC110 - a stall is the absence of events
            await asyncio.sleep(WATCH_SECONDS)
        if self._over is not None and not self._over.done():
            self._over.set_exception(SpeakerError(reason))
        return reason

    async def close(self) -> None:
        """Give the device back; raises `SpeakerHungError`."""
        await _in_thread(self._close)

    def _loss(self) -> str:
        if self._ended:
            return f"the speaker {self.name} went away"
        if time.monotonic() - self._taken_at > STALL_SECONDS:
            return f"the speaker {self.name} takes no sound any more"
        return ""

    def _open(self) -> None:
        # Importing it starts PortAudio, which may block: only here, in a thread with a limit.
        import sounddevice as sd  # noqa: PLC0415

        # PortAudio reads the list of devices once; this is the way to have it read again.
        sd._terminate()
        sd._initialize()
        try:
            found = sd.query_devices(self._device, "output")
        except (sd.PortAudioError, ValueError) as error:
            if not any(each["max_output_channels"] for each in sd.query_devices()):
                problem = "there is no speaker: no sound device that can play was found"
                raise SpeakerError(problem) from error
            raise SpeakerError(f"there is no speaker {self.name}: {error}") from error
        try:
            rate_hz, channels = _accepted(sd, found)
            self._stream = sd.OutputStream(
                samplerate=rate_hz,
                channels=channels,
                dtype="int16",
                device=found["index"],
                latency=LATENCY_SECONDS,
                callback=self._fill,
                finished_callback=self._finished,
            )
            self._taken_at = time.monotonic()
            self._stream.start()
        except sd.PortAudioError as error:
            raise SpeakerError(f"the speaker {self.name} cannot be opened: {error}") from error
        self.name, self.rate_hz = found["name"], rate_hz
        self.tail_seconds = self._stream.latency

    def _close(self) -> None:
        self._stream.close(ignore_errors=True)

    def _fill(
        self, out: npt.NDArray[np.int16], frames: int, _when: object, _status: object
    ) -> None:
        """PortAudio's callback, in a thread of its own."""
        out.fill(0)
        self._taken_at = time.monotonic()
        playhead = self._playhead
        if playhead is None or playhead.over:
            return
        block = playhead.next_block(frames)
        out[: len(block)] = block[:, None]
        if playhead.over and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._done, playhead)

    def _done(self, playhead: Playhead) -> None:
        if playhead is self._playhead and self._over is not None and not self._over.done():
            self._over.set_result(None)

    def _finished(self) -> None:
        self._ended = True


def _accepted(sd: Any, found: dict[str, Any]) -> tuple[int, int]:
    """Rate and channels that the device takes; the voice's own if it can be."""
    native_hz = round(found["default_samplerate"])
    refusal: Exception | None = None
    for rate_hz, channels in (
        (SAMPLE_RATE_HZ, 1),
        (SAMPLE_RATE_HZ, 2),
        (native_hz, 1),
        (native_hz, 2),
    ):
        try:
            sd.check_output_settings(
                device=found["index"], channels=channels, dtype="int16", samplerate=rate_hz
            )
        except sd.PortAudioError as error:
            refusal = error
        else:
            return rate_hz, channels
    raise SpeakerError(f"the speaker {found['name']} takes no 16-bit sound: {refusal}")


async def _in_thread(call: Callable[[], Result]) -> Result:
    """Await a blocking call; its thread is a daemon, so that a hung one cannot keep us alive."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        try:
            result, error = call(), None
        except BaseException as raised:  # noqa: BLE001 - handed to the one who awaits
            result, error = None, raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, daemon=True, name="portaudio").start()
    try:
        async with asyncio.timeout(CALL_LIMIT_SECONDS):
            return await future
    except TimeoutError as error:
        raise SpeakerHungError("the sound system does not answer any more") from error
