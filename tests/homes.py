"""A home as the core builds it, and features from the core's own list: no test wires its own."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any, Final

import assistant.replies
from assistant.core.composition import Features
from assistant.core.features import FEATURES
from assistant.core.options import CoreOptions
from assistant.home.home import Home
from assistant.language import Replies
from assistant.settings import Settings

REPLIES: Final = Replies.load(Path(assistant.replies.__path__[0]), random=Random(1))
"""Read once for all tests."""
ALARMS: Final = (
    "elder's name",
    "ways to people",
    "records of alarms",
    "calls",
    "drills",
    "alarms",
)
"""The features that alarms are built of."""


def a_home(folder: Path, settings: Settings | None = None, **more: Any) -> Home:
    """As `Home.of`, but for the replies: nothing is opened, and no child runs."""
    return Home.of(folder, settings, **{"replies": REPLIES, **more})


def features(home: Home, *names: str) -> Features:
    """Build these features of the core's list, in its order; nothing is started."""
    parts = [part for part in FEATURES if part.name in names]
    assert len(parts) == len(names), f"not all of {names} are features"
    options = CoreOptions(
        home.folder, home.settings, home.folder / "cache", capabilities=home.capabilities
    )
    built = Features(options, home, parts)
    assert built.names() == tuple(part.name for part in parts if not part.imports)
    return built
