"""Who or what an alarm comes from, and how that stands in the alarms' table.

The table has one text: `voice`, `pendant:NAME`, `sensor:NAME`, `test`.  Rows that were written
before sensors had their origin beside their name have the bare name (`radar`): whatever is none of
the others was a sensor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from assistant.events import Origin

_DEVICES: Final = frozenset({Origin.BUTTON, Origin.SENSOR})
"""Origins of which there may be several in a home."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an alarm comes from."""

    origin: Origin
    device: str = ""
    """Which button or sensor, by the name it was given; nothing is read from it."""

    @property
    def text(self) -> str:
        """As the table and the journal have it."""
        return f"{self.origin}:{self.device}" if self.origin in _DEVICES else self.origin.value


VOICE: Final = Source(Origin.VOICE)


def source_of(text: str) -> Source:
    """The source that `text` was written for, by this version or one before."""
    origin, colon, device = text.partition(":")
    if colon and origin in _DEVICES:
        return Source(Origin(origin), device)
    if not colon and origin in {Origin.VOICE, Origin.DRILL}:
        return Source(Origin(origin))
    return Source(Origin.SENSOR, text)
