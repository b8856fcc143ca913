"""Driver for the iRobot Create 2 (and Roomba 500/600) over its Open Interface.

The interface has no acknowledgement, no checksum on commands, no end time and no dead-man. The
driver makes up for what it can: it watches the wheel speeds that the robot streams back, repeats
or corrects until they are what was asked for, ends every motion itself, and stops at a bumper. It
cannot stop the robot when this program is killed or the cable falls out: the robot then drives on
until it meets a cliff or is lifted. It is therefore limited to a slow walk and does not claim
`Part.DEAD_MAN`; docs/robot-drivers.md says what that means.
"""

import dataclasses
import math
import threading
import time
from concurrent.futures import Future
from typing import Self

from robot_io.codes import Part
from robot_io.driver import (
    Capabilities,
    ChimeName,
    Driver,
    EndReason,
    LightPattern,
    MotionKind,
    RobotState,
)
from robot_io.drivers import create2_interface as oi
from robot_io.drivers.create2_interface import Mode, Opcode, Packet, Sensors
from robot_io.drivers.create2_state import updated
from robot_io.drivers.create2_wheels import REPEAT_SECONDS, STOP, Run, Wheels
from robot_io.errors import (
    LimitError,
    LinkError,
    NotARobotError,
    RefusedError,
    RobotError,
    StoppedError,
)
from robot_io.link import Link
from robot_io.session import SILENCE_SECONDS, STOP_REPEATS

SPEED_MAX_MPS = 0.2
TURN_MAX_RADPS = 1.5
DRIVE_MAX_SECONDS = 10.0
DOCK_MAX_SECONDS = 300.0
_UNDOCK_MPS = -0.1  # it docks with its face to the charger
_PATIENCE_SECONDS = 3.0
_SONGS = {
    ChimeName.ATTENTION: (0, [(76, 16), (79, 16), (84, 32)]),
    ChimeName.ACKNOWLEDGE: (1, [(79, 8), (84, 16)]),
    ChimeName.ALARM: (2, [(88, 16), (76, 16)] * 4),
}
_PARTS = (
    Part.WHEELS
    | Part.TEXT
    | Part.LIGHT
    | Part.CHIME
    | Part.BATTERY
    | Part.BUMPERS
    | Part.CLIFF_SENSORS
    | Part.BUTTON
    | Part.DOCKING
)
_CAPABILITIES = Capabilities("iRobot Create 2", _PARTS, SPEED_MAX_MPS, TURN_MAX_RADPS)


