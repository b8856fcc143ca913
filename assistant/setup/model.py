"""The speech model of the home's language."""

from __future__ import annotations

from pathlib import Path

from assistant.setup.place import Place
from models import ModelError, ModelFolder, find


def model_of(place: Place) -> ModelFolder | None:
    """Give the model of the home's language that understands people; None if there is none."""
    settings = place.settings
    chosen = settings.models.vosk.get(settings.language)
    try:
        found = find(settings.language, place.folder / "models", Path(chosen) if chosen else None)
    except ModelError:
        return None
    return found if found.understands_people else None
