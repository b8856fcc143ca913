"""How many people are there, told when it holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from perception.events import PersonPresent

PRESENCE_SECONDS: Final = 3.0


class Headcount:
    """The number of people that was told last, and the one that may follow it."""

    def __init__(self) -> None:
        self.told = 0
        self._since: tuple[int, float] | None = None

    def begin_anew(self) -> None:
        """What is seen from now on is no sequel of what was; what was told stands."""
        self._since = None

    def update(self, at: float, count: int) -> Iterator[PersonPresent]:
        """So many are seen now; told once that has held for `PRESENCE_SECONDS`."""
        if count == self.told:
            self._since = None
        elif self._since is None or self._since[0] != count:
            self._since = (count, at)
        elif at - self._since[1] >= PRESENCE_SECONDS:
            self.told, self._since = count, None
            yield PersonPresent(at, count)
