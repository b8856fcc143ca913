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
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from robot_io.driver import (
    Capabilities,
    ChimeName,
    ConnectionChanged,
    Driver,
    FaceName,
    LightPattern,
    RobotState,
    load_driver,
)
from robot_io.errors import (
    LimitError,
    LinkError,
    RobotError,
)
from robot_io.events import RobotEvent, RobotFound, RobotLost, changes
from robot_io.motion import MotionEnd, Wheels, answered
from robot_io.people import (
    KEEP_METRES,
    NEVER_CLOSER_METRES,
    Point,
    to_room,
)
from robot_io.steering import (
    Speeds,
    approaching,
    following,
    steady,
    turning,
)

DRIVE_MAX_SECONDS = 60.0
FOLLOW_MAX_SECONDS = 600.0
EVENTS_MAX = 256
GRACE_SECONDS = 5.0
"""How much longer than it was given a driver may take; then it is left behind on its thread."""

_log = logging.getLogger(__name__)
T = TypeVar("T")


async def _in_time(work: Callable[[], T], seconds: float) -> T:
    """Run what may block on a thread that nobody waits for at the end of the program.

    Raises:
        LinkError: it did not come to an end: the driver hangs.
        Exception: of `work`.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(set_it: Callable[[Any], None], value: object) -> None:
        if not done.done():
            set_it(value)

    def run() -> None:
        try:
            told: tuple[Callable[[Any], None], object] = (done.set_result, work())
        except Exception as error:  # noqa: BLE001  (a package's own)
            told = (done.set_exception, error)
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, *told)

    threading.Thread(target=run, name="robot driver", daemon=True).start()
    try:
        async with asyncio.timeout(seconds):
            return await done
    except TimeoutError:
        why = f"the driver of the robot gave no answer for {seconds:g} s: its package hangs"
        raise LinkError(why) from None


class Robot:
    """One robot, for asyncio. Only `stop` and `see_people` may be called from other threads."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._wheels = Wheels(driver)
        self._last_state: RobotState | None = None
        self._loop = asyncio.get_running_loop()
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
        await _in_time(self._driver.close, GRACE_SECONDS)

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
        return await _in_time(
            lambda: self._driver.wait_connected(timeout_seconds), timeout_seconds + GRACE_SECONDS
        )

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
        self._wheels.see_people(people)

    # Motion.

    def stop(self) -> bool:
        """Stop now: three times, from this thread, waiting for nothing; every motion ends.

        It is repeated until the robot confirms it. False: the line does not take it now; it is
        sent as soon as it does, and a robot with a dead-man stops by itself within 500 ms.
        """
        return self._wheels.stop()

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
        return await self._wheels.steer(steady(Speeds(speed_mps, turn_radps), until), seconds + 1)

    async def turn(self, bearing_radians: float, seconds: float = 15.0) -> MotionEnd:
        """Turn on the spot by a bearing, left positive. Raises as `drive`."""
        _check_between("bearing", bearing_radians, -math.tau, math.tau, "rad")
        heading = self._wheels.known_state().heading_radians + bearing_radians
        return await self._wheels.steer(turning(heading), seconds)

    async def approach(
        self, point: Point, keep_metres: float = KEEP_METRES, seconds: float = 30.0
    ) -> MotionEnd:
        """Come near a point (seen from the robot now), keep a distance, and face it.

        Raises as `drive`; LimitError also for a distance below 0.5 m.
        """
        _check_keep(keep_metres)
        _check_between("point", point.distance_metres, 0.0, 30.0, "m")
        target = to_room(point, self._wheels.known_state())
        return await self._wheels.steer(approaching(target, keep_metres), seconds)

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
        return await self._wheels.steer(following(where, keep_metres), seconds)

    async def go_to(self, place: str, seconds: float = 120.0) -> MotionEnd:
        """Go to a place that the robot itself knows. Raises as `drive`."""
        return await self._wheels.errand(lambda: self._driver.go_to(place, seconds), seconds)

    async def places(self) -> list[str]:
        """Names that `go_to` knows."""
        return await answered(self._driver.places())

    async def dock(self, seconds: float = 120.0) -> MotionEnd:
        """Go to the charger. Raises as `drive`."""
        return await self._wheels.errand(lambda: self._driver.dock(seconds), seconds)

    async def undock(self, seconds: float = 20.0) -> MotionEnd:
        """Come off the charger; done at once if it is not on it. Raises as `drive`."""
        return await self._wheels.errand(lambda: self._driver.undock(seconds), seconds)

    async def release(self) -> None:
        """Let the robot move again after it stopped itself (`state.held`): you know why."""
        if self._wheels.known_state().held is not None:
            await answered(self._driver.release())

    # Expression.

    async def look(self, pan_radians: float, tilt_radians: float, seconds: float = 3.0) -> None:
        """Turn the head, left and up positive. Raises as `drive`."""
        await answered(self._driver.look(pan_radians, tilt_radians, seconds))

    async def face(self, face: FaceName) -> None:
        """Show a face."""
        await answered(self._driver.face(face))

    async def text(self, text: str) -> None:
        """Show a text on the screen; an empty one clears it."""
        await answered(self._driver.text(text))

    async def light(
        self, red: int, green: int, blue: int, pattern: LightPattern = LightPattern.STEADY
    ) -> None:
        """Set the light, 0 to 255 each."""
        await answered(self._driver.light(red, green, blue, pattern))

    async def chime(self, chime: ChimeName) -> None:
        """Play a chime."""
        await answered(self._driver.chime(chime))

    async def volume(self, percent: int) -> None:
        """Set the loudness, 0 to 100."""
        await answered(self._driver.volume(percent))

    def _on_state(self, state: RobotState) -> None:
        self._loop.call_soon_threadsafe(self._take_state, state)

    def _on_connection(self, news: ConnectionChanged) -> None:
        self._loop.call_soon_threadsafe(self._take_connection, news)

    def _take_state(self, state: RobotState) -> None:
        before, self._last_state = self._last_state, state
        self._wheels.hear_news()
        if before is not None:
            self._publish(changes(before, state))

    def _take_connection(self, news: ConnectionChanged) -> None:
        self._wheels.hear_news()
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
