"""The bytes of one radar to events: parser and watch together, and trouble said once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from perception.activity import ExerciseWatch
from perception.calibration import Hung
from perception.events import Event, SensorRecovered, SensorTroubled, TroubleKind, Unsure
from perception.fall import FallModel
from perception.radar.protocols import PROTOCOLS, Protocol
from perception.radar.room import Room
from perception.radar.stream import ParserStatistics
from perception.radar.tracker import Person
from perception.watch import Patience, RoomWatch

UNREADABLE_BYTES: Final = 4_096
UNREADABLE_SECONDS: Final = 5.0
"""So much, over so long, without one good frame: the bytes are not what they should be."""
SILENT_SECONDS: Final = 10.0
HELD_UP_SECONDS: Final = 2.0
"""On a busy computer; a fall whose frames all had one time would be a leap."""
SURE_FRAMES: Final = 3
"""Good frames in another protocol that make it the likelier one."""


class RadarSensor:
    """One radar in one room."""

    def __init__(
        self,
        protocol: Protocol,
        room: Room,
        model: FallModel,
        patience: Patience | None = None,
        exercise: ExerciseWatch | None = None,
    ) -> None:
        self._protocol = protocol
        self._parser = protocol.parser()
        self._watch = RoomWatch(room, model, patience)
        self._exercise = exercise
        self._troubled = False
        self._last_frame: float | None = None
        self._last_byte = self._last_foreign = float("-inf")
        self._foreign_seen = self._foreign_before = 0
        self._unread = bytearray()

    @property
    def statistics(self) -> ParserStatistics:
        """What the parser has met so far."""
        return self._parser.statistics

    @property
    def people(self) -> list[tuple[float, float]]:
        """Where everybody is, x and y in the room's metres; nobody while it is in trouble."""
        return [] if self._troubled else self._watch.people

    @property
    def tracked(self) -> tuple[Person, ...]:
        """Everybody who is followed, with what was seen of them last; nobody while in trouble."""
        return () if self._troubled else self._watch.tracked

    @property
    def floor(self) -> Hung | Unsure:
        """How high the radar hangs by people's walks, or why this cannot be told."""
        return self._watch.floor

    def feed(self, at: float, data: bytes) -> list[Event]:
        """Take bytes that came at this monotonic time; b"" lets time pass."""
        events: list[Event] = []
        if self._last_frame is None or at < self._last_frame:
            self._last_frame = at
        if data:
            self._last_byte = at
        frames = self._parser.feed(data)
        if frames and not self._is_foreign(at):
            times = _spread(self._last_frame, at, len(frames))
            self._last_frame = at
            self._unread.clear()
            if self._troubled:
                self._troubled = False
                events.append(SensorRecovered(at))
            for then, frame in zip(times, frames, strict=True):
                events += self._watch.update(then, frame)
                if self._exercise is not None and frame.points is not None:
                    events += self._exercise.update(then, frame.points)
        else:
            self._unread += data
            events += self._trouble(at, at - self._last_frame)
        return events

    def finish(self) -> list[Event]:
        """The recording ends here: what is suspected so far is judged on what was seen."""
        return self._watch.finish()

    def lost(self, at: float, reason: str) -> list[Event]:
        """The device is gone; said once."""
        return self._told(SensorTroubled(at, reason))

    def _told(self, trouble: SensorTroubled) -> list[Event]:
        if self._troubled:
            return []
        self._troubled = True
        return [trouble]

    def _is_foreign(self, at: float) -> bool:
        """Whether another device speaks, some of whose frames could be those of the expected."""
        seen = self._parser.statistics.foreign_frames
        if seen > self._foreign_seen:
            self._foreign_seen, self._last_foreign = seen, at
        elif not 0.0 <= at - self._last_foreign < SILENT_SECONDS:
            self._foreign_before = seen
        return seen - self._foreign_before >= SURE_FRAMES

    def _trouble(self, at: float, waited: float) -> Iterator[Event]:
        del self._unread[: -2 * UNREADABLE_BYTES]
        if self._troubled:
            return
        much = len(self._unread) >= UNREADABLE_BYTES and waited >= UNREADABLE_SECONDS
        long = waited >= SILENT_SECONDS
        if much or (long and 0.0 <= at - self._last_byte < UNREADABLE_SECONDS):
            other = _likelier(bytes(self._unread), self._protocol)
            kind = TroubleKind.UNREADABLE if other is None else TroubleKind.SWAPPED
            reason = _foreign(other, self._protocol)
            speaks_like = other.name if other is not None else ""
            yield from self._told(SensorTroubled(at, reason, kind, speaks_like))
        elif long:
            reason = f"The radar has sent nothing for {SILENT_SECONDS:.0f} s."
            yield from self._told(SensorTroubled(at, reason, TroubleKind.SILENT))


def _spread(last: float, at: float, count: int) -> list[float]:
    """When frames that came together were seen: evenly since the last, had they been held up."""
    gap = at - last
    if gap > HELD_UP_SECONDS:
        return [at] * count
    return [at - gap * left / count for left in range(count - 1, -1, -1)]


def what_is_wrong(data: bytes, expected: Protocol) -> str:
    """Why these bytes are not what the expected radar sends."""
    return _foreign(_likelier(data, expected), expected)


def _likelier(data: bytes, expected: Protocol) -> Protocol | None:
    """The protocol that these bytes speak instead of the expected one."""
    # Some differ in their rate alone, and what is read at all came at the expected one.
    for protocol in sorted(PROTOCOLS.values(), key=lambda other: other.baud != expected.baud):
        if protocol.parser is not expected.parser:
            parser = protocol.parser()
            frames = parser.feed(data)
            if len(frames) >= SURE_FRAMES > parser.statistics.foreign_frames:
                return protocol
    return None


def _foreign(other: Protocol | None, expected: Protocol) -> str:
    if other is not None:
        return (
            f"This is no {expected.name}: it speaks like a {other.name}. Are two devices swapped?"
        )
    return (
        f"What comes is not readable as {expected.name}: "
        f"is the port right, and its rate {expected.baud} baud?"
    )
