"""What a sensor saw as the core is told it."""

from __future__ import annotations

from assistant.events import Sensed
from perception.events import Event, to_json


def sensed_of(event: Event, sensor: str, place: str) -> Sensed:
    """Perception's event with its sensor and room; its time is of the sensor's own clock."""
    values = to_json(event)
    kind = values.pop("type")
    del values["at"]
    return Sensed(kind, sensor, place, values)
