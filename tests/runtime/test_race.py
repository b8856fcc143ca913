"""The first of several works to end: its result counts, and the others are cancelled."""

from __future__ import annotations

import asyncio

import pytest

from assistant.runtime.tasks import race


async def never(ended: list[str]) -> str:
    try:
        await asyncio.Event().wait()
    finally:
        ended.append("cancelled")
    return "never"


async def gives(value: str) -> str:
    await asyncio.sleep(0)
    return value


async def fails() -> str:
    raise OSError("gone")


async def test_the_first_to_end_gives_the_result_and_the_others_are_over_by_then() -> None:
    ended: list[str] = []
    assert await race(never(ended), gives("first"), never(ended)) == "first"
    assert ended == ["cancelled"] * 2


async def test_of_two_that_ended_together_the_one_named_first_counts() -> None:
    assert await race(gives("first"), gives("second")) == "first"
    with pytest.raises(OSError, match="gone"):
        await race(fails(), gives("second"))


async def test_an_error_of_the_first_to_end_is_raised() -> None:
    ended: list[str] = []
    with pytest.raises(OSError, match="gone"):
        await race(never(ended), fails())
    assert ended == ["cancelled"]


async def test_what_is_shielded_goes_on() -> None:
    done = asyncio.Event()

    async def work() -> str:
        await done.wait()
        return "done"

    task = asyncio.create_task(work())
    assert await race(gives("first"), asyncio.shield(task)) == "first"
    assert not task.done()
    done.set()
    assert await task == "done"


async def test_cancelled_it_cancels_all_and_waits_for_their_end() -> None:
    ended: list[str] = []
    racing = asyncio.create_task(race(never(ended), never(ended)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    racing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await racing
    assert ended == ["cancelled"] * 2
