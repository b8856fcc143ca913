"""The client against servers that misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from assistant.dialogue import (
    DialogueClient,
    DialogueDownError,
    DialogueEmptyError,
    DialogueError,
    DialogueSlowError,
    Sidecar,
)


@asynccontextmanager
async def server(answer: bytes | None) -> AsyncIterator[str]:
    """A server that gives these bytes to whatever is asked; None: it never answers."""
    never = asyncio.Event()

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is None:
            await never.wait()
        else:
            writer.write(answer)
        writer.close()

    listener = await asyncio.start_server(attend, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        never.set()
        listener.close()


def http(body: str, status: str = "200 OK") -> bytes:
    data = body.encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(data)}"
    return f"{head}\r\nconnection: close\r\n\r\n".encode() + data


EMPTY = (
    '{"intent": {"name": null, "confidence": null}, "entities": [], "replies": [" "], "form": ""}'
)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (http(EMPTY), DialogueEmptyError),
        (http("[]"), DialogueDownError),
        (http("{}"), DialogueDownError),
        (http('{"replies": 5, "form": ""}'), DialogueDownError),
        (http('{"replies": ["hi"], "form": ""}'), DialogueDownError),
        (http('{"replies": ["hi"], "form": "", "intent": 5, "entities": 5}'), DialogueDownError),
        (http("not JSON"), DialogueDownError),
        (http("{}", "500 Internal Server Error"), DialogueDownError),
        (http("{}", "401 Unauthorized"), DialogueDownError),
        (http("", "204 No Content"), DialogueDownError),
        (b"", DialogueDownError),
        (b"garbage\r\n\r\n", DialogueDownError),
        (None, DialogueSlowError),
    ],
)
async def test_failures_have_types(answer: bytes | None, error: type[DialogueError]) -> None:
    async with server(answer) as url, DialogueClient(url, "t", 0.3) as client:
        with pytest.raises(error):
            await client.turn("c", "hello", 0.0)


async def test_nobody_there() -> None:
    async with DialogueClient("http://127.0.0.1:9", "t") as client:
        for ask in (client.parse("hello"), client.turn("c", "hello", 0.0), client.warm_up()):
            with pytest.raises(DialogueDownError, match="restarted by itself"):
                await ask
    from pathlib import Path

    assert not await Sidecar(Path("m"), 9, "t", 9, "t").probe()
