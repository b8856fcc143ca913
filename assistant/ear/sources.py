"""Which source of sound the settings name."""

from __future__ import annotations

from pathlib import Path

from assistant.ear.filesource import FILE_PREFIX, FileSource
from assistant.ear.microphone import Microphone
from assistant.ear.sound import Source


def open_source(device: str) -> Source:
    """A microphone by name or number (empty: the default one), or `file:PATH` in its place."""
    if device.startswith(FILE_PREFIX):
        return FileSource(Path(device.removeprefix(FILE_PREFIX)))
    return Microphone(device)
