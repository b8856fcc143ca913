"""What the sensors of added packages tell."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from assistant.events.line import event, limited


@event
class SensorTold:
    """A sensor of an added package noticed something; docs/sensors.md."""

    sensor: str = limited(80)
    """The sensor's name in the settings: a child tells its own alone."""
    kind: str = limited(80)
    """The fact's kind: door_opened, smoke_detected …"""
    values: dict[str, Any] = field(default_factory=dict)
    """The fact's own fields; checked by whoever takes it."""


@event
class RuleBegan:
    """What a sensor told is acted on now, by a rule of the home."""

    rule: str
    do: str
    """What is done: ask, tell, alarm …"""
    kind: str
    place: str
