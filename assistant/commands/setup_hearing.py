"""What a speech model understands of a sentence that was just spoken, for set-up.

Vosk can abort its process, so it is asked in one of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from assistant.setup import Place
from assistant.setup.model import model_of

_SECONDS: Final = 60.0


def words_in(file: Path, place: Place) -> str | None:
    """Tell what was understood; None if no model is there that understands people."""
    model = model_of(place)
    if model is None:
        return None
    command = [sys.executable, "-m", __name__, str(file), model.language, str(model.path)]
    try:
        child = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        return str(json.loads(child.stdout))
    except (subprocess.TimeoutExpired, ValueError):
        return None


def _main(file: Path, lang: str, folder: Path) -> None:
    from assistant.ear.recognizer import load  # noqa: PLC0415
    from assistant.ear.transcribe import transcribe  # noqa: PLC0415
    from assistant.settings import EarSettings  # noqa: PLC0415

    model = load(lang, "official", folder)
    heard = transcribe(file.read_bytes(), model, EarSettings())
    print(json.dumps(" ".join(each.text for each in heard)), flush=True)  # noqa: T201


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
    os._exit(0)
