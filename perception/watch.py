"""From the frames of one radar to what happened in its room.

The clock is monotonic and comes with each frame; a clock that jumps back, or frames that stay away,
begin everything anew without an alarm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from perception.body import Body, reflections
from perception.calibration import FloorFinder, Hung
from perception.events import (
    BathroomLong,
    BedLeft,
    Event,
    FallDetected,
    MountingDoubted,
    MountingFound,
    NoMotion,
    PersonPresent,
    Unsure,
)
from perception.fall import FallModel
from perception.radar.frames import RadarFrame
from perception.radar.room import Room, ZoneKind
from perception.radar.tracker import Person, Tracker
from perception.resting import Resting, RestWatch
from perception.stays import Stays
from perception.vitals import VitalsWatch

MODULE_CONFIDENCE: Final = 0.5
"""Of a fall that a module reports and no points speak for or against: ask, do not believe."""
MODULE_WITNESS_SECONDS: Final = 3.0
MODULE_QUIET_SECONDS: Final = 10.0
"""After this long without "fall" the module may tell of another one."""
SAME_FALL_SECONDS: Final = 2.0
SAME_FALL_METRES: Final = 1.0
"""A body that lies lengthwise may be followed as two: falls this close are one."""
PRESENCE_SECONDS: Final = 3.0
GAP_SECONDS: Final = 5.0
POINTS_SECONDS: Final = 5.0
"""So long after the last points the device's own targets are believed instead."""
BED_SECONDS: Final = 30.0
"""In bed this long counts as having been in bed."""
BED_MARGIN_METRES: Final = 0.5
BATHROOM_MARGIN_METRES: Final = 0.3
MOVING_METRES_PER_SECOND: Final = 0.2
_EMPTY: Final = np.zeros((0, 3), np.float32)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is too long; homes differ."""

    bathroom_seconds: float = 1_800.0
    no_motion_seconds: float = 7_200.0


class RoomWatch:
    """Watches one room through one radar."""

    def __init__(self, room: Room, model: FallModel, patience: Patience | None = None) -> None:
        self._room = room
        self._model = model
        self._patience = patience or Patience()
        self._vitals = VitalsWatch()
        self._said_count = 0
        self._module_fell_at: float | None = None
        self._module_told = False
        self._last: float | None = None
        self._rests = RestWatch(room)
        self._floor = FloorFinder(room.pose)
        self._floor_metres = 0.0
        """Over the floor of the told mounting is where the floor was found."""
        self._has_places = False
        """Of people, which tell their number better than the module's yes or no."""
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._tracker = Tracker(self._room)
        self._bodies: dict[int, Body] = {}
        self._count_since: tuple[int, float] | None = None
        self._in_bed = Stays(self._room, ZoneKind.BED, BED_MARGIN_METRES)
        self._in_bathroom = Stays(self._room, ZoneKind.BATHROOM, BATHROOM_MARGIN_METRES)
        self._last_motion: float | None = None
        self._fell: FallDetected | None = None
        self._any_points_at: float | None = None
        """When the module gave points last, of whatever."""
        self._points_at: float | None = None
        """When somebody who is followed gave points last."""
        self._module_sees: bool | None = None
        self._module_moves: bool | None = None
        """Where it has said so."""
        self._still_told = 0
        """How often, since something moved."""

    @property
    def people(self) -> list[tuple[float, float]]:
        """Where everybody is, x and y in the room's metres."""
        return [(float(person.x), float(person.y)) for person in self._tracker.people]

    @property
    def tracked(self) -> tuple[Person, ...]:
        """Everybody who is followed."""
        return self._tracker.people

    @property
    def floor(self) -> Hung | Unsure:
        """How high the radar hangs by people's walks, or why this cannot be told."""
        return self._floor.found()

    def update(self, at: float, frame: RadarFrame) -> list[Event]:
        """What this frame, seen at this monotonic time, adds."""
        if self._last is not None and not 0.0 <= at - self._last <= GAP_SECONDS:
            self._begin_anew()
        self._last = at
        events: list[Event] = list(self._vitals.update(at, frame))
        if frame.fallen is not None:
            events += self._module_fall(at, fallen=frame.fallen)
        if frame.points is not None or frame.targets is not None:
            if frame.points is not None and len(frame.points) > 0:
                self._any_points_at = at
            self._has_places |= self._gives_points(at) or bool(frame.targets)
            xyz = frame.points.xyz if frame.points is not None else _EMPTY
            self._tracker.update(at, xyz, frame.targets)
            events += self._people(at)
        elif not self._has_places:
            events += self._module_presence(at, frame)
        return events

    def finish(self) -> list[Event]:
        """The recording ends here: what is suspected so far is judged on what was seen."""
        if self._last is None:
            return []
        people = {person.number: person for person in self._tracker.people}
        told = [
            event
            for number, body in self._bodies.items()
            if number in people
            for event in body.finish(self._last, people[number])
        ]
        return [e for e in told if not isinstance(e, FallDetected) or not self._is_told(e)]

    def _module_presence(self, at: float, frame: RadarFrame) -> Iterator[Event]:
        """What a module said holds until it says otherwise: some speak only of changes.

        Who lies still may be overlooked by the module, yet breathes.
        """
        if frame.present is not None:
            self._module_sees = frame.present
        if frame.moving is not None:
            self._module_moves = frame.moving
        if self._module_sees is None and frame.phase is None:
            return
        yield from self._present(at, int(self._module_sees or self._vitals.sees_somebody))
        if self._module_moves:
            self._moved(at)
        elif self._module_moves is not None:
            yield from self._motionless(at)

    def _gives_points(self, at: float) -> bool:
        """Whether the module gives points now: it may be told to stop, and gives targets alone."""
        last = self._any_points_at
        return last is not None and at - last <= POINTS_SECONDS

    def _people(self, at: float) -> Iterator[Event]:
        gives_points = self._gives_points(at)
        people = self._tracker.people
        numbers = {person.number for person in people}
        yield from self._present(at, len(people))
        witness = (
            self._module_fell_at is not None
            and 0.0 <= at - self._module_fell_at <= MODULE_WITNESS_SECONDS
        )
        for person in people:
            body = self._bodies.get(person.number)
            if body is None:
                body = Body(person.number, self._room, self._model, at, self._floor_metres)
                self._bodies[person.number] = body
            # Where there are points, the device's own target alone may be a memory of it.
            if gives_points:
                person.target = None
            is_seen = len(person.points) > 0 or (not gives_points and person.last_seen == at)
            if len(person.points) > 0:
                self._points_at = at
                if body.walks:
                    yield from self._find_floor(at, person)
            for event in body.update(at, person, is_seen=is_seen, module_says_fall=witness):
                if not isinstance(event, FallDetected):
                    yield event
                elif not self._is_told(event):
                    self._fell = event
                    yield event
            if person.speed > MOVING_METRES_PER_SECOND and is_seen:
                self._moved(at)
        for gone in self._bodies.keys() - numbers:
            del self._bodies[gone]
        yield from self._zones(at, people)
        yield from self._rests.update(at, map(self._resting, people))
        yield from self._motionless(at)

    def _resting(self, person: Person) -> Resting:
        body = self._bodies[person.number]
        level = body.level_metres
        return Resting(person.x, person.y, body.rests, level, reflections(person))

    def _is_told(self, fall: FallDetected) -> bool:
        last = self._fell
        return (
            last is not None
            and fall.at - last.at <= SAME_FALL_SECONDS
            and math.hypot(fall.x - last.x, fall.y - last.y) <= SAME_FALL_METRES
        )

    def _moved(self, at: float) -> None:
        self._last_motion = at
        self._still_told = 0

    def _motionless(self, at: float) -> Iterator[Event]:
        if self._said_count == 0:
            self._last_motion = None  # who comes has moved
            return
        if self._last_motion is None:
            self._last_motion = at
        still = at - self._last_motion
        if still >= self._patience.no_motion_seconds * (self._still_told + 1):
            self._still_told += 1
            yield NoMotion(at, still)

    def _present(self, at: float, count: int) -> Iterator[Event]:
        if count == self._said_count:
            self._count_since = None
        elif self._count_since is None or self._count_since[0] != count:
            self._count_since = (count, at)
        elif at - self._count_since[1] >= PRESENCE_SECONDS:
            self._said_count, self._count_since = count, None
            yield PersonPresent(at, count)

    def _find_floor(self, at: float, person: Person) -> Iterator[Event]:
        """What a walk adds to what is known of the floor."""
        if self._floor.is_full:
            return
        self._floor.take(at, person.points)
        found = self._floor.found() if self._floor.is_full else None
        if isinstance(found, Unsure):
            yield MountingDoubted(at, found)
        if isinstance(found, Hung) and found.differs(self._room.pose):
            # Raised heights would hide who lies on the floor, if this erred: that is only told.
            if found.shift_metres > 0.0:
                self._floor_metres = found.shift_metres
                for body in self._bodies.values():
                    body.stand_on(found.shift_metres)
            yield MountingFound(at, found.height_metres, self._room.pose.height_metres)

    def _zones(self, at: float, people: tuple[Person, ...]) -> Iterator[Event]:
        for stay in self._in_bed.update(at, people):
            rested = (stay.outside_since or at) - stay.since
            if rested >= BED_SECONDS:
                yield BedLeft(at, stay.person, rested)
        self._in_bathroom.update(at, people)
        for stay in self._in_bathroom.all:
            inside = at - stay.since
            if inside >= self._patience.bathroom_seconds and not stay.told:
                stay.told = True
                yield BathroomLong(at, stay.person, inside)

    def _module_fall(self, at: float, *, fallen: bool) -> Iterator[Event]:
        last = self._module_fell_at
        if last is not None and not 0.0 <= at - last <= MODULE_QUIET_SECONDS:
            self._module_fell_at, self._module_told = None, False
        if not fallen:
            return
        self._module_fell_at = at
        is_followed = self._points_at is not None and at - self._points_at <= MODULE_WITNESS_SECONDS
        is_known = self._module_told or any(body.is_down for body in self._bodies.values())
        if not is_followed and not is_known:
            self._module_told = True
            yield FallDetected(at, 0, MODULE_CONFIDENCE, 0.0, 0.0, 0.0, 0.0, ("module",))
