"""What sensors tell goes on for hours: its tests live in virtual time, but for real programs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests.alarm.virtual_time import VirtualLoop

REAL = {"test_child.py"}


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    if item.path.name in REAL:
        return {"real": asyncio.new_event_loop}
    return {"virtual": VirtualLoop}
