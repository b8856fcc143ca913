"""What a channel is: one way to reach one person, and the facts that an attempt tells.

A channel makes one attempt and tells what happened.  It decides nothing else: the order of the
people, the repeats and the record of every attempt belong to the call-out above it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

RING_SECONDS: Final = 25.0
"""How long a telephone rings before it counts as not answered.  Networks switch to voice mail at
20 to 30 s, and a silent SIP peer would else take 32 s (RFC 3261, timer B)."""


MAX_DETAIL_CHARACTERS: Final = 300


class ChannelError(RuntimeError):
    """A channel cannot do its work; the message says why and what to do, the others go on."""


class Kind(StrEnum):
    """Whether a person is rung or written to."""

    CALL = "call"
    MESSAGE = "message"


class Outcome(StrEnum):
    """How an attempt ended.  Only the first one is a human acknowledgement."""

    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    """Somebody or something took the call and did not acknowledge."""
    DELIVERED = "delivered"
    """The network or service took the message; nobody is known to have read it."""
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REFUSED = "refused"
    FAILED = "failed"
    """The attempt surely did not reach anybody."""
    UNKNOWN = "unknown"
    """The attempt may have reached somebody: it is repeated with the same id."""


@dataclass(frozen=True, slots=True)
class CallScript:
    """What a telephone call says."""

    speak: Callable[[], Awaitable[Path]]
    """Gives a WAV file of the words, once, at any rate; begun with the dialling, it may take as
    long as the ringing. The file stays its maker's."""
    repeats: int = 5
    pause_seconds: float = 2.0
    """How long is silence between two repeats, in which a key is pressed."""
    details: Callable[[], Awaitable[Path]] | None = None
    """What is said when somebody who took the alarm on presses 2, in the same form."""
    opens_line: bool = False
    """Whether the elder is put through once all is said, without any key: an operator presses
    none."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one person is told of one alarm."""

    alarm_id: str
    attempt_id: str
    """The identity of the attempt; it stays the same if one of unknown outcome is repeated."""
    contact: str
    """The person's name, for the text; never part of an address, command or header."""
    headline: str
    text: str
    lang: str
    reason: str
    """fall, chest_pain, stroke, fire, gas, intruder, overdose, other, no_motion, bathroom,
    carbon_monoxide, water, out_of_bed, door_open or sensor; a channel that speaks a protocol with
    codes of its own chooses by it."""
    raised_at: float
    """When the alarm was raised; Unix time, seconds."""
    script: CallScript | None = None
    """The words of a call; a message needs none."""
    acknowledge_url: str | None = None
    answer_hint: str = ""
    """Words that tell how an answer takes the alarm on, for a channel that hears answers."""
    is_automatic: bool = False
    """Whether a sensor raised it; else somebody asked for help."""
    is_test: bool = False
    """Whether it is a drill, and told as such."""
    is_notice: bool = False
    """Whether it is nothing that anybody must run for: a dose, a medicine that runs out, a fault of
    Anban."""


# ------------------------------------------------------------------ facts of an attempt


@dataclass(frozen=True, slots=True)
class Dialled:
    """The call or message went out of the house."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """The telephone rings at the other end."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The call was taken, by a person or by a machine."""


@dataclass(frozen=True, slots=True)
class DtmfPressed:
    """A key was pressed at the other end."""

    digit: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A human took the alarm on."""

    by: str
    """How it was taken on: dtmf; an answer by SMS or a link comes in elsewhere."""


@dataclass(frozen=True, slots=True)
class PutThrough:
    """The other end and the elder can speak with each other now, or cannot."""

    is_open: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """The attempt is over; always the last fact, and there is always one."""

    outcome: Outcome
    detail: str = ""
    """More for the journal, in English, without secrets and without the message's words."""

    def __post_init__(self) -> None:
        # Reasons come from the other end of the world: printable ASCII only, and short.
        plain = "".join(c if " " <= c <= "~" else "?" for c in self.detail[:MAX_DETAIL_CHARACTERS])
        object.__setattr__(self, "detail", plain)


AttemptEvent = Dialled | Ringing | Answered | DtmfPressed | Acknowledged | PutThrough | Ended


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """Whether a channel could be used now, as far as can be known without an alarm."""

    is_well: bool
    detail: str


class Channel(ABC):
    """One way to reach one person.  Bound to its address; one attempt at a time."""

    name: str
    """The name for the journal and for the family: no secret of the address is in it."""
    kind: Kind
    server: str = ""
    """The server it speaks to, as `server.look_at` takes it, without any secret; empty: not
    known."""

    @property
    def can_talk(self) -> bool:
        """Whether the elder can speak with whoever answers: `talk` works."""
        return False

    @abstractmethod
    def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        """Try once. The last fact is `Ended`; it never raises for what the world does.

        Closing the generator early (`contextlib.aclosing`) hangs up.
        """

    def talk(self) -> AsyncGenerator[AttemptEvent, None]:
        """Ring, and put through at once: the elder speaks with whoever answers.

        Facts as of `attempt`.

        Raises:
            ChannelError: not if `can_talk` is false.
        """
        raise ChannelError(f"no conversation goes over this way: {self.name}")

    async def hang_up(self) -> None:  # noqa: B027  (a message once sent cannot be taken back)
        """End the running attempt: somebody else acknowledged.  A sent message stays sent."""

    @abstractmethod
    async def check(self) -> ChannelStatus:
        """Find out, within its own deadline, whether an attempt could work; alarms nobody."""
