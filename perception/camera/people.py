"""Follows the people in a camera's pictures.

MultiPose finds people in the whole picture about twice a second; between, each is followed by
Lightning on a crop that is turned as the body was in the picture before.  A body that is turned
upright first is read far better by the small model than one that lies across the crop.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from perception.camera.pictures import Crop, Picture, brightened
from perception.camera.pose import Pose, PoseFinder, PoseOfOne

FIND_SECONDS: Final = 0.5
SURE_POSE: Final = 0.33
"""From this score on a pose of somebody new is believed."""
FOLLOWED_POSE: Final = 0.25
"""And of somebody who is followed: a heap on the floor is rarely surer."""
LOST_SECONDS: Final = 3.0
"""A body that is followed and not seen for so long is gone."""
YOUNG_SECONDS: Final = 0.6
"""A new one must be seen again within so long."""
YOUNG_SIGHTINGS: Final = 3
MOST_PEOPLE: Final = 6
SAME_OVERLAP: Final = 0.3
"""Boxes that overlap by this share of both are of one body."""
SAME_BODY_SHARE: Final = 0.25
"""Joints this near each other, in lengths of the body, are of one body."""
_SHRINKS: Final = 0.85
_GROWS: Final = 1.25
"""How much a crop's side may change from picture to picture."""
_TILE: Final = 0.6
"""Of the picture's longer side, two of which overlap in the middle."""
_AHEAD_SECONDS: Final = 0.4
"""A body is taken to go on as it went for so long; a fall ends then."""
_LEAST_SECONDS: Final = 0.03
_WIDE: Final = 200
"""Pixels: a smaller picture is not cut into tiles."""


@dataclass(slots=True)
class Person:
    """Somebody who is followed."""

    number: int
    pose: Pose
    """The latest that is believed, or the finder's."""
    crop: Crop
    first_seen: float
    last_seen: float
    sightings: int = 0
    """How often the pose was believed."""

    velocity: tuple[float, float] = (0.0, 0.0)
    """Of the crop's middle, pixels a second, smoothed."""

    def ahead(self, at: float) -> Crop:
        """The crop where the body should be now, if it goes on as it went."""
        seconds = min(max(at - self.last_seen, 0.0), _AHEAD_SECONDS)
        x, y = self.velocity
        return Crop(
            self.crop.x + x * seconds, self.crop.y + y * seconds, self.crop.side, self.crop.angle
        )

    @property
    def is_sure(self) -> bool:
        """Whether it has been seen often enough to be told of."""
        return self.sightings >= YOUNG_SIGHTINGS


@dataclass(slots=True)
class Cost:
    """How often the models ran."""

    looks: int = 0
    finds: int = 0
    pictures: int = 0


