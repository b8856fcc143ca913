"""What is typed to start this program: `anban` is on the path of few who installed it."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Final

from assistant.runtime.versions import typed

NAME: Final = "anban"
COMMANDS: Final = (
    *(
        "ask",
        "camera",
        "chat",
        "contacts",
        "demo",
        "doctor",
        "drill",
        "hear",
        "models",
        "radar",
        "reminders",
    ),
    *("replay", "robot", "run", "selftest", "sensors", "service", "setup", "skills", "train"),
    *("update",),
)
"""Behind which of our commands the name stands as something to be typed."""
_TYPED: Final = re.compile(rf"(?<![\w./-]){NAME}(?= (?:{'|'.join(COMMANDS)})\b)")


def own_name() -> str:
    """Give the program as it was typed, ready for a shell."""
    here = typed()
    if here.name != NAME or shutil.which(NAME) == str(here):
        return NAME
    if here.is_absolute() and here.is_relative_to(Path.cwd()):
        here = here.relative_to(Path.cwd())
    return shlex.quote(str(here))


def as_typed(text: str) -> str:
    """Write every command of ours in a text so that it works where this one did."""
    return _TYPED.sub(lambda _: own_name(), text)
