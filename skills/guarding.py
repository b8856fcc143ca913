"""Looks every second whether a skill blocks or grows; what it did is noted, and what must end ends.

A thread cannot be ended from outside, and memory cannot be taken back from it: both end with the
process, and the supervisor starts a clean one.  A skill that does so again and again is switched
off (`skills.standing`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Final

from skills.growth import Growth
from skills.standing import FAULTS_LIMIT, Standings, Why
from skills.worker import Worker

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
BLOCKED_SECONDS: Final = 5.0
"""A skill's loop that did not turn for so long blocks: that is noted, and it may come back."""
STUCK_SECONDS: Final = 10.0
"""A skill's loop that did not turn for so long hangs: only a new process can end it."""
_HELD_UP_SECONDS: Final = 2.0
"""If a look comes so much too late, the machine held up all of them, and no skill is to blame."""


class AnewError(RuntimeError):
    """The host must begin anew; the message says why."""


class Guard:
    """Keeps the skills of one host from harming each other."""

    def __init__(self, standings: Standings, workers: Mapping[str, Worker]) -> None:
        self._standings, self._workers = standings, workers
        self._off = set(standings.off())
        self._growth = Growth(workers)
        self._blocked: set[str] = set()
        """Those that block now, and of which that is noted."""
        self._looked = time.monotonic()

    def look(self) -> None:
        """Look at every skill.

        Raises:
            AnewError: one hangs or took too much, or was switched on or off.
        """
        now = time.monotonic()
        is_held_up = now - self._looked > LOOK_SECONDS + _HELD_UP_SECONDS
        self._looked = now
        if not is_held_up:
            self._look_for_blocked()
        grown = self._growth.look()
        for name in grown:
            self.note(name, Why.GROWS)
        if grown:
            raise AnewError(f"the skill {', '.join(grown)} grows; all skills begin anew")
        if set(self._standings.off()) != self._off:
            raise AnewError("other skills are switched off than before; all of them begin anew")

    def note(self, name: str, fault: Why) -> None:
        """Note what a skill did wrong."""
        try:
            standing = self._standings.note(name, fault, time.time())
        except OSError as error:
            log.error("the skill %s %s, and nothing takes a note of it: %s", name, fault, error)
            return
        said = "it is switched off" if standing.off else f"{FAULTS_LIMIT} in a day are too many"
        log.error("the skill %s %s (%d; %s)", name, fault, len(standing.faults), said)

    def _look_for_blocked(self) -> None:
        silent = {name: worker.silent_seconds for name, worker in self._workers.items()}
        blocked = {name for name, seconds in silent.items() if seconds > BLOCKED_SECONDS}
        for name in blocked - self._blocked:
            self.note(name, Why.BLOCKS)
        self._blocked = blocked
        if stuck := [name for name in sorted(blocked) if silent[name] > STUCK_SECONDS]:
            raise AnewError(f"the skill {', '.join(stuck)} hangs; all skills begin anew")
