"""Learns where the elder rests and no bed or sofa is drawn, and suggests to the family to draw it.

Lying down quickly onto a bed that nobody has drawn looks like a fall.  Nothing is drawn by itself:
where somebody lies for hours on some days may be a bed, and may be where they keep falling.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from assistant.events import Sensed
from assistant.home.home import Home
from assistant.home.step_loop import StepLoop
from assistant.runtime.feature import Feature
from assistant.services.findings import CheckResult, Verdict
from assistant.store import KeyedValues
from perception.events import Rested

PART: Final = "resting_place"
DAYS: Final = 3
"""On so many days somebody must have rested at a place before it is suggested."""
KEPT_DAYS: Final = 21
SAME_METRES: Final = 0.8
"""Boxes whose middles are so near each other are of one bed."""
BED_SECONDS: Final = 3 * 3600.0
"""A rest of so long is a night's, on a bed; shorter ones are on a sofa or an armchair."""
RETRY_SECONDS: Final = 3600.0
"""How soon it is tried again if nobody could be reached: it can wait."""
_MOST_KEPT: Final = 120
_RESTS: Final = "radar_rests"
_TOLD: Final = "radar_rests_told"
"""The middles of the places that were suggested, in the home's state."""


Texts = Callable[[str], tuple[str, str]]
"""Gives headline and text in a language."""


class Messenger(Protocol):
    """What reaches the elder's people: `reminders.family.Messenger`."""

    async def write(
        self, notice_id: str, texts: Texts, now: float, *, may_call: bool = True
    ) -> str | None:
        """Tell something; gives the name of who was reached, None if nobody was."""


@dataclass(frozen=True, slots=True)
class Rest:
    """One long rest."""

    day: str
    """On which it began, in the home's time."""
    seconds: float
    box: tuple[float, float, float, float]
    """x from, to, y from, to, metres, as a zone is written."""

    @property
    def middle(self) -> tuple[float, float]:
        """Of the box."""
        x_min, x_max, y_min, y_max = self.box
        return (x_min + x_max) / 2, (y_min + y_max) / 2


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody rested on some days."""

    kind: str
    """bed or sofa, as a zone is written."""
    days: int
    box: tuple[float, float, float, float]

    @property
    def zone(self) -> str:
        """What to write into the settings for it."""
        return " ".join([self.kind, *(f"{edge:.1f}" for edge in self.box)])

    @property
    def middle(self) -> tuple[float, float]:
        """Of the box."""
        x_min, x_max, y_min, y_max = self.box
        return (x_min + x_max) / 2, (y_min + y_max) / 2


class RestingPlaces(Feature):
    """Keeps the rests of the last weeks, and writes to the family once of each place."""

    def __init__(self, home: Home, messenger: Messenger) -> None:
        self._bus, self._clock, self._zone = home.bus, home.clock, home.zone
        self._replies, self._messenger = home.replies, messenger
        self._has_radar = bool(home.settings.radar.port)
        self._values = KeyedValues.home(home.database)
        self._new: deque[Rest] = deque(maxlen=_MOST_KEPT)
        self._loop = StepLoop("learning where the elder rests", self._step, home.clock, 60.0)

    async def start(self) -> None:
        """Learn from now on, and tell what is not told yet."""
        if self._has_radar:
            self._bus.subscribe(Sensed, self._sensed)
            self._loop.start()

    async def stop(self) -> None:
        """Stop; what nobody was told is told after the next start."""
        await self._loop.stop()

    async def findings(self) -> list[CheckResult]:
        """Give each place that is not drawn, with the line to write."""
        if not self._has_radar:
            return []
        return [
            CheckResult(PART, Verdict.WELL, _suggestion(number, place))
            for number, place in enumerate(places(await self._kept()), start=1)
        ]

    def _sensed(self, sensed: Sensed) -> None:
        if sensed.kind != Rested.__name__:
            return
        edges = ("x_min", "x_max", "y_min", "y_max")
        x_min, x_max, y_min, y_max = (float(str(sensed.values[edge])) for edge in edges)
        seconds = float(str(sensed.values["rested_seconds"]))
        began = datetime.fromtimestamp(self._clock.now() - seconds, self._zone)
        self._new.append(Rest(began.date().isoformat(), seconds, (x_min, x_max, y_min, y_max)))
        self._loop.wake()

    async def _step(self) -> float | None:
        """Keep what is new, and tell what is not told; gives when to try again."""
        rests = await self._kept()
        if self._new:
            many = len(self._new)
            rests = [*rests, *self._new][-_MOST_KEPT:]
            await self._values.set(_RESTS, [asdict(rest) for rest in rests])
            for _ in range(many):
                self._new.popleft()
        told: list[Any] = await self._values.get(_TOLD) or []
        found = enumerate(places(rests), start=1)
        untold = [(k, place) for k, place in found if not _is_near(place.middle, told)]
        for number, place in untold:
            notice_id = f"{PART}-{place.zone.replace(' ', '_')}"
            now = self._clock.now()
            texts = self._texts(number, place)
            if await self._messenger.write(notice_id, texts, now, may_call=False) is None:
                return self._clock.now() + RETRY_SECONDS
            told = [*told, list(place.middle)][-_MOST_KEPT:]
            await self._values.set(_TOLD, told)
        return None

    async def _kept(self) -> list[Rest]:
        today = datetime.fromtimestamp(self._clock.now(), self._zone).date()
        oldest = (today - timedelta(days=KEPT_DAYS)).isoformat()
        kept: list[dict[str, Any]] = await self._values.get(_RESTS) or []
        rests = (Rest(each["day"], each["seconds"], tuple(each["box"])) for each in kept)
        return [rest for rest in rests if rest.day >= oldest]

    def _texts(self, number: int, place: Place) -> Texts:
        def texts(lang: str) -> tuple[str, str]:
            x, y = place.middle
            told = {"days": place.days, "line": _line(number, place)}
            told |= {"along": f"{y:.1f}", "across": f"{abs(x):.1f}"}
            side = "right" if x >= 0 else "left"
            text = self._replies.render(f"resting_place_{place.kind}_{side}", lang, **told)
            return self._replies.render("resting_place_headline", lang), text

        return texts


def places(rests: Sequence[Rest]) -> list[Place]:
    """Where somebody rested on at least `DAYS` days, the oldest place first."""
    groups: list[list[Rest]] = []
    for rest in rests:
        for group in groups:
            if _is_near(rest.middle, [group[0].middle]):
                group.append(rest)
                break
        else:
            groups.append([rest])
    return [place for group in groups if (place := _place(group)).days >= DAYS]


def _place(group: Sequence[Rest]) -> Place:
    columns = zip(*(rest.box for rest in group), strict=True)
    x_min, x_max, y_min, y_max = (statistics.median_low(edges) for edges in columns)
    longest = max(rest.seconds for rest in group)
    days = len({rest.day for rest in group})
    return Place("bed" if longest >= BED_SECONDS else "sofa", days, (x_min, x_max, y_min, y_max))


def _is_near(middle: tuple[float, float], others: Sequence[Sequence[float]]) -> bool:
    return any(math.dist(middle, other) < SAME_METRES for other in others)


def _line(number: int, place: Place) -> str:
    return f'rest{number} = "{place.zone}"'


def _suggestion(number: int, place: Place) -> str:
    return (
        f"somebody rested here on {place.days} days, and no bed or sofa is drawn: if one stands "
        f"there, write {_line(number, place)} into zones under [radar]"
    )
