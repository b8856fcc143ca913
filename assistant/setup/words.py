"""What set-up says to people: `replies/<language>/replies.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.language import Replies
from assistant.runtime.own_name import as_typed
from assistant.setup.questions import NotUsableError


@dataclass(frozen=True, slots=True)
class SetupWords:
    """What is said, in one language."""

    lang: str

    def __call__(self, key: str, /, **slots: Any) -> str:
        """Fill the wording of a key; raises ReplyMissingError, SlotMissingError."""
        return as_typed(_replies().render(key, self.lang, **slots))

    def of_question(self, what: str, key: str) -> str:
        """Give the words of a question: `ask` is the question, `why` what it is for."""
        return self(f"{what}_{key.replace('.', '_')}")

    def refusal(self, error: NotUsableError) -> str:
        """Say why an answer cannot be used, what is allowed, and what was most likely meant."""
        why = self(error.key, **error.slots)
        return f"{why} {self('nearest', meant=error.nearest)}" if error.nearest else why


@cache
def _replies() -> Replies:
    return Replies.load(Path(__file__).with_name("replies"))
