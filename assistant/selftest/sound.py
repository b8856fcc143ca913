"""Checks whether the home hears and sounds: by the word of ear and mouth, and by the chime."""

from __future__ import annotations

import asyncio
from typing import Final, TypeVar

from assistant.events import (
    Chime,
    ChimeLookedFor,
    ListenForChime,
    MicrophoneBack,
    MicrophoneLost,
    Said,
    SoundStarted,
    SpeakerBack,
    SpeakerLost,
    new_id,
)
from assistant.runtime.bus import Bus
from assistant.runtime.feature import Feature
from assistant.services.findings import CheckResult, found

LISTEN_SECONDS: Final = 3.0
"""How long the ear looks for the chime, which takes 1 s: a sound server holds another half back, a
network speaker more."""
CHIME_SECONDS: Final = 20.0
"""How long the mouth may take to begin and end: it waits up to 10 s for whoever speaks in the
room."""
ANSWER_SECONDS: Final = 10.0
"""How long the ear may take to answer, on a small and busy machine."""

Result = TypeVar("Result")


class DisturbedError(RuntimeError):
    """Something had to be said: the chime was broken off."""


class Sound(Feature):
    """What is known of microphone and speaker, and the way to try them."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._microphone_problem = ""
        self._speaker_problem = ""
        bus.subscribe(MicrophoneLost, lambda lost: self._hears(lost.reason))
        bus.subscribe(MicrophoneBack, lambda _: self._hears(""))
        bus.subscribe(SpeakerLost, lambda lost: self._sounds(lost.reason))
        bus.subscribe(SpeakerBack, lambda _: self._sounds(""))

    def problems(self) -> dict[str, str]:
        """What ear and mouth cannot do now by their own word, by part."""
        known = {"microphone": self._microphone_problem, "speaker": self._speaker_problem}
        return {part: problem for part, problem in known.items() if problem}

    async def look(self, *, with_chime: bool) -> list[CheckResult]:
        """Try microphone and speaker.

        Raises:
            DisturbedError: something more important sounded.
        """
        problems = self.problems()
        if problems or not with_chime:
            return [
                found(part, is_well=part not in problems, detail=problems.get(part, "open"))
                for part in ("microphone", "speaker")
            ]
        return await self._chime()

    async def _chime(self) -> list[CheckResult]:
        loop = asyncio.get_running_loop()
        say_id = new_id()
        said: asyncio.Future[Said] = loop.create_future()
        heard: asyncio.Future[ChimeLookedFor] = loop.create_future()

        def take(event: object) -> None:
            match event:
                case SoundStarted(say_id=which) if which == say_id:
                    self._bus.publish(ListenForChime(say_id, LISTEN_SECONDS))
                case Said(say_id=which) if which == say_id and not said.done():
                    said.set_result(event)
                case ChimeLookedFor(say_id=which) if which == say_id and not heard.done():
                    heard.set_result(event)

        self._bus.listen(take)
        try:
            self._bus.publish(Chime(say_id))
            sounded = await _within(said, CHIME_SECONDS)
            if sounded is None:
                return [found("speaker", is_well=False, detail="the mouth did not sound the chime")]
            if sounded.error:
                return [found("speaker", is_well=False, detail=sounded.error)]
            if not sounded.completed:
                raise DisturbedError("the chime was broken off by something to say")
            looked = await _within(heard, LISTEN_SECONDS + ANSWER_SECONDS)
            return _findings(looked)
        finally:
            self._bus.unlisten(take)

    def _hears(self, problem: str) -> None:
        self._microphone_problem = problem

    def _sounds(self, problem: str) -> None:
        self._speaker_problem = problem


def _findings(heard: ChimeLookedFor | None) -> list[CheckResult]:
    took = found("speaker", is_well=True, detail="it took the chime")
    if heard is None:
        problem = "the ear gave no sound within the time; see its log"
        return [found("microphone", is_well=False, detail=problem), took]
    if heard.level_dbfs is None:
        problem = "only digital silence comes in; is it muted, or the wrong one?"
        return [found("microphone", is_well=False, detail=problem), took]
    level = f"{heard.level_dbfs:.0f} dBFS"
    microphone = found("microphone", is_well=True, detail=f"sound comes in, {level}")
    if heard.is_heard and heard.delay_seconds is not None:
        detail = f"heard at {level} after {heard.delay_seconds:.2f} s, clearness {heard.share:.2f}"
        return [microphone, took, found("chime", is_well=True, detail=detail)]
    problem = (
        f"not heard ({level} came in, clearness {heard.share:.2f}); is the speaker on and the "
        "microphone near? Where the device cancels its own echo, set chime = false in [selftest]"
    )
    return [microphone, took, found("chime", is_well=False, detail=problem)]


async def _within(future: asyncio.Future[Result], seconds: float) -> Result | None:
    try:
        async with asyncio.timeout(seconds):
            return await future
    except TimeoutError:
        return None
