"""What a skill keeps by key: an update loses nothing that another wrote meanwhile."""

from __future__ import annotations

import asyncio
import json
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from assistant.runtime.link import Link
from assistant.services import LookAtStored, Request
from assistant.store import KeyedValues
from assistant.store.tables import MAX_VALUE_BYTES
from skills.api import ServiceError
from skills.home import Storage
from skills.outside import HostOutside
from tests.asking import R, call, over_the_wire
from tests.skills.hosting import ROOT, Core


class Meddled:
    """An outside in which somebody else writes between a look and its swap."""

    def __init__(self, core: Core, others: list[Any]) -> None:
        self._core, self._others = core, others

    async def request(self, request: Request[R], skill: str = "") -> R:
        answer = await over_the_wire(self._core.bus, request)
        if isinstance(request, LookAtStored) and self._others:
            value = self._others.pop(0)
            if value is None:
                await call(self._core.bus, "storage.delete", skill="tea", key="cups")
            else:
                await call(self._core.bus, "storage.set", skill="tea", key="cups", value=value)
        return answer


MEDDLING: list[tuple[list[Any], int]] = [
    ([], 1),
    ([10], 11),
    ([10, 20, 30], 31),
    ([0], 1),
    ([10, None], 1),
    ([False], 1),
    ([1.0], 2),
    ([10, 10, 10], 11),  # what is the same again is no change
]


@pytest.mark.parametrize(("others", "expected"), MEDDLING)
async def test_what_another_wrote_meanwhile_is_built_upon(
    core: Core, others: list[Any], expected: int
) -> None:
    storage = Storage(Meddled(core, list(others)), "tea")  # type: ignore[arg-type]
    assert await storage.update("cups", lambda cups: int(cups or 0) + 1) == expected
    assert await KeyedValues.of_skill(core.database, "tea").get("cups") == expected


async def test_one_who_is_always_overtaken_is_told(core: Core) -> None:
    storage = Storage(Meddled(core, list(range(1_000))), "tea")  # type: ignore[arg-type]
    with pytest.raises(ServiceError, match="others wrote"):
        await storage.update("cups", lambda cups: (cups or 0) + 0.5)
    assert await KeyedValues.of_skill(core.database, "tea").get("cups") in range(1_000)


async def test_a_function_that_fails_changes_nothing(core: Core) -> None:
    storage = Storage(Meddled(core, []), "tea")  # type: ignore[arg-type]
    await storage.set("kinds", ["green"])
    with pytest.raises(ValueError, match="returned None"):
        await storage.update("kinds", lambda kinds: kinds.append("red"))
    with pytest.raises(ZeroDivisionError):
        await storage.update("kinds", lambda kinds: 1 / 0)
    with pytest.raises(Exception, match="too long"):
        await storage.update("kinds", lambda kinds: "x" * 70_000)
    assert await storage.get("kinds") == ["green"]
    assert await storage.update("kinds", lambda kinds: [*kinds, "red"]) == ["green", "red"]


async def test_a_value_that_cannot_be_read_is_replaced(core: Core) -> None:
    sql = "INSERT INTO skill_storage VALUES ('tea', 'cups', '{damaged')"
    await core.database.write(lambda connection: connection.execute(sql))
    storage = Storage(Meddled(core, []), "tea")  # type: ignore[arg-type]
    assert await storage.update("cups", lambda cups: (cups or 0) + 1) == 1


async def test_writers_in_one_process_lose_nothing(core: Core) -> None:
    """Over the socket; two storages of one skill, so that their updates do overlap."""
    async with Link("skills", (), core.path) as link:
        outside = HostOutside(link, await link.home_state(), ())
        storages = [Storage(outside, "tea") for _ in range(2)]

        def adding(number: int) -> Any:
            return lambda kept: [*(kept or []), number]

        await asyncio.gather(
            *(storages[number % 2].update("all", adding(number)) for number in range(60))
        )
        assert sorted(await storages[0].get("all")) == list(range(60))


async def test_writers_in_two_processes_lose_nothing(core: Core, tmp_path: Path) -> None:
    code = textwrap.dedent("""
        import asyncio, sys
        from pathlib import Path
        from assistant.runtime.link import Link
        from skills.home import Storage
        from skills.outside import HostOutside
        async def main():
            begin = int(sys.argv[2])
            async with Link("skills", (), Path(sys.argv[1])) as link:
                outside = HostOutside(link, await link.home_state(), ())
                storage = Storage(outside, "tea")
                await storage.update("here", lambda here: [*(here or []), begin])
                while len(await storage.get("here")) < 2:
                    pass
                for number in range(begin, begin + 60):
                    await storage.update("all", lambda kept: [*(kept or []), number])
        asyncio.run(main())
    """)
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", code, str(core.path), str(begin)), cwd=ROOT
        )
        for begin in (0, 60)
    ]
    assert [await process.wait() for process in processes] == [0, 0]
    kept = await KeyedValues.of_skill(core.database, "tea").get("all")
    assert sorted(kept) == list(range(120))


SIZES = [
    ("x" * (MAX_VALUE_BYTES - 2), True),
    ("x" * (MAX_VALUE_BYTES - 1), False),
    ("长" * 21_844, True),
    ("长" * 21_845, False),
    ("😀" * 16_383, True),
    ("😀" * 16_384, False),
    (["é"] * 10_922, True),  # `"é", ` is six bytes
    (["é"] * 10_924, False),
]


@pytest.mark.parametrize(
    ("value", "fits"),
    SIZES,
    ids=[f"{json.dumps(value, ensure_ascii=False)[:4]} {fits}" for value, fits in SIZES],
)
async def test_a_value_is_measured_in_bytes(core: Core, value: Any, fits: bool) -> None:
    values = KeyedValues.of_skill(core.database, "tea")
    if fits:
        await values.set("v", value)
        assert await values.get("v") == value
    else:
        with pytest.raises(ValueError, match="bytes is too long"):
            await values.set("v", value)
        assert await values.get("v") is None
