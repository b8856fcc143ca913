"""What runs beside what (`-n 2`), and in which order.

Tests of a file stay together, so that its fixtures are made once. Those that need a running Rasa
are one group, those that need sound, Vosk and everything else end to end another: two of a kind
at once would fight over two cores and be too late for their own streams. The end to end group
takes longest and therefore begins first where there is a second process for the quick ones;
without one it comes last.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# No test asserts how long something took, so neither does hypothesis.
settings.register_profile("anban", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("anban")

TESTS: Final = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    has_company = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1
    items.sort(key=lambda item: (group(item.path) == "e2e") is not has_company)


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
    if folder in {"dialogue", "e2e"}:
        return folder
    return "e2e" if "mark.e2e" in path.read_text("utf-8") else str(path)
