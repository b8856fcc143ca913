"""Real parts: the trained dialogue models are kept between runs, everything else is new."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.settings import HOME_VARIABLE

ROOT = Path(__file__).parents[2]
SHARED = ROOT / ".cache" / "test-home" / "cache"
HOME = SHARED.with_name(os.environ.get("PYTEST_XDIST_WORKER", "alone"))


@pytest.fixture(scope="module", autouse=True)
def anban_home() -> Iterator[Path]:
    """A home for all these tests, with nothing in it but the cache of models."""
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    SHARED.mkdir(exist_ok=True)
    (HOME / "cache").symlink_to(SHARED)
    before = os.environ.get(HOME_VARIABLE)
    os.environ[HOME_VARIABLE] = str(HOME)
    yield HOME
    if before is None:
        del os.environ[HOME_VARIABLE]
    else:
        os.environ[HOME_VARIABLE] = before


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in Path(item.fspath).parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(600))