class Create2Driver(Driver):
    """One Create 2 behind one serial port; see `Driver` for the calls."""

    def __init__(self, address: str, baud: int = oi.BAUD) -> None:
        super().__init__()
        self._link = Link(address, baud, self)
        self._lock = threading.Lock()
        self._changed = threading.Condition()
        self._decoder = oi.StreamDecoder()
        self._wheels = Wheels()
        self._sensors: Sensors | None = None
        self._state: RobotState | None = None
        self._problem: RobotError = LinkError("the robot has not been looked for yet")
        self._asked_at = self._opened_at = 0.0

    @classmethod
    def at(cls, address: str, baud: int | None = None) -> Self:
        return cls(address, baud or oi.BAUD)

    def open(self) -> None:
        self._link.start()

    def close(self) -> None:
        self.stop()
        self._link.send_now(oi.PASSIVE)  # else it would neither charge nor ever sleep
        self._link.close()
        self._lose(LinkError("this program has closed the robot's port"))

    def wait_connected(self, timeout_seconds: float) -> Capabilities:
        with self._changed:
            self._changed.wait_for(lambda: self._state is not None, timeout_seconds)
        return self.capabilities

    @property
    def capabilities(self) -> Capabilities:
        if self._state is None:
            raise self._problem
        return _CAPABILITIES

    @property
    def state(self) -> RobotState | None:
        return self._state

    @property
    def statistics(self) -> dict[str, float | str]:
        link = self._link.statistics
        return {
            "bytes_read": link.bytes_read,
            "bytes_written": link.bytes_written,
            "times_opened": link.times_opened,
            "times_lost": link.times_lost,
            "frames_good": self._decoder.good,
            "bytes_skipped": self._decoder.skipped_bytes,
            "last_error": link.last_error,
        }

    # Called by the link, from its threads.

    def link_up(self) -> None:
        with self._lock:
            self._opened_at = time.monotonic()
            self._asked_at = -math.inf
            self._problem = LinkError("the robot has not answered yet; wait until it is connected")

    def link_down(self, error: LinkError) -> None:
        self._lose(error)

    def received(self, data: bytes) -> None:
        now = time.monotonic()
        states = []
        with self._lock:
            for sensors in self._decoder.feed(data):
                before = self._state or RobotState(now)
                state = updated(before, self._sensors, sensors, now)
                self._sensors = sensors
                self._state = self._wheels.follow_up(state, sensors, now)
                states.append(self._state)
        if states:
            self._tell_connection(connected=True)
            for state in states:
                self._tell_state(state)
            with self._changed:
                self._changed.notify_all()
            self._link.wake()

    def outgoing(self, budget_bytes: int) -> tuple[bytes, float]:
        now = time.monotonic()
        state = self._state
        if state is not None and now - state.received_at >= SILENCE_SECONDS:
            self._lose(LinkError(f"the robot has been silent for {SILENCE_SECONDS} s"))
        with self._lock:
            if self._state is None:
                return self._ask(now), 0.1
            self._state = self._wheels.keep_time(self._state, now)
            data = b"".join(self._wheels.out)
            self._wheels.out.clear()
            return data, REPEAT_SECONDS / 2 if self._wheels.run is not None else 0.1

    def _ask(self, now: float) -> bytes:
        """Ask for the stream once a second until it comes."""
        if now - self._opened_at > _PATIENCE_SECONDS:
            self._problem = NotARobotError(
                "the device on this port does not answer as a Create 2; check the port, its speed "
                "(115200), and that the robot is switched on; it is asked again every second"
            )
        if now - self._asked_at < 1.0:
            return b""
        self._asked_at = now
        songs = b"".join(oi.song(number, notes) for number, notes in _SONGS.values())
        return bytes((Opcode.START,)) + songs + oi.stream_of_all()

    def _lose(self, error: RobotError) -> None:
        with self._lock:
            self._problem, self._state, self._sensors = error, None, None
            self._opened_at, self._asked_at = time.monotonic(), -math.inf
            run = self._wheels.drop()
        if run is not None:
            run.give_up(error)
        self._tell_connection(connected=False, problem=str(error))
        with self._changed:
            self._changed.notify_all()

    # Commands.

    def stop(self) -> bool:
        with self._lock:
            run = self._wheels.drop()
            if self._state is not None and run is not None:
                self._state = dataclasses.replace(
                    self._state, motion=MotionKind.IDLE, end=EndReason.STOPPED
                )
            back = oi.PASSIVE if self._state is not None and self._state.docked else b""
        sent = self._link.send_now(STOP * STOP_REPEATS + back)
        if run is not None:
            run.give_up(StoppedError("overtaken by a stop"))
        return sent

    def drive(self, speed_mps: float, turn_radps: float, seconds: float) -> "Future[None]":
        able = self.capabilities
        able.check("speed", speed_mps, able.speed_max_mps, "m/s")
        able.check("turning speed", turn_radps, able.turn_max_radps, "rad/s")
        half = turn_radps * oi.WHEEL_BASE_MM / 2
        wheels = (round(speed_mps * 1000 + half), round(speed_mps * 1000 - half))
        return self._begin(MotionKind.DRIVE, wheels, seconds, DRIVE_MAX_SECONDS)

    def release(self) -> "Future[None]":
        with self._lock:
            if self._state is not None:
                self._state = dataclasses.replace(self._state, held=None)
        return super().release()

    def dock(self, seconds: float) -> "Future[None]":
        return self._begin(MotionKind.DOCK, (0, 0), seconds, DOCK_MAX_SECONDS)

    def undock(self, seconds: float) -> "Future[None]":
        back = round(_UNDOCK_MPS * 1000)
        return self._begin(MotionKind.UNDOCK, (back, back), seconds, DOCK_MAX_SECONDS)

    def text(self, text: str) -> "Future[None]":
        return self._put(oi.digits(text))

    def light(self, red: int, green: int, blue: int, pattern: LightPattern) -> "Future[None]":
        return self._put(oi.light(red, green, blue))  # it has no patterns

    def chime(self, chime: ChimeName) -> "Future[None]":
        return self._put(bytes((Opcode.PLAY, _SONGS[chime][0])))

    def _put(self, command: bytes) -> "Future[None]":
        """Send what only the Safe and Full modes carry out; the interface confirms nothing."""
        with self._lock:
            if self._sensors is None:
                raise self._problem
            # Leaving the passive mode would end charging and docking.
            passive = self._sensors[Packet.MODE] == Mode.PASSIVE
            run = self._wheels.run
            docking = run is not None and run.kind is MotionKind.DOCK
            back = docking or (self._state is not None and self._state.docked)
            if passive:
                mode = Opcode.FULL if back else Opcode.SAFE
                command = bytes((mode,)) + command + (oi.PASSIVE if back else b"")
            if passive and docking:
                raise RefusedError(
                    "it is on its way to the charger; try when it has docked", "BUSY"
                )
            self._wheels.out.append(command)
        self._link.wake()
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def _begin(
        self, kind: MotionKind, wheels: tuple[int, int], seconds: float, limit_seconds: float
    ) -> "Future[None]":
        if not math.isfinite(seconds) or not 0.001 <= seconds <= limit_seconds:
            raise LimitError(
                f"duration {seconds} s refused: the limits are 0.001 and {limit_seconds} s"
            )
        now = time.monotonic()
        future: Future[None] = Future()
        future.set_running_or_notify_cancel()
        with self._lock:
            if self._state is None:
                raise self._problem
            run = Run(kind, wheels, now + seconds, future, now)
            self._state, replaced = self._wheels.begin(self._state, run)
        if replaced is not None:
            replaced.give_up(StoppedError("replaced by a newer motion"))
        self._link.wake()
        return future
