"""Which skills are switched off, and what the others did wrong: `skills.json` of the data folder.

It lies on the disk, not with the core, because a skill may take the whole host with it before
anybody is told, and because the host must know what is switched off before it runs any of a
skill's code.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from assistant.runtime.home_folder import SKILLS_FILE, spare_folder
from assistant.runtime.private_files import write_private

log = logging.getLogger(__name__)

VITAL: Final = frozenset({"emergency", "general", "medication"})
"""Skills that nothing and nobody switches off: help, doses, and the yes, no and stop that the
others need."""
FAULTS_LIMIT: Final = 3
"""How many faults within a day switch a skill off: one may be bad luck, and so may two."""
WINDOW_SECONDS: Final = 86_400.0


class Why(StrEnum):
    """What a skill did wrong, or why it is switched off."""

    BLOCKS = "blocks"
    """It kept its thread for so long that the host had to be started anew."""
    CRASHES = "crashes"
    """The host ended while the skill's code ran."""
    GROWS = "grows"
    """It took more memory than a skill may have."""
    BY_HAND = "by_hand"
    """Somebody switched it off: `anban skills disable`."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with one skill."""

    faults: tuple[tuple[Why, float], ...] = ()
    """What it did wrong, and when; Unix seconds."""
    off: Why | None = None
    """Why it is switched off; None: it is not."""


class VitalError(ValueError):
    """This skill is never switched off."""


class Standings:
    """The file of one home; read anew at each question, since commands write it, too."""

    def __init__(self, home: Path) -> None:
        """`home`: the data folder; where it takes no files the machine's memory takes its place."""
        self._places = (spare_folder(home) / SKILLS_FILE, home / SKILLS_FILE)

    def all(self) -> dict[str, Standing]:
        """Give the standing of each skill of which there is something to say."""
        for place in self._places:
            try:
                return _read(json.loads(place.read_bytes()))
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (OSError, ValueError) as error:
                log.error("%s cannot be read, all skills count as sound: %s", place, error)
        return {}

    def off(self) -> dict[str, Why]:
        """Give the skills that are switched off, with the reason; a vital one never is."""
        standings = self.all().items()
        return {n: each.off for n, each in standings if each.off is not None and n not in VITAL}

    def note(self, name: str, fault: Why, now: float) -> Standing:
        """Note a fault; the one too many switches the skill off, unless it is vital.

        Raises:
            OSError: neither disk nor memory takes it.
        """

        def change(standings: dict[str, Standing]) -> None:
            before = standings.get(name, Standing())
            recent = [each for each in before.faults if abs(now - each[1]) < WINDOW_SECONDS]
            faults = (*recent, (fault, now))[-FAULTS_LIMIT:]
            is_one_too_many = len(faults) >= FAULTS_LIMIT and name not in VITAL
            standings[name] = Standing(faults, fault if is_one_too_many else before.off)

        return self._change(change).get(name, Standing())

    def disable(self, name: str) -> None:
        """Switch a skill off by hand; raises VitalError, OSError."""
        if name in VITAL:
            raise VitalError(name)
        self._change(lambda standings: standings.update({name: Standing(off=Why.BY_HAND)}))

    def enable(self, name: str) -> None:
        """Switch a skill on, and forget what it did wrong; raises OSError."""
        self._change(lambda standings: standings.pop(name, None))

    def _change(self, change: Callable[[dict[str, Standing]], object]) -> dict[str, Standing]:
        """Change what is noted while nobody else does; gives all of it."""
        spare, kept = self._places
        try:
            standings = self._write(kept, change)
            spare.unlink(missing_ok=True)  # of a time when the disk took nothing
        except OSError as error:
            log.warning("%s cannot be written (%s); it is kept in memory", kept, error.strerror)
            spare.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            standings = self._write(spare, change)
        return standings

    def _write(
        self, place: Path, change: Callable[[dict[str, Standing]], object]
    ) -> dict[str, Standing]:
        with _held(place.parent):
            standings = self.all()
            change(standings)
            write_private(place, _written(standings))
        return standings


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder's file of standings for this process; the lock goes with the descriptor."""
    descriptor = os.open(folder / f".{SKILLS_FILE}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _written(standings: Mapping[str, Standing]) -> bytes:
    table = {
        name: {"off": standing.off, "faults": [[str(why), at] for why, at in standing.faults]}
        for name, standing in sorted(standings.items())
    }
    return json.dumps(table, indent=1, ensure_ascii=False).encode()


def _read(table: Any) -> dict[str, Standing]:
    """Give what can be read of the file; raises ValueError if it is none of ours."""
    if not isinstance(table, dict):
        raise ValueError("it must be a table")  # noqa: TRY004  (a file, not an argument)
    found = {}
    for name, entry in table.items():
        try:
            faults = tuple((Why(why), float(at)) for why, at in entry["faults"])
            found[name] = Standing(faults, Why(entry["off"]) if entry["off"] else None)
        except (KeyError, TypeError, ValueError) as error:
            log.error("%s: %s cannot be read, and counts as sound: %r", SKILLS_FILE, name, error)
    return found
