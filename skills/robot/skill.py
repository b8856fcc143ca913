"""The robot by voice; the core asks for consent, moves it, and says how a motion ended."""

from __future__ import annotations

from typing import Final

from skills.api import Skill, Turn, rank_matches, services

skill = Skill("robot", __file__, needs="robot")

_SOUNDS_ALIKE: Final = 0.85
"""Of a place's name within the sentence; below, 客厅 would be 餐厅."""


@skill.action
async def come(turn: Turn) -> str:
    """To the elder, or to a place that was named after all."""
    places = await _places(turn)
    if place := _place_in(turn.text, places):
        return await _move(turn, "go", place)
    return await _move(turn, "approach")


@skill.action
async def follow(turn: Turn) -> str:
    """Behind the elder."""
    return await _move(turn, "follow")


@skill.action
async def look(turn: Turn) -> str:
    """At the elder."""
    return await _move(turn, "face")


@skill.action
async def dock(turn: Turn) -> str:
    """Back to the charger."""
    return await _move(turn, "dock")


@skill.action
async def go(turn: Turn) -> str:
    """To a place that the robot knows the way to."""
    places = await _places(turn)
    return await _move(turn, "go", _place_in(turn.text, places))


@skill.action
async def stop(turn: Turn) -> str:
    """Once more: the core has done it at the first word where it knew it for a stop."""
    answer = await turn.home.request(services.AskForStop())
    await turn.home.stop_speaking()
    return turn.render("stopped" if answer.state == "stopped" else "quiet")


@skill.action
async def allow(turn: Turn) -> str:
    """The elder's consent."""
    answer = await turn.home.request(services.GiveConsent(may_move=True))
    return turn.render("no_robot" if answer.state == "no_robot" else "allowed")


@skill.action
async def forbid(turn: Turn) -> str:
    """The end of it."""
    answer = await turn.home.request(services.GiveConsent(may_move=False))
    return turn.render("no_robot" if answer.state == "no_robot" else "forbidden")


async def _places(turn: Turn) -> list[str]:
    return list((await turn.home.request(services.GetRobotState())).places)


def _place_in(text: str, places: list[str]) -> str:
    """The place that a sentence names, by spelling or sound; empty if none."""
    said = text.casefold()
    if named := [place for place in places if place.casefold() in said]:
        return max(named, key=len)
    ranked = rank_matches(text, places, limit=1)
    return ranked[0].name if ranked and ranked[0].score >= _SOUNDS_ALIKE else ""


async def _move(turn: Turn, motion: str, place: str = "") -> str:
    answer = await turn.home.request(services.AskForMotion(motion, place))
    match answer.state:
        case "moving":
            return turn.render(f"moving_{motion}", place=place)
        case "unknown_place" if answer.places:
            return turn.render("unknown_place", places=turn.spoken.listing(answer.places))
        case "unknown_place":
            return turn.render("no_places")
        case "asked":  # whether it may move at all
            return answer.question
        case state:
            return turn.render(state)
