"""Name servers that hang, certificates that lie, servers that drip: the next one is reached."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.alarm import callout
from assistant.settings import CentreSettings
from simulators.webhook import WebhookReceiver, WebManners
from tests.console.parts import certificate
from tests.faults.parts import SECRET, a_home, receiver
from tests.waiting import until


@pytest.fixture
def hanging_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A name server that never answers for names that end in `.hangs`; who was asked about."""
    asked: list[str] = []
    over = threading.Event()
    look_up = socket.getaddrinfo

    def hang(host: Any, *how: Any, **more: Any) -> Any:
        if str(host).endswith(".hangs"):
            asked.append(str(host))
            over.wait()
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        return look_up(host, *how, **more)

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    yield asked
    over.set()


async def test_a_name_server_that_hangs_keeps_nobody_else_from_being_told(
    tmp_path: Path, hanging_names: list[str]
) -> None:
    centre = CentreSettings("1234567", "sip:alarm@centre.hangs")
    with receiver() as son:
        async with a_home(tmp_path, centre=centre) as home:
            home.add("大女儿", *(f"https://{n}.daughter.hangs/alarm" for n in range(20)))
            home.add("接警中心", "scaip:centre", "ntfy://ntfy.hangs/topic")
            home.add("儿子", son.url)
            home.cry()
            await until(lambda: len(son.events) == 1)
            # All of them still hang, and the home goes on: another alarm goes out as well.
            assert len(hanging_names) > 20
            assert home.outcomes("大女儿") == []
            home.cry("fire")
            await until(lambda: len(son.events) == 2)


class _Secure(WebhookReceiver):
    """The same over TLS, with a certificate that nobody signed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(SECRET.encode())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate(folder))
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = self.url.replace("http:", "https:")


async def test_a_certificate_that_nobody_signed_is_refused_and_the_next_way_is_used(
    tmp_path: Path,
) -> None:
    with _Secure(tmp_path) as stranger, receiver() as daughter:
        async with a_home(tmp_path / "home") as home:
            home.add("大女儿", stranger.url, daughter.url)
            home.cry()
            await until(lambda: len(daughter.events) == 1)
            await until(lambda: "failed" in home.outcomes("大女儿"))
            assert "SSLError" in home.details("大女儿")
            assert stranger.posts == 0, "not a word went there"


@pytest.mark.parametrize(
    "manners",
    [
        WebManners(hang_up=True),
        WebManners(junk=b"\x00\xff" * 200_000),
        WebManners(junk=b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000),
        WebManners(junk=b"SIP/2.0 200 OK\r\n\r\n"),
        WebManners(status=302, location="http://127.0.0.1:1/elsewhere"),
        WebManners(status=500),
        WebManners(drip_seconds=0.2),
    ],
)
async def test_a_server_out_of_its_mind_holds_nobody_up(
    tmp_path: Path, manners: WebManners
) -> None:
    with WebhookReceiver(SECRET.encode(), manners) as mad, receiver() as son:
        async with a_home(tmp_path) as home:
            home.add("大女儿", mad.url)
            home.add("儿子", son.url)
            home.cry()
            await until(lambda: len(son.events) == 1)
            await until(lambda: mad.posts > 0)
            assert home.state() == "raised"
            # Tried again and again, as long as nobody takes it.
            if manners.drip_seconds == 0:
                await until(lambda: len(home.outcomes("大女儿")) > 0 and mad.posts > 1)
            assert "delivered" not in home.outcomes("大女儿")


async def test_a_line_that_is_gone_for_as_many_rounds_as_an_hour_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callout, "QUICK_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(callout, "SLOW_PAUSES_SECONDS", (0.01,))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with a_home(tmp_path) as home:
        home.add("大女儿", f"http://127.0.0.1:{port}/alarm/token5")
        home.cry()
        await until(lambda: len(home.outcomes("大女儿")) > 70)
        assert set(home.outcomes("大女儿")) == {"failed"}
        assert home.state() == "raised"
        with WebhookReceiver(SECRET.encode(), port=port) as daughter:
            await until(lambda: len(daughter.events) == 1)
            await until(lambda: "delivered" in home.outcomes("大女儿"))
