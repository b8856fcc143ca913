"""The bridge from a skill's thread to the core: requests, events and questions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from typing import Any

from assistant.events import AskElder, ElderAnswered, Request, Urgency
from assistant.language import ReplyMissingError, SlotMissingError
from assistant.runtime.link import HomeState, Link
from assistant.settings import Settings
from skills.home import Answer
from skills.loading import Loaded

log = logging.getLogger(__name__)

_MARGIN_SECONDS = 5.0


class HostOutside:
    """What `skills.home` needs; lives on the host's loop, is called from any thread."""

    def __init__(self, link: Link, state: HomeState, loaded: tuple[Loaded, ...]) -> None:
        self._link = link
        self._loop = asyncio.get_running_loop()
        self._offered = tuple(item for item in loaded if _has(state.settings, item.skill.needs))
        self._questions: dict[str, asyncio.Future[ElderAnswered]] = {}
        self.lang = state.lang
        self.elder_name = state.settings.elder_name

    def request(self, service: str, **arguments: Any) -> Awaitable[Any]:
        """Ask a service of the core."""
        return self._over(self._link.request(service, **arguments))

    def request_as(self, skill: str, service: str, **arguments: Any) -> Awaitable[Any]:
        """Ask a service of the core for one of Anban's own skills."""
        return self._over(self._link.ask(Request(service, arguments, skill=skill)))

    def send(self, event: object) -> None:
        """Tell the core."""
        self._loop.call_soon_threadsafe(self._link.send, event)

    def ask(self, text: str, urgency: Urgency, seconds: float) -> Awaitable[Answer]:
        """Put a question and wait for its answer."""
        question = AskElder(text, urgency=urgency, open_seconds=seconds)
        return self._over(self._ask(question))

    def told(self, key: str, lang: str) -> tuple[str, ...]:
        """A reply key of every skill that this home has a use for, one wording each."""
        texts = []
        for loaded in self._offered:
            try:
                texts.append(loaded.replies.render(key, lang))
            except (ReplyMissingError, SlotMissingError) as error:
                log.error("the skill %s: %s", loaded.skill.name, error)
        return tuple(texts)

    def answered(self, event: ElderAnswered) -> None:
        """Hand an answer to the skill that waits for it."""
        future = self._questions.get(event.question_id)
        if future is not None and not future.done():
            future.set_result(event)

    async def _ask(self, question: AskElder) -> Answer:
        future: asyncio.Future[ElderAnswered] = self._loop.create_future()
        self._questions[question.question_id] = future
        try:
            self._link.send(question)
            async with asyncio.timeout(question.open_seconds + _MARGIN_SECONDS):
                event = await future
        except TimeoutError:
            return Answer("silence", "")
        finally:
            self._questions.pop(question.question_id, None)
        kind = event.answer if event.answer in {"yes", "no", "silence"} else "other"
        return Answer(kind, event.text)  # type: ignore[arg-type]

    def _over(self, work: Coroutine[Any, Any, Any]) -> Awaitable[Any]:
        """Run on the host's loop, awaited on the skill's."""
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))


def _has(settings: Settings, section: str) -> bool:
    return not section or bool(getattr(getattr(settings, section, None), "port", ""))
