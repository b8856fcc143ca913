"""`anban chat`: the keyboard, with a prompt, what was typed before, and ways to leave.

Only the main thread can read a line that Ctrl-C interrupts, so it reads, and everything else runs
beside it on a loop of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, TypeAlias

from anyio.from_thread import start_blocking_portal

from assistant.commands.ctrl_c import heard_at_once
from assistant.commands.words import Words

HELP: Final = frozenset({"/help", "/?", "/h"})
QUIT: Final = frozenset({"/quit", "/exit", "/q"})


Answering: TypeAlias = Callable[[str], Awaitable[str]]
"""Gives what is answered to a line."""


def converse(answering: AbstractAsyncContextManager[Answering], words: Words, note: str) -> int:
    """Read lines until the end of input or Ctrl-C, and print what is answered; the exit status.

    Args:
        answering: entered and left on the loop beside; raises what prevents it.
        words: what is said to whoever types.
        note: whom a cry for help reaches, told first.
    """
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    with (
        heard_at_once(),
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(_given_up_at_the_end(answering)) as answer,
        contextlib.suppress(KeyboardInterrupt),
    ):
        if is_terminal:
            _tell(f"{note}\n{words('chat_begins')}")
        for text in _lines(words("chat_prompt") if is_terminal else ""):
            if text in QUIT:
                break
            if text in HELP:
                _tell(words("chat_help"))
            elif text.startswith("/") and is_terminal:
                _tell(words("chat_unknown", text=text))
            else:
                name = words("chat_name") if is_terminal else ""
                _tell(name + portal.call(answer, text))
    return 0


@asynccontextmanager
async def _given_up_at_the_end(
    answering: AbstractAsyncContextManager[Answering],
) -> AsyncIterator[Answering]:
    """Give up what is still awaited once nobody waits for it any more."""
    async with answering as answer:
        under_way: set[asyncio.Task[object] | None] = set()

        async def ask(text: str) -> str:
            task = asyncio.current_task()
            under_way.add(task)
            try:
                return await answer(text)
            finally:
                under_way.discard(task)

        try:
            yield ask
        finally:
            for task in under_way:
                if task is not None:
                    task.cancel()


def _lines(prompt: str) -> Iterator[str]:
    """Every line that is typed; the arrow keys bring back what was typed before.

    That is kept in memory alone: what is said to Anban is written nowhere.
    """
    # Bytes that are no text are shown as such rather than ending it all.
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    if prompt:
        with contextlib.suppress(ImportError):  # a Python built without it reads lines all the same
            import readline  # noqa: F401, PLC0415  (`input` uses it from now on)
    while True:
        try:
            text = input(prompt) if prompt else sys.stdin.readline()
        except (EOFError, KeyboardInterrupt):
            sys.stdout.write("\n")
            return
        if not text and not prompt:
            return
        if text := text.strip():
            yield text


def show_aside(words: Words, text: str) -> None:
    """Show what Anban says by itself above the line that is being typed, which stays as it is."""
    typed = ""
    with contextlib.suppress(ImportError):
        import readline  # noqa: PLC0415

        typed = readline.get_line_buffer()
    sys.stdout.write(f"\r\x1b[K{words('chat_name')}{text}\n{words('chat_prompt')}{typed}")
    sys.stdout.flush()


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
