"""`anban hear FILE`: a recording through the real ear, dialogue and mouth."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile
from rich.console import Console

from assistant.commands.told import told
from assistant.commands.words import words_of
from assistant.core import TEXT_ONLY, Core, CoreOptions, running
from assistant.demo.room import EAR_RATE, FileRoom
from assistant.demo.scratch import scratch_options
from assistant.ear.audiofile import Recording, read
from assistant.events import Capability, Heard, InputEnded, TurnTaken, to_dict
from assistant.home.speech_handle import SpeechState
from assistant.settings import home_folder
from models import find, verify

_WITHOUT_MOUTH: Final = TEXT_ONLY | {Capability.EAR}
_READY_SECONDS: Final = 300.0
_PER_SECOND_OF_SOUND: Final = 4.0
"""Decoding may be slower than real time on a small machine, but not by more."""
_LEAST_SECONDS: Final = 60.0


class NothingHeardError(RuntimeError):
    """No words were found in the recording."""


class NotSpokenError(RuntimeError):
    """The answer did not become sound."""


async def hear_file(file: Path, lang: str | None, *, as_json: bool, reply: Path | None) -> int:
    """Answer every sentence of a recording; the exit status.

    Raises:
        AudioFileError: the file cannot be used, with the reason.
        ModelError: there is no sound speech model for this language.
        NothingHeardError: it holds no words.
        NotSpokenError: the answer did not become sound.
    """
    recording = read(file)
    for warning in recording.warnings:
        print(f"anban: {file}: {told(warning)}", file=sys.stderr)  # noqa: T201
    with tempfile.TemporaryDirectory(prefix="anban-room-") as folder:
        room = FileRoom(Path(folder), fast=True)
        status = Console(stderr=True).status(words_of(lang)("wakes_up"))
        with status, scratch_options(lang, _WITHOUT_MOUTH, status.update) as options:
            await asyncio.to_thread(_check_model, options)
            async with running(room.furnish(options)) as core:
                async with asyncio.timeout(_READY_SECONDS):
                    await core.children.ready("ear", "skills")
                    await core.children.dialogue_ready()
                status.stop()
                events = await _play(core, room, recording)
                turns = [event for event in events if isinstance(event, TurnTaken)]
                if reply is not None:
                    # Only now: while it speaks, the ear would be deaf to the rest of the file.
                    await _speak(core, [turn.reply for turn in turns])
        _, anban = await room.recording()
    if reply is not None:
        soundfile.write(reply, anban, EAR_RATE)
    for turn in turns:
        print(_line(turn, events, as_json=as_json), flush=True)  # noqa: T201
    if not turns:
        raise NothingHeardError(f"{file}: no words were recognised in it")
    return 0


def _check_model(options: CoreOptions) -> None:
    """Here rather than in the ear: it would be started again and again."""
    lang = options.lang or options.settings.language
    chosen = options.settings.models.vosk.get(lang)
    verify(find(lang, home_folder() / "models", Path(chosen) if chosen else None).path)


async def _play(core: Core, room: FileRoom, recording: Recording) -> list[object]:
    """Sound into the ear; everything that was told until the last answer had sounded."""
    events: list[object] = []
    ended = asyncio.Event()

    def look(event: object) -> None:
        events.append(event)
        if isinstance(event, InputEnded):
            ended.set()

    core.bus.listen(look)
    limit = _LEAST_SECONDS + _PER_SECOND_OF_SOUND * recording.seconds
    try:
        async with asyncio.timeout(limit):
            await room.hear(np.frombuffer(recording.pcm, np.int16), 0.0)
            await room.close()
            await ended.wait()
            await core.conversation.hearing.finish()
    finally:
        core.bus.unlisten(look)
    return events


async def _speak(core: Core, replies: list[str]) -> None:
    """Say the replies through the real mouth."""
    core.children.run(Capability.MOUTH)
    async with asyncio.timeout(_READY_SECONDS):
        await core.children.ready("mouth")
        for text in replies:
            said = core.speech.say(text)
            if await said.end() is SpeechState.FAILED:
                raise NotSpokenError(f"the answer could not be spoken: {said.error}")


def _line(turn: TurnTaken, events: list[object], *, as_json: bool) -> str:
    if not as_json:
        return f"{turn.text}\n  {turn.reply}"
    heard = next(
        (e for e in events if isinstance(e, Heard) and e.is_final and e.text == turn.text), None
    )
    answer: dict[str, Any] = {
        "text": turn.text,
        "intent": turn.intent,
        "confidence": turn.confidence,
        "skill": turn.skill,
        "entities": list(turn.entities),
        "reply": turn.reply,
        "events": [
            to_dict(event) for event in events if isinstance(event, Heard) and event.is_final
        ],
    }
    if heard is not None:
        answer["heard_confidence"] = heard.confidence
    return json.dumps(answer, ensure_ascii=False)
