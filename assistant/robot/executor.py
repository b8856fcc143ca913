"""Does what the core asks of the robot: one motion at a time, and a stop ahead of everything."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from assistant.events import (
    ExpressRobot,
    HelpPressed,
    MoveRobot,
    PeopleLocated,
    RobotDocked,
    RobotGone,
    RobotMoved,
    RobotReady,
    RobotTold,
    StopRobot,
)
from assistant.robot import LOCATED_SECONDS
from assistant.robot.coordinates import FOLLOWED_SECONDS, Coordinates
from assistant.runtime.tasks import Tasks
from robot_io import (
    BatteryLow,
    ButtonPressed,
    ChimeName,
    DockedChanged,
    EmergencyStopChanged,
    EndReason,
    FaceName,
    LightPattern,
    MotionEnd,
    NotSupportedError,
    Point,
    Robot,
    RobotError,
    RobotEvent,
    RobotFound,
    RobotLost,
    RobotState,
    RobotStoppedItself,
    StoppedError,
)

log = logging.getLogger(__name__)

NOBODY: Final = "nobody_located"
UNABLE: Final = "unable"
FOLLOW_SECONDS: Final = 300.0
LOOK_UP_RADIANS: Final = 0.35
"""How far the robot looks up at somebody who sits, from the height of a small robot; who fell lies
level."""
_TO_SOMEBODY: Final = frozenset({"approach", "face", "follow"})


class _OvertakenError(Exception):
    """A stop or a newer motion came while this one waited to begin."""


class Executor:
    """Carries out what the core asks of one robot."""

    def __init__(
        self, robot: Robot, coordinates: Coordinates, tell: Callable[[object], None]
    ) -> None:
        self._robot, self._coordinates, self._tell = robot, coordinates, tell
        self._tasks = Tasks("a request to the robot")
        self._latest: MoveRobot | StopRobot | None = None
        """The newest motion: an older one that still waits for an answer must not begin after
        it."""

    def take(self, event: object) -> None:
        """Take a request of the core; returns at once."""
        match event:
            case StopRobot():
                self._robot.stop()
                self._latest = event
            case MoveRobot():
                self._latest = event
                self._tasks.spawn(self._move(event))
            case ExpressRobot():
                self._tasks.spawn(self._express(event))
            case PeopleLocated():
                self._coordinates.people(event.places_metres)
                if (state := self._standing()) is not None:
                    self._robot.see_people(self._coordinates.seen(state))

    async def watch(self) -> None:
        """Tell the core what the robot tells, until cancelled."""
        async for event in self._robot.events():
            if isinstance(event, RobotFound):
                self._tasks.spawn(self._introduce(event))
            else:
                for told in _as_told(event):
                    self._tell(told)

    async def finish(self) -> None:
        """Stand still, and do no more."""
        self._robot.stop()
        await self._tasks.end()

    # -------------------------------------------------------------------------- motions

    async def _move(self, wanted: MoveRobot) -> None:
        try:
            outcome, detail = await self._end_of(wanted)
        except (StoppedError, _OvertakenError):
            is_stopped = isinstance(self._latest, StopRobot)
            outcome, detail = (EndReason.STOPPED if is_stopped else EndReason.REPLACED).value, ""
        except NotSupportedError as error:
            outcome, detail = UNABLE, str(error)
        except RobotError as error:
            log.warning("the robot does not move: %s", error)
            outcome, detail = getattr(error, "reason", UNABLE).lower(), str(error)
        self._tell(RobotMoved(wanted.motion_id, wanted.motion, outcome, detail))

    def _check_latest(self, wanted: MoveRobot) -> None:
        if self._latest is not wanted:
            raise _OvertakenError

    async def _end_of(self, wanted: MoveRobot) -> tuple[str, str]:
        robot = self._robot
        if wanted.motion == "go" and wanted.place not in await robot.places():
            return UNABLE, f"it does not know the way to {wanted.place!r}"
        if wanted.motion in _TO_SOMEBODY and self._person(wanted) is None:
            return NOBODY, ""
        if wanted.is_asked:
            await robot.release()
        self._check_latest(wanted)
        if wanted.motion == "dock":
            return _outcome(await robot.dock())
        if robot.state is not None and robot.state.docked:
            left = await robot.undock()
            if not left.finished:
                return _outcome(left)
            self._check_latest(wanted)
        if wanted.motion == "go":
            return _outcome(await robot.go_to(wanted.place))
        if wanted.motion == "follow":
            where = partial(self._person, wanted, FOLLOWED_SECONDS)
            return _outcome(await robot.follow(where, seconds=FOLLOW_SECONDS))
        return await self._come_and_look(wanted)

    async def _come_and_look(self, wanted: MoveRobot) -> tuple[str, str]:
        person = self._person(wanted)
        if person is None:  # lost while it came off its charger
            return NOBODY, ""
        if wanted.motion == "face":
            end = await self._robot.turn(person.bearing_radians)
        else:
            end = await self._robot.approach(person)
        if end.finished:
            tilt = 0.0 if wanted.at_metres is not None else LOOK_UP_RADIANS
            with contextlib.suppress(NotSupportedError):
                await self._robot.look(0.0, tilt)
        return _outcome(end)

    def _person(self, wanted: MoveRobot, within_seconds: float = LOCATED_SECONDS) -> Point | None:
        """Find whom it is about, from the robot as it stands now; None if nobody is located."""
        state = self._standing()
        if state is None:
            return None
        if wanted.at_metres is not None:
            return self._coordinates.before(wanted.at_metres, state)
        return next(iter(self._coordinates.seen(state, within_seconds)), None)

    def _standing(self) -> RobotState | None:
        """Give the robot as it is, and its charger if it says that it stands on it."""
        state = self._robot.state
        if state is not None and self._coordinates.stands(state):
            docked = RobotDocked(state.x_metres, state.y_metres, state.heading_radians)
            self._tell(docked)
        return state

    # ------------------------------------------------------------------------ expression

    async def _express(self, wanted: ExpressRobot) -> None:
        robot = self._robot
        pattern = LightPattern.BLINK if wanted.is_blinking else LightPattern.STEADY
        parts: list[Callable[[], Awaitable[None]]] = [
            partial(robot.face, FaceName(wanted.face)),
            partial(robot.light, *wanted.light, pattern),
        ]
        if wanted.chime:
            parts.append(partial(robot.chime, ChimeName(wanted.chime)))
        for part in parts:
            try:
                await part()
            except NotSupportedError as error:
                log.debug("left out: %s", error)
            except RobotError as error:
                log.warning("the robot shows nothing: %s", error)

    async def _introduce(self, found: RobotFound) -> None:
        places: list[str] = []
        with contextlib.suppress(RobotError):  # many robots know no places
            places = await self._robot.places()
        self._tell(RobotReady(found.name, tuple(places)))


def _outcome(end: MotionEnd) -> tuple[str, str]:
    return end.reason.value, ""


def _as_told(event: RobotEvent) -> list[object]:
    match event:
        case RobotLost(problem=problem):
            return [RobotGone(problem)]
        case RobotStoppedItself(reason=reason):
            return [RobotTold(reason.value)]
        case EmergencyStopChanged(pressed=pressed):
            return [RobotTold("emergency_stop" if pressed else "released")]
        case BatteryLow():
            return [RobotTold("battery_low")]
        case DockedChanged(docked=docked):
            return [RobotTold("docked" if docked else "undocked")]
        case ButtonPressed():
            return [HelpPressed("robot")]
    return []
