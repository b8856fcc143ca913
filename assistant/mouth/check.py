"""What can be said of voice and speaker within five seconds, for `anban doctor`.

The sound system is asked in a process of its own, which may hang or abort there.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from typing import Final

from assistant.events import SpeakerBack, SpeakerLost
from assistant.mouth.pieces import trim
from assistant.mouth.player import Outcome, Player
from assistant.mouth.synthesizer import Samples, SynthesisError, Synthesizer
from assistant.mouth.voices import SAMPLE_RATE_HZ, VOICES

LIMIT_SECONDS: Final = 5.0
STEP_LIMIT_SECONDS: Final = 2.2
"""How long opening with synthesis may take, and again the sentence that sounds."""
RATE_WORDS_PER_MINUTE: Final = 160
VOLUME: Final = 0.5


@dataclass(frozen=True, slots=True)
class MouthCheck:
    """What was found."""

    ok: bool
    device: str = ""
    """The name of the speaker; empty if none was opened."""
    voice_seconds: dict[str, float] = field(default_factory=dict)
    """How long the test sentence of each language lasts; a language without voice is missing."""
    problems: tuple[str, ...] = ()
    """The problems in plain words, with what to do; empty if all is well."""


def check_mouth(device: str, lang: str) -> MouthCheck:
    """Try every voice, and say a short sentence in `lang` on the speaker; blocks up to 5 s."""
    command = [sys.executable, "-m", "assistant.mouth.check", device, lang]
    try:
        child = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
        )
        answer = json.loads(child.stdout)
        return MouthCheck(**{**answer, "problems": tuple(answer["problems"])})
    except subprocess.TimeoutExpired:
        problem = "the sound system does not answer; is its server (PulseAudio, PipeWire) well?"
    except ValueError:
        problem = f"trying to speak ended with status {child.returncode}"
    return MouthCheck(ok=False, problems=(problem,))


async def _check(device: str, lang: str) -> MouthCheck:
    problems: list[str] = []
    names: list[str] = []
    sounds: dict[str, Samples] = {}

    def tell(change: SpeakerLost | SpeakerBack) -> None:
        if isinstance(change, SpeakerBack):
            names.append(change.device)
        else:
            problems.append(f"{change.reason}; connect or choose one: `anban setup`, step 3")

    player = Player(device, tell)
    running = asyncio.create_task(player.run())
    try:
        async with asyncio.timeout(STEP_LIMIT_SECONDS):
            await _speak_into(sounds, problems)
            await player.settled.wait()
    except TimeoutError:
        slow = "the sound system does" if len(sounds) == len(VOICES) else "the voices do"
        problems.append(f"{slow} not answer in time; is the machine overloaded?")
    if names and lang in sounds:
        outcome = Outcome.LOST
        try:
            async with asyncio.timeout(STEP_LIMIT_SECONDS):
                outcome = await player.play(trim(sounds[lang]), VOLUME)
        except TimeoutError:
            problems.append(f"the speaker {names[0]} takes sound too slowly or not at all")
        if outcome is not Outcome.WHOLE and not problems:
            problems.append(f"the speaker {names[0]} did not take the sentence")
    running.cancel()
    seconds = {known: round(len(sound) / SAMPLE_RATE_HZ, 2) for known, sound in sounds.items()}
    return MouthCheck(not problems, names[0] if names else "", seconds, tuple(problems))


async def _speak_into(sounds: dict[str, Samples], problems: list[str]) -> None:
    """Add the test sentence of each language."""
    synthesizer = Synthesizer()
    for lang, voice in VOICES.items():
        try:
            sounds[lang] = await synthesizer.synthesize(voice.sample, lang, RATE_WORDS_PER_MINUTE)
        except SynthesisError as error:
            problems.append(f"{lang}: {error}; install espeak-ng")
    if synthesizer.engine_failed:
        problems.append("pyttsx3 does not speak; espeak-ng itself is used in its place")
    await synthesizer.close()


if __name__ == "__main__":
    found = asyncio.run(_check(sys.argv[1], sys.argv[2]))
    print(json.dumps(asdict(found)), flush=True)  # noqa: T201  (read by its caller)
    os._exit(0)  # leaving the usual way would call the sound system once more, which may hang
