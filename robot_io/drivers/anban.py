"""Driver for robots that speak the Anban protocol (PROTOCOL.md)."""

import logging
import math
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Self, TypeVar

from robot_io import codes
from robot_io import messages as m
from robot_io.driver import (
    Capabilities,
    ChimeName,
    Driver,
    EndReason,
    FaceName,
    LightPattern,
    MotionKind,
    RobotState,
)
from robot_io.errors import LimitError, LinkError, NotARobotError, RobotError, VersionError
from robot_io.frame import Decoder
from robot_io.link import Link
from robot_io.session import (
    COMMAND_DEADLINE_SECONDS,
    MOTION_DEADLINE_SECONDS,
    Completion,
    Session,
)

BAUD = 115_200
# An ESP32 that is reset by the opening of its port answers after about two seconds.
PATIENCE_SECONDS = 3.0
_SAMPLE_BYTES = 24

_FACES = list(FaceName)
_PATTERNS = list(LightPattern)
_CHIMES = list(ChimeName)
_log = logging.getLogger(__name__)
T = TypeVar("T")


class AnbanDriver(Driver):
    """One robot behind one serial port; see `Driver` for the calls."""

    def __init__(self, address: str, baud: int = BAUD) -> None:
        super().__init__()
        self._link = Link(address, baud, self)
        self._lock = threading.Lock()
        self._changed = threading.Condition()
        self._decoder = Decoder()
        self._session: Session | None = None
        self._opened_at = 0.0
        self._sample = b""
        self._problem: RobotError = LinkError("the robot has not been looked for yet")
        self._capabilities: Capabilities | None = None
        self._state: RobotState | None = None
        self._sessions = 0

    @classmethod
    def at(cls, address: str, baud: int | None = None) -> Self:
        return cls(address, baud or BAUD)

    def open(self) -> None:
        self._link.start()

    def close(self) -> None:
        self.stop()
        self._link.close()
        with self._lock:
            done = self._end_session(LinkError("this program has closed the robot's port"))
        _run(done)

    def wait_connected(self, timeout_seconds: float) -> Capabilities:
        with self._changed:
            self._changed.wait_for(
                lambda: self._capabilities is not None and self._state is not None,
                timeout_seconds,
            )
        return self.capabilities

    @property
    def capabilities(self) -> Capabilities:
        capabilities = self._capabilities
        if capabilities is None:
            raise self._problem
        return capabilities

    @property
    def state(self) -> RobotState | None:
        return self._state

    @property
    def statistics(self) -> dict[str, float | str]:
        link, frames = self._link.statistics, self._decoder.counts
        session = self._session
        counts: dict[str, float | str] = {
            "bytes_read": link.bytes_read,
            "bytes_written": link.bytes_written,
            "times_opened": link.times_opened,
            "times_lost": link.times_lost,
            "sessions": self._sessions,
            "frames_good": frames.good,
            "frames_bad": frames.bad,
            "last_error": link.last_error,
        }
        if session is None:
            return counts
        return counts | {
            "commands": session.counts.commands,
            "repeats": session.counts.repeats,
            "round_trip_ms": round(session.counts.round_trip_seconds * 1000, 3),
        }

    # Called by the link, from its threads.

    def link_up(self) -> None:
        with self._lock:
            self._opened_at, self._sample = time.monotonic(), b""
            self._problem = LinkError("the robot has not answered yet; wait until it is connected")
            self._session = self._new_session()

    def link_down(self, error: LinkError) -> None:
        with self._lock:
            done = self._end_session(error)
        _run(done)
        self._announce()

    def received(self, data: bytes) -> None:
        now = time.monotonic()
        done: list[Completion] = []
        state = None
        with self._lock:
            session = self._session
            if session is None:
                return
            if session.welcome is None:
                self._sample = (self._sample + data)[-_SAMPLE_BYTES:]
            before = session.state
            for frame in self._decoder.feed(data):
                done += session.received(frame, now)
            if session.state is not before and session.state is not None:
                state = self._state = _state(session.state, now)
            if session.welcome is not None and session.error is None and self._capabilities is None:
                self._capabilities = _capabilities(session.welcome)
                self._sessions += 1
                done.append(self._announce)
            if session.error is not None:
                done += self._replace_session(session.error)
        _run(done)
        if state is not None:
            self._tell_state(state)
            with self._changed:
                self._changed.notify_all()
        self._link.wake()

    def outgoing(self, budget_bytes: int) -> tuple[bytes, float]:
        now = time.monotonic()
        with self._lock:
            session = self._session
            if session is None:
                return b"", 1.0
            if session.welcome is None and now - self._opened_at > PATIENCE_SECONDS:
                self._not_a_robot()
            data, delay, done = session.poll(now, budget_bytes)
            if session.error is not None:
                done += self._replace_session(session.error)
        _run(done)
        return data, delay

    def _new_session(self) -> Session:
        # Any number but 0 and the last one; the robot refuses a session it has already closed.
        last = self._session.nonce if self._session is not None else 0
        nonce = last
        while nonce in (0, last):
            nonce = secrets.randbelow(0x10000)
        return Session(nonce, time.monotonic())

    def _not_a_robot(self) -> None:
        if isinstance(self._problem, NotARobotError | VersionError):
            return
        heard = f"it says {self._sample!r}" if self._sample else "it says nothing"
        self._problem = NotARobotError(
            f"the device on this port does not answer as an Anban robot ({heard}); check the port, "
            "its speed, and that the robot is switched on; it is asked again ten times a second"
        )

    def _replace_session(self, error: RobotError) -> list[Completion]:
        if str(error) != str(self._problem):
            _log.warning("robot session ended: %s", error)
        done = self._end_session(error)
        self._session = self._new_session()
        self._opened_at = time.monotonic()
        return [*done, self._announce]

    def _end_session(self, error: RobotError) -> list[Completion]:
        self._problem = error
        self._capabilities = self._state = None
        return self._session.close(error) if self._session is not None else []

    def _announce(self) -> None:
        connected = self._capabilities is not None
        self._tell_connection(connected, "" if connected else str(self._problem))
        with self._changed:
            self._changed.notify_all()

    # Commands.

    def stop(self) -> bool:
        with self._lock:
            if self._session is None:
                return False
            data, done = self._session.stop(time.monotonic())
        sent = self._link.send_now(data)
        _run(done)
        return sent

    def drive(self, speed_mps: float, turn_radps: float, seconds: float) -> "Future[None]":
        able = self.capabilities
        able.need(codes.Part.WHEELS)
        able.check("speed", speed_mps, able.speed_max_mps, "m/s")
        able.check("turning speed", turn_radps, able.turn_max_radps, "rad/s")
        duration = _duration_ms(seconds, codes.DRIVE_MAX_MS)
        return self._motion(m.Drive(round(speed_mps * 1000), round(turn_radps * 1000), duration))

    def release(self) -> "Future[None]":
        session = self._session
        state = session.state if session is not None else None
        return self._command(m.Release(state.hold if state is not None else 0))

    def go_to(self, place: str, seconds: float) -> "Future[None]":
        self.capabilities.need(codes.Part.NAVIGATION)
        return self._motion(m.GoTo(_duration_ms(seconds, codes.ERRAND_MAX_MS), place))

    def places(self) -> "Future[list[str]]":
        self.capabilities.need(codes.Part.NAVIGATION)
        return self._submit(m.Places(), COMMAND_DEADLINE_SECONDS, _place_names)

    def dock(self, seconds: float) -> "Future[None]":
        self.capabilities.need(codes.Part.DOCKING)
        return self._motion(m.Dock(_duration_ms(seconds, codes.ERRAND_MAX_MS)))

    def undock(self, seconds: float) -> "Future[None]":
        self.capabilities.need(codes.Part.DOCKING)
        return self._motion(m.Undock(_duration_ms(seconds, codes.ERRAND_MAX_MS)))

    def look(self, pan_radians: float, tilt_radians: float, seconds: float) -> "Future[None]":
        able = self.capabilities
        able.need(codes.Part.HEAD)
        able.check("pan", pan_radians, able.pan_max_radians, "rad")
        able.check("tilt", tilt_radians, able.tilt_max_radians, "rad")
        duration = _duration_ms(seconds, codes.LOOK_MAX_MS)
        return self._motion(m.Look(round(pan_radians * 1000), round(tilt_radians * 1000), duration))

    def face(self, face: FaceName) -> "Future[None]":
        self.capabilities.need(codes.Part.FACE)
        return self._command(m.Face(_FACES.index(face)))

    def text(self, text: str) -> "Future[None]":
        self.capabilities.need(codes.Part.TEXT)
        size = len(text.encode())
        if size > m.TEXT_MAX_BYTES:
            raise LimitError(f"text of {size} bytes refused: the limit is {m.TEXT_MAX_BYTES}")
        return self._command(m.Text(text))

    def light(self, red: int, green: int, blue: int, pattern: LightPattern) -> "Future[None]":
        self.capabilities.need(codes.Part.LIGHT)
        for value in (red, green, blue):
            if not 0 <= value <= 255:
                raise LimitError(f"light {value} refused: the limits are 0 and 255")
        return self._command(m.Light(red, green, blue, _PATTERNS.index(pattern)))

    def chime(self, chime: ChimeName) -> "Future[None]":
        self.capabilities.need(codes.Part.CHIME)
        return self._command(m.Chime(_CHIMES.index(chime)))

    def volume(self, percent: int) -> "Future[None]":
        self.capabilities.need(codes.Part.VOLUME)
        if not 0 <= percent <= 100:
            raise LimitError(f"volume {percent} % refused: the limits are 0 and 100 %")
        return self._command(m.Volume(percent))

    def _motion(self, message: m.Message) -> "Future[None]":
        return self._submit(message, MOTION_DEADLINE_SECONDS, _nothing)

    def _command(self, message: m.Message) -> "Future[None]":
        return self._submit(message, COMMAND_DEADLINE_SECONDS, _nothing)

    def _submit(
        self, message: m.Message, deadline_seconds: float, read: Callable[[bytes], T]
    ) -> "Future[T]":
        with self._lock:
            if self._session is None or self._session.welcome is None:
                raise self._problem
            answer = self._session.submit(message, time.monotonic(), deadline_seconds)
        result: Future[T] = Future()
        result.set_running_or_notify_cancel()

        def finish(answer: "Future[bytes]") -> None:
            error = answer.exception()
            if error is not None:
                result.set_exception(error)
            else:
                result.set_result(read(answer.result()))

        answer.add_done_callback(finish)
        self._link.wake()
        return result


