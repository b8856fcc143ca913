"""What runs beside what (`-n 2 --dist loadgroup`), and in which order.

Tests of a file stay together, so that its fixtures are made once. Those that need a running Rasa
are one group, those that need sound, Vosk and everything else end to end another: two of a kind
at once would fight over two cores and be too late for their own streams. The end to end group
takes longest and therefore begins first where there is a second process for the quick ones;
without one it comes last.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

# No test asserts how long something took, so neither does hypothesis.
settings.register_profile("anban", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("anban")

TESTS: Final = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    has_company = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1
    items.sort(key=lambda item: (_group(item) == "e2e") is not has_company)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    folder = item.path.relative_to(TESTS).parts[0]
    if folder == "dialogue":
        return folder
    if folder == "e2e" or item.get_closest_marker("e2e") is not None:
        return "e2e"
    return str(item.path.relative_to(TESTS))
