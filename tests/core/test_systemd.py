"""The core runs until it is told to end, and makes room only while nobody needs help."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest

from assistant.core import Core, systemd


async def test_an_alarm_that_begins_while_it_is_looked_keeps_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alarms = SimpleNamespace(is_busy=False)

    @asynccontextmanager
    async def running(*_: Any) -> AsyncIterator[Core]:
        yield cast("Core", SimpleNamespace(alarms=alarms))

    monkeypatch.setattr(systemd, "running", running)
    monkeypatch.setattr(systemd, "WATCHDOG_SECONDS", 0.0)
    looks = 0

    def is_outdated(_: Core) -> bool:
        nonlocal looks
        looks += 1
        alarms.is_busy = looks == 1  # somebody cries; at the next look it is over
        return True

    assert await systemd.run_until_told(cast("Any", None), lambda _: None, is_outdated)
    assert looks == 2
