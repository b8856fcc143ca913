"""A robot in the hands of a program: typed commands that end, are limited near people, and stop.

`Robot` works with any driver. Every motion returns how it ended; nothing moves without an end
time; `stop` may be called from any thread at any time. No command makes the robot touch anybody.
"""

import asyncio
import contextlib
import logging
import math
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

from robot_io.driver import (
    Capabilities,
    ChimeName,
    ConnectionChanged,
    Driver,
    EndReason,
    FaceName,
    LightPattern,
    MotionKind,
    RobotState,
    load_driver,
)
from robot_io.errors import (
    LimitError,
    LinkError,
    NotAcknowledgedError,
    RefusedError,
    RobotError,
    StoppedError,
)
from robot_io.events import RobotEvent, RobotFound, RobotLost, changes
from robot_io.people import (
    KEEP_METRES,
    NEVER_CLOSER_METRES,
    REMEMBERED_SECONDS,
    Point,
    from_room,
    limited,
    to_room,
)
from robot_io.steering import (
    Speeds,
    Steer,
    StuckWatch,
    approaching,
    following,
    steady,
    turning,
)

STEER_SECONDS = 0.1
# What a steering step may outlive the program that gave it.
STEP_LIFE_SECONDS = 0.3
ANSWER_SECONDS = 3.0
# Reports come every 50 ms; a lost one or two must not hide the reason.
OWN_END_SECONDS = 0.3
DRIVE_MAX_SECONDS = 60.0
FOLLOW_MAX_SECONDS = 600.0
EVENTS_MAX = 256
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


