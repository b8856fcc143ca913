"""Does what a skill may do, well and badly."""

from __future__ import annotations

import asyncio
from typing import Any

from skills.api import (
    Home,
    ProfileChanged,
    Reply,
    Skill,
    Statement,
    Turn,
    Unclear,
    Urgency,
    services,
)

skill = Skill("trial", __file__)
order = skill.form("order")


@skill.action
async def count(turn: Turn) -> str:
    cups = await turn.home.storage.update("cups", lambda cups: (cups or 0) + 1)
    return turn.render("counted", cups=cups)


@skill.action
async def write(turn: Turn) -> str:
    kind = turn.entity("kind") or "tea"
    await turn.home.tables.transact(Statement("INSERT INTO trial_cup VALUES (?)", (kind,)))
    result = await turn.home.tables.run("SELECT kind FROM trial_cup")
    return turn.render("kinds", kinds=turn.spoken.listing([str(row[0]) for row in result.rows]))


@skill.action
async def fail(turn: Turn) -> str:
    raise RuntimeError("as bad as can be")


@skill.action
async def wait(turn: Turn) -> str:
    await asyncio.sleep(3600)
    return turn.render("counted", cups=0)


@skill.action
async def remind(turn: Turn) -> str:
    answer: Any = await turn.home.request(
        "reminders.add",
        reminder={"title": "drink water", "schedule": {"at": "2026-11-23T12:00:00+00:00"}},
    )
    assert "refused" not in answer, answer
    return turn.render("reminded")


@skill.action
async def forbidden(turn: Turn) -> str:
    await turn.home.request(services.AskForStop())
    return turn.render("reminded")


@order.slot()
async def kind(turn: Turn) -> str | None:
    if "coffee" in turn.text:
        raise Unclear(turn.render("no_coffee"))
    return turn.text if turn.asked else turn.entity("kind")


@order.done
async def ordered(turn: Turn) -> Reply:
    if turn.left:
        return Reply(turn.render("left"))
    return Reply(turn.render("ordered", kind=turn.slots["kind"]), set={"last": turn.slots["kind"]})


@skill.on(ProfileChanged)
async def noticed(event: ProfileChanged, home: Home) -> None:
    await asyncio.sleep(30)
    answer = await home.ask(f"Is {event.field} right?", Urgency.REMINDER)
    home.say(f"answer: {answer.kind}")
