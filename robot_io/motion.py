"""Who has the wheels: one motion at a time, in short steps, until it ends or is stopped."""

import asyncio
import contextlib
import logging
import math
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from robot_io.driver import Driver, EndReason, MotionKind, RobotState
from robot_io.errors import (
    LinkError,
    NotAcknowledgedError,
    RefusedError,
    RobotError,
    StoppedError,
)
from robot_io.people import (
    NEVER_CLOSER_METRES,
    REMEMBERED_SECONDS,
    Point,
    from_room,
    limited,
    to_room,
)
from robot_io.steering import Speeds, Steer, StuckWatch

STEER_SECONDS = 0.1
# What a steering step may outlive the program that gave it.
STEP_LIFE_SECONDS = 0.3
ANSWER_SECONDS = 3.0
# Reports come every 50 ms; a lost one or two must not hide the reason.
OWN_END_SECONDS = 0.3
_REFUSED_ENDS = {
    "EMERGENCY_STOP": EndReason.EMERGENCY_STOP,
    "HELD": EndReason.BUMPER,
    "BLOCKED": EndReason.BUMPER,
    "DOCKED": EndReason.FAILED,
}

_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MotionEnd:
    """How a motion ended."""

    reason: EndReason
    state: RobotState | None
    """The robot then; None if it is not connected."""

    @property
    def finished(self) -> bool:
        """Whether it did what was asked."""
        return self.reason is EndReason.FINISHED


async def answered(future: "Future[T]") -> T:
    """A driver's answer. Drivers fail by deadlines of their own; this one is for those without.

    Raises:
        NotAcknowledgedError: the driver says nothing.
    """
    wrapped: Awaitable[T] = asyncio.wrap_future(future)
    try:
        return await asyncio.wait_for(wrapped, ANSWER_SECONDS)
    except TimeoutError as error:
        raise NotAcknowledgedError(
            f"the driver gave no answer in {ANSWER_SECONDS} s; the command may or may not have "
            "been carried out"
        ) from error