class Robot:
    """One robot, for asyncio. Only `stop` and `see_people` may be called from other threads."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._lock = threading.Lock()
        self._ticket = 0
        self._ended_by = EndReason.STOPPED
        self._people: tuple[float, list[Point]] | None = None
        self._last_state: RobotState | None = None
        self._loop = asyncio.get_running_loop()
        self._state_arrived = asyncio.Event()
        self._listeners: list[asyncio.Queue[RobotEvent]] = []
        driver.state_listeners.append(self._on_state)
        driver.connection_listeners.append(self._on_connection)

    @classmethod
    async def connect(
        cls,
        address: str,
        driver: str = "anban",
        baud: int | None = None,
        timeout_seconds: float = 5.0,
    ) -> Self:
        """Open the robot at a serial address with an installed driver.

        Raises:
            RobotError: no such driver, port or robot; what stood in the way.
        """
        robot = cls(load_driver(driver).at(address, baud))
        robot.open()
        try:
            await robot.wait_connected(timeout_seconds)
        except BaseException:
            await robot.close()
            raise
        return robot

    def open(self) -> None:
        """Begin to look for the robot; it is found again whenever it was lost."""
        self._driver.open()

    async def close(self) -> None:
        """Stop the robot and let its port go."""
        await asyncio.to_thread(self._driver.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def wait_connected(self, timeout_seconds: float) -> Capabilities:
        """Wait until the robot answers.

        Raises:
            RobotError: what stood in the way.
        """
        return await asyncio.to_thread(self._driver.wait_connected, timeout_seconds)

    @property
    def capabilities(self) -> Capabilities:
        """What the robot is; raises `RobotError` while it is not connected."""
        return self._driver.capabilities

    @property
    def state(self) -> RobotState | None:
        """Odometry, battery, bumpers and all else it last told; None while not connected."""
        return self._driver.state

    @property
    def statistics(self) -> dict[str, float | str]:
        """Counts of the line and the protocol."""
        return self._driver.statistics

    async def events(self) -> AsyncIterator[RobotEvent]:
        """What the robot tells, from now on."""
        queue: asyncio.Queue[RobotEvent] = asyncio.Queue(EVENTS_MAX)
        self._listeners.append(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.remove(queue)

    def see_people(self, people: list[Point]) -> None:
        """Where people are, seen from the robot, all of them; good for two seconds."""
        state = self._driver.state
        if state is not None:
            self._people = (time.monotonic(), [to_room(person, state) for person in people])

    # Motion.

    def stop(self) -> bool:
        """Stop now: three times, from this thread, waiting for nothing; every motion ends.

        It is repeated until the robot confirms it. False: the line does not take it now; it is
        sent as soon as it does, and a robot with a dead-man stops by itself within 500 ms.
        """
        self._take(EndReason.STOPPED)
        return self._driver.stop()

    async def drive(self, speed_mps: float, turn_radps: float, seconds: float) -> MotionEnd:
        """Roll for so long (at most 60 s), slower where people are.

        Raises:
            LimitError: not a number, or beyond the robot's limits (the message says them).
            RefusedError, NotSupportedError, LinkError: it does not even begin.
        """
        able = self.capabilities
        able.check("speed", speed_mps, able.speed_max_mps, "m/s")
        able.check("turning speed", turn_radps, able.turn_max_radps, "rad/s")
        _check_between("duration", seconds, 0.001, DRIVE_MAX_SECONDS, "s")
        until = time.monotonic() + seconds
        return await self._steer(steady(Speeds(speed_mps, turn_radps), until), seconds + 1)

    async def turn(self, bearing_radians: float, seconds: float = 15.0) -> MotionEnd:
        """Turn on the spot by a bearing, left positive. Raises as `drive`."""
        _check_between("bearing", bearing_radians, -math.tau, math.tau, "rad")
        heading = self._known_state().heading_radians + bearing_radians
        return await self._steer(turning(heading), seconds)

    async def approach(
        self, point: Point, keep_metres: float = KEEP_METRES, seconds: float = 30.0
    ) -> MotionEnd:
        """Come near a point (seen from the robot now), keep a distance, and face it.

        Raises as `drive`; LimitError also for a distance below 0.5 m.
        """
        _check_keep(keep_metres)
        _check_between("point", point.distance_metres, 0.0, 30.0, "m")
        target = to_room(point, self._known_state())
        return await self._steer(approaching(target, keep_metres), seconds)

    async def follow(
        self,
        where: Callable[[], Point | None],
        keep_metres: float = KEEP_METRES,
        seconds: float = 120.0,
    ) -> MotionEnd:
        """Follow somebody at a distance, until stopped or the time is up.

        `where` is asked ten times a second where the person is, seen from the robot (None: not
        seen); it must return at once. Raises as `approach`.
        """
        _check_keep(keep_metres)
        _check_between("duration", seconds, 0.001, FOLLOW_MAX_SECONDS, "s")
        return await self._steer(following(where, keep_metres), seconds)

    async def go_to(self, place: str, seconds: float = 120.0) -> MotionEnd:
        """Go to a place that the robot itself knows. Raises as `drive`."""
        return await self._errand(lambda: self._driver.go_to(place, seconds), seconds)

    async def places(self) -> list[str]:
        """Names that `go_to` knows."""
        return await self._answer(self._driver.places())

    async def dock(self, seconds: float = 120.0) -> MotionEnd:
        """Go to the charger. Raises as `drive`."""
        return await self._errand(lambda: self._driver.dock(seconds), seconds)

    async def undock(self, seconds: float = 20.0) -> MotionEnd:
        """Come off the charger; done at once if it is not on it. Raises as `drive`."""
        return await self._errand(lambda: self._driver.undock(seconds), seconds)

    async def release(self) -> None:
        """Let the robot move again after it stopped itself (`state.held`): you know why."""
        if self._known_state().held is not None:
            await self._answer(self._driver.release())

    # Expression.

    async def look(self, pan_radians: float, tilt_radians: float, seconds: float = 3.0) -> None:
        """Turn the head, left and up positive. Raises as `drive`."""
        await self._answer(self._driver.look(pan_radians, tilt_radians, seconds))

    async def face(self, face: FaceName) -> None:
        """Show a face."""
        await self._answer(self._driver.face(face))

    async def text(self, text: str) -> None:
        """Show a text on the screen; an empty one clears it."""
        await self._answer(self._driver.text(text))

    async def light(
        self, red: int, green: int, blue: int, pattern: LightPattern = LightPattern.STEADY
    ) -> None:
        """Set the light, 0 to 255 each."""
        await self._answer(self._driver.light(red, green, blue, pattern))

    async def chime(self, chime: ChimeName) -> None:
        """Play a chime."""
        await self._answer(self._driver.chime(chime))

    async def volume(self, percent: int) -> None:
        """Set the loudness, 0 to 100."""
        await self._answer(self._driver.volume(percent))

    # Within.

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

    def _known_state(self) -> RobotState:
        state = self._driver.state
        if state is None:
            _ = self._driver.capabilities  # raises what stands in the way
            raise LinkError("the robot has told no state yet; try again in a moment")
        return state

    async def _steer(self, steer: Steer, seconds: float) -> MotionEnd:
        """Drive in short steps, each with its own end, until `steer` or anything else ends it."""
        self._known_state()
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
            speeds = self._limit(step, state)
            if step.speed_mps and not speeds.speed_mps:
                return EndReason.PERSON_CLOSE
            if watch.is_stuck(now, speeds, state):
                return EndReason.STUCK
            try:
                await self._answer(self._begin(ticket, partial(self._step, speeds)))
            except StoppedError:
                if ticket != self._ticket:
                    return self._ended_by
                return await self._own_end() or EndReason.STOPPED
            except RobotError as error:
                if not begun:
                    raise
                return await self._end_for(error)
            begun = True
            await asyncio.sleep(STEER_SECONDS)

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
            await self._next_state()
        return None

    async def _next_state(self) -> None:
        """Wait for news from the robot, at most one step."""
        self._state_arrived.clear()
        with contextlib.suppress(TimeoutError):  # callers look at the clock
            await asyncio.wait_for(self._state_arrived.wait(), STEER_SECONDS)

    async def _errand(self, begin: Callable[[], "Future[None]"], seconds: float) -> MotionEnd:
        """Begin what the robot does by itself, and wait until it has ended."""
        ticket = self._take(EndReason.REPLACED)
        reason: EndReason | None = None
        try:
            await self._answer(self._begin(ticket, begin))
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
            await self._next_state()
        return EndReason.TIME_UP

    async def _answer(self, future: "Future[T]") -> T:
        # Drivers answer or fail by their own deadlines; this is for a driver that does neither.
        wrapped: Awaitable[T] = asyncio.wrap_future(future)
        try:
            return await asyncio.wait_for(wrapped, ANSWER_SECONDS)
        except TimeoutError as error:
            raise NotAcknowledgedError(
                f"the driver gave no answer in {ANSWER_SECONDS} s; the command may or may not have "
                "been carried out"
            ) from error

    def _on_state(self, state: RobotState) -> None:
        self._loop.call_soon_threadsafe(self._take_state, state)

    def _on_connection(self, news: ConnectionChanged) -> None:
        self._loop.call_soon_threadsafe(self._take_connection, news)

    def _take_state(self, state: RobotState) -> None:
        before, self._last_state = self._last_state, state
        self._state_arrived.set()
        if before is not None:
            self._publish(changes(before, state))

    def _take_connection(self, news: ConnectionChanged) -> None:
        self._state_arrived.set()
        if news.connected:
            try:
                name = self._driver.capabilities.name
            except RobotError:  # lost again meanwhile; that news is on its way too
                return
            self._publish([RobotFound(name)])
        else:
            self._last_state = None
            self._publish([RobotLost(news.problem)])

    def _publish(self, events: list[RobotEvent]) -> None:
        for event in events:
            for queue in self._listeners:
                if queue.full():  # a reader that sleeps loses the oldest, never the newest
                    queue.get_nowait()
                queue.put_nowait(event)


def _check_between(what: str, value: float, low: float, high: float, unit: str) -> None:
    if not math.isfinite(value) or not low <= value <= high:
        raise LimitError(
            f"{what} {value} {unit} refused: the limits are {low:g} and {high:g} {unit}"
        )


def _check_keep(metres: float) -> None:
    _check_between("distance to keep", metres, NEVER_CLOSER_METRES, 5.0, "m")
