"""What the safety lane makes of a hypothesis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

UNSPECIFIC: Final = "other"
"""The reason of a cry that does not say which help is needed."""


@dataclass(frozen=True, slots=True)
class Cry:
    """A cry for help."""

    phrase: str
    """The frame of the data that it was found by: no word of the elder."""
    reason: str
    is_at_once: bool = False
    """Whether it was said again and again, or has no harmless use."""
    service: str = ""
    """The service that is asked for, by its number or name: ambulance, police or fire."""
    number: str = ""
    """The number that was said: "打120"."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What may be a cry for help: the elder is asked."""

    phrase: str
    reason: str
    is_serious: bool
    """Whether silence after the question calls."""
    may_wait: bool = False
    """Whether it was heard badly, weakened, or is mild: what the dialogue understands may outweigh
    it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a hypothesis asks for."""

    cry: Cry | None = None
    doubt: Doubt | None = None
    """What may be a cry; only if there is no cry."""
    waits: bool = False
    """Whether it is a cry should nothing follow: judge again as final after `REST_SECONDS` without
    change."""
    is_repeated: bool = False
    """Whether the cry was said twice or more: it need not stand first."""
    reflex: str | None = None
    """stop, repeat, louder, quieter, slower, faster, affirm, deny: all that was said."""
    fine: bool = False
    """Whether all that was said is that no help is needed: an answer to an open alarm."""
    arrived: bool = False
    """Whether a helper says to be there."""
    hang_up: bool = False
    """Whether all that was said is that the call shall end."""
