"""Tries an installed Anban: speaks, hears, watches a radar, answers; told as JSON lines.

Run by `make arm64` in the emulated machine. What needs Rasa is tried if its environment is there.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile

from assistant.dialogue.layout import PROJECT
from assistant.ear.audiofile import read
from assistant.ear.recognizer import UtteranceDecoder, load
from assistant.mouth.synthesizer import Synthesizer
from assistant.mouth.voices import SAMPLE_RATE_HZ
from models import find
from tests.perception.fall_recording import HEIGHT, fall_packets, record

ANBAN: Final = Path(sys.executable).with_name("anban")
_ASKED = tomllib.loads(Path(__file__).with_name("asked.toml").read_text("utf-8"))
LANG: Final[str] = _ASKED["language"]
ASKED: Final[str] = _ASKED["asked"]
MEANT: Final[str] = _ASKED["meant"]
SPEED_WORDS_PER_MINUTE: Final = 150
LIMIT_SECONDS: Final = 7_200
"""Emulated, the dialogue's training takes many minutes."""


class WentWrongError(RuntimeError):
    """A part does not do what it should; the message says what it did."""


def main() -> None:
    """Try part after part; one that fails keeps no other from being tried."""
    with tempfile.TemporaryDirectory(prefix="anban-smoke-") as name:
        folder = Path(name)
        sound, recording = folder / "asked.wav", folder / "fall.radar"
        parts: list[tuple[str, Callable[[], str]]] = [
            ("anban --version", lambda: anban("--version")),
            ("the mouth speaks into a file", lambda: speak(sound)),
            ("the ear reads that file", lambda: hear(sound)),
            ("the radar sees a recorded fall", lambda: replay(recording)),
        ]
        if (PROJECT / ".venv/bin/python").exists():
            parts += [
                ("anban ask, after training", lambda: answer("ask", ASKED)),
                ("anban hear", lambda: answer("hear", str(sound))),
            ]
        for what, part in parts:
            with told(what) as line:
                line["result"] = part()


@contextmanager
def told(name: str) -> Iterator[dict[str, Any]]:
    """Print what a part did, how long it took, and whether it is well."""
    line: dict[str, Any] = {"name": name, "is_well": True}
    began = time.monotonic()
    try:
        yield line
    except Exception as error:  # noqa: BLE001  # what fails is what is reported
        line |= {"is_well": False, "result": f"{type(error).__name__}: {error}"}
    line["seconds"] = round(time.monotonic() - began)
    print(json.dumps(line, ensure_ascii=False), flush=True)


def speak(into: Path) -> str:
    """The voice, as the mouth asks for it."""

    async def synthesize() -> np.ndarray[Any, np.dtype[np.int16]]:
        voice = Synthesizer()
        try:
            return await voice.synthesize(ASKED, LANG, SPEED_WORDS_PER_MINUTE)
        finally:
            await voice.close()

    samples = asyncio.run(synthesize())
    soundfile.write(into, samples, SAMPLE_RATE_HZ)
    return f"{len(samples) / SAMPLE_RATE_HZ:.1f} s of sound"


def hear(file: Path) -> str:
    """The recogniser, with the speech model that comes with Anban."""
    folder = find(LANG, Path("/nonexistent"))
    decoder = UtteranceDecoder(load(LANG, folder.kind, folder.path))
    decoder.accept(read(file).pcm)
    text = decoder.finish().text
    if text != ASKED:
        raise WentWrongError(f"it heard {text!r} for {ASKED!r}")
    return text


def replay(recording: Path) -> str:
    """A fall as the board sends it, through parser, tracker and the networks."""
    record(recording, fall_packets())
    lines = anban("replay", str(recording), "--height", str(HEIGHT), "--json").splitlines()
    kinds = {json.loads(line)["type"] for line in lines}
    if "FallDetected" not in kinds:
        raise WentWrongError(f"it told {sorted(kinds)}")
    return "FallDetected"


def answer(command: str, asked: str) -> str:
    """A sentence, written or as sound, through the dialogue."""
    line = anban(command, "--lang", LANG, "--json", asked).splitlines()[-1]
    given = json.loads(line)
    if given["intent"] != MEANT:
        raise WentWrongError(f"it understood {given['intent']} by {given['text']!r}")
    return str(given["reply"])


def anban(*arguments: str) -> str:
    """Run one command of Anban; gives what it printed."""
    done = subprocess.run(
        [ANBAN, *arguments], capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise WentWrongError(f"status {done.returncode}: {' '.join(last)}")
    return done.stdout.strip()


if __name__ == "__main__":
    main()
