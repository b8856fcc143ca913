"""What all else stands on: the settings as they were read, and the disk."""

from __future__ import annotations

import logging

from assistant.core.options import CoreOptions
from assistant.events import SkillsLoaded
from assistant.home.home import Home
from assistant.runtime.feature import Feature
from assistant.services.findings import CheckResult, lasting
from assistant.settings import placed, settings_file

log = logging.getLogger(__name__)


class Foundations(Feature):
    """Tells what of the settings cannot be used, and what the disk refused or lost."""

    def __init__(self, home: Home, options: CoreOptions) -> None:
        self._database, self._settings_problems = home.database, options.settings_problems
        self._file = options.settings_file or settings_file(home.folder)
        self.skill_problems: tuple[str, ...] = ()
        """The same of the skills' own settings, which the skill host checks."""
        home.bus.subscribe(SkillsLoaded, self._skills_loaded)

    def _skills_loaded(self, loaded: SkillsLoaded) -> None:
        self.skill_problems = placed(self._file, loaded.settings_problems.items())
        for problem in self.skill_problems:
            log.error("settings: %s", problem)

    async def findings(self) -> list[CheckResult]:
        """Give every fault of the settings and of the database."""
        findings = [
            lasting("settings", problem, _setting_of(problem))
            for problem in (*self._settings_problems, *self.skill_problems)
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
