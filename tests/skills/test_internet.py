"""The internet for a skill: the elder's yes, answers that are kept, and what is done without."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from assistant.services import FailedError, SetStored
from assistant.store import KeyedValues
from skills import outside
from skills.api import ConsentMissingError, Home, OfflineError, Skill
from skills.home import Outside
from skills.internet import KEPT, MOST_BYTES
from skills.outside import fetch_from_web
from tests.skills.hosting import Core

ORIGIN = "https://weather.example"
URL = f"{ORIGIN}/now?place=1"


@dataclass
class Network:
    """The core's services and a network that answers as it is told, at a time that it is told."""

    core: Core
    answer: bytes | None = b'{"celsius": 31}'
    """None: nobody answers."""
    at: float = 1_800_000_000.0
    asked: list[str] = field(default_factory=list)
    refuses: type | None = None
    """Requests that the core fails over."""
    meanwhile: Callable[[], Awaitable[None]] | None = None
    """What happens while the internet is asked."""

    def request(self, request: Any, skill: str = "") -> Awaitable[Any]:
        del skill
        if type(request) is self.refuses:
            raise FailedError(str(request))
        return self.core.bus.ask(request)

    async def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.answer is None:
            raise OSError("nobody answers")
        return self.answer

    def now(self) -> float:
        return self.at


@pytest.fixture
def network(core: Core) -> Network:
    return Network(core)


def home_of(network: Network) -> Home:
    return Home(cast("Outside", network), "weather", origins=(ORIGIN,))


async def test_without_the_elder_s_yes_nothing_is_sent(network: Network) -> None:
    web = home_of(network).web
    assert await web.consent() is None
    for _ in range(2):
        with pytest.raises(ConsentMissingError):
            await web.get_json(URL)
        await web.set_consent(False)
        assert await web.consent() is False
    assert network.asked == []


async def test_a_yes_is_kept_and_can_be_taken_back(network: Network) -> None:
    await home_of(network).web.set_consent(True)
    assert (await home_of(network).web.get_json(URL)).value == {"celsius": 31}
    await home_of(network).web.set_consent(False)
    with pytest.raises(ConsentMissingError):
        await home_of(network).web.get_json(URL, fresh_seconds=1e9)
    stored = KeyedValues.of_skill(network.core.database, "weather")
    assert await stored.get(KEPT) == {}, "what it answered is forgotten, too"


async def test_what_is_fresh_is_not_asked_for_again(network: Network) -> None:
    web = home_of(network).web
    await web.set_consent(True)
    first = await web.get_json(URL, fresh_seconds=600)
    assert first.fetched_at.timestamp() == network.at
    network.at += 600
    network.answer = b'{"celsius": 20}'
    assert await web.get_json(URL, fresh_seconds=600) == first
    assert (await web.get_json(URL, fresh_seconds=500)).value == {"celsius": 20}
    assert network.asked == [URL, URL]


async def test_if_nobody_answers_an_old_answer_stands_with_its_age(network: Network) -> None:
    web = home_of(network).web
    await web.set_consent(True)
    first = await web.get_json(URL)
    network.answer = None
    network.at += 7200
    old = await web.get_json(URL, fresh_seconds=600, usable_seconds=7200)
    assert (old.value, old.fetched_at, old.is_fresh) == (first.value, first.fetched_at, False)
    with pytest.raises(OfflineError):
        await web.get_json(URL, fresh_seconds=600, usable_seconds=7000)
    assert len(network.asked) == 2, "who is offline is not kept waiting for every sentence"
    network.at += 60
    network.answer = b"[1]"
    assert (await web.get_json(URL, usable_seconds=9000)).is_fresh


@pytest.mark.parametrize(
    "answer", [None, b"<html>no JSON</html>", b"", b"\xff\xfe", b"[" * 100_000]
)
async def test_what_is_no_answer_is_none(network: Network, answer: bytes | None) -> None:
    web = home_of(network).web
    await web.set_consent(True)
    network.answer = answer
    with pytest.raises(OfflineError):
        await web.get_json(URL)


async def test_an_answer_that_cannot_be_kept_is_given(network: Network) -> None:
    web = home_of(network).web
    await web.set_consent(True)
    network.refuses = SetStored
    assert (await web.get_json(URL)).value == {"celsius": 31}


@pytest.mark.parametrize("answer", [b"1", None])
async def test_a_no_while_the_internet_is_asked_counts(
    network: Network, answer: bytes | None
) -> None:
    web = home_of(network).web
    await web.set_consent(True)
    await web.get_json(URL)
    network.at += 60
    network.answer, network.meanwhile = answer, lambda: web.set_consent(False)
    with pytest.raises(ConsentMissingError):
        await web.get_json(URL, fresh_seconds=1, usable_seconds=9000)
    assert await KeyedValues.of_skill(network.core.database, "weather").get(KEPT) == {}


