"""The speech model of a language: found, checked where need be, loaded."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from assistant.ear.recognizer import ModelBrokenError, SpeechModel, load
from models import ModelError, find, verify

log = logging.getLogger(__name__)

MODELS_FOLDER: Final = "models"
"""The folder of models within the data folder, into which `anban models pull` puts them."""


def find_and_load(lang: str, home: Path, configured: str) -> SpeechModel:
    """Load the model of the settings, else the best that is there; takes seconds, and blocks.

    Vosk can abort the whole process on a damaged model, so a note is left while loading: where one
    is found, the process before died over it, and the model is tried in a process of its own first.

    Raises:
        ModelBrokenError: none is there, or it cannot be used.
    """
    try:
        found = find(lang, home / MODELS_FOLDER, Path(configured) if configured else None)
        note = home / f"loading-speech-model-{lang}"
        if note.exists():
            log.warning("the last try at loading %s was not finished; checking it", found.path)
            verify(found.path)
    except ModelError as error:
        raise ModelBrokenError(str(error)) from error
    _leave(note)
    model = load(lang, found.kind, found.path)
    _take_away(note)
    return model


def _leave(note: Path) -> None:
    try:
        note.touch()
    except OSError as error:  # a full disk must not cost the home its hearing
        log.warning("%s cannot be written: %s", note, error.strerror)


def _take_away(note: Path) -> None:
    try:
        note.unlink(missing_ok=True)
    except OSError as error:  # nor must one that became read-only
        log.warning("%s cannot be removed: %s", note, error.strerror)
