"""Watches through the radar of the settings, on a thread."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from assistant.events import PeopleLocated, Sensed
from assistant.senses.room import room_of
from assistant.senses.source import pieces, protocol_of
from assistant.senses.telling import sensed_of
from assistant.settings import RadarSettings
from perception.fall import FallModel
from perception.radar import RadarFound, RadarLost
from perception.sensor import RadarSensor

SENSOR: Final = "radar"
LOCATE_SECONDS: Final = 0.5

log = logging.getLogger(__name__)


class RadarWatch:
    """Reads and judges the radar's bytes; `tell` must be safe to call from its thread."""

    def __init__(
        self, settings: RadarSettings, tell: Callable[[Sensed | PeopleLocated], None]
    ) -> None:
        """Raises RoomError, UnknownRadarError, RecordingError, ModelError."""
        self._settings, self._tell = settings, tell
        self._sensor = RadarSensor(protocol_of(settings), room_of(settings), FallModel())
        self._located_at = float("-inf")

    @property
    def through(self) -> str:
        """What it watches through, for the log."""
        return self._settings.port

    def run(self) -> None:
        """Read the radar until the process ends."""
        for at, piece in pieces(self._settings):
            if isinstance(piece, RadarLost):
                events = self._sensor.lost(at, piece.reason)
            elif isinstance(piece, RadarFound):
                log.info("%s is open", piece.port)
                events = []
            else:
                events = self._sensor.feed(at, piece)
            for event in events:
                self._tell(sensed_of(event, SENSOR, self._settings.place))
            self._locate()

    def _locate(self) -> None:
        now = time.monotonic()
        people = self._sensor.people
        if people and now - self._located_at >= LOCATE_SECONDS:
            self._located_at = now
            self._tell(PeopleLocated(tuple(people)))
