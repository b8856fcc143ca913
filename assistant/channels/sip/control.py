"""baresip's control socket: JSON in netstrings over TCP, on loopback.

One client at a time; commands carry a token, answers bring it back, events come in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import Callable
from typing import Any, Final

from assistant.channels.api import ChannelError

ANSWER_SECONDS: Final = 2.0
MAX_FRAME_BYTES: Final = 1_048_576
_CONNECT_SECONDS: Final = 2.0


class PhoneError(ChannelError):
    """The telephone program did not do what it was asked; a new attempt may find it restarted."""


class Control:
    """One connection to baresip; ends for good when baresip ends."""

    def __init__(self, on_event: Callable[[dict[str, Any]], None]) -> None:
        self.ended = asyncio.Event()
        self._on_event = on_event
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter
        self._tokens = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._task: asyncio.Task[None] | None = None

    async def open(self, port: int) -> None:
        """Connect.

        Raises:
            OSError: nobody listens there (yet); TimeoutError is one.
        """
        async with asyncio.timeout(_CONNECT_SECONDS):
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        self._task = asyncio.create_task(self._read())

    async def close(self) -> None:
        """Close the connection; baresip goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._writer.close()

    async def command(self, name: str, parameters: str = "") -> str:
        """Run a command; gives its text.

        Raises:
            PhoneError: refused, no answer in time, or the program ended.
        """
        return await self.commands((name, parameters))

    async def commands(self, *commands: tuple[str, str]) -> str:
        """Run commands with nothing in between, no event of a call either; gives the last's text.

        baresip reads what was written at once in one go, before it looks at SIP again.  What the
        commands before the last one answer does not matter.

        Raises:
            PhoneError: the last one was refused, no answer in time, or the program ended.
        """
        if self.ended.is_set():
            raise PhoneError("the telephone program ended; it is being started again")
        tokens = [str(next(self._tokens)) for _ in commands]
        last = asyncio.get_running_loop().create_future()
        self._waiting[tokens[-1]] = last
        name = commands[-1][0]
        try:
            self._writer.write(b"".join(map(_frame, commands, tokens)))
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await last
        except TimeoutError as error:
            raise PhoneError(f"the telephone program gave no answer to {name}") from error
        finally:
            self._waiting.pop(tokens[-1], None)
        text = str(answer.get("data", "")).strip()
        # `ausrc` says ok even if it failed; the text tells.
        if answer.get("ok") is not True or "failed to" in text or text.startswith("no such"):
            raise PhoneError(f"{name}: {text[-120:] or 'refused'}")
        return text

    async def _read(self) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError):
                while True:
                    self._take(await self._frame())
        finally:
            self.ended.set()
            self._writer.close()
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(PhoneError("the telephone program ended"))

    async def _frame(self) -> dict[str, Any]:
        """Read one netstring; raises ValueError if it is none: the connection is then useless."""
        head = await self._reader.readuntil(b":")
        length = int(head[:-1])
        if not 0 < length <= MAX_FRAME_BYTES:
            raise ValueError("a frame of impossible length")
        body = await self._reader.readexactly(length + 1)
        frame = json.loads(body[:-1].decode("utf-8", "replace"))
        if not isinstance(frame, dict):
            raise ValueError("a frame that is no object")  # noqa: TRY004  (bytes from outside)
        return frame

    def _take(self, frame: dict[str, Any]) -> None:
        waiting = self._waiting.get(str(frame.get("token")))
        if "response" in frame and waiting is not None:
            if not waiting.done():
                waiting.set_result(frame)
        elif "type" in frame:
            self._on_event(frame)


def _frame(command: tuple[str, str], token: str) -> bytes:
    """Write a command as a netstring."""
    name, parameters = command
    data = json.dumps({"command": name, "params": parameters, "token": token}).encode()
    return b"%d:%s," % (len(data), data)
