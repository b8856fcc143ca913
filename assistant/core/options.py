"""How one core is to run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assistant.conversation.understanding import Progress
from assistant.events import Capability
from assistant.home.clock import Clock
from assistant.settings import Settings

ALL: Final = frozenset(Capability)
TEXT_ONLY: Final = frozenset({Capability.DIALOGUE, Capability.SKILLS})


@dataclass(frozen=True, slots=True)
class CoreOptions:
    """How one core is to run."""

    home: Path
    settings: Settings
    cache: Path
    """Trained dialogue models, shared by scratch homes."""
    lang: str | None = None
    """The language to speak instead of the one that the home remembers."""
    capabilities: frozenset[Capability] = ALL
    environment: dict[str, str] = field(default_factory=dict)
    """The children's environment, beside the core's own."""
    progress: Progress | None = None
    settings_problems: tuple[str, ...] = ()
    """What of anban.toml cannot be used; the defaults stand for it."""
    settings_file: Path | None = None
    """Where the settings were read from; None: the home's own file."""
    clock: Clock | None = None
    """The clock of the reminders and of what skills say; None: the machine's."""
