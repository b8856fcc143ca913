"""Set-up with typed answers, in this process: each answer is typed once its question is shown."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.commands.setup import set_up
from assistant.setup import Place, ports, sound
from assistant.setup.sound import Direction

Answers = Sequence[tuple[str, str]]


class Keyboard(io.TextIOBase):
    """What is typed; when all is typed nobody sits there any more."""

    def __init__(self, shown: io.StringIO, answers: Answers) -> None:
        self._shown, self._answers, self._read = shown, list(answers), 0

    def reconfigure(self, **_: object) -> None:
        """As of a real one."""

    def readline(self, _: int | None = -1) -> str:  # type: ignore[override]
        if not self._answers:
            return ""
        asked, typed = self._answers.pop(0)
        new = self._shown.getvalue()[self._read :].replace("\n", "")
        assert asked in new, f"{asked!r} was not asked, but {new!r}"
        self._read = len(self._shown.getvalue())
        return f"{typed}\n"


def converse(
    home: Path,
    answers: Answers,
    monkeypatch: pytest.MonkeyPatch,
    lang: str = "zh_CN.UTF-8",
    plugged: Sequence[str] = (),
    *,
    has_sound: bool = True,
) -> tuple[int, str]:
    """Go through set-up; the exit status, and what was shown on 60 columns."""
    shown = io.StringIO()
    keyboard = Keyboard(shown, answers)

    def look(direction: Direction, place: Place) -> bool:
        place.seen[direction.setting] = has_sound
        return has_sound

    with monkeypatch.context() as patch:
        for name, value in {"ANBAN_HOME": str(home), "COLUMNS": "60", "LC_ALL": lang}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "stdout", shown)
        patch.setattr(sys, "stdin", keyboard)
        # What is plugged into this machine is left alone.
        patch.setattr(ports, "ports", lambda: list(plugged))
        patch.setattr(ports, "cameras", list)
        patch.setattr(sound, "is_there", look)
        status = set_up()
    return status, shown.getvalue()
