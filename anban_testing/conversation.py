"""A conversation that is played line by line on a home, and held against what is written."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import tzlocal

from anban_testing import wordings
from anban_testing.errors import (
    DiffersError,
    FaultError,
    ScriptError,
    UnknownSentenceError,
)
from anban_testing.home import Deed, TestHome
from anban_testing.host import ACTION_SECONDS
from anban_testing.internet import Internet
from anban_testing.loading import OURS, loaded_with
from anban_testing.people import Person
from anban_testing.script import EXPECTED, Line, Role, read
from anban_testing.sentences import Meaning, Sentences
from anban_testing.virtual_time import VirtualLoop
from assistant.events.line import EVENTS, EventError, from_line
from assistant.language import LANGUAGES
from assistant.services import Request
from assistant.settings import Settings
from assistant.store import KeyedValues
from skills.skill import Skill

R = TypeVar("R")

BEGIN: Final = "2026-11-23 09:00"
"""A Monday morning."""
_MEMORY: Final = Path("/dev/shm")  # noqa: S108  (a folder of our own in it)


class Conversation:
    """One elder, one home, and what they say to each other.

    Usage: `with Conversation("tea", lang="en") as talk: talk.plays("elder: …")`; in tests, the
    fixture `conversation` makes and ends it.
    """

    def __init__(
        self,
        skill: str | Skill = "",
        *,
        lang: str = "en",
        now: str = BEGIN,
        people: Mapping[str, Sequence[str]] | Sequence[Person] = (),
        robot: Sequence[str] | None = None,
        settings: Settings | None = None,
        skill_settings: Mapping[str, Any] | None = None,
        web: Mapping[str, Any] | None = None,
    ) -> None:
        """Build the home; nothing was said yet.

        Args:
            skill: what is tested: the name of an installed skill, `package.skill:skill`, or the
                skill itself. It is loaded beside Anban's own skills.
            lang: the language spoken.
            now: when the conversation begins, "YYYY-MM-DD HH:MM" of the home's clock.
            people: whom Anban may ring and write to: names, with what the elder calls them.
            robot: the places to which the robot knows the way; None if there is no robot.
            settings: those of the home; none: the defaults.
            skill_settings: those of the tested skill, as in its section of anban.toml.
            web: what the internet answers: JSON by the beginning of the address; all else of it
                is offline.
        """
        if lang not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise ScriptError(f"lang: there is no language {lang!r}; there are {known}")
        loaded = loaded_with(skill)
        self.skill = loaded[-1].skill.name if skill else "general"
        if isinstance(skill, str) and skill in OURS:
            self.skill = skill
        if skill_settings is not None:
            settings = replace(settings or Settings(), skills={self.skill: dict(skill_settings)})
        self._internet = Internet(web)
        begin = _moment(now)
        if isinstance(people, Mapping):
            people = [Person(name, tuple(called)) for name, called in people.items()]
        memory = _MEMORY if os.access(_MEMORY, os.W_OK) else None
        self._folder = TemporaryDirectory(prefix="anban-conversation-", dir=memory)
        self.loop = VirtualLoop()
        self._folders = [item.skill.folder for item in loaded]
        self._past: list[str] = []
        """The conversation so far, for people."""
        self.home = TestHome(
            Path(self._folder.name),
            self.loop,
            begin,
            loaded,
            lang=lang,
            people=people,
            robot=robot,
            settings=settings,
            internet=self._internet,
        )
        try:
            self.loop.wait_for(self.home.start())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the home; it remembers nothing."""
        self.loop.wait_for(self.home.stop())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        self._folder.cleanup()

    # ------------------------------------------------------------------------- playing

    def plays(self, text: str) -> None:
        """Play a conversation, and hold what Anban does against what is written.

        Raises:
            ConversationError: of which kind is told by its class; the message shows it so far.
        """
        __tracebackhide__ = True
        lines = deque(read(text))
        while lines:
            line = lines.popleft()
            expected = []
            if line.role in EXPECTED:
                raise ScriptError(
                    f"line {line.number}: {line.written!r} stands before anything that Anban could "
                    "answer"
                )
            while lines and lines[0].role in EXPECTED:
                expected.append(lines.popleft())
            self._do(line, expected)
            self._compare(line, expected)

    def says(self, text: str) -> list[str]:
        """The elder says one sentence (`words [intent entity=value]`); what Anban says to it."""
        (line,) = read(f"elder: {text}")
        self._do(line)
        return [deed.words for deed in self._take() if deed.role is Role.ANBAN]

    def passes(self, **time: float) -> list[str]:
        """Time passes, as `timedelta` has it; what Anban says meanwhile."""
        self.loop.let_pass(timedelta(**time).total_seconds())
        self._show_passing()
        return [deed.words for deed in self._take() if deed.role is Role.ANBAN]

    # -------------------------------------------------------------------------- looking

    @property
    def now(self) -> datetime:
        """The home's wall clock."""
        return datetime.fromtimestamp(self.home.base.clock.now(), tzlocal.get_localzone())

    @property
    def form(self) -> str:
        """The form that waits for an answer; empty if none does."""
        return self.home.mind.form

    @property
    def slots(self) -> Mapping[str, Any]:
        """What the skills remember of this conversation, by whole names."""
        return self.home.mind.dialogue.slots

    @property
    def events(self) -> list[Any]:
        """Every event so far."""
        return list(self.home.events)

    def stored(self, key: str, skill: str = "") -> Any:
        """What a skill keeps under a key (`home.storage`); None if nothing."""
        database = self.home.base.database
        return self._wait(KeyedValues.of_skill(database, skill or self.skill).get(key))

    @property
    def web(self) -> dict[str, Any]:
        """What the internet answers from here on."""
        return self._internet.answers

    @property
    def web_asked(self) -> list[str]:
        """Every address that was asked on the internet, the oldest first."""
        return self._internet.asked

    def profile(self, field: str) -> Any:
        """What is known of the elder."""
        return self._wait(KeyedValues.profile(self.home.base.database).get(field))

    def ask(self, request: Request[R]) -> R:
        """Ask a service of the home, such as `services.ListReminders()`."""
        return self._wait(self.home.base.bus.ask(request))

    @property
    def transcript(self) -> str:
        """The conversation so far."""
        return "\n".join(self._past)

    # --------------------------------------------------------------------------- inside

    def _do(self, line: Line, expected: Sequence[Line] = ()) -> None:
        """Do what a line says, and let all happen that follows from it without time passing."""
        __tracebackhide__ = True
        self._past.append(f"    {line.written}")
        match line.role:
            case Role.ELDER:
                self._hear(line)
            case Role.HOME:
                self._tell(line)
            case Role.LANGUAGE:
                self._wait(self.home.speak(line.words))
            case Role.AFTER:
                self.loop.let_pass(line.seconds)
            case Role.AT:
                self.loop.let_pass(self._until(line.seconds))
        faults = self.home.host.faults()
        if faults and not any("~host." in each.words for each in expected):
            self._take()
            fault = self._own_part(faults[0])
            raise FaultError(self._shown(f"the skill failed: {_told(fault)}")) from fault

    def _own_part(self, fault: BaseException) -> BaseException:
        """Let what a skill raised be shown from the skill's own lines on, not from the kit's."""
        trace = fault.__traceback__
        folder = str(self._folders[-1])
        while trace is not None and not trace.tb_frame.f_code.co_filename.startswith(folder):
            trace = trace.tb_next
        return fault.with_traceback(trace)

    def _hear(self, line: Line) -> None:
        meaning = self._meaning(line)
        self._wait(self.home.say(line.words, meaning))
        if self.home.mind.unknown:
            raise UnknownSentenceError(
                self._shown(
                    f"what {line.words!r} means is in no skill's nlu.yml: write it behind the "
                    f"sentence, such as\n    {line.written} [{self.skill}_…]"
                )
            )

    def _meaning(self, line: Line) -> Meaning | None:
        if not line.means:
            return _sentences(tuple(self._folders), self.home.base.memory.lang).meaning(line.words)
        intents = self.home.mind.dialogue.intents
        for intent in (line.means, f"{self.skill}_{line.means}"):
            if intent in intents:
                return Meaning(intent, line.fields)
        raise ScriptError(
            f"line {line.number}: there is no intent {line.means!r}; there are: "
            f"{', '.join(sorted(intents))}"
        )

    def _tell(self, line: Line) -> None:
        """Tell an event of the home."""
        kind = EVENTS.get(line.words)
        if kind is None:
            raise ScriptError(
                f"line {line.number}: there is no event {line.words!r}: docs/events.md"
            )
        values = {"type": line.words, **{n: _value(v) for n, v in line.fields.items()}}
        try:
            event = from_line(json.dumps(values).encode())
        except EventError as error:
            raise ScriptError(f"line {line.number}: {error}: docs/events.md") from error

        async def publish() -> None:
            self.home.base.bus.publish(event)

        self._wait(publish())

    def _until(self, second_of_day: float) -> float:
        """How long until the clock next shows this."""
        now = self.now
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        wanted = midnight + timedelta(seconds=second_of_day)
        if wanted <= now:
            wanted += timedelta(days=1)
        return wanted.timestamp() - now.timestamp()

    def _take(self) -> list[Deed]:
        deeds, self.home.deeds = self.home.deeds, []
        self._past += [f"    {_written(deed)}" for deed in deeds]
        return deeds

    def _compare(self, line: Line, expected: Sequence[Line]) -> None:
        deeds, self.home.deeds = self.home.deeds, []
        left = list(deeds)
        for wanted in expected:
            if wanted.role is Role.REST:
                continue
            done = next((deed for deed in left if deed.role is wanted.role), None)
            if done is None or not self._is(wanted, done):
                raise self._differs(wanted.number, deeds, expected, wanted)
            left.remove(done)
        # What nobody asks about may be said; what is done beside is always looked at.
        may_say_more = not expected or any(each.role is Role.REST for each in expected)
        over = [d for d in left if d.role is not Role.ANBAN or not may_say_more]
        if over:
            raise self._differs(line.number, deeds, expected, None)
        self._past += [f"    {_written(deed)}" for deed in deeds]

    def _is(self, wanted: Line, done: Deed) -> bool:
        try:
            return wordings.matches(
                wanted.words,
                done.words,
                self.home.replies_of,
                self.skill,
                self.home.base.memory.lang,
                self.home.owners,
            )
        except ScriptError as error:
            raise ScriptError(f"line {wanted.number}: {error}") from error

    def _differs(
        self, number: int, deeds: Sequence[Deed], expected: Sequence[Line], wanted: Line | None
    ) -> DiffersError:
        self._past += [f"  - {each.written}" for each in expected]
        self._past += [f"  + {_written(deed)}" for deed in deeds] or ["  + (nothing)"]
        what = f"{wanted.written!r} did not come" if wanted else "more was done than is written"
        return DiffersError(self._shown(f"line {number}: {what} (- written, + done)"))

    def _shown(self, what: str) -> str:
        return f"{what}\n{self.transcript}\n    ({self.now:%A %H:%M:%S})"

    def _show_passing(self) -> None:
        self._past.append(f"    … {self.now:%A %H:%M}")

    def _wait(self, work: Coroutine[Any, Any, R]) -> R:
        return self.loop.wait_for(work)


def _told(error: BaseException) -> str:
    if isinstance(error, TimeoutError) and not str(error):
        return f"it did not answer within {ACTION_SECONDS:.1f} s"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _moment(now: str) -> float:
    try:
        written = datetime.fromisoformat(now)
    except (TypeError, ValueError):
        raise ScriptError(f"now: {now!r} is no time; write it like {BEGIN}") from None
    return written.replace(tzinfo=tzlocal.get_localzone()).timestamp()


def _written(deed: Deed) -> str:
    return f"{deed.role.value}: {deed.words}"


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


@cache
def _sentences(folders: tuple[Path, ...], lang: str) -> Sentences:
    return Sentences(folders, lang)
