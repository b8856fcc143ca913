"""The home as a skill sees it: speech, the elder's profile, storage, tables, voice and language.

Everything goes over the local socket to the core, which answers within seconds or raises
`ServiceError` (refused, with the reason) or TimeoutError.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol, TypeVar, overload

import tzlocal

from assistant.events import Say, Urgency
from assistant.services import (
    Adjusted,
    AdjustVoice,
    DeleteStored,
    GetLastSaid,
    GetProfile,
    GetProfileField,
    GetStored,
    ListStored,
    LookAtStored,
    NotStartedError,
    Request,
    Result,
    RunStatements,
    ServiceError,
    SetProfileField,
    SetStored,
    Statement,
    StopSpeech,
    SwapStored,
    SwitchLanguage,
    ask_by_name,
)
from assistant.services.strict import Cell
from skills.internet import RESERVED, Web

R = TypeVar("R")
S = TypeVar("S")


__all__ = ["Adjusted", "Answer", "Home", "NotStartedError", "Outside", "Result", "Statement"]
_MAX_TRIES: Final = 100
"""Of one update; each failed one means that somebody else's succeeded."""
Direction = Literal["louder", "quieter", "slower", "faster"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the elder answered to a question."""

    kind: Literal["yes", "no", "other", "silence"]
    text: str
    """What was said; empty in silence."""


class Outside(Protocol):
    """What the host lends to a home; safe to call from the skill's thread."""

    def fetch(self, url: str) -> Awaitable[bytes]:
        """The body of what the internet answers; raises OSError for anything else."""

    def now(self) -> float:
        """Give the Unix time, in seconds."""

    @property
    def lang(self) -> str:
        """The language spoken now."""

    @property
    def elder_name(self) -> str:
        """What the settings call the elder; empty if they do not."""

    def request(self, request: Request[R], skill: str = "") -> Awaitable[R]:
        """Ask a service of the core; `skill`: which of Anban's own asks, empty for others."""

    def send(self, event: object) -> None:
        """Tell the core."""

    def ask(self, text: str, urgency: Urgency, seconds: float) -> Awaitable[Answer]:
        """Put a question and wait for its answer."""

    def told(self, key: str, lang: str) -> tuple[str, ...]:
        """A reply key of every skill that this home has a use for, one wording each."""


class Profile:
    """What is known of the elder, shared by all skills; fields are JSON values."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    async def get(self, field: str) -> Any:
        """A field; None if it was never set."""
        return await self._outside.request(GetProfileField(field))

    async def set(self, field: str, value: Any) -> None:
        """Write a field; it is on disk when this returns."""
        await self._outside.request(SetProfileField(field, value))

    async def all(self) -> dict[str, Any]:
        """Every field."""
        return await self._outside.request(GetProfile())


class Storage:
    """What one skill keeps for itself; JSON values by key."""

    def __init__(self, outside: Outside, skill: str) -> None:
        self._outside, self._skill = outside, skill
        self._updating = asyncio.Lock()
        """Updates of this process take turns: only another process can make one try again."""

    async def get(self, key: str) -> Any:
        """A value; None if it was never set."""
        return await self._outside.request(GetStored(self._skill, _own(key)))

    async def set(self, key: str, value: Any) -> None:
        """Write a value; it is on disk when this returns."""
        await self._outside.request(SetStored(self._skill, _own(key), value))

    async def update(self, key: str, change: Callable[[Any], Any]) -> Any:
        """Replace a value by what `change` makes of it, and give the new one.

        What others write meanwhile is not lost: then `change` is called again with what they
        wrote, so it must do nothing beside.  It is on disk when this returns.

        Args:
            key: Of the value.
            change: Takes the value (None if it was never set), returns the new one.

        Raises:
            ValueError: `change` returned None, as one does that alters a list in place.
            ServiceError: refused, or others wrote again and again.
        """
        _own(key)
        async with self._updating:
            for _ in range(_MAX_TRIES):
                now = await self._outside.request(LookAtStored(self._skill, key))
                value = change(now.value)
                if value is None:
                    raise ValueError(f"storage.update({key!r}): the function returned None")
                is_kept = await self._outside.request(SwapStored(self._skill, key, now.mark, value))
                if is_kept:
                    return value
        raise ServiceError(f"storage.update({key!r}): others wrote it {_MAX_TRIES} times meanwhile")

    async def delete(self, key: str) -> None:
        """Forget a value."""
        await self._outside.request(DeleteStored(self._skill, _own(key)))

    async def keys(self) -> list[str]:
        """Every key."""
        found = await self._outside.request(ListStored(self._skill))
        return [key for key in found if not key.startswith(RESERVED)]


def _own(key: str) -> str:
    """A key that is the skill's to use; raises ValueError for one of `Web`'s."""
    if key.startswith(RESERVED):
        raise ValueError(f"storage keys that begin with {RESERVED} are home.web's")
    return key


class Tables:
    """The tables that one skill brings, by the `NNNN.sql` files of its folder `migrations`.

    Every name begins with the skill's (`tea_cup`).  A ServiceError says what was wrong with a
    statement or its values; nothing of its transaction is kept then.
    """

    def __init__(self, outside: Outside, skill: str) -> None:
        self._outside, self._skill = outside, skill

    async def run(self, sql: str, *values: Cell) -> Result:
        """Run one statement, with a value for each `?` in it; on disk when this returns."""
        (result,) = await self.transact(Statement(sql, values))
        return result

    async def transact(self, *statements: Statement) -> tuple[Result, ...]:
        """Run statements in one transaction: all of them are on disk then, or none is."""
        return await self._outside.request(RunStatements(self._skill, statements))


class Home:
    """The home; one for each skill."""

    def __init__(
        self,
        outside: Outside,
        skill: str,
        *,
        is_ours: bool = False,
        settings: object = None,
        origins: Sequence[str] = (),
    ) -> None:
        self._outside, self._skill = outside, skill
        self._is_ours, self._settings = is_ours, settings
        self.profile = Profile(outside)
        self.storage = Storage(outside, skill)
        self.tables = Tables(outside, skill)
        self.web = Web(outside, skill, origins)

    @property
    def lang(self) -> str:
        """The language spoken now: for what a skill says unasked."""
        return self._outside.lang

    @property
    def now(self) -> datetime:
        """The home's wall clock, with its time zone: for what a skill does unasked."""
        return datetime.fromtimestamp(self._outside.now(), tzlocal.get_localzone())

    def settings(self, kind: type[S]) -> S:
        """Give the skill's own settings, `[skills.NAME]` of anban.toml, as they were at the start.

        Args:
            kind: the class that `Skill(…, settings=…)` names.

        Raises:
            TypeError: it names another one, or none.
        """
        if not isinstance(self._settings, kind):
            raise TypeError(
                f'write Skill("{self._skill}", __file__, settings={kind.__name__}) in skill.py'
            )
        return self._settings

    def say(self, text: str, urgency: Urgency = Urgency.ANSWER) -> str:
        """Speak at once; an action's answer is returned instead.  Gives the id `Said` will bear.

        Raises:
            ValueError: with the urgency of an alarm, which is the core's alone.
        """
        _check(urgency)
        event = Say(text, self.lang, urgency)
        self._outside.send(event)
        return event.say_id

    async def ask(
        self, text: str, urgency: Urgency = Urgency.ANSWER, open_seconds: float = 60.0
    ) -> Answer:
        """Put a question and wait for its answer: for reactions; within a turn use a form.

        While something more urgent is asked (a dose, help), it is not put, which is silence.

        Raises:
            ValueError: as `say`.
        """
        _check(urgency)
        return await self._outside.ask(text, urgency, open_seconds)

    async def adjust_voice(self, direction: Direction) -> Adjusted:
        """One step louder, quieter, slower or faster."""
        return await self._outside.request(AdjustVoice(direction))

    async def last_said(self) -> str:
        """The answer before this one; empty if there was none."""
        return (await self._outside.request(GetLastSaid())).text

    async def stop_speaking(self) -> None:
        """Be silent now; alarms go on."""
        await self._outside.request(StopSpeech())

    async def switch_language(self, lang: str) -> None:
        """Go on in another language."""
        await self._outside.request(SwitchLanguage(lang))

    async def elder_name(self) -> str:
        """What the elder wants to be called; empty if nobody said."""
        return str(await self.profile.get("name") or self._outside.elder_name)

    @overload
    async def request(self, service: Request[R]) -> R: ...

    @overload
    async def request(self, service: str, **arguments: Any) -> Any: ...

    async def request(self, service: Request[Any] | str, **arguments: Any) -> Any:
        """Ask a service of the core: docs/services.md has what each takes and gives.

        A request of `skills.api.services` has a typed result and typed errors.  A service may be
        asked for by its name, too: its result is JSON then, and a no of the reminders' is
        `{"refused": code, ...}`.

        Alarms, calls and the robot's motions are for Anban's own skills; for what a skill keeps
        there are `storage` and `tables`.

        Raises:
            NotStartedError: nobody serves it yet, or in this home.
            ServiceError: refused, with the reason.
            TimeoutError: no answer in time.
        """
        name = service if isinstance(service, str) else service.SERVICE
        if name.startswith(("storage.", "tables.", "skills.")):
            raise ServiceError("a skill's own come by home.storage, home.tables, home.settings")
        if isinstance(service, str):
            return await ask_by_name(self._ask, service, arguments)
        return await self._ask(service)

    async def _ask(self, request: Request[R]) -> R:
        return await self._outside.request(request, self._skill if self._is_ours else "")

    def capabilities(self, lang: str) -> tuple[str, ...]:
        """What the skills that are of use here can do, a phrase each."""
        return self._outside.told("capability", lang)

    def examples(self, lang: str) -> tuple[str, ...]:
        """What one may say to them, a sentence each."""
        return self._outside.told("example", lang)


def _check(urgency: Urgency) -> None:
    """The core would drop it, and whoever asks would wait for ever."""
    if urgency is Urgency.ALARM:
        raise ValueError("what an alarm says is the core's alone; use Urgency.REMINDER")
