"""The host's side of the protocol: one session with a robot. No I/O, no clock of its own.

Commands are carried out in order and exactly once: each carries a sequence number, up to the
robot's window of them travel at a time, the robot repeats its answer to one it has seen and
refuses one that comes too early (go-back-N). A command that outlives its deadline is replaced by
`Nothing` under the same number, so that it can never be carried out late. The time to repeat
follows RFC 6298 (without its back-off: a serial line has no congestion).
"""

import math
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from robot_io import codes
from robot_io import frame as framing
from robot_io import messages as m
from robot_io.codes import Status
from robot_io.errors import (
    BusyError,
    LinkError,
    NotAcknowledgedError,
    ProtocolError,
    RefusedError,
    RobotError,
    StoppedError,
    VersionError,
)
from robot_io.frame import Frame

QUEUE_MAX = 1024
# More is not faster on a paced pseudo-terminal at 921,600 baud (benchmarks.robot), and a stop waits
# behind what the robot has received and not yet handled.
IN_FLIGHT_MAX = 8
HEARTBEAT_PERIOD_SECONDS = 0.05
SILENCE_SECONDS = codes.DEAD_MAN_MS / 1000
MOTION_DEADLINE_SECONDS = 0.5
COMMAND_DEADLINE_SECONDS = 2.0
STOP_REPEATS = 3
_HELLO_PERIOD_SECONDS = 0.1
_FIRST_RETRY_SECONDS = 0.1
_RETRY_MIN_SECONDS = 0.015
_RETRY_MAX_SECONDS = 0.2

WHY_REFUSED: dict[int, str] = {
    Status.UNKNOWN: "its firmware does not know this command; update the firmware",
    Status.MALFORMED: "its firmware reads this command differently; update the firmware",
    Status.BEYOND_LIMIT: "a value is beyond its limits",
    Status.NOT_SUPPORTED: "it has no such part",
    Status.DOCKED: "it stands on its charger; undock first",
    Status.EMERGENCY_STOP: "its emergency stop is pressed; release it at the robot",
    Status.BLOCKED: ("a bumper or cliff sensor is active, or it is lifted; back off or free it"),
    Status.HELD: "it stopped itself and waits to be released",
    Status.NO_SUCH_PLACE: "it knows no place of that name",
    Status.NOT_HELD: "it is not held for that reason any more; read its state",
}


@dataclass(slots=True)
class SessionCounts:
    """What a session has done."""

    commands: int = 0
    acknowledged: int = 0
    repeats: int = 0
    gaps: int = 0
    stops: int = 0
    round_trip_seconds: float = 0.0
    """Smoothed time from a command to its acknowledgement."""


@dataclass(slots=True)
class _Pending:
    message: m.Message
    future: "Future[bytes]"
    patience_seconds: float
    deadline: float = math.inf
    sequence: int = -1
    payload: bytes = b""
    sent_at: float | None = None
    repeated: bool = False
    given_up: bool = False
    kind: codes.Type = field(init=False)

    def __post_init__(self) -> None:
        self.kind = self.message.TYPE
        self.payload = self.message.pack()


# Work to do once the caller has let go of its lock.
Completion = Callable[[], None]


