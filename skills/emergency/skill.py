"""Calls by voice: whom to ring.  Ringing, talking and every alarm live in the core."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from skills.api import (
    FALLBACK,
    Leave,
    NotStartedError,
    Reply,
    ServiceError,
    Skill,
    Turn,
    Unclear,
    services,
)

skill = Skill("emergency", __file__)
call = skill.form("call")
CONTACT: Final = "emergency_contact"
MOST_NAMES: Final = 6
"""Nobody keeps more in mind."""


@call.slot(takes=(FALLBACK, CONTACT))
async def found(turn: Turn) -> dict[str, Any] | None:
    """Who may be meant, and everybody who could be: for the question."""
    told = await _find(turn)
    return asdict(told) if told is not None else None


async def _find(turn: Turn) -> services.CalleesFound | None:
    if not turn.asked and turn.intent not in {FALLBACK, CONTACT}:
        return None
    try:
        names = [entity.value for entity in turn.entities if entity.name == "contact"]
        if not names and turn.slots.get("found"):
            names = [turn.text]  # the bare answer to "whom?"
        told = await turn.home.request(services.FindCallee(tuple(names), turn.text))
    except (ServiceError, TimeoutError) as error:
        raise Unclear(turn.render("no_answer")) from error
    if not told.known:
        raise Leave
    return told


@call.slot(takes=(FALLBACK, CONTACT))
async def person(turn: Turn) -> dict[str, Any] | None:
    """The one who is meant."""
    told = await _find(turn)
    if told is None or len(told.matches) != 1:
        return None
    return {**asdict(told.matches[0]), "is_offered": told.is_offered}


@call.question("person")
async def ask_person(turn: Turn) -> str:
    """Whom to ring, out of those who may be meant or of all."""
    told = turn.slots.get("found") or {"matches": [], "known": [], "named": []}
    if told["matches"]:
        *first, last = _names(told["matches"])
        return turn.render("ask_which", first=turn.spoken.listing(first), last=last)
    known = turn.spoken.listing(_names(told["known"]))
    if told["named"]:
        return turn.render("ask_unknown", said=told["named"][0], known=known)
    return turn.render("ask_whom", known=known)


@call.done
async def call_done(turn: Turn) -> Reply:
    """The question before it rings; the core holds it open, and dials at the yes."""
    chosen = turn.slots.get("person")
    forgotten = {"found": None, "person": None}
    try:
        if turn.left or not chosen:
            told = await turn.home.request(services.FindCallee((), ""))
            return Reply(turn.render("left" if told.known else "nobody"), forgotten)
        if chosen["is_offered"] and await turn.home.request(services.AgreeToCall()):
            return Reply(turn.render("agreed"), forgotten)
        offered = await turn.home.request(services.OfferCall(chosen["contact_id"], chosen["name"]))
    except (ServiceError, TimeoutError):
        return Reply(turn.render("no_answer"), forgotten)
    key = f"refused_{offered.refused}" if offered.refused else "shall_i"
    return Reply(turn.render(key, name=offered.name), forgotten)


@skill.action
async def cancel(turn: Turn) -> str:
    """Hang up; what cancels an alarm is taken by the core before."""
    try:
        had_call = await turn.home.request(services.HangUp())
    except (NotStartedError, TimeoutError):
        had_call = False
    return turn.render("hung_up" if had_call else "no_call")


@skill.action
async def help(turn: Turn) -> str:  # noqa: A001  (named as its intent)
    """Told of a cry, as from a film: a cry itself is taken by the core before any skill."""
    return turn.render("say_help")


@skill.action
async def info(turn: Turn) -> str:
    """What a helper beside the elder needs to know; told while an alarm is open."""
    try:
        said = await turn.home.request(services.DescribeAlarm(turn.lang))
    except TimeoutError:
        return turn.render("no_answer")
    except ServiceError:
        return turn.render("info_no_alarm")
    return said or turn.render("info_nothing")


def _names(people: list[dict[str, str]]) -> list[str]:
    return [each["said"] for each in people[:MOST_NAMES]]