async def test_a_no_while_an_answer_is_kept_counts(network: Network) -> None:
    web = home_of(network).web
    await web.set_consent(True)

    async def keep(url: str, answer: dict[str, Any]) -> None:
        await type(web).set_consent(web, False)
        await web._set(KEPT, {url: answer})

    web._keep = keep  # type: ignore[method-assign]
    with pytest.raises(ConsentMissingError):
        await web.get_json(URL)
    assert await KeyedValues.of_skill(network.core.database, "weather").get(KEPT) == {}


async def test_only_whom_the_skill_named_is_asked(network: Network) -> None:
    web = home_of(network).web
    await web.set_consent(True)
    for url in (
        "https://elsewhere.example/",
        "http://weather.example/",
        "https://weather.example.evil.example/",
        "https://weather.example@evil.example/",
        "https://weather.example:444/",
        "file:///etc/passwd",
        "",
    ):
        with pytest.raises(ValueError, match="is not in Skill"):
            await web.get_json(url)
    assert network.asked == []


async def test_what_is_kept_has_its_bounds(network: Network) -> None:
    web = home_of(network).web
    await web.set_consent(True)
    network.answer = json.dumps("x" * 20_000).encode()
    for place in range(5):
        network.at += 1
        await web.get_json(f"{URL}{place}")
    kept = await KeyedValues.of_skill(network.core.database, "weather").get(KEPT)
    assert list(kept) == [f"{URL}{place}" for place in (4, 3)]
    network.answer = json.dumps("x" * 100_000).encode()
    assert len((await web.get_json(f"{URL}large")).value) == 100_000, "it is given, and not kept"


async def test_a_skill_s_own_keys_and_those_of_the_web_are_apart(network: Network) -> None:
    home = home_of(network)
    await home.web.set_consent(True)
    await home.storage.set("count", 1)
    assert await home.storage.keys() == ["count"]
    with pytest.raises(ValueError, match="begin with web:"):
        await home.storage.set("web:consent", True)
    with pytest.raises(ValueError, match="begin with web:"):
        await home.storage.update("web:consent", lambda _: True)


@pytest.mark.parametrize(
    ("origin", "is_right"),
    [
        ("https://api.open-meteo.com", True),
        ("https://api.example.org:8443", True),
        ("http://homeassistant.local:8123", True),
        ("http://192.168.1.5", True),
        ("http://[fd00::1]:80", True),
        ("http://[::1]:80", False),
        ("http://[::ffff:7f00:1]", False),
        ("http://[fe80::1]", False),
        ("http://[::]", False),
        ("http://localhost:5005", False),
        ("https://a.localhost.", False),
        ("http://127.0.0.1:5005", False),
        ("https://127.1", False),
        ("https://0x7f000001", False),
        ("https://2130706433", False),
        ("http://0.0.0.0", False),
        ("http://169.254.169.254", False),
        ("https://localhost.example.org", True),
        ("http://api.example.org", False),
        ("http://8.8.8.8", False),
        ("https://api.example.org/path", False),
        ("https://api.example.org/", False),
        ("https://user@api.example.org", False),
        ("https://API.example.org", False),
        ("api.example.org", False),
        ("ftp://api.example.org", False),
        ("https://", False),
    ],
)
def test_whom_a_skill_may_name(origin: str, *, is_right: bool) -> None:
    if is_right:
        assert Skill("tea", __file__, web=(origin,)).web == (origin,)
    else:
        with pytest.raises(ValueError, match="web: "):
            Skill("tea", __file__, web=(origin,))


ANSWERS = {
    "/right": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "/status": b"HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\n{}",
    "/elsewhere": b"HTTP/1.1 302 Go\r\nLocation: /right\r\nContent-Length: 0\r\n\r\n",
    "/large": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * (MOST_BYTES + 1),
    "/small": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    "/nonsense": b"no HTTP\r\n\r\n",
    "/never": b"",
}


async def test_over_a_real_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "FETCH_SECONDS", 30.0)
    over = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"accept-encoding: identity\r\n" in head.lower()
        path = head.split()[1].decode()
        writer.write(ANSWERS[path])
        if path == "/never":
            await over.wait()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        assert await fetch_from_web(f"{base}/right") == b"{}"
        for path in ("/status", "/elsewhere", "/large", "/small", "/nonsense"):
            with pytest.raises(OSError, match=r"^"):
                await fetch_from_web(base + path)
        monkeypatch.setattr(outside, "FETCH_SECONDS", 0.01)
        with pytest.raises(OSError, match=r"^"):
            await fetch_from_web(f"{base}/never")
        over.set()
    with pytest.raises(OSError, match=r"^"):
        await fetch_from_web(f"{base}/right")
