"""The senses' child: `python -m assistant.senses` turns a radar's bytes into facts for the core."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Final

from assistant.events import PeopleLocated, Ready, Sensed, Shutdown
from assistant.runtime.child import follow_core, run_child
from assistant.runtime.link import Link
from assistant.senses.room import room_of
from assistant.senses.source import pieces, protocol_of
from assistant.settings import RadarSettings
from perception.events import Event, to_json
from perception.fall import FallModel
from perception.onnx_model import ModelError
from perception.radar import RadarFound, RadarLost, RecordingError, UnknownRadarError
from perception.radar.room import RoomError
from perception.sensor import RadarSensor

NAME: Final = "senses"
SENSOR: Final = "radar"
WANTS: Final = (Shutdown,)
LOCATE_SECONDS: Final = 0.5

log = logging.getLogger(__name__)


class Watch:
    """Reads and judges the radar's bytes, on a thread; `tell` must be safe to call from there."""

    def __init__(self, settings: RadarSettings, tell: Callable[[object], None]) -> None:
        """Raises RoomError, UnknownRadarError, RecordingError, ModelError."""
        self._settings, self._tell = settings, tell
        self._sensor = RadarSensor(protocol_of(settings), room_of(settings), FallModel())
        self._located_at = float("-inf")

    def run(self) -> None:
        """Read the radar until the process ends."""
        for at, piece in pieces(self._settings):
            if isinstance(piece, RadarLost):
                self._tell_all(self._sensor.lost(at, piece.reason))
            elif isinstance(piece, RadarFound):
                log.info("%s is open", piece.port)
            else:
                self._tell_all(self._sensor.feed(at, piece))
            self._locate()

    def _tell_all(self, events: list[Event]) -> None:
        for event in events:
            values = to_json(event)
            kind = values.pop("type")
            del values["at"]  # of the sensor's own clock
            self._tell(Sensed(kind, SENSOR, self._settings.place, values))

    def _locate(self) -> None:
        now = time.monotonic()
        people = self._sensor.people
        if people and now - self._located_at >= LOCATE_SECONDS:
            self._located_at = now
            self._tell(PeopleLocated(tuple(people)))


async def _serve(link: Link) -> None:
    state = await link.home_state()
    logging.getLogger().setLevel(state.settings.log_level.upper())
    loop = asyncio.get_running_loop()

    def tell(event: object) -> None:
        loop.call_soon_threadsafe(link.send, event)

    watch = await asyncio.to_thread(Watch, state.settings.radar, tell)
    ready = Ready(NAME, f"watches through {state.settings.radar.port}")
    threading.Thread(target=_run, args=(watch,), daemon=True).start()
    await follow_core(link, lambda _: None, tell_ready=lambda: link.send(ready))


def _run(watch: Watch) -> None:
    try:
        watch.run()
    except Exception:
        # Without its thread the child would live on and see nothing.
        log.exception("perception failed; it is started again")
        os._exit(1)


async def _main() -> None:
    async with Link(NAME, WANTS) as link:
        await _serve(link)


def main() -> None:
    """Run the child; a hopeless error is one line on stderr and status 1."""
    sys.exit(run_child(NAME, _main(), RoomError, UnknownRadarError, RecordingError, ModelError))


if __name__ == "__main__":
    main()
