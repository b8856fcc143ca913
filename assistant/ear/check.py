"""What can be said of the microphone within some seconds, for `anban doctor`.

The sound system is asked in a process of its own, which may hang or abort there.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from assistant.ear.audiofile import loudest_dbfs
from assistant.ear.sound import BYTES_PER_SECOND, SAMPLE_RATE_HZ
from assistant.ear.sources import open_source
from assistant.events import MicrophoneBack, MicrophoneLost

_LIMIT_SECONDS: Final = 2.0
"""How long the sound system may take to answer."""
_START_SECONDS: Final = 6.0
"""How long the process may take to begin on a small, busy computer, over and above."""
_LISTEN_SECONDS: Final = 0.5
_NO_ANSWER: Final = "the sound system does not answer; is its server (PulseAudio, PipeWire) well?"


@dataclass(frozen=True, slots=True)
class MicrophoneCheck:
    """What was found."""

    ok: bool
    device: str = ""
    """The name of the microphone; empty if none was opened."""
    level_dbfs: float | None = None
    """The level of the loudest tenth of a second in half a second; None for digital silence or no
    sound."""
    problem: str = ""
    """The problem in plain words, with what to do; empty if all is well."""


def check_microphone(device: str) -> MicrophoneCheck:
    """Open the microphone of the settings and listen to it for a moment; blocks up to 8 s."""
    command = [sys.executable, "-m", "assistant.ear.check", device]
    try:
        child = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_START_SECONDS + _LIMIT_SECONDS,
            check=False,
        )
        return MicrophoneCheck(**json.loads(child.stdout))
    except subprocess.TimeoutExpired:
        problem = _NO_ANSWER
    except ValueError:
        problem = f"asking the sound system ended with status {child.returncode}"
    return MicrophoneCheck(ok=False, problem=problem)


def _listen(device: str) -> MicrophoneCheck:
    source = open_source(device)
    limit = threading.Timer(_LIMIT_SECONDS, source.close)
    limit.daemon = True
    limit.start()
    name, pcm = "", b""
    for item in source.items():
        match item:
            case MicrophoneLost():
                return MicrophoneCheck(ok=False, device=name, problem=item.reason)
            case MicrophoneBack():
                name = item.device
            case bytes():
                pcm += item
        if len(pcm) >= _LISTEN_SECONDS * BYTES_PER_SECOND:
            break
    if not pcm:
        return MicrophoneCheck(ok=False, device=name, problem=_NO_ANSWER)
    samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32_768)
    level_dbfs = loudest_dbfs(samples, SAMPLE_RATE_HZ)
    if level_dbfs == -np.inf:
        problem = "only digital silence comes in; is the microphone muted or the wrong one?"
        return MicrophoneCheck(ok=False, device=name, problem=problem)
    return MicrophoneCheck(ok=True, device=name, level_dbfs=round(level_dbfs, 1))


if __name__ == "__main__":
    import os

    print(json.dumps(asdict(_listen(sys.argv[1]))), flush=True)  # noqa: T201  (read by its caller)
    os._exit(0)  # leaving the usual way would call the sound system once more, which may hang
