"""A no of the core, or its silence, in plain words: what happened, what holds, what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar

from skills.api import NotStartedError, Reply, ServiceError, Turn
from skills.medication.describe import amount, clock, limit, times

_R = TypeVar("_R", bound=Reply | str)


def explain_failures(
    action: Callable[[Turn], Awaitable[_R]],
) -> Callable[[Turn], Awaitable[_R | str]]:
    """Answer for it where the core does not."""

    @wraps(action)
    async def act(turn: Turn) -> _R | str:
        try:
            return await action(turn)
        except (ServiceError, TimeoutError) as error:
            return trouble(turn, error)

    return act


def trouble(turn: Turn, error: ServiceError | TimeoutError) -> str:
    """Why nothing was written."""
    if isinstance(error, NotStartedError):
        return turn.render("starting")
    return turn.render("slow" if isinstance(error, TimeoutError) else "cannot_write")


def refusal(turn: Turn, answer: dict[str, Any]) -> str:
    """A refusal of the reminders' services."""
    match answer["refused"]:
        case "already_taken":
            return turn.render(
                "already_taken", what=answer["title"], time=clock(turn, answer["taken_at"])
            )
        case "nothing_open":
            if answer.get("next_at") is None:
                return turn.render("nothing_open")
            return turn.render("nothing_open_next", time=clock(turn, answer["next_at"]))
        case "too_soon":
            return turn.render(
                "too_soon",
                what=answer["title"],
                last=clock(turn, answer["last_at"]),
                next=clock(turn, answer["next_at"]),
            )
        case "daily_most":
            return turn.render(
                "daily_most",
                what=answer["title"],
                most=times(turn, int(answer["most"])),
                next=clock(turn, answer["next_at"]),
            )
        case "snooze_too_long":
            return turn.render(
                "snooze_too_long",
                what=answer["title"],
                time=clock(turn, answer["offered_until"]),
            )
        case "unknown":
            return unknown(turn, answer["name"], list(answer["known"]))
        case "dose_unlikely":
            dose = amount(turn, {"amount": answer["amount"], "unit": answer["unit"]})
            return turn.render("dose_unlikely", amount=dose)
        case "dose_too_much":
            most = limit(turn, answer["most"], answer["limit_unit"])
            return turn.render(f"too_much_{answer['per']}", what=answer["title"], limit=most)
        case "which_time" | "passes_next" | "not_that_day" as code:
            return turn.render(code, what=answer["title"])
        case "not_paused":
            return turn.render("nothing_paused")
        case "never_comes" | "impossible_time" | "clock_wrong" | "too_many" as code:
            return turn.render(code)
        case _:
            return turn.render("not_possible")


def unknown(turn: Turn, name: str, known: list[str]) -> str:
    """No reminder is called so."""
    if not known:
        return turn.render("nothing_kept")
    titles = list(dict.fromkeys(known))[:6]
    return turn.render("not_on_list", what=name, known=turn.spoken.listing(titles))
