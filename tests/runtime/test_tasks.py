"""Work beside: held, logged without words, ended together."""

from __future__ import annotations

import asyncio

import pytest

from assistant.runtime.tasks import Tasks


async def test_a_failure_is_logged_by_its_place_without_what_was_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail() -> None:
        raise ValueError("我的银行密码是一二三")

    tasks = Tasks("a turn")
    tasks.spawn(fail())
    await tasks.finish()
    assert "a turn failed: ValueError at " in caplog.text
    assert "密码" not in caplog.text


async def test_what_is_under_way_is_broken_off() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    tasks = Tasks("a turn")
    tasks.spawn(work())
    await begun.wait()
    await tasks.end()
    assert ended.is_set()
