"""A home in virtual time: the real parts that a skill meets, and stand-ins at the home's edges.

Real: the host's code with its rights, services, storage, tables, medicines, reminders, calls,
questions, turns and the judgement of cries.  Stand-ins: the microphone (lines), the voice (all that
is said is heard at once), telephones and messages, the robot, and the alarm, which is only noted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from anban_testing.dialogue import Dialogue
from anban_testing.host import HostInside
from anban_testing.internet import Internet
from anban_testing.people import Person, register
from anban_testing.script import Role
from anban_testing.sentences import Meaning
from anban_testing.virtual_time import LoopClock, VirtualLoop
from anban_testing.wordings import FirstWording
from assistant.calls import Calls
from assistant.conversation.implied_cry import ImpliedCries
from assistant.conversation.safety_lane import SafetyLane
from assistant.conversation.turns import Turns
from assistant.conversation.understanding import Interpretation
from assistant.core.home_services import HomeServices
from assistant.core.services import Services
from assistant.core.table_services import TableServices
from assistant.events import (
    Capability,
    LanguageChanged,
    MoveRobot,
    RobotReady,
    Said,
    Say,
    SoundStarted,
    StopRobot,
    TurnTaken,
)
from assistant.home.camera_privacy import CameraPrivacy
from assistant.home.home import Home
from assistant.home.reaction import Reaction
from assistant.home.spoken import Spoken
from assistant.language import Replies
from assistant.people.contacts import People
from assistant.robot.permission import RobotControl
from assistant.runtime.feature import Feature
from assistant.safety import Cry, Judgement
from assistant.services import SwitchLanguage
from assistant.services.findings import CheckResult
from assistant.settings import Settings
from skills.loading import Loaded

FALLBACK: Final = "nlu_fallback"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that Anban did."""

    role: Role
    words: str
    """What it said; whom it rang; whom it wrote to and what; how it moved the robot."""
    at: float
    """Unix time, seconds."""


class Mind:
    """What was said means what the conversation says; answered by the skills' own rules."""

    silence_seconds: float

    def __init__(self, home: Home) -> None:
        self._home = home
        self.silence_seconds = home.settings.dialogue.conversation_silence_seconds
        self.meaning: Meaning | None = None
        """Of the sentence that is said next; None: nothing says it."""
        self.unknown = ""
        """The last sentence whose meaning was needed and not known."""
        self.dialogue: Dialogue
        self._last_turn = float("-inf")
        home.bus.subscribe(LanguageChanged, lambda _: self.forget())

    @property
    def form(self) -> str:
        """The form that waits for an answer."""
        return self.dialogue.form

    def forget(self) -> None:
        """Begin a new conversation."""
        self.dialogue.forget()

    async def think(
        self, text: str, alternatives: tuple[str, ...], stages: dict[str, float]
    ) -> Interpretation:
        """Say what a sentence means; in a form, what nothing is known of is its answer."""
        del alternatives, stages
        if self.meaning is None and not self.form:
            self.unknown = text
        meaning = self.meaning or Meaning(FALLBACK)
        entities = tuple({"entity": n, "value": v} for n, v in meaning.entities.items())
        return Interpretation(text, meaning.intent, 1.0, entities, self._home.memory.lang)

    async def answer(self, thought: Interpretation, stages: dict[str, float]) -> str:
        """Answer within the conversation."""
        del stages
        now = self._home.clock.now()
        if now - self._last_turn > self.silence_seconds:
            self.forget()
        self._last_turn = now
        meaning = Meaning(thought.intent, {e["entity"]: e["value"] for e in thought.entities})
        lang = self._home.memory.lang
        return " ".join(await self.dialogue.turn(thought.text, meaning, lang, now))


class NotedAlarms:
    """Alarms that are noted and call nobody: what they do is not a skill's to test."""

    is_open = is_line_open = awaits_cry = False

    def __init__(self, home: TestHome) -> None:
        self._home = home
        self.calls_out = False
        """Whether the telephone line is needed for an alarm."""

    def answer_cry(self, cry: Cry) -> str:
        """Note it."""
        self._home.note(Role.HELP, cry.reason)
        return ""

    def doubt(self, text: str, *, is_sure: bool, lang: str = "") -> Reaction:
        """Note that it would be asked about."""
        del text, is_sure, lang
        self._home.note(Role.HELP, "asked")
        return Reaction()

    def take_back(self, since: float) -> None:
        """There is nothing to take back."""

    def hear(self, text: str, judgement: Judgement) -> bool:
        """No question about signs is open."""
        del text, judgement
        return False

    def is_answered_by(self, spoken: Spoken) -> bool:
        """No alarm is open."""
        del spoken
        return False

    def take_answer(self, spoken: Spoken) -> Reaction:
        """No alarm is open."""
        del spoken
        return Reaction()