@dataclass(slots=True)
class People:
    """Everybody in view; `update` once a picture."""

    one: PoseOfOne
    finder: PoseFinder
    cost: Cost = field(default_factory=Cost)
    _people: list[Person] = field(default_factory=list)
    _found_at: float = float("-inf")
    _tile: int = 0
    _count: int = 0

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who has been seen often enough."""
        return tuple(person for person in self._people if person.is_sure)

    def begin_anew(self) -> None:
        """Forget everybody: the picture leapt."""
        self._people.clear()
        self._found_at = float("-inf")

    def update(self, at: float, picture: Picture) -> tuple[Person, ...]:
        """Take the next picture; the people in it."""
        self.cost.pictures += 1
        bright = brightened(picture)
        for person in self._people:
            self._follow(at, bright, person)
        if not 0.0 <= at - self._found_at < FIND_SECONDS:
            self._found_at = at
            self._find(at, bright)
        self._drop(at)
        return self.people

    def _follow(self, at: float, picture: Picture, person: Person) -> None:
        pose = self._look(picture, person.ahead(at))
        wanted = FOLLOWED_POSE if person.is_sure else SURE_POSE
        if pose.score < wanted:
            # Who goes down fast is turned in the crop; only a body seen just now is worth more.
            if at - person.last_seen > YOUNG_SECONDS or not person.is_sure:
                return
            turns = (person.crop.turned(quarter * math.pi / 2) for quarter in (1, 3, 2))
            for turn in turns:
                pose = max(pose, self._look(picture, turn), key=lambda each: each.score)
                if pose.score >= wanted:
                    break
            else:
                return
        self._saw(at, person, pose)

    def _look(self, picture: Picture, crop: Crop) -> Pose:
        self.cost.looks += 1
        return self.one.look(picture, crop)

    @staticmethod
    def _saw(at: float, person: Person, pose: Pose) -> None:
        crop = pose.crop()
        if person.sightings:
            side = min(max(crop.side, person.crop.side * _SHRINKS), person.crop.side * _GROWS)
            crop = Crop(crop.x, crop.y, side, crop.angle)
            seconds = max(at - person.last_seen, _LEAST_SECONDS)
            x, y = person.velocity
            person.velocity = (
                0.5 * (x + (crop.x - person.crop.x) / seconds),
                0.5 * (y + (crop.y - person.crop.y) / seconds),
            )
        person.pose, person.crop, person.last_seen = pose, crop, at
        person.sightings += 1

    def _find(self, at: float, picture: Picture) -> None:
        found = self._found(picture)
        lost = [each for each in self._people if at - each.last_seen > FIND_SECONDS / 2]
        if not found and len(lost) == len(self._people):
            found = self._found_in_tile(picture)
        for pose in found:
            person = min(
                (each for each in self._people if _same(each.pose, pose)),
                key=lambda each: each.number,
                default=None,
            )
            if person is not None:
                if at - person.last_seen > FIND_SECONDS / 2:
                    self._try(at, picture, person, pose)
            elif len(self._people) < MOST_PEOPLE:
                self._count += 1
                self._people.append(Person(self._count, pose, pose.crop(), at, at))

    def _try(self, at: float, picture: Picture, person: Person, pose: Pose) -> None:
        """Look for somebody lost where the finder saw them."""
        seen = self._look(picture, pose.crop())
        if seen.score >= SURE_POSE:
            person.sightings = max(person.sightings, 1)
            self._saw(at, person, seen)

    def _found(self, picture: Picture) -> list[Pose]:
        self.cost.finds += 1
        return self.finder.find(picture)

    def _found_in_tile(self, picture: Picture) -> list[Pose]:
        """Who is in one part of the picture, the left and the right in turn: larger there."""
        height, width = picture.shape[:2]
        if width < _WIDE:
            return []
        self._tile = 1 - self._tile
        tile = int(_TILE * width)
        left = self._tile * (width - tile)
        return self._found_in(picture, left, 0, left + tile, height)

    def _found_in(
        self, picture: Picture, left: int, top: int, right: int, bottom: int
    ) -> list[Pose]:
        part = np.ascontiguousarray(picture[top:bottom, left:right])
        offset = np.array([left, top], np.float32)
        return [Pose(pose.points + offset, pose.scores) for pose in self._found(part)]

    def _drop(self, at: float) -> None:
        kept: list[Person] = []
        for person in sorted(self._people, key=lambda each: (-each.sightings, each.number)):
            patience = LOST_SECONDS if person.is_sure else YOUNG_SECONDS
            if at - person.last_seen > patience:
                continue
            if any(_one_body(other, person) for other in kept):
                continue
            kept.append(person)
        self._people = sorted(kept, key=lambda each: each.number)


def _one_body(one: Person, other: Person) -> bool:
    """Whether two that are followed are the same body."""
    both = one.pose.sure & other.pose.sure
    if not both.any():
        return _overlap(one.pose, other.pose) > 1 - SAME_OVERLAP
    apart = np.linalg.norm(one.pose.points[both] - other.pose.points[both], axis=1)
    return bool(np.median(apart) < SAME_BODY_SHARE * min(one.crop.side, other.crop.side) / 1.45)


def _same(one: Pose, other: Pose) -> bool:
    return _overlap(one, other) > SAME_OVERLAP


def _overlap(one: Pose, other: Pose) -> float:
    """Shared area of the boxes as a share of the smaller one's."""
    a, b = one.box, other.box
    size = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    shared = float(np.prod(np.maximum(size, 0.0)))
    area = min(float(np.prod(a[2:] - a[:2])), float(np.prod(b[2:] - b[:2])))
    return shared / max(area, 1.0)
