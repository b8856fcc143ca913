"""The rover's driver: what `robot_io.Driver` asks for, on top of `robot_io.link.Link`."""

import threading
import time
from concurrent.futures import Future
from typing import Self

from anban_rover.protocol import Command, Lines, line
from anban_rover.state import ABLE, REFUSALS, state_of
from robot_io import Capabilities, Driver, RobotState, errors
from robot_io.link import Link

SILENCE_SECONDS, ANSWER_SECONDS, REPEAT_SECONDS = 0.5, 0.5, 0.05


class RoverDriver(Driver):
    """One rover; see `Driver` for the calls."""

    def __init__(self, address: str, baud: int) -> None:
        super().__init__()
        self._link = Link(address, baud, self)
        self._lines = Lines()
        self._lock, self._changed = threading.Lock(), threading.Condition()
        self._problem: errors.RobotError = errors.LinkError("the robot has not been looked for yet")
        self._state: RobotState | None = None
        self._commands: dict[int, Command] = {}
        self._starts = self._last_id = self._void_id = 0

    @classmethod
    def at(cls, address: str, baud: int | None = None) -> Self:
        return cls(address, baud or 115_200)

    def open(self) -> None:
        self._link.start()

    def close(self) -> None:
        self.stop()
        self._link.close()
        self.link_down(errors.LinkError("this program has closed the robot's port"))

    def wait_connected(self, timeout_seconds: float) -> Capabilities:
        with self._changed:
            self._changed.wait_for(lambda: self._state is not None, timeout_seconds)
        return self.capabilities

    @property
    def capabilities(self) -> Capabilities:
        if self._state is None:
            raise self._problem
        return ABLE

    @property
    def state(self) -> RobotState | None:
        return self._state

    @property
    def statistics(self) -> dict[str, float | str]:
        return {"lines": self._lines.good, "lines_spoilt": self._lines.bad}

    # Called by the link, from its threads.

    def link_up(self) -> None:
        self._problem = errors.LinkError(
            "nothing on this port answers as a rover; check port and power"
        )

    def link_down(self, error: errors.LinkError) -> None:
        with self._lock:
            self._state, self._problem = None, error
            commands, self._commands = self._commands, {}
        for command in commands.values():
            command.future.set_exception(error)
        self._tell_connection(connected=False, problem=str(error))

    def received(self, data: bytes) -> None:
        for word, numbers in self._lines.feed(data):
            match word, numbers:
                case "S", [starts, *state, last_id]:
                    self._last_id = max(self._last_id, last_id)  # another program's before us
                    self._take_state(starts, state)
                case "A", [number, why]:
                    self._answered(number, why)

    def outgoing(self, budget_bytes: int) -> tuple[bytes, float]:
        now = time.monotonic()
        if self._state is not None and now - self._state.received_at > SILENCE_SECONDS:
            self.link_down(errors.LinkError("the robot has said nothing for half a second"))
        with self._lock:
            due = [c for c in self._commands.values() if now - c.sent_at >= REPEAT_SECONDS]
            late = [i for i, c in self._commands.items() if now >= c.deadline]
            given_up = [self._commands.pop(i) for i in late]
            for command in due:
                command.sent_at = now
            data = line("K", self._void_id) + b"".join(command.data for command in due)
        for command in given_up:
            command.future.set_exception(errors.NotAcknowledgedError("the rover did not answer"))
        return data, REPEAT_SECONDS

    def _take_state(self, starts: int, numbers: list[int]) -> None:
        if self._state is not None and starts != self._starts:
            self.link_down(errors.LinkError("the robot has restarted"))
        self._starts = starts
        self._state = state = state_of(numbers)
        self._tell_connection(connected=True)
        self._tell_state(state)
        with self._changed:
            self._changed.notify_all()

    def _answered(self, number: int, why: int) -> None:
        with self._lock:
            command = self._commands.pop(number, None)
        if command is not None and why in REFUSALS:
            command.future.set_exception(errors.RefusedError(REFUSALS[why][1], REFUSALS[why][0]))
        elif command is not None:
            command.future.set_result(None)

    # Commands.

    def stop(self) -> bool:
        with self._lock:
            self._void_id = self._last_id  # and every "I am here" says so again
            commands, self._commands = self._commands, {}
        sent = self._link.send_now(line("K", self._void_id) * 3)
        for command in commands.values():
            command.future.set_exception(errors.StoppedError("overtaken by a stop"))
        return sent

    def drive(self, speed_mps: float, turn_radps: float, seconds: float) -> "Future[None]":
        self.capabilities.check("speed", speed_mps, ABLE.speed_max_mps, "m/s")
        self.capabilities.check("turning speed", turn_radps, ABLE.turn_max_radps, "rad/s")
        if not 0.001 <= seconds <= 10.0:  # which a NaN is not either
            raise errors.LimitError(f"{seconds} s refused: the limits are 0.001 and 10 s")
        return self._send("D", *(round(v * 1000) for v in (speed_mps, turn_radps, seconds)))

    def release(self) -> "Future[None]":
        return self._send("R")

    def _send(self, word: str, *numbers: int) -> "Future[None]":
        with self._lock:
            if self._state is None:
                raise self._problem
            self._last_id += 1
            data = line(word, self._last_id, *numbers)
            self._commands[self._last_id] = command = Command(
                data, time.monotonic() + ANSWER_SECONDS
            )
        self._link.wake()
        return command.future