def _nothing(answer: bytes) -> None:
    """Most commands are answered by their status alone."""


def _place_names(answer: bytes) -> list[str]:
    return answer.decode(errors="replace").split("\n") if answer else []


def _run(completions: list[Completion]) -> None:
    for complete in completions:
        complete()


def _duration_ms(seconds: float, limit_ms: int) -> int:
    if not math.isfinite(seconds) or not 0.001 <= seconds <= limit_ms / 1000:
        raise LimitError(
            f"duration {seconds} s refused: the limits are 0.001 and {limit_ms / 1000} s"
        )
    return round(seconds * 1000)


def _capabilities(welcome: m.Welcome) -> Capabilities:
    return Capabilities(
        name=welcome.name,
        parts=codes.Part(welcome.parts),
        speed_max_mps=welcome.linear_max_mm_s / 1000,
        turn_max_radps=welcome.angular_max_mrad_s / 1000,
        pan_max_radians=welcome.pan_max_mrad / 1000,
        tilt_max_radians=welcome.tilt_max_mrad / 1000,
        firmware=f"{welcome.firmware_major}.{welcome.firmware_minor}",
    )


def _reason(code: int) -> EndReason | None:
    return EndReason[codes.End(code).name] if code else None


def _state(state: m.State, now: float) -> RobotState:
    return RobotState(
        received_at=now,
        x_metres=state.x_mm / 1000,
        y_metres=state.y_mm / 1000,
        heading_radians=state.heading_mrad / 1000,
        speed_mps=state.linear_mm_s / 1000,
        turn_radps=state.angular_mrad_s / 1000,
        battery=state.battery_permille / 1000,
        bumper_left=bool(state.bumpers & 1),
        bumper_right=bool(state.bumpers & 2),
        cliff=bool(state.cliffs),
        lifted=bool(state.flags & codes.Flag.LIFTED),
        docked=bool(state.flags & codes.Flag.DOCKED),
        charging=bool(state.flags & codes.Flag.CHARGING),
        emergency_stop=bool(state.flags & codes.Flag.EMERGENCY_STOP),
        low_battery=bool(state.flags & codes.Flag.LOW_BATTERY),
        motion=MotionKind[codes.Motion(state.motion).name],
        motion_id=state.motion_sequence,
        end=_reason(state.end),
        held=_reason(state.hold_reason),
        button_presses=state.button_presses,
        pan_radians=state.pan_mrad / 1000,
        tilt_radians=state.tilt_mrad / 1000,
    )
