"""The bridge from a skill's thread to the core: requests, events and questions."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from assistant.events import AskElder, ElderAnswered, Urgency
from assistant.language import ReplyMissingError, SlotMissingError
from assistant.runtime.link import Link
from assistant.services import Request
from assistant.services.home import HomeState
from assistant.settings import Settings
from skills.home import Answer
from skills.internet import FETCH_SECONDS, MOST_BYTES
from skills.loading import Loaded

log = logging.getLogger(__name__)
R = TypeVar("R")

_MARGIN_SECONDS = 5.0
_HEADERS = {"User-Agent": "Anban", "Accept-Encoding": "identity"}
"""Nothing compressed: a few bytes could grow to all of the memory."""


class HostOutside:
    """What `skills.home` needs; lives on the host's loop, is called from any thread."""

    def __init__(
        self,
        link: Link,
        state: HomeState,
        loaded: tuple[Loaded, ...],
        *,
        now: Callable[[], float] = time.time,
        fetch: Callable[[str], Coroutine[Any, Any, bytes]] | None = None,
    ) -> None:
        """`now`: the home's clock; `fetch`: asks the internet, as `fetch_from_web` does."""
        self._link, self.now = link, now
        self._fetch = fetch or fetch_from_web
        self._loop = asyncio.get_running_loop()
        self._offered = tuple(item for item in loaded if _has(state.settings, item.skill.needs))
        self._questions: dict[str, asyncio.Future[ElderAnswered]] = {}
        self.lang = state.lang
        self.elder_name = state.settings.elder_name

    def request(self, request: Request[R], skill: str = "") -> Awaitable[R]:
        """Ask a service of the core; `skill`: which of Anban's own asks, empty for others."""
        return self._over(self._link.request(request, skill=skill))

    def fetch(self, url: str) -> Awaitable[bytes]:
        """The body of what the internet answers; raises OSError for anything else."""
        return self._over(self._fetch(url))

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

    def _over(self, work: Coroutine[Any, Any, R]) -> Awaitable[R]:
        """Run on the host's loop, awaited on the skill's."""
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))


async def fetch_from_web(url: str) -> bytes:
    """The body of an answer of status 200; raises OSError for anything else.

    Another address that the answer points to is not asked: nobody agreed to it.
    """
    import httpx  # noqa: PLC0415  (it takes a third of a second, and few homes need it)

    body = bytearray()
    try:
        async with (
            asyncio.timeout(FETCH_SECONDS),
            httpx.AsyncClient(headers=_HEADERS, trust_env=False) as http,
            http.stream("GET", url) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise OSError(f"status {answer.status_code}")
            if answer.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
                raise OSError("compressed, though it was asked not to be")
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise OSError(f"more than {MOST_BYTES} bytes")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(type(error).__name__) from error
    return bytes(body)


def _has(settings: Settings, section: str) -> bool:
    return not section or bool(getattr(getattr(settings, section, None), "port", ""))
