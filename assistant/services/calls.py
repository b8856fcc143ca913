"""Calls by voice: who may be meant, and the offer to ring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from assistant.services.alarm import NoContactRefused
from assistant.services.request import Request, request
from assistant.services.strict import Limit, LongText


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody who may be rung."""

    contact_id: str
    name: str
    said: str
    """The name as it is said to the elder."""


@dataclass(frozen=True, slots=True)
class CalleesFound:
    """Who may be meant."""

    matches: tuple[Callee, ...]
    """The nearest first."""
    known: tuple[Callee, ...]
    """Everybody with a telephone."""
    named: tuple[str, ...] = ()
    """The names that were said, without words that name nobody."""
    is_offered: bool = False
    """Whether it is the person whom a call is offered to already."""


@request("calls.find")
class FindCallee(Request[CalleesFound]):
    """Who may be meant: by the names that were understood, else by the whole sentence."""

    names: Annotated[tuple[str, ...], Limit(100)]
    sentence: LongText


@dataclass(frozen=True, slots=True)
class CallOffered:
    """A call that is offered, or why it is not."""

    name: str
    """As it is said to the elder."""
    refused: str = ""
    """Empty, or alarm, in_call, no_way."""


@request("calls.offer", NoContactRefused)
class OfferCall(Request[CallOffered]):
    """Hold "shall I ring …?" open; the one who asks this words and says the question."""

    contact_id: str
    name: str = ""


@request("calls.agree")
class AgreeToCall(Request[bool]):
    """Ring who is offered: the elder agreed in other words than yes; False if nobody is."""


@request("calls.hang_up")
class HangUp(Request[bool]):
    """End the call; False if there is none, and none is offered."""
