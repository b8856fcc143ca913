"""The process that owns the pyttsx3 engine: JSON lines in, JSON lines out, sound into a file.

pyttsx3 on Linux hangs, aborts and loses sound when it is used freely, so it lives alone here,
one request at a time, and is killed by its owner when a request takes too long.  The sound goes
into a memory-backed file that the owner opened and both hold: what Anban says reaches no disk.

`python voice_process.py FD` (it imports nothing of ours); a request is
`{"id", "text", "voice", "rate"}`, its answer `{"id", "frames"}` or `{"id", "error"}`.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
import time
import wave
from pathlib import Path
from typing import Any, Final, TextIO

PR_SET_PDEATHSIG: Final = 1
POLL_SECONDS: Final = 0.002
SETTING_ATTEMPTS: Final = 3


class EngineError(RuntimeError):
    """The engine gave no usable sound; the owner retries in a new process."""


class Engine:
    """pyttsx3 with every trap on the way to a whole file closed."""

    def __init__(self, sound_file: str) -> None:
        # Only here, where the process is already tied to its parent.
        import pyttsx3  # noqa: PLC0415
        from pyttsx3.drivers import _espeak  # noqa: PLC0415

        self._sound_file = sound_file
        self._espeak = _espeak
        self._finished = threading.Event()
        self._engine = pyttsx3.init("espeak")
        self._engine.connect("finished-utterance", self._on_finished)
        # Until something was spoken pyttsx3 only queues properties, and loses them.
        self._render("a")

    def synthesize(self, text: str, voice: str, rate: int) -> int:
        """Write the sound of a text into the file and return its frames.

        Raises:
            EngineError: no such voice, or no sound.
        """
        wanted = (voice, rate)
        for _ in range(SETTING_ATTEMPTS):
            self._set(voice, rate)
            self._render(text)
            # What could not be set is not told, the last one simply stays.
            used = (self._engine.getProperty("voice"), self._engine.getProperty("rate"))
            if used == wanted:
                return self._frames()
        raise EngineError(f"the engine spoke with {used}, not with {wanted}")

    def _set(self, voice: str, rate: int) -> None:
        """Set both, and wait until it is true.

        espeak's own thread sets the rate.  While it works, runAndWait cancels whatever it does and
        puts the last rate back, which happened half the time.
        """
        self._engine.setProperty("voice", voice)
        while self._engine.getProperty("rate") != rate:
            self._engine.setProperty("rate", rate)
            self._espeak.Synchronize()
        self._wait_until_idle()

    def _frames(self) -> int:
        try:
            with wave.open(self._sound_file) as sound:
                frames: int = sound.getnframes()
        except (OSError, EOFError, wave.Error) as error:
            raise EngineError(f"the engine left no sound ({error})") from error
        if frames == 0:
            raise EngineError("the engine left an empty sound")
        return frames

    def _render(self, text: str) -> None:
        self._finished.clear()
        self._engine.save_to_file(text, self._sound_file)
        self._engine.runAndWait()
        # runAndWait may return before the file is written, the next request would cancel what still
        # plays, and while pyttsx3 is busy it would lose the next rate: wait for all three.  The
        # owner's time limit bounds this.
        self._finished.wait()
        self._wait_until_idle()

    def _wait_until_idle(self) -> None:
        while self._espeak.IsPlaying() or self._engine.isBusy():
            time.sleep(POLL_SECONDS)

    def _on_finished(self, **_details: object) -> None:
        self._finished.set()


def die_with_parent() -> None:
    """Be killed when the parent ends, even while stopped or stuck in native code."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _answer(engine: Engine, request: dict[str, Any]) -> dict[str, Any]:
    try:
        frames = engine.synthesize(request["text"], request["voice"], request["rate"])
    except Exception as error:  # noqa: BLE001 - told to the owner, who starts a new process
        # pyttsx3's own messages may hold the text; only ours are passed on.
        detail = str(error) if isinstance(error, EngineError) else type(error).__name__
        return {"id": request["id"], "error": detail}
    return {"id": request["id"], "frames": frames}


def serve(requests: TextIO, answers: TextIO, sound_file: str) -> None:
    """Answer requests until the owner goes away."""
    engine = Engine(sound_file)
    for line in requests:
        answers.write(json.dumps(_answer(engine, json.loads(line))) + "\n")
        answers.flush()


def main() -> None:
    """Tie the process to its owner, keep stdout for answers, and serve."""
    die_with_parent()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # pyttsx3 prints a line for every file; native code may print too.
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    serve(sys.stdin, answers, f"/proc/self/fd/{int(sys.argv[1])}")


if __name__ == "__main__":
    main()
