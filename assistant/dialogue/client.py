"""Asking the Rasa server: every request has a deadline, every failure a type."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx

from assistant.dialogue.errors import (
    DialogueDownError,
    DialogueEmptyError,
    DialogueSlowError,
    UnfitTextError,
)

PARSE_SECONDS: Final = 3.0
SWITCH_SECONDS: Final = 15.0
"""How long another model may take to load: 0.15 s on two quick cores, 1 s with both taken
(measured)."""
TEXT_LIMIT: Final = 1000
"""The longest text, in characters; what is heard is cut to half of it long before."""
FALLBACK: Final = "nlu_fallback"


@dataclass(frozen=True, slots=True)
class Understood:
    """What a sentence was taken for."""

    intent: str
    """`<skill>_<act>`, or nlu_fallback for what is out of scope."""
    confidence: float
    """How sure Rasa is, 0 to 1."""
    entities: tuple[dict[str, Any], ...]
    """{"entity", "value", "start", "end"}; characters of the text."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One turn's outcome."""

    understood: Understood
    replies: tuple[str, ...]
    """What is to be said, in order; never empty."""
    form: str
    """The form that waits for the next answer; empty if none does."""


class DialogueClient:
    """A connection to one Rasa server; `async with`, or `close` at the end."""

    def __init__(self, url: str, token: str, answer_deadline_seconds: float = 6.0) -> None:
        self._deadline = answer_deadline_seconds
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,  # loopback only, whatever proxy the environment names
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def move(self, url: str) -> None:
        """Go on at another address of the server."""
        self._http.base_url = httpx.URL(url)

    async def parse(self, text: str) -> Understood:
        """Understand what a sentence means, without answering it.

        Raises:
            DialogueError: unfit text, server down or slow.
        """
        answer = await self._ask("POST", "/model/parse", PARSE_SECONDS, {"text": _fit(text)})
        return _understood(answer)

    async def turn(self, conversation_id: str, text: str, at: float) -> Answered:
        """Understand a sentence within its conversation and answer it; `at` Unix seconds.

        Raises:
            DialogueEmptyError: not a word came back; the skill host is down.
            DialogueError: unfit text, server down or slow.
        """
        body = {"conversation_id": conversation_id, "text": _fit(text), "at": at}
        answer = await self._ask("POST", "/webhooks/turn/", self._deadline, body)
        try:
            replies = tuple(reply.strip() for reply in answer["replies"] if reply.strip())
            form = str(answer["form"])
        except (KeyError, TypeError, AttributeError) as error:
            raise DialogueDownError("The Rasa server gave an answer of another form.") from error
        if not replies:
            raise DialogueEmptyError("Rasa answered nothing: the skill host is down or restarting.")
        return Answered(_understood(answer), replies, form)

    async def switch(self, model: Path) -> None:
        """Put another model in place, for another language; conversations begin anew.

        Raises:
            DialogueError: server down or slow, or the model cannot be loaded.
        """
        await self._ask("PUT", "/model", SWITCH_SECONDS, {"model_file": str(model)})

    async def warm_up(self) -> None:
        """Have everything loaded before the first sentence; an empty answer does no harm here.

        Raises:
            DialogueError: server down or slow.
        """
        try:
            await self.turn("warm-up", "0", 0.0)
        except DialogueEmptyError:
            return  # the skill host is not up yet; Rasa itself is warm

    async def _ask(self, method: str, path: str, seconds: float, body: dict[str, Any]) -> Any:
        try:
            async with asyncio.timeout(seconds):  # over all; httpx counts each part anew
                answer = await self._http.request(method, path, json=body, timeout=seconds)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise DialogueSlowError(f"Rasa gave no answer within {seconds:.0f} s.") from error
        except httpx.HTTPError as error:
            raise DialogueDownError(
                f"The Rasa server cannot be reached ({type(error).__name__}); "
                "it is restarted by itself within half a minute."
            ) from error
        if answer.is_error:
            raise DialogueDownError(
                f"The Rasa server failed the request {method} {path}: {answer.status_code}."
            )
        if answer.status_code == httpx.codes.NO_CONTENT:
            return None
        try:
            return answer.json()
        except ValueError as error:
            raise DialogueDownError("The Rasa server gave an answer of another form.") from error


def _understood(answer: Any) -> Understood:
    try:
        intent = answer["intent"]
        entities = tuple(
            {name: entity[name] for name in ("entity", "value", "start", "end")}
            for entity in answer["entities"]
        )
        return Understood(intent["name"] or FALLBACK, float(intent["confidence"] or 0.0), entities)
    except (KeyError, TypeError, ValueError) as error:
        raise DialogueDownError("The Rasa server gave an answer of another form.") from error


def _fit(text: str) -> str:
    """The text as Rasa may have it: a leading "/" would run an intent, signs alone mean nothing."""
    plain = " ".join(text.split()).lstrip("/ ")
    if not any(character.isalnum() for character in plain):
        raise UnfitTextError("There are no words in this text; say or type a sentence.")
    if len(plain) > TEXT_LIMIT:
        raise UnfitTextError(
            f"This text has {len(plain)} characters; one turn holds {TEXT_LIMIT}. "
            "Say it in shorter parts."
        )
    return plain
