"""What runs beside what (`-n 3`), and in which order.

Tests of a file stay together, so that its fixtures are made once. Those that need a running Rasa
are one group, those that hear and speak with everything else end to end another, those with
the telephone and the home's own tests a third, and whole programs that answer in their own time a
fourth: more of a kind at once would fight over two cores and be too late for their own streams.
What takes longest begins first, and what mostly waits for somebody to speak or a robot to roll
before what computes all the time, where there are more processes for the quick ones; without, they
come last.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# No test asserts how long something took, so neither does hypothesis.
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Found anew at each run, a fault would stop whoever comes next; `make soak` is where it is sought.
settings.register_profile("anban", settings.get_profile("search"), derandomize=True)
settings.load_profile("anban")

pytest_plugins = ["pytester"]

TESTS: Final = Path(__file__).parent
FEATURES: Final = frozenset({"alarm", "calls", "channels", "faults", "reminders", "selftest"})
"""Folders whose tests with real parts share a process; those of all others share another."""
PROGRAMS: Final = frozenset({"test_cli.py", "test_nothing_leaves.py"})
"""Files of e2e whose tests run one program after the other, and hear nothing as it sounds."""
WAITS: Final = {
    "e2e": 4,
    "features e2e": 3,
    str(TESTS / "robot" / "test_permission.py"): 2,
    str(TESTS / "robot" / "test_fall.py"): 2,
    "programs": 1,
    "dialogue": 1,
}
"""How early a group begins, in words of order only."""


@pytest.fixture(scope="session", autouse=True)
def slowness_is_no_fault() -> None:
    """A start of more than 30 s is told to the family, and tests count what the family was told."""
    if composition := sys.modules.get("assistant.core.composition"):
        composition.START_SECONDS = 600.0  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """No test speaks the language that another test's home was read to have."""
    yield
    if told := sys.modules.get("assistant.commands.told"):
        told.home_language.cache_clear()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    has_company = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1
    items.sort(key=lambda item: WAITS.get(group(item.path), 0), reverse=has_company)


class Groups(LoadScopeScheduling):
    """Hands out whole groups; xdist's own `loadgroup` is blind to its marks since pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        return group(TESTS.parent / nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return Groups(config, log)


@cache
def group(path: Path) -> str:
    """What runs in one process, one after the other."""
    folder = path.relative_to(TESTS).parts[0]
    if folder == "e2e" and path.name in PROGRAMS:
        return "programs"
    if folder in {"dialogue", "e2e"}:
        return folder
    if "mark.e2e" in path.read_text("utf-8"):
        return "features e2e" if folder in FEATURES else "e2e"
    return str(path)
