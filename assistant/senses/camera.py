"""Watches through the camera of the settings, on a thread, unless it was told not to look."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Final

from assistant.events import PeopleLocated, Sensed
from assistant.senses.telling import sensed_of
from assistant.settings import CameraSettings
from perception.camera.capture import Capture, HungError, Lost
from perception.camera.sensor import CameraSensor
from perception.camera.source import CameraSource
from perception.events import Event

SENSOR: Final = "camera"
PATIENCE_SECONDS: Final = 0.5
"""How long a picture is waited for before it is looked whether it may still look."""

FIRST_WAIT_SECONDS: Final = 1.0
LONGEST_WAIT_SECONDS: Final = 300.0
"""Until what failed is begun anew."""

log = logging.getLogger(__name__)


class CameraWatch:
    """Looks at the camera's pictures; `tell` must be safe to call from its thread."""

    def __init__(
        self,
        settings: CameraSettings,
        tell: Callable[[Sensed | PeopleLocated], None],
        *,
        is_private: bool,
    ) -> None:
        """Raises CameraError, ModelError."""
        self._settings, self._tell = settings, tell
        self._source = CameraSource.of(settings.source)
        self._sensor = CameraSensor(is_upside_down=settings.is_upside_down)
        self._may_look = threading.Event()
        self.be_private(is_private=is_private)

    @property
    def through(self) -> str:
        """What it watches through, for the log."""
        return self._source.name

    def be_private(self, *, is_private: bool) -> None:
        """Look no more, or again; from any thread."""
        if is_private:
            self._may_look.clear()
        else:
            self._may_look.set()

    def run(self) -> None:
        """Look until the process ends; while it may not, the camera is closed.

        What fails is begun anew after a while: the other sensors of this process go on meanwhile.

        Raises:
            HungError: reading hung again and again; only a new process gets rid of what hangs.
        """
        wait = FIRST_WAIT_SECONDS
        while True:
            self._may_look.wait()
            began = time.monotonic()
            try:
                self._look()
            except HungError:
                raise
            except Exception as error:
                log.exception("looking through the camera failed")
                reason = f"Looking at the camera's pictures failed: {type(error).__name__}."
                self._tell_all(self._sensor.lost(began, Lost(reason)))
                if time.monotonic() - began > LONGEST_WAIT_SECONDS:
                    wait = FIRST_WAIT_SECONDS
                time.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    def _look(self) -> None:
        log.info("the camera %s looks", self._source.name)
        capture = Capture(self._source)
        try:
            while self._may_look.is_set():
                began = time.monotonic()
                told = capture.take(PATIENCE_SECONDS)
                if isinstance(told, Lost):
                    self._tell_all(self._sensor.lost(began, told))
                elif told is not None:
                    # Told not to look meanwhile: then this picture is not looked at either.
                    if self._may_look.is_set():
                        self._tell_all(self._sensor.take(told))
                    pause = began + self._sensor.pause_seconds - time.monotonic()
                    time.sleep(max(0.0, pause))
        finally:
            capture.close()
            self._sensor.begin_anew()
        log.info("the camera %s is closed", self._source.name)

    def _tell_all(self, events: Iterable[Event]) -> None:
        for event in events:
            self._tell(sensed_of(event, SENSOR, self._settings.place))
