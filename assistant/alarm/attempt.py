"""One try to reach somebody for an alarm, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from assistant.channels.api import Outcome

BEGUN: Final = "begun"
"""The outcome of an attempt whose end is not known."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to reach one contact over one channel."""

    attempt_id: str
    alarm_id: str
    contact_id: str
    channel: str
    round: int
    begun_at: float
    ended_at: float | None = None
    outcome: str = BEGUN
    """`BEGUN`, else an `Outcome`."""
    detail: str = ""
    generation: int = 0
    """The alarm's generation when the attempt was made."""
    kind: str = ""
    """call or message; empty: a message to somebody who knows of the alarm already."""
    answered_at: float | None = None
    """When a call was taken, by a person or a machine."""

    @property
    def is_unsettled(self) -> bool:
        """Whether the attempt may have reached somebody or not: it is repeated with the same id."""
        return self.outcome in {BEGUN, Outcome.UNKNOWN}
