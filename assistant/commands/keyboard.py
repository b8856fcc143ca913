"""`anban chat`: the keyboard, with a prompt, what was typed before, and ways to leave.

Only the main thread can read a line that Ctrl-C interrupts, so it reads, and everything else runs
beside it on a loop of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import FrameType
from typing import Final, TypeAlias

from anyio.from_thread import start_blocking_portal

from assistant.commands.words import Words

HELP: Final = frozenset({"/help", "/?", "/h"})
QUIT: Final = frozenset({"/quit", "/exit", "/q"})

_AGAIN_SECONDS: Final = 0.05
_ECHO_SECONDS: Final = 0.5
"""Within which a second signal is the first one, sent again, and no second press."""

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
        _heard_at_once(),
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


@contextlib.contextmanager
def _heard_at_once() -> Iterator[None]:
    """Let one Ctrl-C reach the main thread wherever it waits.

    The kernel may hand the signal to any thread, and even in the main one it may come just before
    a wait begins, which it then does not end. So it is sent there again until it was heard.
    """
    main = threading.main_thread().ident
    if main is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = threading.Event()
    heard_at = 0.0

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal heard_at
        now = time.monotonic()
        if heard.is_set() and now - heard_at < _ECHO_SECONDS:
            return  # the same press, sent again
        heard_at = now
        heard.set()
        signal.default_int_handler(number, frame)

    def send_again() -> None:
        while got := os.read(reading, 1):
            while got[0] == signal.SIGINT and not heard.wait(_AGAIN_SECONDS):
                signal.pthread_kill(main, signal.SIGINT)

    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.signal(signal.SIGINT, interrupt)
    fd_before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    watch = threading.Thread(target=send_again, name="ctrl-c", daemon=True)
    watch.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(fd_before)
        signal.signal(signal.SIGINT, before)
        heard.set()
        os.close(writing)
        watch.join()
        os.close(reading)


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


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
