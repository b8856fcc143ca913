"""One call on the telephone program, and the facts that it tells of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CallRang:
    """The other end rings, by a provisional answer."""


@dataclass(frozen=True, slots=True)
class CallEstablished:
    """Both ends can hear each other."""


@dataclass(frozen=True, slots=True)
class CallDigit:
    """A key was pressed at the other end."""

    digit: str


@dataclass(frozen=True, slots=True)
class CallClosed:
    """The call is over."""

    reason: str
    """The reason, as baresip says it: "486 Busy Here", "Connection reset by peer", "end of
    file" …"""


@dataclass(frozen=True, slots=True)
class CallSaid:
    """What was to be said has sounded to its end; told by who plays it."""


CallFact = CallRang | CallEstablished | CallDigit | CallSaid | CallClosed


@dataclass(slots=True)
class PhoneCall:
    """One call; its facts come from `facts` in order, `CallClosed` last."""

    uri: str
    is_incoming: bool
    call_id: str = ""
    is_established: bool = False
    is_accepted: bool = False
    """Whether it came from outside and was let in; one that is still decided on, or refused, keeps
    nobody else out."""
    is_put_through: bool = False
    """Whether the person at the other end speaks with the elder: nothing may interrupt that."""
    decided: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a call from outside was let in or is over."""
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    facts: asyncio.Queue[CallFact] = field(default_factory=asyncio.Queue)
