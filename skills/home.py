"""The home as a skill sees it: speech, the elder's profile, storage, tables, voice and language.

Everything goes over the local socket to the core, which answers within seconds or raises
`ServiceError` (refused, with the reason) or TimeoutError.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, Protocol

from assistant.events import Say, Urgency
from assistant.runtime.link import ServiceError
from assistant.store.skill_tables import Result, Statement, Value


class NotStartedError(ServiceError):
    """A service is not there yet: the core starts some of them after the skills."""


_MAX_TRIES: Final = 100
"""Of one update; each failed one means that somebody else's succeeded."""
Direction = Literal["louder", "quieter", "slower", "faster"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the elder answered to a question."""

    kind: Literal["yes", "no", "other", "silence"]
    text: str
    """What was said; empty in silence."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The voice after a change."""

    volume: float
    """0 to 1."""
    rate_words_per_minute: int
    at_limit: bool
    """It was as far as it goes already."""


class Outside(Protocol):
    """What the host lends to a home; safe to call from the skill's thread."""

    @property
    def lang(self) -> str:
        """The language spoken now."""

    @property
    def elder_name(self) -> str:
        """What the settings call the elder; empty where they do not."""

    def request(self, service: str, **arguments: Any) -> Awaitable[Any]:
        """Ask a service of the core that every skill may have."""

    def request_as(self, skill: str, service: str, **arguments: Any) -> Awaitable[Any]:
        """Ask a service of the core for one of Anban's own skills."""

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
        """A field; None where it was never set."""
        return await self._outside.request("profile.get", field=field)

    async def set(self, field: str, value: Any) -> None:
        """Write a field; it is on disk when this returns."""
        await self._outside.request("profile.set", field=field, value=value)

    async def all(self) -> dict[str, Any]:
        """Every field."""
        return dict(await self._outside.request("profile.all"))


class Storage:
    """What one skill keeps for itself; JSON values by key."""

    def __init__(self, outside: Outside, skill: str) -> None:
        self._outside, self._skill = outside, skill
        self._updating = asyncio.Lock()
        """Updates of this process take turns: only another process can make one try again."""

    async def get(self, key: str) -> Any:
        """A value; None where it was never set."""
        return await self._outside.request("storage.get", skill=self._skill, key=key)

    async def set(self, key: str, value: Any) -> None:
        """Write a value; it is on disk when this returns."""
        await self._outside.request("storage.set", skill=self._skill, key=key, value=value)

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
        async with self._updating:
            for _ in range(_MAX_TRIES):
                now = await self._outside.request("storage.look", skill=self._skill, key=key)
                value = change(now["value"])
                if value is None:
                    raise ValueError(f"storage.update({key!r}): the function returned None")
                is_kept = await self._outside.request(
                    "storage.swap", skill=self._skill, key=key, mark=now["mark"], value=value
                )
                if is_kept:
                    return value
        raise ServiceError(f"storage.update({key!r}): others wrote it {_MAX_TRIES} times meanwhile")

    async def delete(self, key: str) -> None:
        """Forget a value."""
        await self._outside.request("storage.delete", skill=self._skill, key=key)

    async def keys(self) -> list[str]:
        """Every key."""
        return list(await self._outside.request("storage.keys", skill=self._skill))


class Tables:
    """The tables that one skill brings, by the `NNNN.sql` files of its folder `migrations`.

    Every name begins with the skill's (`tea_cup`).  A ServiceError says what was wrong with a
    statement or its values; nothing of its transaction is kept then.
    """

    def __init__(self, outside: Outside, skill: str) -> None:
        self._outside, self._skill = outside, skill

    async def run(self, sql: str, *values: Value) -> Result:
        """Run one statement, with a value for each `?` in it; on disk when this returns."""
        (result,) = await self.transact(Statement(sql, values))
        return result

    async def transact(self, *statements: Statement) -> tuple[Result, ...]:
        """Run statements in one transaction: all of them are on disk then, or none is."""
        answers = await self._outside.request(
            "tables.run", skill=self._skill, statements=[asdict(each) for each in statements]
        )
        return tuple(
            Result(
                tuple(answer["columns"]),
                tuple(tuple(row) for row in answer["rows"]),
                answer["changed_count"],
            )
            for answer in answers
        )


class Home:
    """The home; one for each skill."""

    def __init__(self, outside: Outside, skill: str, *, is_ours: bool = False) -> None:
        self._outside, self._skill = outside, skill
        self._is_ours = is_ours
        self.profile = Profile(outside)
        self.storage = Storage(outside, skill)
        self.tables = Tables(outside, skill)

    @property
    def lang(self) -> str:
        """The language spoken now: for what a skill says unasked."""
        return self._outside.lang

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
        answer = await self._outside.request("voice.adjust", direction=direction)
        return Adjusted(**answer)

    async def last_said(self) -> str:
        """The answer before this one; empty where there was none."""
        return str((await self._outside.request("speech.last"))["text"])

    async def stop_speaking(self) -> None:
        """Be silent now; alarms go on."""
        await self._outside.request("speech.stop")

    async def switch_language(self, lang: str) -> None:
        """Go on in another language."""
        await self._outside.request("language.switch", lang=lang)

    async def elder_name(self) -> str:
        """What the elder wants to be called; empty where nobody said."""
        return str(await self.profile.get("name") or self._outside.elder_name)

    async def request(self, service: str, **arguments: Any) -> Any:
        """Ask a service of the core by its name; docs/ has what each takes and gives.

        Alarms, calls and the robot's motions are for Anban's own skills; for what a skill keeps
        there are `storage` and `tables`.

        Raises:
            NotStartedError: nobody serves it yet, or in this home.
            ServiceError: refused, with the reason.
            TimeoutError: no answer in time.
        """
        if service.startswith(("storage.", "tables.")):
            raise ServiceError("a skill keeps its own by home.storage and home.tables")
        try:
            if self._is_ours:
                return await self._outside.request_as(self._skill, service, **arguments)
            return await self._outside.request(service, **arguments)
        except ServiceError as error:
            if str(error) == f"no service {service!r}":
                raise NotStartedError(str(error)) from error
            raise

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
