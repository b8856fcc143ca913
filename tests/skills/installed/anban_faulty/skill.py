"""A skill that does all that a skill should not."""

from __future__ import annotations

import asyncio
import os
import sys
import time

from skills.api import Home, ProfileChanged, Reply, Skill, Turn

skill = Skill("faulty", __file__)
KEPT: list[bytes] = []


@skill.action
async def fine(turn: Turn) -> str:
    return turn.render("fine")


@skill.action
async def remember(turn: Turn) -> Reply:
    count = int(turn.slots.get("count") or 0) + 1
    return Reply(turn.render("count", count=count), set={"count": count})


@skill.action
async def raises(turn: Turn) -> str:
    raise RuntimeError(f"what the elder said: {turn.text}")


@skill.action
async def exits(turn: Turn) -> str:
    sys.exit(3)


@skill.action
async def overruns(turn: Turn) -> str:
    await asyncio.sleep(60)
    return "too late"


@skill.action
async def blocks(turn: Turn) -> str:
    time.sleep(float(turn.text))  # noqa: ASYNC251  (what a bad skill does)
    return "too late"


@skill.action
async def spins(turn: Turn) -> str:
    until = time.monotonic() + float(turn.text)
    while time.monotonic() < until:
        pass
    return "too late"


@skill.action
async def crashes(turn: Turn) -> str:
    os._exit(7)


@skill.action
async def grows(turn: Turn) -> str:
    KEPT.append(b"x" * (int(turn.text) * 1_000_000))
    return "all of it kept"


@skill.action
async def returns_a_number(turn: Turn) -> int:
    return 42


@skill.action
async def asks_for_nothing_there(turn: Turn) -> str:
    return turn.render("no_such_reply")


@skill.on(ProfileChanged)
async def asks(event: ProfileChanged, home: Home) -> None:
    if event.field != "mood":
        return
    answer = await home.ask("all right?", open_seconds=5)
    await home.storage.set("answer", [answer.kind, answer.text])


@skill.on(ProfileChanged)
async def fails(event: ProfileChanged, home: Home) -> None:
    raise RuntimeError(event.field)