class Wheels:
    """Gives the wheels of one driver to one motion at a time."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._lock = threading.Lock()
        self._ticket = 0
        self._ended_by = EndReason.STOPPED
        self._people: tuple[float, list[Point]] | None = None
        self._news = asyncio.Event()

    def stop(self) -> bool:
        """Take the wheels from whoever has them, and stop; from any thread."""
        self._take(EndReason.STOPPED)
        return self._driver.stop()

    def see_people(self, people: list[Point]) -> None:
        """See `Robot.see_people`."""
        state = self._driver.state
        if state is not None:
            self._people = (time.monotonic(), [to_room(person, state) for person in people])

    def hear_news(self) -> None:
        """The driver has a new state, or has lost its robot; in the event loop."""
        self._news.set()

    def _take(self, ends_others: EndReason) -> int:
        """A new ticket: whoever held the old one has lost the wheels."""
        with self._lock:
            self._ticket += 1
            self._ended_by = ends_others
            return self._ticket

    def _begin(self, ticket: int, begin: Callable[[], "Future[None]"]) -> "Future[None]":
        """Hand a motion to the driver, unless the wheels were taken away meanwhile.

        Under the lock that `stop` takes: a motion is either refused here, or reaches the driver
        before the stop, which then voids it.
        """
        with self._lock:
            if ticket != self._ticket:
                raise StoppedError("a stop or a newer motion came first")
            return begin()

    def known_state(self) -> RobotState:
        """The last state; raises what stands in the way of one."""
        state = self._driver.state
        if state is None:
            _ = self._driver.capabilities  # raises what stands in the way
            raise LinkError("the robot has told no state yet; try again in a moment")
        return state

    async def steer(self, steer: Steer, seconds: float) -> MotionEnd:
        """Drive in short steps, each with its own end, until `steer` or anything else ends it."""
        self.known_state()
        ticket = self._take(EndReason.REPLACED)
        reason: EndReason | None = None
        try:
            reason = await self._steps(ticket, steer, time.monotonic() + seconds)
        finally:
            # Also when cancelled, or refused half-way: whoever still has the wheels stops them.
            if ticket == self._ticket:
                self._driver.stop()
        return MotionEnd(reason, self._driver.state)

    async def _steps(self, ticket: int, steer: Steer, deadline: float) -> EndReason:
        watch = StuckWatch()
        begun = False
        while True:
            now, state = time.monotonic(), self._driver.state
            if ticket != self._ticket:
                return self._ended_by
            if state is None:
                return EndReason.DISCONNECTED
            if begun and state.held is not None:
                return state.held
            step = steer(state, now) if now < deadline else EndReason.TIME_UP
            if isinstance(step, EndReason):
                return step
            try:
                speeds = self._limit(step, state)
                if step.speed_mps and not speeds.speed_mps:
                    return EndReason.PERSON_CLOSE
                if watch.is_stuck(now, speeds, state):
                    return EndReason.STUCK
                await answered(self._begin(ticket, partial(self._step, speeds)))
            except StoppedError:
                if ticket != self._ticket:
                    return self._ended_by
                own = await self._own_end()
                if own is not None or not self._is_over_by_itself():
                    return own or EndReason.STOPPED
                # The step was over before a late robot had begun it: on with the next.
            except RobotError as error:
                if not begun:
                    raise
                return await self._end_for(error)
            begun = True
            await asyncio.sleep(STEER_SECONDS)

    def _is_over_by_itself(self) -> bool:
        state = self._driver.state
        return state is not None and state.end is EndReason.FINISHED

    def _step(self, speeds: Speeds) -> "Future[None]":
        return self._driver.drive(speeds.speed_mps, speeds.turn_radps, STEP_LIFE_SECONDS)

    def _limit(self, step: Speeds, state: RobotState) -> Speeds:
        able = self._driver.capabilities
        speed, turn = limited(step.speed_mps, step.turn_radps, self._people_seen(state))
        return Speeds(
            max(-able.speed_max_mps, min(able.speed_max_mps, speed)),
            max(-able.turn_max_radps, min(able.turn_max_radps, turn)),
        )

    def _people_seen(self, state: RobotState) -> list[Point] | None:
        if self._people is None or time.monotonic() - self._people[0] > REMEMBERED_SECONDS:
            return None
        return [from_room(person, state) for person in self._people[1]]

    async def _end_for(self, error: RobotError) -> EndReason:
        """A motion under way was refused its next step, or the line failed."""
        _log.info("a motion ended: %s", error)
        if isinstance(error, NotAcknowledgedError | LinkError):
            return EndReason.DISCONNECTED
        if isinstance(error, RefusedError):
            own = await self._own_end() if error.reason in {"HELD", "BLOCKED"} else None
            return own or _REFUSED_ENDS.get(error.reason, EndReason.FAILED)
        raise error

    async def _own_end(self) -> EndReason | None:
        """Why the robot stopped itself; its refusal may have come before the state that says it."""
        deadline = time.monotonic() + OWN_END_SECONDS
        while time.monotonic() < deadline:
            state = self._driver.state
            if state is None or state.held is not None:
                return state.held if state is not None else EndReason.DISCONNECTED
            await self.next_state()
        return None

    async def next_state(self) -> None:
        """Wait for news from the robot, at most one step."""
        self._news.clear()
        with contextlib.suppress(TimeoutError):  # callers look at the clock
            await asyncio.wait_for(self._news.wait(), STEER_SECONDS)

    async def errand(self, begin: Callable[[], "Future[None]"], seconds: float) -> MotionEnd:
        """Begin what the robot does by itself, and wait until it has ended."""
        ticket = self._take(EndReason.REPLACED)
        reason: EndReason | None = None
        try:
            await answered(self._begin(ticket, begin))
            reason = await self._errand_end(ticket, time.monotonic(), seconds)
        finally:
            ended = reason is not None and reason is not EndReason.TIME_UP
            if ticket == self._ticket and not ended:
                self._driver.stop()
        return MotionEnd(reason, self._driver.state)

    async def _errand_end(self, ticket: int, begun_at: float, seconds: float) -> EndReason:
        deadline = begun_at + seconds + 1
        while time.monotonic() < deadline:
            state = self._driver.state
            if ticket != self._ticket:
                return self._ended_by
            if state is None:
                return EndReason.DISCONNECTED
            if state.received_at > begun_at and state.motion is MotionKind.IDLE:
                return state.end or EndReason.FAILED
            people = self._people_seen(state) or []
            ahead = [p for p in people if abs(p.bearing_radians) < math.pi / 3]
            if any(person.distance_metres < NEVER_CLOSER_METRES for person in ahead):
                self._driver.stop()
                return EndReason.PERSON_CLOSE
            await self.next_state()
        return EndReason.TIME_UP