class TestHome:
    """One home; `start` before and `stop` after."""

    __test__ = False

    def __init__(
        self,
        folder: Path,
        loop: VirtualLoop,
        begin: float,
        loaded: tuple[Loaded, ...],
        *,
        lang: str,
        people: Sequence[Person] = (),
        robot: Sequence[str] | None = None,
        settings: Settings | None = None,
        internet: Internet,
    ) -> None:
        """`robot`: the places to which it knows the way; None if there is no robot."""
        capabilities, settings = {Capability.MOUTH}, settings or Settings()
        if robot is not None:
            capabilities |= {Capability.ROBOT}
            settings = replace(settings, robot=replace(settings.robot, port="/dev/robot"))
        loaded = tuple(
            replace(item, replies=item.replies.afresh(FirstWording())) for item in loaded
        )
        self.base = home = Home.of(
            folder,
            settings,
            lang=lang,
            capabilities=frozenset(capabilities),
            clock=LoopClock(loop, begin),
            replies=_core_replies().afresh(FirstWording()),
        )
        self.deeds: list[Deed] = []
        self.events: list[object] = []
        self._loop, self._loaded, self._robot = loop, loaded, robot
        home.bus.listen(self._heard)
        self._people = People(folder)
        registry = register(self._people, people, self._reached)
        services = Services(home)
        self.robot = RobotControl(home)
        camera = CameraPrivacy(home)
        self._features: list[Feature] = [
            services,
            TableServices(home),
            HomeServices(home, self._findings),
            camera,
            self.robot,
            *_medicines_and_reminders(home, self._people, registry),
        ]
        self.alarms = alarms = NotedAlarms(self)
        self.calls = Calls(
            home.bus,
            self._people,
            registry,
            home.speech,
            home.replies,
            home.memory,
            lambda: alarms.calls_out,
        )
        self.mind = Mind(home)
        understanding: Any = self.mind  # all that a turn needs of the core's Understanding
        self.turns = Turns(
            home.bus,
            home.memory,
            home.speech,
            home.replies,
            understanding,
            services.adjust_voice,
            SafetyLane(home.bus, alarms, self.calls),
            ImpliedCries(understanding, alarms),
            camera,
        )
        self.host = HostInside(home.bus, loaded, home.clock.now, internet)

    async def start(self) -> None:
        """Open the disk and begin."""
        home = self.base
        await home.database.open()
        for feature in self._features:
            await feature.start()
        await self.host.start()
        folders = [item.skill.folder for item in self._loaded]
        self.mind.dialogue = Dialogue(folders, self.host.skills)
        if self._robot is not None:
            home.bus.publish(RobotReady("a robot", tuple(self._robot)))

    async def stop(self) -> None:
        """End all of it."""
        await self.host.stop()
        await self.calls.stop()
        for feature in reversed(self._features):
            await feature.stop()
        await self.base.database.close()

    async def say(self, text: str, meaning: Meaning | None) -> TurnTaken:
        """The elder says something that means this; None: only what the core itself understands."""
        self.mind.meaning, self.mind.unknown = meaning, ""
        return await self.turns.take(text)

    async def speak(self, lang: str) -> None:
        """Go on in another language."""
        await self.base.bus.ask(SwitchLanguage(lang))

    def note(self, role: Role, words: str) -> None:
        """Note what Anban does."""
        self.deeds.append(Deed(role, words, self.base.clock.now()))

    def replies_of(self, owner: str) -> Replies:
        """The replies of a skill, of the core, or of the skill host; raises KeyError."""
        match owner:
            case "core":
                return _core_replies()
            case "host":
                return _host_replies()
            case "reminders":
                return _reminder_replies()
        for item in self._loaded:
            if item.skill.name == owner:
                return item.replies
        raise KeyError(f"there is no skill {owner}; there are {', '.join(self.owners)}")

    @property
    def owners(self) -> tuple[str, ...]:
        """Whose replies there are: what `replies_of` takes."""
        return ("core", "host", "reminders", *(item.skill.name for item in self._loaded))

    def _reached(self, how: str, whom: str, text: str) -> None:
        self.note(Role(how), f"{whom}, {text}" if text else whom)

    def _heard(self, event: object) -> None:
        self.events.append(event)
        match event:
            case Say(say_id=say_id, text=text):
                self.note(Role.ANBAN, text)
                self._loop.call_soon(self._sound, say_id, text)
            case MoveRobot(motion=motion, place=place):
                self.note(Role.ROBOT, f"{motion} {place}".strip())
            case StopRobot() if self._robot is not None:
                self.note(Role.ROBOT, "stop")

    def _sound(self, say_id: str, text: str) -> None:
        """What is said is heard at once, and to its end."""
        self.base.bus.publish(SoundStarted(say_id, 0.0))
        self.base.bus.publish(Said(say_id, completed=True, spoken_text=text))

    async def _findings(self) -> list[CheckResult]:
        return []


def _medicines_and_reminders(home: Home, people: People, registry: Any) -> list[Feature]:
    # Thousands of lines, that only a conversation needs.
    from assistant.medicines import Medicines  # noqa: PLC0415
    from assistant.reminders import Reminders  # noqa: PLC0415

    medicines = Medicines(home)
    return [medicines, Reminders(home, people, registry, medicines)]


@cache
def _core_replies() -> Replies:
    """The core's own replies, read once."""
    return Replies.load(Path(str(files("assistant") / "replies")))


@cache
def _host_replies() -> Replies:
    return Replies.load(Path(str(files("skills") / "replies")))


@cache
def _reminder_replies() -> Replies:
    return Replies.load(Path(str(files("assistant.reminders") / "replies")))
