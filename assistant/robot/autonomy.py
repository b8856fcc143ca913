"""What the robot does without being asked: to a fall, to an unanswered reminder, in a call-out.

It goes only if the elder agreed to that and has not just stopped it, and back to its charger
when it is over.  Face and light need no consent.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from assistant.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmRaised,
    CallAnswered,
    DoseSkipped,
    DoseTaken,
    ExpressRobot,
    MoveRobot,
    ReminderDue,
    ReminderMissed,
    ReminderSnoozed,
    RobotMoved,
    RobotReady,
    RobotTold,
    Sensed,
    StopRobot,
    new_id,
)
from assistant.robot.permission import RobotControl
from assistant.runtime.feature import Feature
from perception.events import FallDetected, LyingOnFloor

OBEY_SECONDS: Final = 600.0
"""How long after a stop the robot does not set out by itself."""
OBEY_IN_NEED_SECONDS: Final = 60.0
"""… and to a fall or an alarm that comes after it, for so long."""
FALLS: Final = frozenset({FallDetected.__name__, LyingOnFloor.__name__})
_UNFINISHED: Final = frozenset({"disconnected", "heartbeat"})

CALLING: Final = ExpressRobot("calling", (255, 0, 0), is_blinking=True, chime="alarm")
ANSWERED: Final = ExpressRobot("calling", (255, 160, 0), is_blinking=True)
HELP_COMES: Final = ExpressRobot("happy", (0, 255, 0), chime="acknowledge")
ASKING: Final = ExpressRobot("worried", (255, 160, 0), chime="attention")
AT_REST: Final = ExpressRobot("neutral", (0, 0, 0))


class Autonomy(Feature):
    """Motions that the robot starts without being asked."""

    def __init__(self, body: RobotControl) -> None:
        self._body, self._bus = body, body.bus
        self._shown = AT_REST
        self._in_need: MoveRobot | None = None
        """The motion to somebody who may need help that is under way; begun anew if the robot was
        lost on it."""
        self._attends = False
        """Whether somebody fell or called, and it is not over."""
        self._is_out = False
        """Whether it left by itself, and goes back by itself."""
        if body.has_robot:
            self._listen()

    def _listen(self) -> None:
        bus = self._bus
        bus.subscribe(RobotReady, lambda _: self._found())
        bus.subscribe(RobotTold, self._told)
        bus.subscribe(RobotMoved, self._moved)
        bus.subscribe(StopRobot, lambda _: self._give_up())
        bus.subscribe(MoveRobot, self._taken_over)
        bus.subscribe(Sensed, self._sensed)
        bus.subscribe(AlarmRaised, lambda _: self._alarm_raised())
        bus.subscribe(CallAnswered, lambda _: self._show(ANSWERED))
        bus.subscribe(AlarmAcknowledged, lambda _: self._show(HELP_COMES))
        bus.subscribe(AlarmClosed, lambda _: self._alarm_closed())
        bus.subscribe(ReminderDue, self._reminder_due)
        for settled in (DoseTaken, DoseSkipped, ReminderSnoozed, ReminderMissed):
            bus.subscribe(settled, lambda _: self._go_home())

    # ------------------------------------------------------------------- falls and alarms

    def _sensed(self, sensed: Sensed) -> None:
        if sensed.kind in FALLS:
            if not self._body.alarms:
                self._show(ASKING)
            self._help(MoveRobot("approach", at_metres=_place_of(sensed)))

    def _alarm_raised(self) -> None:
        self._show(CALLING)
        if not self._is_out and self._in_need is None:  # to a fall it is on its way already
            self._help(MoveRobot("approach"))

    def _help(self, wanted: MoveRobot) -> None:
        self._in_need, self._attends = wanted, True
        self._body.tasks.spawn(self._set_out(wanted, OBEY_IN_NEED_SECONDS))

    def _alarm_closed(self) -> None:
        if not self._body.alarms:
            self._in_need, self._attends = None, False
            self._show(AT_REST)
            self._go_home()

    def _moved(self, moved: RobotMoved) -> None:
        wanted = self._in_need
        if wanted and moved.motion_id == wanted.motion_id and moved.outcome not in _UNFINISHED:
            self._in_need = None

    def _give_up(self) -> None:
        self._in_need = None

    def _taken_over(self, wanted: MoveRobot) -> None:
        """Note that the elder sends it somewhere: there it stays."""
        if wanted.is_asked:
            self._in_need, self._is_out = None, False

    def _found(self) -> None:
        """Note that the robot is there (again), as it was when it was switched on."""
        self._bus.publish(self._shown)
        if self._in_need is not None:
            self._help(replace(self._in_need, motion_id=new_id()))

    # ------------------------------------------------------------------------- other ways

    def _reminder_due(self, due: ReminderDue) -> None:
        if due.is_urgent:
            self._body.tasks.spawn(self._set_out(MoveRobot("approach"), OBEY_SECONDS))

    def _told(self, told: RobotTold) -> None:
        if told.what == "battery_low" and not self._attends:
            self._body.tasks.spawn(self._go_charging())

    async def _go_charging(self) -> None:
        is_on_its_way = await self._set_out(MoveRobot("dock"), OBEY_SECONDS)
        self._body.say("battery_low" if is_on_its_way else "battery_low_stay")

    def _go_home(self) -> None:
        if self._is_out and not self._attends:
            self._body.tasks.spawn(self._set_out(MoveRobot("dock"), OBEY_SECONDS))

    async def _set_out(self, wanted: MoveRobot, obey_seconds: float) -> bool:
        """Set out if it may; gives whether it does."""
        body, stops = self._body, self._body.stops
        may_move = await body.may_move()
        is_told_to_stay = body.stopped_seconds_ago < obey_seconds or stops != body.stops
        if not body.is_ready or not may_move or is_told_to_stay:
            return False
        self._is_out = wanted.motion != "dock"
        self._bus.publish(wanted)
        return True

    def _show(self, expression: ExpressRobot) -> None:
        self._shown = expression
        self._bus.publish(expression)


def _place_of(sensed: Sensed) -> tuple[float, float] | None:
    """Tell where it happened; a module without points says that somebody fell, but not where."""
    values = sensed.values
    if not values.get("person"):
        return None
    return float(values["x"]), float(values["y"])
