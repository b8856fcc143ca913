"""Who may hold a connection to the page: when there is no room, somebody else's is given up.

A newcomer is never turned away, for it may be the daughter with a right link.  What is given up
belongs to the neighbourhood that holds most, and has not asked for anything yet if there is such a
one; so whoever fills the page with silent connections loses their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

from assistant.console.pace import neighbourhood


@dataclass(slots=True, eq=False)
class Place:
    """One connection's place in the crowd."""

    group: str
    end: Callable[[], None]
    """Closes the connection at once."""
    has_asked: bool = False
    """Whether the head of a request came in full."""


class Crowd:
    """All connections that are open, in the order in which they came."""

    def __init__(self, most: int, most_of_one: int) -> None:
        """`most` connections in all, and `most_of_one` from one neighbourhood."""
        self._most, self._most_of_one = most, most_of_one
        self._places: dict[Place, None] = {}

    def __len__(self) -> int:
        return len(self._places)

    def enter(self, host: str, end: Callable[[], None]) -> Place:
        """Take a newcomer in; `end` may be called at any time until it leaves."""
        place = Place(neighbourhood(host), end)
        self._places[place] = None
        if not _is_here(host) and self._held_by(place.group) > self._most_of_one:
            self._give_up_one_of(place.group, but=place)
        elif len(self._places) > self._most:
            self.make_room(but=place)
        return place

    def leave(self, place: Place) -> None:
        """Forget a connection that is closed."""
        self._places.pop(place, None)

    def make_room(self, *, but: Place | None = None) -> None:
        """End a connection of the neighbourhood that holds most."""
        held = Counter(place.group for place in self._places if place is not but)
        if held:
            self._give_up_one_of(held.most_common(1)[0][0], but=but)

    def _held_by(self, group: str) -> int:
        return sum(place.group == group for place in self._places)

    def _give_up_one_of(self, group: str, *, but: Place | None) -> None:
        own = [place for place in self._places if place.group == group and place is not but]
        if not own:
            return
        given_up = min(
            own, key=lambda place: place.has_asked
        )  # the oldest of those who were silent
        self.leave(given_up)
        given_up.end()


def _is_here(host: str) -> bool:
    """Whether it is this machine: a proxy on it speaks for everybody."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
