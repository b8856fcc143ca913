"""The time of every stage of a spoken turn: real time, PulseAudio, Vosk, Rasa, pyttsx3."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

import psutil

from assistant.core import ALL, Core, running
from assistant.demo.elder import speak
from assistant.demo.room import PulseRoom
from assistant.demo.scratch import scratch_options
from assistant.events import Heard, Ready, SoundStarted, SpeechEnded, SpeechStarted, TurnTaken
from assistant.settings import LANGUAGES
from benchmarks import table, take_no_arguments, write_result

SENTENCES = {
    "zh": ["现在几点了", "今天几号", "你会做什么", "再说一遍", "谢谢"],
    "en": ["what time is it", "what's the date", "what can you do", "say that again", "thank you"],
}
ROUNDS = 4

Times = defaultdict[str, list[float]]


async def measure(lang: str) -> tuple[Times, dict[str, float], dict[str, float]]:
    """Stage times, times until each child was ready, and their memory in MB."""
    times: Times = defaultdict(list)
    ready: dict[str, float] = {}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="anban-bench-"))
        options = stack.enter_context(scratch_options(lang, ALL, print))
        async with PulseRoom.open(Path(folder)) as room:
            began = time.monotonic()
            async with running(room.furnish(options)) as core:
                core.bus.subscribe(
                    Ready, lambda event: ready.setdefault(event.name, time.monotonic() - began)
                )
                await core.children.ready("ear", "mouth", "skills")
                await core.children.dialogue_ready()
                for _ in range(ROUNDS):
                    for sentence in SENTENCES[lang]:
                        await turn(core, room, sentence, times)
                await change_languages(core, times)
                memory = {
                    name: psutil.Process(pid).memory_info().rss / 1e6
                    for name in core.supervisor.names()
                    if (pid := core.supervisor.pid(name)) is not None
                }
                memory["core"] = psutil.Process().memory_info().rss / 1e6
    return times, ready, memory


async def turn(core: Core, room: PulseRoom, sentence: str, times: Times) -> None:
    """One sentence, its answer, and when each stage was over."""
    at: dict[type, float] = {}
    taken: list[TurnTaken] = []
    sounding = asyncio.Event()

    def look(event: object) -> None:
        now = time.monotonic()
        if isinstance(event, Heard) and not event.is_final:
            return
        at.setdefault(type(event), now)
        if isinstance(event, TurnTaken):
            taken.append(event)
        if isinstance(event, SoundStarted):
            sounding.set()

    voice = await speak(sentence, core.memory.lang)
    core.bus.listen(look)
    try:
        async with asyncio.timeout(60):
            await room.hear(voice, 2.0)
            await sounding.wait()
            await core.speech.silence()
    finally:
        core.bus.unlisten(look)
    pause = core.options.settings.ear.pause_seconds
    times["voice noticed → sentence over (its length and the pause)"].append(
        at[SpeechEnded] - at[SpeechStarted]
    )
    times[f"end of pause ({pause} s) → words"].append(at[Heard] - at[SpeechEnded])
    times["words → answer"].append(at[TurnTaken] - at[Heard])
    times["— of which understanding"].append(taken[0].stage_seconds.get("parse", 0.0))
    times["— of which dialogue and skill"].append(taken[0].stage_seconds.get("answer", 0.0))
    times["answer → first sound"].append(at[SoundStarted] - at[TurnTaken])
    times["**end of pause → first sound**"].append(at[SoundStarted] - at[SpeechEnded])


async def change_languages(core: Core, times: Times) -> None:
    """There and back; first untimed, since the other language may have to be learned."""
    for lang in LANGUAGES:
        await core.understanding.follow(lang)
    for lang in ROUNDS * LANGUAGES:
        began = time.monotonic()
        await core.understanding.follow(lang)
        times["(beside the turns) the model of another language in its place"].append(
            time.monotonic() - began
        )


def main() -> None:
    parts = []
    for lang, sentences in SENTENCES.items():
        times, ready, memory = asyncio.run(measure(lang))
        count = ROUNDS * len(sentences)
        rows = [
            [name, f"{statistics.median(values) * 1000:.0f}", f"{max(values) * 1000:.0f}"]
            for name, values in times.items()
        ]
        parts.append(f"**{lang}**, {count} turns\n")
        parts.append(table(["stage", "median ms", "max ms"], rows) + "\n")
        children = [
            [name, f"{ready.get(name, 0.0):.1f}", f"{size:.0f}"] for name, size in memory.items()
        ]
        parts.append(table(["process", "ready after s", "resident MB"], children) + "\n")
    body = "\n".join(parts)
    write_result("voice", "A spoken turn", "python -m benchmarks.voice", body)
    print(body)


if __name__ == "__main__":
    take_no_arguments(__doc__)
    main()
