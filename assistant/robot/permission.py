"""The robot as the core uses it: asked, allowed, and told of in words.

Nothing moves without the elder's consent.  A stop does not pass here: whoever hears it tells the
robot itself, and what was about to begin does not begin.  What the robot does without being asked
is `errands`.  Without a robot all of it is silent.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import asdict
from typing import Any, Final

from assistant.events import (
    AlarmClosed,
    AlarmRaised,
    ChildDied,
    MoveRobot,
    PeopleLocated,
    ProfileChanged,
    RobotDocked,
    RobotGone,
    RobotMoved,
    RobotReady,
    StopRobot,
    TurnTaken,
    Urgency,
)
from assistant.home.memory import HomeMemory
from assistant.home.questions import Ending, OpenQuestion, Question, Rank
from assistant.home.speech import Speech
from assistant.language import Replies
from assistant.robot import LOCATED_SECONDS
from assistant.runtime.bus import Bus, Refused
from assistant.runtime.findings import CheckResult, found
from assistant.runtime.tasks import Tasks
from assistant.store import Database, KeyedValues, StoreError

log = logging.getLogger(__name__)

CONSENT_FIELD: Final = "robot_may_move"
"""The field of the profile that is true or false once the elder was asked."""
MOTIONS: Final = ("approach", "follow", "face", "go", "dock")
_TO_SOMEBODY: Final = frozenset({"approach", "follow", "face"})
REPLY_SECONDS: Final = 3.0
"""How long the answer to a request takes; how the motion ended is said after it."""
_CHILD: Final = "robot"
_ENDS: Final = {
    **dict.fromkeys(("bumper", "cliff", "lifted", "held", "blocked"), "in_the_way"),
    **dict.fromkeys(("nobody_located", "person_lost"), "nobody_located"),
    **dict.fromkeys(("disconnected", "heartbeat"), "gone"),
    **dict.fromkeys(("unable", "failed"), "unable"),
    **{name: name for name in ("stuck", "person_close", "emergency_stop", "time_up")},
}
"""What is said of a motion that the elder asked for and that came to no good end, by outcome."""


class RobotControl:
    """The robot as the core uses it; a home may have none."""

    def __init__(
        self,
        *,
        bus: Bus,
        database: Database,
        speech: Speech,
        memory: HomeMemory,
        replies: Replies,
        has_robot: bool,
    ) -> None:
        self.bus = bus
        self.has_robot = has_robot
        self._speech, self._memory, self._replies = speech, memory, replies
        self._profile = KeyedValues.profile(database)
        self._ready: RobotReady | None = None
        self._problem = "it has not answered yet"
        self._docked: RobotDocked | None = None
        self._asked: OpenQuestion | None = None
        """The question for consent that was put last."""
        self._wanted: MoveRobot | None = None
        """The motion that the elder asked for last."""
        self._located_at = float("-inf")
        self._replied = asyncio.Event()
        self._replied.set()
        self.stops = 0
        self._stopped_at = float("-inf")
        self.alarms: set[str] = set()
        self.tasks = Tasks("using the robot")
        bus.serve("robot.move", self._serve_move)
        bus.serve("robot.stop", self._serve_stop)
        bus.serve("robot.consent", self._serve_consent)
        bus.serve("robot.state", self._serve_state)
        bus.serve("robot.docked", self._serve_docked)
        if has_robot:
            self._listen()

    async def stop(self) -> None:
        """Begin nothing any more; the child stops the robot when it ends."""
        await self.tasks.end()

    def _listen(self) -> None:
        bus = self.bus
        bus.subscribe(RobotReady, self._found)
        bus.subscribe(RobotDocked, self._stands_docked)
        bus.subscribe(RobotGone, lambda gone: self._lost(gone.problem))
        bus.subscribe(ChildDied, self._child_died)
        bus.subscribe(RobotMoved, self._moved)
        bus.subscribe(StopRobot, lambda _: self._obey())
        bus.subscribe(PeopleLocated, lambda _: self._located())
        bus.subscribe(TurnTaken, lambda _: self._replied.set())
        bus.subscribe(AlarmRaised, lambda raised: self.alarms.add(raised.alarm_id))
        bus.subscribe(AlarmClosed, lambda closed: self.alarms.discard(closed.alarm_id))

    @property
    def is_ready(self) -> bool:
        """Whether the robot answers."""
        return self._ready is not None

    @property
    def stopped_seconds_ago(self) -> float:
        """How long ago the elder last said stop, if no motion was asked for after it."""
        return time.monotonic() - self._stopped_at

    async def may_move(self) -> bool:
        """Whether the elder agreed that it moves; what cannot be read is no."""
        try:
            return await self._profile.get(CONSENT_FIELD) is True
        except StoreError as error:
            log.warning("whether the robot may move is not known, so it may not: %s", error)
            return False

    async def findings(self) -> list[CheckResult]:
        """Say how it is, for doctor and self-test; nothing if there is no robot."""
        if not self.has_robot:
            return []
        if self._ready is None:
            return [found("robot", is_well=False, detail=self._problem)]
        detail = self._ready.name
        if not await self.may_move():  # the elder's own choice is no fault
            detail += '; it may not move: say "come here", and it asks whether it may'
        return [found("robot", is_well=True, detail=detail)]

    def say(self, key: str) -> None:
        """Tell the elder; in an alarm only what is about the alarm is said."""
        if not self.alarms:
            self._speech.say(self._words(key), Urgency.ANSWER)

    # ------------------------------------------------------------------- what is asked for

    async def _serve_move(self, motion: str, place: str = "") -> dict[str, Any]:
        """Begin a motion; `state`: moving, stopped, or why it cannot be.

        `asked`: the question for consent is open, and whoever calls says its words; `alarm`: it
        is not put while an alarm asks.
        """
        if motion not in MOTIONS:
            raise Refused(f"{motion!r} is not one of {', '.join(MOTIONS)}")
        if not self.has_robot:
            return {"state": "no_robot"}
        if self._ready is None:
            return {"state": "gone"}
        if motion == "go" and place not in self._ready.places:
            return {"state": "unknown_place", "places": list(self._ready.places)}
        if motion in _TO_SOMEBODY and time.monotonic() - self._located_at > LOCATED_SECONDS:
            return {"state": "nobody_located"}
        wanted, stops = MoveRobot(motion, place, is_asked=True), self.stops
        may_move = await self.may_move()
        if stops != self.stops:  # while the disk was read
            return {"state": "stopped"}
        if may_move:
            self._replied.clear()
            self._begin(wanted)
            return {"state": "moving"}
        words = self._words("may_move")
        self._asked = self._speech.questions.ask(
            Question(Rank.ROBOT, words, is_said=True),
            lambda ending, _: self._answered(ending, wanted),
        )
        return {"state": "asked" if self._asked else "alarm", "question": words}

    async def _serve_stop(self) -> dict[str, Any]:
        self.bus.publish(StopRobot())
        return {"state": "stopped" if self.has_robot else "no_robot"}

    async def _serve_consent(self, may_move: bool) -> dict[str, Any]:
        if not may_move:
            self.bus.publish(StopRobot())
        if not self.has_robot:
            return {"state": "no_robot"}
        await self._keep_consent(may_move=may_move)
        return {"state": "kept"}

    async def _serve_state(self) -> dict[str, Any]:
        return {
            "has_robot": self.has_robot,
            "name": self._ready.name if self._ready else "",
            "places": list(self._ready.places) if self._ready else [],
            "may_move": self.has_robot and await self.may_move(),
        }

    async def _serve_docked(self) -> dict[str, float] | None:
        """Serve a child that was started while the robot was on its way."""
        return asdict(self._docked) if self._docked else None

    def _answered(self, ending: Ending, wanted: MoveRobot) -> None:
        if ending is Ending.YES:
            self.tasks.spawn(self._consented(wanted))
        elif ending is Ending.NO:
            self.tasks.spawn(self._keep_consent(may_move=False))
            self.say("may_not_move")

    async def _consented(self, wanted: MoveRobot) -> None:
        stops = self.stops
        await self._keep_consent(may_move=True)
        self.say("may_move_thanks")
        if stops == self.stops:
            self._begin(wanted)

    async def _keep_consent(self, *, may_move: bool) -> None:
        await self._profile.set(CONSENT_FIELD, may_move)
        self.bus.publish(ProfileChanged(CONSENT_FIELD))

    def _begin(self, wanted: MoveRobot) -> None:
        self._wanted = wanted
        self._stopped_at = float("-inf")
        self.bus.publish(wanted)

    # --------------------------------------------------------------------- what it tells

    def _located(self) -> None:
        self._located_at = time.monotonic()

    def _found(self, ready: RobotReady) -> None:
        self._ready = ready

    def _stands_docked(self, docked: RobotDocked) -> None:
        self._docked = docked

    def _child_died(self, died: ChildDied) -> None:
        if died.name == _CHILD:
            self._lost(f"its child process ended: {died.reason}")

    def _lost(self, problem: str) -> None:
        if self._ready is not None:
            log.warning("the robot is gone; it is looked for: %s", problem)
        self._ready, self._problem = None, problem
        if self._wanted is not None:
            self._wanted = None
            self.say("gone")

    def _moved(self, moved: RobotMoved) -> None:
        if self._wanted is None or moved.motion_id != self._wanted.motion_id:
            return
        self._wanted = None
        key = _ENDS.get(moved.outcome)
        if moved.outcome == "finished":
            key = f"end_{moved.motion}"
        elif moved.motion == "follow" and moved.outcome == "time_up":
            key = "end_follow"
        if key:
            self.tasks.spawn(self._say_after_reply(key))

    async def _say_after_reply(self, key: str) -> None:
        """Say it after the reply: on its charger it is there before the reply that it goes."""
        with contextlib.suppress(TimeoutError):  # not wished in a turn
            async with asyncio.timeout(REPLY_SECONDS):
                await self._replied.wait()
        self._replied.set()
        self.say(key)

    def _obey(self) -> None:
        self.stops += 1
        self._stopped_at = time.monotonic()
        if self._asked is not None:  # a yes to something else, later, must not set it rolling
            self._asked.close()

    # ------------------------------------------------------------------------------ words

    def _words(self, key: str) -> str:
        return self._replies.render(f"robot_{key}", self._memory.lang)
