"""A home for one command: nothing of the real one is touched, nobody outside is called."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from assistant.conversation.understanding import Progress
from assistant.core import CoreOptions
from assistant.events import Capability
from assistant.runtime.home_folder import SKILLS_FILE
from assistant.settings import Settings, home_folder, load, settings_file


@contextlib.contextmanager
def scratch_options(
    lang: str | None,
    capabilities: frozenset[Capability],
    progress: Progress | None = None,
) -> Iterator[CoreOptions]:
    """Options of a core in a folder that is gone afterwards; trained models are shared.

    Raises:
        SettingsError: the real home's anban.toml is broken.
    """
    home = home_folder()
    settings = load(settings_file(home))
    with tempfile.TemporaryDirectory(prefix="anban-") as folder:
        with contextlib.suppress(OSError):  # what is switched off in the home is so here
            shutil.copy(home / SKILLS_FILE, folder)
        yield CoreOptions(
            home=Path(folder),
            settings=_for_a_command(settings),
            settings_file=settings_file(home),
            cache=cache_folder(home),
            lang=lang or settings.language,
            capabilities=capabilities,
            progress=progress,
        )


def cache_folder(home: Path) -> Path:
    """Where trained dialogue models are kept."""
    return home / "cache"


def _for_a_command(settings: Settings) -> Settings:
    """A file or a keyboard is always meant for Anban, and its children speak up only in need.

    Only what hearing, understanding and speaking need is taken over: a command beside the running
    Anban must not take its telephone, modem, pendants or robot away, nor ring anybody.
    """
    return Settings(
        language=settings.language,
        skills=settings.skills,
        elder_name=settings.elder_name,
        log_level="debug" if os.environ.get("ANBAN_DEBUG") else "error",
        ear=replace(settings.ear, wake_required=False),
        mouth=settings.mouth,
        dialogue=settings.dialogue,
        models=settings.models,
    )
