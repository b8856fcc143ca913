"""A no of the core, or its silence, in plain words: what happened, what holds, what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from fractions import Fraction
from functools import wraps
from typing import TypeVar

from skills.api import NotStartedError, Reply, ServiceError, Turn, Unit, services
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
    if isinstance(error, services.Refusal):
        return refusal(turn, error)
    if isinstance(error, NotStartedError):
        return turn.render("starting")
    return turn.render("slow" if isinstance(error, TimeoutError) else "cannot_write")


def refusal(turn: Turn, why: services.Refusal) -> str:
    """A no of the reminders, with what is still true."""
    match why:
        case services.AlreadyTakenRefused():
            return turn.render("already_taken", what=why.title, time=clock(turn, why.taken_at))
        case services.NothingOpenRefused(next_at=None):
            return turn.render("nothing_open")
        case services.NothingOpenRefused(next_at=float(next_at)):
            return turn.render("nothing_open_next", time=clock(turn, next_at))
        case services.TooSoonRefused():
            last, after = clock(turn, why.last_at), clock(turn, why.next_at)
            return turn.render("too_soon", what=why.title, last=last, next=after)
        case services.DailyMostRefused():
            after, most = clock(turn, why.next_at), times(turn, why.most)
            return turn.render("daily_most", what=why.title, most=most, next=after)
        case services.SnoozeTooLongRefused():
            until = clock(turn, why.offered_until)
            return turn.render("snooze_too_long", what=why.title, time=until)
        case services.UnknownRefused():
            return unknown(turn, why.name, why.known)
        case services.DoseUnlikelyRefused():
            dose = amount(turn, services.Stock(Fraction(why.amount), Unit(why.unit)))
            return turn.render("dose_unlikely", amount=dose)
        case services.DoseTooMuchRefused():
            bound = limit(turn, why.most, why.limit_unit)
            return turn.render(f"too_much_{why.per}", what=why.title, limit=bound)
        case (
            services.WhichTimeRefused()
            | services.PassesNextRefused()
            | services.NotThatDayRefused()
        ):
            return turn.render(why.code, what=why.title)
        case services.NotPausedRefused():
            return turn.render("nothing_paused")
        case (
            services.NeverComesRefused()
            | services.ImpossibleTimeRefused()
            | services.ClockWrongRefused()
            | services.TooManyRefused()
        ):
            return turn.render(why.code)
        case _:
            return turn.render("not_possible")


def unknown(turn: Turn, name: str, known: Iterable[str]) -> str:
    """No reminder is called so."""
    titles = list(dict.fromkeys(known))[:6]
    if not titles:
        return turn.render("nothing_kept")
    return turn.render("not_on_list", what=name, known=turn.spoken.listing(titles))
