"""`anban ask` and `anban chat`: text in, answers out, through the real dialogue."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from rich.console import Console

from assistant.commands.keyboard import Answering, converse
from assistant.commands.words import words_of
from assistant.core import TEXT_ONLY, Core, running
from assistant.demo.scratch import scratch_options
from assistant.events import Alive, ChildDied, ChildStarted, Ready, TurnTaken, to_dict
from assistant.language import LanguageError, clean
from assistant.runtime.home_folder import socket_path
from assistant.runtime.link import Link
from assistant.services import ForgetConversation, SwitchLanguage, TakeTurn
from assistant.settings import home_folder

_TURN_SECONDS = 30.0
_WHO = "the next line"
"""Who ends an alarm that a line raised: each line is a conversation of its own."""

_NOT_OF_THE_TURN = (TurnTaken, Alive, Ready, ChildStarted, ChildDied)

Asker = Callable[[str], Awaitable[dict[str, Any]]]


async def ask_once(text: str, lang: str | None, *, as_json: bool, live: bool) -> int:
    """Answer one text; the exit status.

    Raises:
        LanguageError: it is no sentence; nothing was started for it.
        LinkError, DialogueError: as `_asker`.
    """
    clean(text)
    return await ask([text], lang, as_json=as_json, live=live)


async def ask(texts: Iterable[str], lang: str | None, *, as_json: bool, live: bool) -> int:
    """Answer each text as a conversation of its own; the exit status is 1 if one was refused.

    Raises what `_asker` raises.
    """
    refused = 0
    async with _asker(lang, live=live) as (asker, forget):
        for text in texts:
            answer = await _answer(asker, text)
            refused += "error" in answer
            _print(answer, as_json=as_json)
            await forget()
    return 1 if refused else 0


def chat(lang: str | None, *, live: bool) -> int:
    """One conversation by keyboard, until end of input or Ctrl-C; the exit status.

    Raises what `_asker` raises.
    """
    words = words_of(lang)
    note = words("chat_live" if live else "chat_scratch")
    return converse(_chatting(lang, live=live), words, note)


@asynccontextmanager
async def _chatting(lang: str | None, *, live: bool) -> AsyncIterator[Answering]:
    async with _asker(lang, live=live) as (asker, _):

        async def answer(text: str) -> str:
            answer = await _answer(asker, text)
            return str(answer.get("error") or answer["reply"] or f"({answer['intent']})")

        yield answer


async def _answer(asker: Asker, text: str) -> dict[str, Any]:
    try:
        clean(text)  # refused here with its reason; spoken text is answered for instead
    except LanguageError as error:
        return {**_turn_json(TurnTaken(text, "nlu_fallback", 0.0, "", "")), "error": str(error)}
    return await asker(text)


@asynccontextmanager
async def _asker(
    lang: str | None, *, live: bool
) -> AsyncIterator[tuple[Asker, Callable[[], Awaitable[None]]]]:
    """Something that answers: a scratch core, or with `live` the one that runs.

    Raises:
        LinkError: `live`, and none runs.
        DialogueError: no model could be trained, or the dialogue did not start.
    """
    if live:
        async with Link("ask", (), socket_path(home_folder())) as link:

            async def ask_live(text: str) -> dict[str, Any]:
                turn = await link.request(TakeTurn(text), _TURN_SECONDS)
                return {**_turn_json(turn), "events": []}

            async def forget_live() -> None:
                await link.request(ForgetConversation())

            yield ask_live, forget_live
        return
    status = Console(stderr=True).status(words_of(lang)("wakes_up"))
    with status, scratch_options(lang, TEXT_ONLY, status.update) as options:
        async with running(options) as core:
            await core.children.dialogue_ready()
            status.stop()

            async def forget() -> None:
                await core.alarms.triggers.end_all(_WHO)
                core.conversation.turns.forget()
                core.understanding.forget()
                lang = options.lang or options.settings.language
                if core.memory.lang != lang:  # that line asked for another language
                    await core.bus.ask(SwitchLanguage(lang))
                    await core.understanding.follow(core.memory.lang)

            yield lambda text: _ask_core(core, text), forget


async def _ask_core(core: Core, text: str) -> dict[str, Any]:
    events: list[object] = []
    core.bus.listen(events.append)
    try:
        turn = await core.conversation.turns.take(text)
    finally:
        core.bus.unlisten(events.append)
    told = [to_dict(event) for event in events if not isinstance(event, _NOT_OF_THE_TURN)]
    return {**_turn_json(turn), "events": told}


def _turn_json(turn: TurnTaken) -> dict[str, Any]:
    return {
        "text": turn.text,
        "intent": turn.intent,
        "confidence": turn.confidence,
        "skill": turn.skill,
        "entities": list(turn.entities),
        "reply": turn.reply,
        "events": [],
    }


def _print(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer, ensure_ascii=False), flush=True)  # noqa: T201
    elif "error" in answer:
        print(f"anban: {answer['error']}", file=sys.stderr)  # noqa: T201
    else:
        print(answer["reply"], flush=True)  # noqa: T201
