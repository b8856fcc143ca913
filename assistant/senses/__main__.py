"""The senses' child: `python -m assistant.senses` turns what sensors give into facts for the core.

Each sensor has a thread of its own.  One that cannot be used costs itself alone: what is wrong with
it is told, and the others go on.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from typing import Final, Protocol

from assistant.events import CameraPrivacyChanged, PeopleLocated, Ready, Sensed, Shutdown
from assistant.runtime.child import end_at_once, follow_core, run_child
from assistant.runtime.link import Link
from assistant.senses.radar import SENSOR as RADAR
from assistant.senses.radar import RadarWatch
from assistant.senses.telling import sensed_of
from assistant.services import CameraState, GetCamera
from assistant.settings import RadarSettings
from perception.events import SensorTroubled
from perception.onnx_model import ModelError
from perception.radar import RecordingError, UnknownRadarError
from perception.radar.room import RoomError

NAME: Final = "senses"
CAMERA: Final = "camera"
WANTS: Final = (CameraPrivacyChanged, Shutdown)
OF_RADAR: Final = (RoomError, UnknownRadarError, RecordingError, ModelError)
"""What only a human can mend."""

log = logging.getLogger(__name__)

Tell = Callable[[Sensed | PeopleLocated], None]


class NothingToWatchError(RuntimeError):
    """No sensor can be used; the message says why."""


class Watch(Protocol):
    """One sensor that is watched."""

    @property
    def through(self) -> str:
        """What it watches through, for the log."""

    def run(self) -> None:
        """Watch until the process ends."""


class Privacy:
    """What was said of the camera, for one that may not have begun yet."""

    def __init__(self) -> None:
        self._switch: Callable[[bool], None] | None = None
        self._latest: bool | None = None

    def take(self, event: object) -> None:
        """Pass on what the core tells."""
        if isinstance(event, CameraPrivacyChanged):
            self._latest = event.is_private
            if self._switch is not None:
                self._switch(event.is_private)

    def follow(self, switch: Callable[[bool], None]) -> None:
        """Tell this from now on; what was said meanwhile, too."""
        self._switch = switch
        if self._latest is not None:
            switch(self._latest)


def _radar(settings: RadarSettings, tell: Tell) -> Watch | str:
    """The radar's watch, or why there is none."""
    try:
        return RadarWatch(settings, tell)
    except OF_RADAR as error:
        return str(error)


def _camera(state: CameraState, tell: Tell, privacy: Privacy) -> Watch | str:
    """The camera's watch, or why there is none."""
    try:
        # OpenCV: only who has a camera pays for it, and without it the radar goes on.
        from assistant.senses.camera import CameraWatch  # noqa: PLC0415
        from perception.camera.source import CameraError  # noqa: PLC0415
    except ImportError as error:
        return f"OpenCV, which reads cameras, cannot be loaded: {error}"
    try:
        watch = CameraWatch(state.settings, tell, is_private=state.is_private)
    except (CameraError, ModelError) as error:
        return str(error)
    privacy.follow(lambda is_private: watch.be_private(is_private=is_private))
    return watch


async def _serve(link: Link) -> None:
    state = await link.home_state()
    camera = await link.request(GetCamera())
    logging.getLogger().setLevel(state.settings.log_level.upper())
    loop = asyncio.get_running_loop()
    privacy = Privacy()

    def tell(event: Sensed | PeopleLocated) -> None:
        loop.call_soon_threadsafe(link.send, event)

    watches: list[Watch] = []
    troubles: list[Sensed] = []
    radar = state.settings.radar
    if radar.port:
        made = await asyncio.to_thread(_radar, radar, tell)
        _sort(made, RADAR, radar.place, watches, troubles)
    if camera.settings.source:
        made = await asyncio.to_thread(_camera, camera, tell, privacy)
        _sort(made, CAMERA, camera.settings.place, watches, troubles)
    if not watches:
        reasons = " ".join(str(trouble.values["reason"]) for trouble in troubles)
        raise NothingToWatchError(reasons or "there is no sensor in the settings")
    through = " and ".join(watch.through for watch in watches)

    def ready() -> None:
        link.send(Ready(NAME, f"watches through {through}"))
        for trouble in troubles:
            link.send(trouble)

    for watch in watches:
        threading.Thread(target=_run, args=(watch,), daemon=True).start()
    await follow_core(link, privacy.take, tell_ready=ready)


def _sort(
    made: Watch | str, sensor: str, place: str, watches: list[Watch], troubles: list[Sensed]
) -> None:
    if isinstance(made, str):
        log.error("%s: %s", sensor, made)
        troubles.append(sensed_of(SensorTroubled(0.0, made), sensor, place))
    else:
        watches.append(made)


def _run(watch: Watch) -> None:
    try:
        watch.run()
    except Exception:
        # Without its thread the child would live on and see nothing.
        log.exception("watching through %s failed; it is started again", watch.through)
        os._exit(1)


async def _main() -> None:
    async with Link(NAME, WANTS) as link:
        await _serve(link)


def main() -> None:
    """Run the child; a hopeless error is one line on stderr and status 1."""
    # OpenCV's threads do not bear an orderly exit while they read.
    end_at_once(run_child(NAME, _main(), NothingToWatchError))


if __name__ == "__main__":
    main()
