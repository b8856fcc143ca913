"""A request: what one process asks of another, with the type of its result and its errors.

    @request("reminders.taken", UnknownRefused)
    class CountTaken(Request[DosesTaken]):
        which: str = ""

`await link.request(CountTaken("aspirin"))` is a `DosesTaken` to mypy, or raises `UnknownRefused`,
as it was raised by whoever serves it: `bus.serve(CountTaken.answered_by(self._taken))`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Generic, Self, TypeVar, dataclass_transform, get_args

from assistant.services.errors import GENERAL, ServiceError

R = TypeVar("R")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Served:
    """A request with what answers it."""

    kind: type[Request[Any]]
    answer: Callable[[Any], Awaitable[Any]]


class Request(Generic[R]):
    """What is asked for; `R` is what comes back."""

    __slots__ = ()
    SERVICE: ClassVar[str]
    """Its name on the wire, to third parties' skills and in docs/services.md."""
    RESULT: ClassVar[Any]
    """The type of its result."""
    ERRORS: ClassVar[tuple[type[ServiceError], ...]]
    """What it may raise, beside what every request may (`errors.GENERAL`)."""

    @classmethod
    def answered_by(cls, answer: Callable[[Self], Awaitable[R]]) -> Served:
        """Pair the request with what answers it, for `Bus.serve`."""
        return Served(cls, answer)

    @classmethod
    def error_named(cls, name: str) -> type[ServiceError] | None:
        """The error of a name that may come back."""
        return next((each for each in (*cls.ERRORS, *GENERAL) if each.__name__ == name), None)


REQUESTS: Final[dict[str, type[Request[Any]]]] = {}
"""Every request by its name."""


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def request(name: str, *errors: type[ServiceError]) -> Callable[[type[_T]], type[_T]]:
    """Make a class a frozen dataclass that crosses processes, known by a name.

    Args:
        name: `<thing>.<act>`.
        errors: what it may raise beside what every request may.
    """

    def make(kind: type[_T]) -> type[_T]:
        made: Any = dataclass(frozen=True, slots=True)(kind)
        if name in REQUESTS:
            raise TypeError(f"two requests are named {name}")
        (base,) = (each for each in made.__orig_bases__ if get_args(each))
        (made.RESULT,) = get_args(base)
        made.SERVICE, made.ERRORS = name, errors
        REQUESTS[name] = made
        ours: type[_T] = made
        return ours

    return make
