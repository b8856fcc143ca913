"""The tables that skills bring: opened for the skill host, and worked on for it.

No process but the core opens the files.  Neither the host nor what it sends is trusted: what a
statement may do is `assistant.store.fence`'s to say.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import Final

from assistant.home.home import Home
from assistant.runtime.feature import Feature
from assistant.services import OpenTables, Result, RunStatements
from assistant.services.errors import Refused
from assistant.store import StoreError
from assistant.store.skill_tables import SkillTables, TablesError

MAX_SKILLS: Final = 64
"""Each has a thread and a file."""
MAX_WAITING: Final = 8
"""Transactions of one skill: those beyond would keep other skills' requests waiting."""


class TableServices(Feature):
    """`tables.open` and `tables.run`."""

    def __init__(self, home: Home) -> None:
        self._folder = home.folder / "skill-tables"
        """Where each skill's tables lie; made when the first are used."""
        self._tables: dict[str, SkillTables] = {}
        self._waiting: Counter[str] = Counter()

        home.bus.serve(OpenTables.answered_by(self._open), RunStatements.answered_by(self._run))

    async def stop(self) -> None:
        """Finish what was begun."""
        for tables in self._tables.values():
            with contextlib.suppress(StoreError):
                await tables.close()
        self._tables.clear()

    async def _open(self, wish: OpenTables) -> None:
        """Take a skill's migrations; they are run when its tables are first used."""
        before = self._tables.get(wish.skill)
        if before is not None and before.scripts == wish.scripts:
            return  # the host began anew
        if before is None and len(self._tables) >= MAX_SKILLS:
            raise Refused(f"more than {MAX_SKILLS} skills bring tables")
        try:
            self._tables[wish.skill] = SkillTables(self._folder, wish.skill, wish.scripts)
        except ValueError as error:
            raise Refused(str(error)) from error
        if before is not None:
            with contextlib.suppress(StoreError):
                await before.close()

    async def _run(self, wish: RunStatements) -> tuple[Result, ...]:
        """Run statements in one transaction; a result for each."""
        skill, tables = wish.skill, self._tables.get(wish.skill)
        if tables is None:
            raise Refused(f"{skill:.40} brings no migrations/0001.sql")
        if self._waiting[skill] >= MAX_WAITING:
            raise Refused(f"{skill} waits for {MAX_WAITING} transactions already")
        self._waiting[skill] += 1
        try:
            return tuple(await tables.run(wish.statements))
        except (TablesError, StoreError) as error:
            raise Refused(str(error)) from error
        finally:
            self._waiting[skill] -= 1
