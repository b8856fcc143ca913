"""A place where sound goes: the one thing a player asks of a device or a file."""

from __future__ import annotations

from typing import Final, Protocol

from assistant.mouth.playhead import Playhead

STALL_SECONDS: Final = 2.0
"""A device that took no sample for so long is lost; it gives no error by itself."""


class SpeakerError(RuntimeError):
    """No sound goes out; the player opens the speaker again."""


class SpeakerHungError(RuntimeError):
    """The sound system does not return from a call; only a new process helps."""


class Speaker(Protocol):
    """An opened one belongs to one event loop; after `close` it is not used again."""

    name: str
    rate_hz: int
    tail_seconds: float
    """How long a sample still lies in buffers after it was taken."""

    async def open(self) -> None:
        """Make it ready to play.

        Raises:
            SpeakerError: absent, busy or refusing.
            SpeakerHungError: the sound system does not answer.
        """

    def clock_seconds(self) -> float:
        """The time in which it is silent when nothing plays, from any beginning."""

    async def play(self, playhead: Playhead) -> None:
        """Play until the playhead is over.

        Raises:
            SpeakerError: lost meanwhile.
        """

    async def watch(self) -> str:
        """Wait until it is lost, and say why."""

    async def close(self) -> None:
        """Give it back; raises `SpeakerHungError`."""
