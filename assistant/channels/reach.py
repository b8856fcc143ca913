"""Reaching one person: which of their addresses may be used for what, and one attempt to its end.

Everything goes through here: alarms and what is told after them, notices to the family, drills,
calls that the elder asks for.  So the rule about whom only an alarm may reach is in one place, and
so is what is done with a channel that hangs, fails or cannot be left.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from assistant.channels.addresses import AddressError
from assistant.channels.api import (
    Acknowledged,
    Answered,
    AttemptEvent,
    Channel,
    ChannelError,
    ChannelStatus,
    Dialled,
    Ended,
    Kind,
    Message,
    Outcome,
    PutThrough,
)
from assistant.channels.registry import CENTRE_ADDRESS

log = logging.getLogger(__name__)

CALL_SECONDS: Final = 420.0
"""How long a call may take: waiting for the line, ringing, and all repeats of what is said."""
MESSAGE_SECONDS: Final = 90.0
TALK_SECONDS: Final = 600.0
"""How long a call may go on after the key: a notice is no conversation."""
CLOSE_SECONDS: Final = 5.0
CHECK_SECONDS: Final = 30.0
"""For one channel to say how it is."""
NO_SIGN: Final = Ended(Outcome.UNKNOWN, "the channel gave no sign in time")


class Opener(Protocol):
    """What opens channels: `Registry`."""

    def open(self, address: str) -> Channel:
        """Open the channel of an address; raises AddressError."""

    def agree(self, number: str, *, is_agreed: bool) -> None:
        """Let a public emergency number be rung, or no longer."""

    def is_public_number(self, address: str) -> bool:
        """Whether a call or text message there goes to a public emergency number."""


class Purpose(StrEnum):
    """What a person is reached for."""

    ALARM = "alarm"
    OUTLOOK = "outlook"
    """Asking whom an alarm could reach, and how; nobody is reached yet."""
    AFTERWARDS = "afterwards"
    """Telling more about an alarm to people who know of it: details, that it is over."""
    NOTICE = "notice"
    """Telling of a dose, a medicine that runs out, a fault of Anban."""
    DRILL = "drill"
    TALK = "talk"
    """Letting the elder speak with somebody."""


@dataclass(frozen=True, slots=True)
class Way:
    """One address of one person, opened."""

    address: str
    channel: Channel


def objection(address: str, purpose: Purpose, registry: Opener) -> str:
    """Say why an address is not for a purpose; empty if it may be used.

    Alarm receiving centres and public emergency numbers are for alarms alone: a missed dose rings
    no ambulance.  (Whether an alarm may ring them is the elder's to say: `Registry.open`.)
    """
    if purpose in {Purpose.ALARM, Purpose.OUTLOOK}:
        return ""
    if address.strip().lower() == CENTRE_ADDRESS:
        return "an alarm receiving centre is for alarms alone"
    if registry.is_public_number(address):
        return "a public emergency number is for alarms alone"
    return ""


def ways(
    addresses: Iterable[str], registry: Opener, purpose: Purpose, kind: Kind | None = None
) -> Iterator[Way]:
    """Open the addresses that may be used for a purpose, in their order.

    What cannot be opened is left out and logged; `kind` leaves only calls or only messages.  To
    talk, only a telephone over which the elder can speak will do.
    """
    for address in addresses:
        if objection(address, purpose, registry):
            continue
        try:
            channel = registry.open(address)
        except (AddressError, ChannelError) as error:
            # Looked at with every sentence about it; `anban contacts list` tells why.
            is_often = purpose in {Purpose.TALK, Purpose.OUTLOOK}
            level = logging.DEBUG if is_often else logging.WARNING
            log.log(level, "a way to a contact cannot be used: %s", error)
            continue
        except Exception:
            log.exception("a way to a contact cannot be opened")
            continue
        is_talk = purpose is Purpose.TALK
        if is_talk and not (channel.kind is Kind.CALL and channel.can_talk):
            continue
        if kind is None or channel.kind is kind:
            yield Way(address, channel)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a channel may be silent at each stage of an attempt, in seconds.

    Each is beyond the channel's own deadlines (line 30 s, ring 25 s): one that passes means that
    the channel hangs.
    """

    unanswered: float = 90.0
    answered: float = 400.0
    """How long an answered call may go on until somebody acknowledges."""
    talking: float = 2 * 3_600.0
    """How long a call may go on once it is acknowledged or put through."""

    def after(self, fact: AttemptEvent, before: float) -> float:
        """Tell how long the next fact may take; `before` was the limit for this one."""
        match fact:
            case Answered():
                return max(before, self.answered)
            case Acknowledged() | PutThrough(is_open=True):
                return self.talking
            case _:
                return before


async def follow(
    facts: AsyncGenerator[AttemptEvent, None], name: str, patience: Patience
) -> AsyncGenerator[AttemptEvent, None]:
    """Give every fact of an attempt as it comes, and always an `Ended` as the last.

    It never raises for what a channel does: one that hangs ended with an unknown outcome, as did
    one that failed once it had dialled.  Closing it (`contextlib.aclosing`) hangs up.
    """
    limit, is_out = patience.unanswered, False
    try:
        while True:
            async with asyncio.timeout(limit):
                fact = await anext(facts)
            is_out = is_out or isinstance(fact, Dialled)
            limit = patience.after(fact, limit)
            yield fact
            if isinstance(fact, Ended):
                return
    except (TimeoutError, StopAsyncIteration):
        log.warning("%s gave no sign in time", name)
        yield NO_SIGN
    except Exception as error:  # a channel's fault: the next way is tried
        log.exception("%s failed", name)
        outcome = Outcome.UNKNOWN if is_out else Outcome.FAILED
        yield Ended(outcome, f"the channel failed: {type(error).__name__}")
    finally:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(CLOSE_SECONDS):
                await facts.aclose()


async def try_once(channel: Channel, message: Message, *, ends_with_key: bool = False) -> Ended:
    """Make one attempt to its end; never raises for what the world or a channel does.

    `ends_with_key`: the call is over once the key was pressed; else the contact is put through to
    the elder, for at most `TALK_SECONDS`.
    """
    so_far = NO_SIGN
    seconds = CALL_SECONDS if channel.kind is Kind.CALL else MESSAGE_SECONDS
    facts = follow(channel.attempt(message), channel.name, Patience(seconds, seconds, TALK_SECONDS))
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds) as limit, contextlib.aclosing(facts):
            async for fact in facts:
                match fact:
                    case Answered():
                        so_far = Ended(Outcome.ANSWERED, "it took too long")
                    case Acknowledged(by=by):
                        so_far = Ended(Outcome.ACKNOWLEDGED, by)
                        if ends_with_key:
                            break  # leaving hangs up
                        limit.reschedule(loop.time() + TALK_SECONDS)
                    case Ended() if so_far.outcome is Outcome.ACKNOWLEDGED:
                        break  # however the call went on, somebody knows
                    case Ended() if fact is not NO_SIGN:
                        so_far = fact
    except TimeoutError:
        log.warning("%s took too long", channel.name)
    return so_far


async def status_of(channel: Channel) -> ChannelStatus:
    """Whether an attempt could work now; it never raises, and alarms nobody."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await channel.check()
    except TimeoutError:
        return ChannelStatus(is_well=False, detail=f"no sign for {CHECK_SECONDS:.0f} s")
    except ChannelError as error:
        return ChannelStatus(is_well=False, detail=str(error))
    except Exception as error:  # a channel's fault: the others are looked at all the same
        log.exception("%s cannot be checked", channel.name)
        return ChannelStatus(is_well=False, detail=f"its check failed: {type(error).__name__}")
