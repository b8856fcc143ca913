"""The places of Rasa's project and its Python."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from assistant.dialogue.errors import DialogueError
from assistant.runtime.privacy import SILENT

ROOT: Final = Path(__file__).resolve().parents[2]
"""The project; Rasa loads its custom components by module path from here."""
PROJECT: Final = ROOT / "dialogue"

_QUIET: Final = {
    # Rasa imports 5,000 modules: 5 s from bytecode, 19 s without it (measured, two cores).
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONPATH": "",
    "PYTHONWARNINGS": "ignore",
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
}


def environment(cache: Path) -> dict[str, str]:
    """The environment of every process of Rasa's, beside that of the parent.

    Rasa and Keras write settings of their own into the user's folder, wherever that is, and Rasa
    keeps what each step of a training made in the folder where it runs, which is ours and may be
    read-only, as it is for the service. Theirs are folders beside the models.
    """
    own = {"HOME": str(cache / "home"), "RASA_CACHE_DIRECTORY": str(cache / "steps")}
    return {**_QUIET, **SILENT, **own}


def python() -> Path:
    """The Python of Rasa's environment.

    Raises:
        DialogueError: it was never made.
    """
    path = PROJECT / ".venv" / "bin" / "python"
    if not path.exists():
        raise DialogueError(
            f"The dialogue environment is missing ({path}); `make setup` builds it. "
            "Until then calls for help, stop, louder and repeat still work."
        )
    return path
