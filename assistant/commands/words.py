"""What the commands say to people, in the language of the home: `replies/<language>/replies.yml`.

A word that is typed, such as a command or a setting, is the same in every language.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.commands.told import home_language
from assistant.language import Replies
from assistant.runtime.own_name import as_typed


@dataclass(frozen=True, slots=True)
class Words:
    """What is said, in one language."""

    lang: str

    def __call__(self, key: str, **slots: Any) -> str:
        """Fill the wording of a key; raises ReplyMissingError, SlotMissingError."""
        return as_typed(_replies().render(key, self.lang, **slots))


def words_of(lang: str | None = None) -> Words:
    """Give the words of a language; without one, of the home, even if its settings are wrong."""
    return Words(lang or home_language())


def say(text: str) -> None:
    """Show a line at once: it may be the last for minutes."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@cache
def _replies() -> Replies:
    return Replies.load(Path(__file__).with_name("replies"))
