"""Words as they were said: what they mean, and to whom they were said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.safety import Judgement


class Address(StrEnum):
    """To whom something was said, as far as it is known."""

    NAMED = "named"
    """It was said to Anban: after its name, or typed."""
    WINDOW = "window"
    """It was said just after Anban spoke: to it, or by the television."""
    ROOM = "room"
    """It was said in the room, by anybody, to anybody."""

    @property
    def is_to_anban(self) -> bool:
        """Whether it was probably said to Anban."""
        return self is not Address.ROOM


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence, or as much of it as was heard."""

    text: str
    """The words, without the wake phrase."""
    judgement: Judgement
    address: Address = Address.NAMED
    lang: str = ""
    """The language it was said in; empty: the first one of `assistant.packs`."""
