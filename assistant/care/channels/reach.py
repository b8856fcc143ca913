"""Reaching one person: which of their addresses may be used for what, and one attempt to its end.

Everything outside an alarm goes through here: notices to the family, drills, calls that the elder
asks for, answers to a text message.  So the rule about whom only an alarm may reach is in one
place.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from assistant.care.channels.addresses import AddressError
from assistant.care.channels.api import (
    Acknowledged,
    Answered,
    Channel,
    ChannelError,
    Ended,
    Kind,
    Message,
    Outcome,
)
from assistant.care.channels.registry import CENTRE_ADDRESS, Registry

log = logging.getLogger(__name__)

CALL_SECONDS: Final = 420.0
"""Waiting for the line, ringing, and all repeats of what is said."""
MESSAGE_SECONDS: Final = 90.0
TALK_SECONDS: Final = 600.0
"""After the key a call may go on so long: a notice is no conversation."""


class Purpose(StrEnum):
    """What a person is reached for."""

    ALARM = "alarm"
    AFTERWARDS = "afterwards"
    """More about an alarm to people who know of it: details, that it is over."""
    NOTICE = "notice"
    """A dose, a medicine that runs out, a fault of Anban."""
    DRILL = "drill"
    TALK = "talk"
    """The elder wants to speak with somebody."""


@dataclass(frozen=True, slots=True)
class Way:
    """One address of one person, opened."""

    address: str
    channel: Channel


def objection(address: str, purpose: Purpose, registry: Registry) -> str:
    """Why an address is not for a purpose; empty if it may be used.

    Alarm receiving centres and public emergency numbers are for alarms alone: a missed dose rings
    no ambulance.  (Whether an alarm may ring them is the elder's to say: `Registry.open`.)
    """
    if purpose is Purpose.ALARM:
        return ""
    if address.strip().lower() == CENTRE_ADDRESS:
        return "an alarm receiving centre is for alarms alone"
    if registry.is_public_number(address):
        return "a public emergency number is for alarms alone"
    return ""


def ways(
    addresses: Iterable[str], registry: Registry, purpose: Purpose, kind: Kind | None = None
) -> Iterator[Way]:
    """The addresses that may be used for a purpose, opened, in their order.

    What cannot be opened is left out and logged; `kind` leaves only calls or only messages.  To
    talk, only a telephone over which the elder can speak will do.
    """
    for address in addresses:
        if objection(address, purpose, registry):
            continue
        try:
            channel = registry.open(address)
        except (AddressError, ChannelError) as error:
            # Asked for at every sentence about calls; `anban contacts list` tells why.
            level = logging.DEBUG if purpose is Purpose.TALK else logging.WARNING
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


async def try_once(channel: Channel, message: Message, *, ends_with_key: bool = False) -> Ended:
    """One attempt to its end; it never raises for what the world or a channel does.

    `ends_with_key`: the call is over once the key was pressed; else the contact is put through to
    the elder, for at most `TALK_SECONDS`.
    """
    so_far = Ended(Outcome.UNKNOWN, "the channel gave no sign in time")
    seconds = CALL_SECONDS if channel.kind is Kind.CALL else MESSAGE_SECONDS
    loop = asyncio.get_running_loop()
    try:
        async with (
            asyncio.timeout(seconds) as limit,
            contextlib.aclosing(channel.attempt(message)) as facts,
        ):
            async for fact in facts:
                match fact:
                    case Answered():
                        so_far = Ended(Outcome.ANSWERED, "it took too long")
                    case Acknowledged(by=by):
                        so_far = Ended(Outcome.ACKNOWLEDGED, by)
                        if ends_with_key:
                            break  # leaving hangs up
                        limit.reschedule(loop.time() + TALK_SECONDS)
                    case Ended():
                        so_far = fact
    except TimeoutError:
        log.warning("%s took too long", channel.name)
    except Exception as error:  # a channel's fault: the next way is tried
        log.exception("%s failed", channel.name)
        return Ended(Outcome.FAILED, f"the channel failed: {type(error).__name__}")
    return so_far
