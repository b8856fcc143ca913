"""The motions of a Create 2: what was asked for against what it says, and what puts it right.

Knows no thread and no port: the driver calls it under its lock, and sends what is in `out`.
"""

import dataclasses
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass

from robot_io.driver import EndReason, MotionKind, RobotState
from robot_io.drivers import create2_interface as oi
from robot_io.drivers.create2_interface import Mode, Opcode, Packet, Sensors
from robot_io.drivers.create2_state import check_may_move, danger
from robot_io.errors import NotAcknowledgedError, StoppedError
from robot_io.session import MOTION_DEADLINE_SECONDS

# Two stream periods: by then the robot has told what it made of the command.
REPEAT_SECONDS = 2 * oi.STREAM_PERIOD_SECONDS
STOP = bytes((Opcode.SAFE,)) + oi.drive_direct(0, 0)


@dataclass(slots=True)
class Run:
    """One motion: wheel speeds (right, left) in mm/s until a time."""

    kind: MotionKind
    wheels: tuple[int, int]
    until: float
    future: "Future[None]"
    asked_at: float
    sent_at: float = -1.0
    confirmed: bool = False

    def give_up(self, error: Exception) -> None:
        """Tell whoever waits for its beginning."""
        if not self.confirmed:
            self.future.set_exception(error)

    def confirm(self) -> None:
        """The robot does it."""
        if not self.confirmed:
            self.confirmed = True
            self.future.set_result(None)


class Wheels:
    """At most one motion runs; every call gives the state after it."""

    def __init__(self) -> None:
        self.out: deque[bytes] = deque()
        """Commands that wait to be sent."""
        self.run: Run | None = None
        self._stop_sent_at = self._freed_at = -1.0
        self._motion_id = 0

    def drop(self) -> Run | None:
        """Send nothing more; gives what ran."""
        self.out.clear()
        run, self.run = self.run, None
        return run

    def begin(self, state: RobotState, run: Run) -> tuple[RobotState, Run | None]:
        """Start a motion; gives the one that it replaces, too.

        Raises:
            RefusedError: it may not move so now.
        """
        is_drive = run.kind is MotionKind.DRIVE
        is_done = not is_drive and state.docked == (run.kind is MotionKind.DOCK)
        if not is_done and not (is_drive and run.wheels == (0, 0)):
            check_may_move(state, run.kind, run.wheels)
        replaced, self.run = self.run, None
        self._motion_id = (self._motion_id + 1) & 0xFFFF
        if is_done:
            run.confirm()
        else:
            self.run = run
            self._send(run, run.asked_at)
        after = dataclasses.replace(
            state,
            motion=MotionKind.IDLE if is_done else run.kind,
            motion_id=self._motion_id,
            end=EndReason.FINISHED if is_done else None,
        )
        return after, replaced

    def follow_up(self, state: RobotState, sensors: Sensors, now: float) -> RobotState:
        """Compare what the robot does with what it should do, and put it right."""
        run = self.run
        wanted = (sensors[Packet.RIGHT_WANTED], sensors[Packet.LEFT_WANTED])
        is_passive = sensors[Packet.MODE] == Mode.PASSIVE
        if run is None:
            # A run that is over must be over on the robot too.
            if wanted != (0, 0) and now - self._stop_sent_at >= REPEAT_SECONDS:
                self._send_stop(now)
            elif state.docked and not is_passive and now - self._freed_at >= REPEAT_SECONDS:
                # In any other mode it does not charge, whoever left it there.
                self._freed_at = now
                self.out.append(oi.PASSIVE)
            return state
        wrong = danger(state)
        if wrong is not None and (sum(run.wheels) > 0 or wrong is EndReason.LIFTED):
            return self._end(state, wrong, now, held=True)
        if run.kind is MotionKind.DOCK:
            if is_passive:
                run.confirm()
            return (
                self._end(state, EndReason.FINISHED, now, quietly=True) if state.docked else state
            )
        if run.kind is MotionKind.UNDOCK and not state.docked:
            return self._end(state, EndReason.FINISHED, now)
        if wanted == run.wheels:
            run.confirm()
        elif run.confirmed and is_passive:
            reason = EndReason.LIFTED if state.lifted else EndReason.CLIFF
            return self._end(state, reason, now, held=True)
        elif now - run.sent_at >= REPEAT_SECONDS:
            self._send(run, now)
        return state

    def keep_time(self, state: RobotState, now: float) -> RobotState:
        """End what the robot does not begin, and what is over."""
        run = self.run
        if run is None:
            return state
        if not run.confirmed and now - run.asked_at >= MOTION_DEADLINE_SECONDS:
            error = NotAcknowledgedError(
                f"the robot does not do {run.kind}: its wheel speeds are not what was asked for; "
                "it is told to stop"
            )
            run.give_up(error)
            run.confirmed = True
            return self._end(state, EndReason.FAILED, now)
        if now >= run.until:
            drove = run.kind is MotionKind.DRIVE
            return self._end(state, EndReason.FINISHED if drove else EndReason.TIME_UP, now)
        return state

    def _end(
        self,
        state: RobotState,
        reason: EndReason,
        now: float,
        *,
        held: bool = False,
        quietly: bool = False,
    ) -> RobotState:
        run, self.run = self.run, None
        if run is not None:
            run.give_up(StoppedError(f"it ended before it began: {reason}"))
        if not quietly:
            self._send_stop(now)
        return dataclasses.replace(
            state, motion=MotionKind.IDLE, end=reason, held=reason if held else state.held
        )

    def _send_stop(self, now: float) -> None:
        self._stop_sent_at = now
        self.out.append(STOP)

    def _send(self, run: Run, now: float) -> None:
        run.sent_at = now
        if run.kind is MotionKind.DOCK:
            self.out.append(bytes((Opcode.SEEK_DOCK,)))
            return
        # On the charger only the full mode lets the wheels turn.
        mode = Opcode.FULL if run.kind is MotionKind.UNDOCK else Opcode.SAFE
        self.out.append(bytes((mode,)) + oi.drive_direct(*run.wheels))
