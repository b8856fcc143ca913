"""After a new version was chosen: looked after until it works, or the old one is back."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from assistant.commands import service_unit
from assistant.commands.told import told
from assistant.commands.update_source import UpdateError
from assistant.commands.words import say, words_of
from assistant.runtime import versions
from assistant.runtime.home_folder import AlreadyRunningError, lock_home, socket_path
from assistant.runtime.link import Link, LinkError
from assistant.services import RunSelftest
from assistant.services.errors import ServiceError
from assistant.services.findings import CheckResult

_TEST_SECONDS: Final = 180.0
_LOOK_SECONDS: Final = 1.0
_GONE_SECONDS: Final = 30.0
"""How long nobody holds the home until it is given up that the new version comes."""


def accompany(home: Path, before: frozenset[str] | None) -> int:
    """Wait until the new version works, and go back if it does not; the exit status."""
    from assistant.commands.setup_terminal import command  # noqa: PLC0415

    words = words_of()
    if before is None:
        say(words("update_not_running"))
        return 0
    say(words("update_waits"))
    since, starts = time.monotonic(), 0
    for seen in _until_settled(home):
        if seen.problem:
            say(words("update_went_back", why=told(seen.problem)))
            return 1
        if seen.is_confirmed:
            break
        if seen.starts != starts or _is_held(home):
            since, starts = time.monotonic(), seen.starts
        elif time.monotonic() - since >= _GONE_SECONDS and _leave(home):
            say(words("update_gone", command=command("run")))
            return 1
    try:
        after = self_test(home)
    except UpdateError as error:  # it runs, and somebody needs it just now
        say(words("update_untested", why=told(str(error))))
        return 0
    worse = sorted((after or frozenset()) - before)
    trial = versions.trial_of(home)
    if worse and trial is not None:
        versions.go_back(home, trial, "; ".join(worse))
        say(words("update_went_back", why=told("; ".join(worse))))
        return 1
    say(words("update_done"))
    remove_older(home)
    return 0


def _is_held(home: Path) -> bool:
    """Whether an Anban runs on a home."""
    try:
        lock_home(home).close()
    except AlreadyRunningError:
        return True
    return False


def _leave(home: Path) -> bool:
    """Go back from a version that nobody starts again, as if it was started by hand."""
    with contextlib.suppress(AlreadyRunningError), lock_home(home):
        trial = versions.trial_of(home)
        if trial is not None and not trial.is_confirmed:
            versions.go_back(home, trial, "it ended, and nothing started it again")
            return True
    return False


def _until_settled(home: Path) -> Iterator[versions.Trial]:
    """Give the trial, again and again, until it is over; an alarm that is open keeps it waiting.

    Two versions that may know each other's code by nothing but one file cannot wait for an event:
    it is read anew each second, and what it says decides, not the time that passed.
    """
    while True:
        trial = versions.trial_of(home)
        if trial is None:
            return
        yield trial
        if trial.is_confirmed:
            return
        time.sleep(_LOOK_SECONDS)


def self_test(home: Path) -> frozenset[str] | None:
    """What is not well with the Anban that runs; None: none runs.

    Raises:
        UpdateError: it is no moment for a change.
    """

    async def ask() -> tuple[CheckResult, ...]:
        async with Link("selftest", (), socket_path(home)) as link:
            return await link.request(RunSelftest(with_chime=False), _TEST_SECONDS)

    try:
        findings = asyncio.run(ask())
    except LinkError:
        return None
    except (ServiceError, TimeoutError) as error:
        raise UpdateError(str(error) or "the self-test took too long") from error
    return frozenset(f"{each.part} {each.subject}".strip() for each in findings if not each.is_well)


def remove_older(home: Path) -> None:
    """Remove what earlier updates made, but for what runs and what ran before."""
    trial = versions.trial_of(home)
    if trial is None:
        return
    spared = {Path(each).resolve() for each in (trial.old, trial.new, versions.own_folder())}
    for folder in map(Path, trial.made):
        if folder.resolve() not in spared and not _starts_the_service(folder):
            shutil.rmtree(folder, ignore_errors=True)
    left = tuple(folder for folder in trial.made if Path(folder).exists())
    versions.keep(home, replace(trial, made=left))


def _starts_the_service(folder: Path) -> bool:
    """Whether the unit that is installed begins in a version's folder."""
    try:
        unit = service_unit.UNIT_FILE.read_text("utf-8", "replace")
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return f"{folder}/".replace("%", "%%") in unit