class Session:
    """One session; every method takes the time (seconds, monotonic) and returns at once.

    Futures are completed by the functions that `received`, `poll`, `stop` and `close` return, so
    that a caller may hold a lock around this class and complete them outside of it.
    """

    def __init__(self, nonce: int, now: float) -> None:
        self.nonce = nonce
        self.welcome: m.Welcome | None = None
        self.state: m.State | None = None
        self.error: RobotError | None = None
        self.counts = SessionCounts()
        self._next_sequence = 0
        self._stop_sequence: int | None = None
        """Of the stop that the robot has not confirmed yet."""
        self._stop_sent_at = 0.0
        self._queue: deque[_Pending] = deque()
        self._sent: deque[_Pending] = deque()
        self._heard_at = now
        self._spoke_at = -1.0
        self._went_back_at = -1.0
        self._retry_seconds = _FIRST_RETRY_SECONDS
        self._variation = 0.0

    @property
    def waiting(self) -> int:
        """Commands not yet answered."""
        return len(self._queue) + len(self._sent)

    def submit(self, message: m.Message, now: float, deadline_seconds: float) -> "Future[bytes]":
        """Queue a command; its future gives the answer's bytes or the error.

        The deadline of a motion runs from now, so that none begins late; that of any other
        command from when it is sent.

        Raises:
            BusyError: the queue is full.
            LinkError: the session is over or not yet open.
            ProtocolError: a value does not fit its field.
        """
        if self.error is not None:
            raise self.error
        if self.welcome is None:
            raise LinkError("the robot has not answered yet; wait until it is connected")
        if self.waiting >= QUEUE_MAX:
            raise BusyError(f"{self.waiting} commands wait already; wait for some to finish")
        future: Future[bytes] = Future()
        pending = _Pending(message, future, deadline_seconds)
        if pending.kind in codes.MOTIONS:
            pending.deadline = now + deadline_seconds
        future.set_running_or_notify_cancel()
        self.counts.commands += 1
        self._queue.append(pending)
        return future

    def stop(self, now: float) -> tuple[bytes, list[Completion]]:
        """The bytes of a stop, to be sent before anything else; voids all motions before it.

        `poll` repeats it until the robot has confirmed it, and lets no motion pass before that.
        """
        self.counts.stops += 1
        self._stop_sequence, self._stop_sent_at = self._next_sequence, now
        done: list[Completion] = []
        kept: deque[_Pending] = deque()
        for pending in self._queue:
            if pending.kind in codes.MOTIONS:
                done.append(_failing(pending, StoppedError("stopped before it was sent")))
            else:
                kept.append(pending)
        self._queue = kept
        done += [
            self._give_up(pending, StoppedError("overtaken by a stop"))
            for pending in self._sent
            if pending.kind in codes.MOTIONS
        ]
        return self._stop_line() * STOP_REPEATS, done

    def _stop_line(self) -> bytes:
        stop = Frame(codes.Type.STOP, self.nonce, self._stop_sequence or 0)
        return framing.DELIMITER + framing.encode(stop)

    def close(self, error: RobotError) -> list[Completion]:
        """End the session; everything unanswered fails with `error`."""
        if self.error is None:
            self.error = error
        left = [p for p in (*self._sent, *self._queue) if not p.given_up]
        self._sent.clear()
        self._queue.clear()
        return [_failing(pending, error) for pending in left]

    def received(self, frame: Frame, now: float) -> list[Completion]:
        """Take one frame from the robot."""
        if frame.session != self.nonce or self.error is not None:
            return []
        if frame.version != framing.VERSION and frame.type != codes.Type.REFUSAL:
            return []  # a refusal reads the same in every version
        try:
            match frame.type:
                case codes.Type.WELCOME:
                    self._heard_at = now
                    self.welcome = m.Welcome.unpack(frame.payload)
                case codes.Type.ALIVE:
                    self._heard_at = now
                case codes.Type.STATE:
                    self._heard_at = now
                    self.state = m.State.unpack(frame.payload)
                case codes.Type.ACKNOWLEDGE:
                    self._heard_at = now
                    return self._acknowledged(frame, now)
                case codes.Type.STOPPED if frame.sequence == self._stop_sequence:
                    self._stop_sequence = None
                case codes.Type.REFUSAL:
                    return self._refused(m.Refusal.unpack(frame.payload), now)
                case _:
                    pass
        except ProtocolError as error:
            return self.close(
                VersionError(f"the robot's firmware does not keep to the protocol: {error}")
            )
        return []

    def poll(self, now: float, budget_bytes: int) -> tuple[bytes, float, list[Completion]]:
        """What to send now, seconds until it must be asked again, and futures to complete."""
        if self.error is not None:
            return b"", 1.0, []
        if self.welcome is None:
            return (*self._hello(now), [])
        if now - self._heard_at >= SILENCE_SECONDS:
            error = LinkError(
                f"the robot has been silent for {SILENCE_SECONDS} s; it stops by itself, and the "
                "connection is tried again"
            )
            return b"", 0.0, self.close(error)
        out = bytearray()
        if self._stop_sequence is not None and now - self._stop_sent_at >= self._retry_seconds:
            self._stop_sent_at = now
            out += self._stop_line()
        done = self._repeat_due(now, out, budget_bytes)
        done += self._send_new(now, out, budget_bytes)
        if not out and now - self._spoke_at >= HEARTBEAT_PERIOD_SECONDS:
            out += framing.encode(Frame(codes.Type.HEARTBEAT, self.nonce, self._next_sequence))
        if out:
            self._spoke_at = now
        more = self._more_to_send() or any(pending.sent_at is None for pending in self._sent)
        return bytes(out), 0.0 if more else self._wait_seconds(now), done

    def _hello(self, now: float) -> tuple[bytes, float]:
        wait = self._spoke_at + _HELLO_PERIOD_SECONDS - now
        if wait > 0:
            return b"", wait
        self._spoke_at = now
        hello = m.Hello(framing.VERSION, framing.VERSION).pack()
        frame = Frame(codes.Type.HELLO, self.nonce, self._next_sequence, hello)
        return framing.DELIMITER + framing.encode(frame), _HELLO_PERIOD_SECONDS

    def _repeat_due(self, now: float, out: bytearray, budget_bytes: int) -> list[Completion]:
        done: list[Completion] = []
        for pending in self._sent:
            if now >= pending.deadline and not pending.given_up:
                error = NotAcknowledgedError(
                    f"the robot did not acknowledge {pending.kind.name} within "
                    f"{pending.patience_seconds:g} s; it may or may not have been carried out: "
                    "read the robot's state before trying again"
                )
                done.append(self._give_up(pending, error))
            # The clock repeats only the oldest: if the robot stalls, the line is not filled with
            # copies, and if more was lost, its answer to this one says where to go on.
            oldest = pending is self._sent[0]
            due = pending.sent_at is None or (
                oldest and now - pending.sent_at >= self._retry_seconds
            )
            if due and len(out) < budget_bytes:
                self._transmit(pending, now, out)
                pending.repeated = True
                self.counts.repeats += 1
        return done

    def _more_to_send(self) -> bool:
        return self._next_may_go() and self._window_open()

    def _next_may_go(self) -> bool:
        """Whether anything waits that need not wait for a stop to be confirmed."""
        if not self._queue:
            return False
        return self._stop_sequence is None or self._queue[0].kind not in codes.MOTIONS

    def _window_open(self) -> bool:
        if self.welcome is None:
            return False
        if not self._sent:
            return True
        ahead = (self._next_sequence - self._sent[0].sequence) & 0xFFFF
        return ahead < max(1, min(self.welcome.window, IN_FLIGHT_MAX))

    def _send_new(self, now: float, out: bytearray, budget_bytes: int) -> list[Completion]:
        done: list[Completion] = []
        while self._next_may_go() and self._window_open() and len(out) < budget_bytes:
            pending = self._queue.popleft()
            if now >= pending.deadline:
                error = NotAcknowledgedError(
                    f"{pending.kind.name} waited too long behind other commands and was not sent"
                )
                done.append(_failing(pending, error))
                continue
            pending.deadline = min(pending.deadline, now + pending.patience_seconds)
            pending.sequence = self._next_sequence
            self._next_sequence = (self._next_sequence + 1) & 0xFFFF
            self._sent.append(pending)
            self._transmit(pending, now, out)
        return done

    def _transmit(self, pending: _Pending, now: float, out: bytearray) -> None:
        pending.sent_at = now
        out += framing.encode(Frame(pending.kind, self.nonce, pending.sequence, pending.payload))

    def _wait_seconds(self, now: float) -> float:
        """Until the next heartbeat or repeat."""
        until = self._spoke_at + HEARTBEAT_PERIOD_SECONDS
        if self._stop_sequence is not None:
            until = min(until, self._stop_sent_at + self._retry_seconds)
        if self._sent:
            oldest = self._sent[0]
            if oldest.sent_at is None:
                return 0.0
            until = min(until, oldest.sent_at + self._retry_seconds)
        return max(0.0, until - now)

    def _acknowledged(self, frame: Frame, now: float) -> list[Completion]:
        if not frame.payload:
            raise ProtocolError("an acknowledgement without a status")
        pending = next((p for p in self._sent if p.sequence == frame.sequence), None)
        if pending is None:  # an answer repeated by the line or the robot
            return []
        self._sent.remove(pending)
        self.counts.acknowledged += 1
        if pending.sent_at is not None and not pending.repeated:
            self._measure(now - pending.sent_at)
        if pending.given_up:
            return []
        status, answer = frame.payload[0], frame.payload[1:]
        if status == Status.DONE:
            return [lambda: pending.future.set_result(answer)]
        if status == Status.CANCELLED:
            return [_failing(pending, StoppedError("overtaken by a stop"))]
        why = WHY_REFUSED.get(status, f"code {status}")
        name = codes.Status(status).name if status in WHY_REFUSED else str(status)
        error = RefusedError(f"the robot refused {pending.kind.name}: {why}", name)
        return [_failing(pending, error)]

    def _measure(self, seconds: float) -> None:
        """RFC 6298, section 2."""
        smoothed = self.counts.round_trip_seconds
        if smoothed == 0.0:
            smoothed, self._variation = seconds, seconds / 2
        else:
            self._variation += (abs(smoothed - seconds) - self._variation) / 4
            smoothed += (seconds - smoothed) / 8
        self.counts.round_trip_seconds = smoothed
        wanted = smoothed + 4 * self._variation
        self._retry_seconds = min(_RETRY_MAX_SECONDS, max(_RETRY_MIN_SECONDS, wanted))

    def _refused(self, refusal: m.Refusal, now: float) -> list[Completion]:
        match refusal.reason:
            case codes.Reason.VERSION:
                oldest, newest = refusal.detail & 0xFF, refusal.detail >> 8
                return self.close(
                    VersionError(
                        f"the robot speaks protocol {oldest} to {newest}, this program "
                        f"{framing.VERSION}; update the robot's firmware or this program"
                    )
                )
            case codes.Reason.OUT_OF_ORDER:
                self._go_back(refusal.detail, now)
            case codes.Reason.NO_SESSION if self.welcome is not None:
                return self.close(
                    LinkError(
                        "the robot restarted or missed our heartbeat, and stopped; "
                        "the connection is made again"
                    )
                )
            case codes.Reason.STALE_SESSION:
                return self.close(LinkError("the robot asks for a new session"))
            case _:
                pass
        return []

    def _go_back(self, expected: int, now: float) -> None:
        """Repeat everything from the number the robot waits for, once a round trip."""
        if now - self._went_back_at < max(self.counts.round_trip_seconds, 0.002):
            return
        self._went_back_at = now
        self.counts.gaps += 1
        for pending in self._sent:
            if (pending.sequence - expected) & 0xFFFF < 0x8000:
                pending.sent_at = None

    def _give_up(self, pending: _Pending, error: RobotError) -> Completion:
        pending.given_up = True
        pending.kind, pending.payload = codes.Type.NOTHING, b""
        pending.sent_at = None
        return _failing(pending, error)


def _failing(pending: _Pending, error: RobotError) -> Completion:
    return lambda: pending.future.set_exception(error)
