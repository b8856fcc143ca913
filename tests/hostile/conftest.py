"""Alarms run for hours: files with `# virtual time` at their head live in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.care.alarms.virtual_time import VirtualLoop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], VirtualLoop]] | None:
    return {"virtual": VirtualLoop} if _is_virtual(item.path) else None


@cache
def _is_virtual(path: Path) -> bool:
    return path.read_text("utf-8").startswith("# virtual time\n")
