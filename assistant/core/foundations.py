"""What all else stands on: the settings as they were read, and the disk."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.runtime.feature import Feature
from assistant.services.findings import CheckResult, lasting
from assistant.store import Database


class Foundations(Feature):
    """Tells what of the settings cannot be used, and what the disk refused or lost."""

    def __init__(self, database: Database, settings_problems: Sequence[str]) -> None:
        """`settings_problems`: `file:line: setting: what` for each."""
        self._database, self._settings_problems = database, settings_problems

    async def findings(self) -> list[CheckResult]:
        """Give every fault of the settings and of the database."""
        findings = [
            lasting("settings", problem, _setting_of(problem))
            for problem in self._settings_problems
        ]
        if not self._database.is_kept:
            problem = "the disk cannot be written; what is remembered now is lost with the power"
            findings.append(lasting("writing", problem))
        if self._database.set_aside is not None:
            problem = f"part of what was written is lost; it is kept as {self._database.set_aside}"
            findings.append(lasting("memory_lost", problem))
        return findings


def _setting_of(problem: str) -> str:
    """Find the setting that a problem of anban.toml names; empty if it names none."""
    parts = problem.split(": ")
    return parts[1] if len(parts) > 2 else ""
