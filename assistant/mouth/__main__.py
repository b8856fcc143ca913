"""The mouth as a child of the core: `python -m assistant.mouth`."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import Final

from assistant.events import (
    Chime,
    HoldSpeech,
    Ready,
    ResumeSpeech,
    Say,
    SetVoice,
    Shutdown,
    StopSpeaking,
    Unsay,
)
from assistant.language import normalise
from assistant.mouth.mouth import Mouth
from assistant.mouth.speaker import SpeakerHungError
from assistant.mouth.synthesizer import SynthesisError, Synthesizer
from assistant.mouth.voices import VOICES
from assistant.runtime.child import follow_core, run_child
from assistant.runtime.link import Link
from assistant.services.home import HomeState

NAME: Final = "mouth"
WANTS: Final = (
    *(Say, Chime, StopSpeaking, Unsay, HoldSpeech, ResumeSpeech, SetVoice),
    Shutdown,
)
ENDING: Final = "Anban's voice is shutting down"

_log = logging.getLogger(__name__)


async def _serve(link: Link) -> None:
    """Say what the core asks, until it goes away, says `Shutdown`, or SIGTERM comes.

    Raises:
        SpeakerHungError: only a new process can sound again; the supervisor starts one.
        ServiceError, TimeoutError: the core does not say how the home is set.
    """
    state = await link.home_state()
    logging.getLogger().setLevel(state.settings.log_level.upper())
    synthesizer = Synthesizer()
    voice = SetVoice(state.volume, state.rate_words_per_minute)
    mouth = Mouth(state.settings.mouth.device, synthesizer, link.send, voice)
    running = asyncio.create_task(mouth.run())
    proof = asyncio.create_task(_prove(link, mouth, synthesizer, state))
    try:
        await follow_core(link, mouth.take, asyncio.shield(running))  # it fades out by itself
    finally:
        await mouth.finish(ENDING)
        for task in (running, proof):
            task.cancel()
        await asyncio.wait({running, proof})
        await synthesizer.close()
    for task in (running, proof):
        if not task.cancelled():
            task.result()


async def _prove(link: Link, mouth: Mouth, synthesizer: Synthesizer, state: HomeState) -> None:
    """Speak once into nothing, so that the first answer finds a warm voice, then tell."""
    voice = VOICES[state.lang]
    try:
        spoken = await asyncio.to_thread(normalise, voice.sample, state.lang)
        await synthesizer.synthesize(spoken, state.lang, state.rate_words_per_minute)
        detail = f"voice {voice.engine_id}"
    except SynthesisError as error:
        detail = str(error)
        _log.error("%s", detail)
    await mouth.player.settled.wait()
    link.send(Ready(NAME, f"{detail}, {mouth.player.lost_reason or 'the speaker is open'}"))


async def _main() -> None:
    async with Link(NAME, WANTS) as link:
        await _serve(link)


def main() -> None:
    """Run the child; a hopeless error is one line on stderr and status 1."""
    problem = run_child(NAME, _main(), SpeakerHungError)
    if problem is not None:
        sys.stderr.write(f"{problem}\n")
        sys.stderr.flush()
        # Not sys.exit: leaving would call the sound system once more, which may hang.
        os._exit(1)


if __name__ == "__main__":
    main()
