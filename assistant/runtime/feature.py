"""What a feature is to the core: something that starts, stops and tells how it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.services.findings import CheckResult


class Feature(Protocol):
    """One part of the house.

    It listens and serves from its construction on; all else waits for `start`.  A room's feature
    derives from this class and says only what differs: nothing to begin, to end or to tell.
    """

    async def start(self) -> None:
        """Begin: connect, open, go on with what was open; returns soon."""
        return

    async def stop(self) -> None:
        """End; what is open goes on at the next start.  Also called if the start failed."""
        return

    async def findings(self) -> Sequence[CheckResult]:
        """Say how it is, for doctor, self-test and what is told at the start."""
        return ()
