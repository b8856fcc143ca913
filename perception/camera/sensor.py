"""The pictures of one camera to events: people and trouble, each told once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

import numpy as np

from perception.camera.capture import Lost, Shot
from perception.camera.people import People, Person
from perception.camera.pictures import Picture
from perception.camera.pose import PoseFinder, PoseOfOne
from perception.camera.trouble import REASONS, PictureWatch, WayUp
from perception.events import Event, SensorRecovered, SensorTroubled, TroubleKind
from perception.headcount import Headcount

PICTURE_SECONDS: Final = 0.1
"""Between two pictures, where the machine keeps up."""
SLOWEST_SECONDS: Final = 0.5
BUSY_SHARE: Final = 0.5
"""Of one core: a slower machine looks less often."""
GAP_SECONDS: Final = 5.0
"""Without pictures for so long, what is seen next is no sequel."""


class CameraSensor:
    """One camera in one room."""

    def __init__(self, *, is_upside_down: bool = False) -> None:
        """`is_upside_down`: how it was hung; its pictures are turned.

        Raises:
            ModelError: the models are not there.
        """
        finder = PoseFinder()
        self._finder = finder
        self._people = People(PoseOfOne(), finder)
        self._is_upside_down = is_upside_down
        self._pictures, self._way_up = PictureWatch(), WayUp()
        self._headcount = Headcount()
        self._trouble: TroubleKind | None = None
        self._last: float | None = None
        self._cost_seconds = PICTURE_SECONDS * BUSY_SHARE
        self.seen = 0
        """How many pictures were looked at."""

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who is followed; nobody while it is in trouble."""
        return () if self._trouble else self._people.people

    @property
    def pause_seconds(self) -> float:
        """How long from the beginning of one picture to the next, by what the last ones cost."""
        return min(max(PICTURE_SECONDS, self._cost_seconds / BUSY_SHARE), SLOWEST_SECONDS)

    def take(self, shot: Shot) -> list[Event]:
        """What this picture adds."""
        began = time.monotonic()
        events = list(self._update(shot.at, shot.picture))
        self._cost_seconds += 0.1 * (time.monotonic() - began - self._cost_seconds)
        return events

    def lost(self, at: float, lost: Lost) -> list[Event]:
        """No pictures come; told once."""
        return list(self._change(at, TroubleKind.LOST, lost.reason))

    def begin_anew(self) -> None:
        """Forget whom it saw: it was told not to look, or its pictures leapt."""
        self._people.begin_anew()
        self._headcount.begin_anew()
        self._last = None

    def _update(self, at: float, picture: Picture) -> Iterator[Event]:
        self.seen += 1
        if self._last is not None and not 0.0 <= at - self._last <= GAP_SECONDS:
            self.begin_anew()
        self._last = at
        if self._is_upside_down:
            picture = np.ascontiguousarray(picture[::-1, ::-1])
        trouble = self._pictures.update(at, picture)
        if trouble is None:
            people = self._people.update(at, picture)
            if self._way_up.update(at, picture, people, self._finder):
                trouble = TroubleKind.UPSIDE_DOWN
        yield from self._change(at, trouble, REASONS[trouble] if trouble else "")
        if trouble is None:
            yield from self._headcount.update(at, len(self._people.people))

    def _change(self, at: float, trouble: TroubleKind | None, reason: str) -> Iterator[Event]:
        """Tell what is wrong now, if it is something else than before."""
        if trouble is self._trouble:
            return
        self._trouble = trouble
        if trouble is None:
            yield SensorRecovered(at)
        else:
            self.begin_anew()
            yield SensorTroubled(at, reason, trouble)
