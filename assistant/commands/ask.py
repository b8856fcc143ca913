"""`anban ask` and `anban chat`: text in, answers out, through the real dialogue."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

from rich.console import Console

from assistant.commands.keyboard import Answering, converse, show_aside
from assistant.commands.told import told
from assistant.commands.words import Words, words_of
from assistant.core import TEXT_ONLY, Core, running
from assistant.demo.practice import practise
from assistant.demo.scratch import scratch_options
from assistant.events import Alive, ChildDied, ChildStarted, Ready, Say, TurnTaken, to_dict
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
    return converse(_chatting(lang, words, live=live), words, note)


@asynccontextmanager
async def _chatting(lang: str | None, words: Words, *, live: bool) -> AsyncIterator[Answering]:
    by_itself = ByItself(partial(show_aside, words), words)
    # A pipe gets answers alone, one for each line.
    heard = by_itself if sys.stdin.isatty() and sys.stdout.isatty() else None
    async with _asker(lang, live=live, by_itself=heard) as (asker, _):

        async def answer(text: str) -> str:
            with by_itself.answering() as others:
                answer = await _answer(asker, text)
                others.without(answer["reply"])
            first = str(answer.get("error") or answer["reply"] or f"({answer['intent']})")
            return "\n".join([first, *others])

        yield answer


class Others(list[str]):
    """What was said while an answer was made."""

    def without(self, reply: str) -> None:
        """Leave the answer itself out: it is shown already."""
        answer = "".join(reply.split())
        self[:] = [text for text in self if "".join(text.split()) not in answer]


class ByItself:
    """Shows what Anban says without having been asked."""

    def __init__(self, show: Callable[[str], None], words: Words) -> None:
        self._show, self._words = show, words
        self._held: Others | None = None

    def said(self, event: object) -> None:
        """Take an event: what is to be said is shown, or held while an answer is made."""
        if isinstance(event, Say):
            self._take(event.text)

    def would_call(self, name: str) -> None:
        """Tell that somebody would be called now."""
        self._take(self._words("chat_would_call", name=name))

    def _take(self, text: str) -> None:
        if self._held is None:
            self._show(text)
        else:
            self._held.append(text)

    async def follow(self, link: Link) -> None:
        """Take every event of a link, until it ends."""
        async for event in link:
            self.said(event)

    @contextmanager
    def answering(self) -> Iterator[Others]:
        """Hold what is said as long as the block."""
        self._held = held = Others()
        try:
            yield held
        finally:
            self._held = None


async def _answer(asker: Asker, text: str) -> dict[str, Any]:
    try:
        clean(text)  # refused here with its reason; spoken text is answered for instead
    except LanguageError as error:
        return {**_turn_json(TurnTaken(text, "nlu_fallback", 0.0, "", "")), "error": str(error)}
    return await asker(text)


@asynccontextmanager
async def _asker(
    lang: str | None, *, live: bool, by_itself: ByItself | None = None
) -> AsyncIterator[tuple[Asker, Callable[[], Awaitable[None]]]]:
    """Something that answers: a scratch core, or with `live` the one that runs.

    Raises:
        LinkError: `live`, and none runs.
        DialogueError: no model could be trained, or the dialogue did not start.
    """
    if live:
        wants = (Say,) if by_itself else ()
        async with Link("ask", wants, socket_path(home_folder())) as link:
            following = asyncio.create_task(by_itself.follow(link)) if by_itself else None

            async def ask_live(text: str) -> dict[str, Any]:
                turn = await link.request(TakeTurn(text), _TURN_SECONDS)
                return {**_turn_json(turn), "events": []}

            async def forget_live() -> None:
                await link.request(ForgetConversation())

            try:
                yield ask_live, forget_live
            finally:
                if following is not None:
                    following.cancel()
        return
    status = Console(stderr=True).status(words_of(lang)("wakes_up"))

    def show(progress: str) -> None:
        status.update(told(progress, lang))

    with status, scratch_options(lang, TEXT_ONLY, show) as options:
        async with running(options) as core:
            await core.children.dialogue_ready()
            practise(core, home_folder(), by_itself.would_call if by_itself else lambda _: None)
            if by_itself:
                core.bus.listen(by_itself.said)
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
    published = [to_dict(event) for event in events if not isinstance(event, _NOT_OF_THE_TURN)]
    return {**_turn_json(turn), "events": published}


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
