"""Who is in the zones of one kind, and since when: a step over the edge is not yet out of it.

Neither is being unseen.  A sleeper fades, and a body behind a bathroom's door or bath is hidden:
who was seen to walk in is taken to be there until somebody appears elsewhere: they, or one who will
find them.  What began inside and is lost again may be a machine, or a mirror image.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from perception.radar.room import Room, ZoneKind
from perception.radar.tracker import MAX_PEOPLE, Person

OUT_SECONDS: Final = 3.0


@dataclass(slots=True)
class Stay:
    """Of one body."""

    person: int
    """The tracker's number, the last one where it was lost and found."""
    since: float
    walked_in: bool
    outside_since: float | None = None
    told: bool = False
    """That it is long."""


class Stays:
    """All of one kind of zone; `update` once a frame."""

    def __init__(self, room: Room, kind: ZoneKind, margin_metres: float) -> None:
        self._room, self._kind, self._margin = room, kind, margin_metres
        self._seen: dict[int, Stay] = {}
        self._unseen: deque[Stay] = deque(maxlen=MAX_PEOPLE)
        self._people: dict[int, Person] = {}
        """In the frame before."""

    @property
    def all(self) -> tuple[Stay, ...]:
        """Of those who are there, seen or not."""
        return (*self._seen.values(), *self._unseen)

    def update(self, at: float, people: tuple[Person, ...]) -> list[Stay]:
        """The stays that have ended: their bodies have been outside for `OUT_SECONDS`."""
        now = {person.number: person for person in people}
        for number in self._people.keys() - now.keys():
            self._lose(self._people[number])
        ended = []
        for person in people:
            is_new = person.number not in self._people
            if is_new:
                self._find(person)
            if self._follow(at, person, is_new=is_new):
                ended.append(self._seen.pop(person.number))
        self._people = now
        return ended

    def _lose(self, person: Person) -> None:
        stay = self._seen.pop(person.number, None)
        if stay is None or not stay.walked_in or stay.outside_since is not None:
            return
        if not self._room.leads_out(person.x, person.y):
            self._unseen.append(stay)

    def _find(self, person: Person) -> None:
        if self._holds(person, self._margin):
            if self._unseen:
                stay = self._unseen.popleft()
                stay.person = person.number
                self._seen[person.number] = stay
        else:
            self._unseen.clear()

    def _follow(self, at: float, person: Person, *, is_new: bool) -> bool:
        """Whether the stay of this body has ended."""
        stay = self._seen.get(person.number)
        if stay is None:
            if self._holds(person):
                self._seen[person.number] = Stay(person.number, at, walked_in=not is_new)
        elif self._holds(person, self._margin):
            stay.outside_since = None
        elif stay.outside_since is None:
            stay.outside_since = at
        else:
            return at - stay.outside_since >= OUT_SECONDS
        return False

    def _holds(self, person: Person, margin_metres: float = 0.0) -> bool:
        return self._kind in self._room.kinds_at(person.x, person.y, margin_metres)
