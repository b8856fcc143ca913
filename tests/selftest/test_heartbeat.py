"""The sign of life, against real servers: well, failing, hanging, dripping, gone."""

from __future__ import annotations

import io
import logging
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assistant.channels import AddressError, Channel
from assistant.channels.scaip import CentreSettings, ScaipCentre
from assistant.core import CoreOptions, running
from assistant.events import Capability
from assistant.selftest import heartbeat
from assistant.selftest.heartbeat import Heartbeat
from assistant.settings import MouthSettings, SelfTestSettings, Settings
from simulators.scaip_centre import ScaipReceiver
from tests.waiting import until

TOKEN = "6d1f-secret-token"


@dataclass
class Watcher:
    """Somebody outside who waits for signs of life."""

    url: str = ""
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)
    status: int = 200
    hangs: bool = False
    drips: bool = False
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def watching() -> Iterator[Watcher]:
    watcher = Watcher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            watcher.asked.append((self.command, self.path, body))
            if watcher.hangs:
                watcher.over.wait()
            self.close_connection = True
            if watcher.drips:
                for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500:
                    if watcher.over.wait(0.2):
                        return
                    self.wfile.write(bytes((byte,)))
                return
            self.send_response(watcher.status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    watcher.url = f"http://127.0.0.1:{server.server_address[1]}/{TOKEN}"
    try:
        yield watcher
    finally:
        watcher.over.set()
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute is a tenth of a second here."""
    for name, seconds in (("GRACE", 0.05), ("START", 0.3), ("LOOK", 0.01), ("FIRST_PAUSE", 0.02)):
        monkeypatch.setattr(heartbeat, f"{name}_SECONDS", seconds)
    monkeypatch.setattr(heartbeat, "SECONDS_A_MINUTE", 0.1)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def no_centre() -> Channel:
    raise AddressError("no alarm receiving centre is set up in anban.toml")


class Looked(dict[str, str]):
    """Counts how often it was looked at."""

    looks = 0

    def __bool__(self) -> bool:
        self.looks += 1
        return len(self) > 0


@asynccontextmanager
async def beating(
    url: str, problems: dict[str, str], **settings: object
) -> AsyncIterator[Heartbeat]:
    wanted = SelfTestSettings(heartbeat_url=url, heartbeat_minutes=1, **settings)  # type: ignore[arg-type]
    beat = Heartbeat(wanted, lambda: problems, no_centre)
    beat.start()
    try:
        yield beat
    finally:
        await beat.stop()


async def test_it_beats_while_all_lives_and_says_what_does_not() -> None:
    problems: dict[str, str] = {}
    with watching() as watcher:
        async with beating(watcher.url, problems) as beat:
            await until(lambda: len(watcher.asked) > 2)
            assert set(watcher.asked) == {("GET", f"/{TOKEN}", b"")}
            problems["microphone"] = "the microphone was unplugged"
            await until(lambda: watcher.asked[-1][0] == "POST")
            _, path, body = watcher.asked[-1]
            assert path == f"/{TOKEN}/fail"
            assert body == b"microphone: the microphone was unplugged"
            problems.clear()
            await until(lambda: watcher.asked[-1][0] == "GET")
            assert [finding.is_well for finding in beat.findings()] == [True]


async def test_a_child_that_is_just_started_again_is_no_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heartbeat, "GRACE_SECONDS", 30.0)
    problems = Looked({"ear": "does not run"})
    with watching() as watcher:
        async with beating(watcher.url, problems):
            await until(lambda: len(watcher.asked) == 1)
            assert watcher.asked[0][0] == "POST", "it did not come up in time"
            looks = problems.looks
            await until(lambda: problems.looks > looks + 20)
            assert len(watcher.asked) == 1, "it waits for the ear"
            problems.clear()
            await until(lambda: len(watcher.asked) > 1)
            assert watcher.asked[1][0] == "GET"


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_what_was_not_taken_is_sent_again_and_known(status: int, logged: io.StringIO) -> None:
    with watching() as watcher:
        watcher.status = status
        async with beating(watcher.url, {}) as beat:
            await until(lambda: len(watcher.asked) > 3)
            (finding,) = beat.findings()
            assert not finding.is_well
            assert f"HTTP {status}" in finding.detail
            watcher.status = 204
            await until(lambda: beat.findings()[0].is_well)
        assert TOKEN not in logged.getvalue()
        assert all(path.startswith(f"/{TOKEN}") for _, path, _ in watcher.asked)


@pytest.mark.parametrize("fault", ["hangs", "drips"])
async def test_a_server_that_never_answers_blocks_nothing(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "DEADLINE_SECONDS", 0.5)
    with watching() as watcher:
        setattr(watcher, fault, True)
        async with beating(watcher.url, {}) as beat:
            await until(lambda: len(watcher.asked) == 1)
            await until(lambda: "no answer in time" in beat.findings()[0].detail)
            setattr(watcher, fault, False)
            await until(lambda: beat.findings()[0].is_well)


async def test_nobody_there_and_nothing_leaks(logged: io.StringIO) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with beating(f"http://127.0.0.1:{port}/{TOKEN}", {}) as beat:
        await until(lambda: not beat.findings()[0].is_well)
        assert "ConnectionError" in beat.findings()[0].detail
    assert TOKEN not in logged.getvalue()
    assert TOKEN not in beat.server
    assert TOKEN not in beat.findings()[0].detail


@pytest.mark.parametrize(
    "url", ["ftp://x/y", "http://example.org/plain", "https://u:p@example.org/", "x", "https://"]
)
async def test_an_address_that_is_none_is_told(url: str) -> None:
    beat = Heartbeat(SelfTestSettings(heartbeat_url=url), dict, no_centre)
    beat.start()
    (finding,) = beat.findings()
    assert not finding.is_well
    assert "heartbeat_url" in finding.detail
    await beat.stop()


async def test_none_is_wanted() -> None:
    beat = Heartbeat(SelfTestSettings(), dict, no_centre)
    beat.start()
    assert beat.findings() == []
    await beat.stop()


async def test_the_centre_hears_a_pi_while_all_lives() -> None:
    problems: dict[str, str] = {}
    async with ScaipReceiver() as centre:
        channel = ScaipCentre(CentreSettings("1234567", (centre.uri,)))
        wanted = SelfTestSettings(centre_minutes=1)
        beat = Heartbeat(wanted, lambda: problems, lambda: channel)
        beat.start()
        try:
            await until(lambda: len(centre.requests) > 1)
            assert {request["mty"] for request in centre.requests} == {"PI"}
            problems["ear"] = "does not run"
            await until(lambda: not beat.findings()[0].is_well)
            heard = len(centre.requests)
            await until(lambda: "2 did not arrive" in beat.findings()[0].detail)
            assert len(centre.requests) == heard, "silence tells the centre"
        finally:
            await beat.stop()


async def test_a_home_that_cannot_speak_says_so_to_the_outside(tmp_path: Path) -> None:
    speaker = tmp_path / "not-yet" / "speaker"
    with watching() as watcher:
        settings = replace(
            Settings(),
            mouth=MouthSettings(device=f"file:{speaker}"),
            selftest=SelfTestSettings(heartbeat_url=watcher.url, heartbeat_minutes=1),
        )
        options = CoreOptions(
            tmp_path / "home",
            settings,
            tmp_path / "cache",
            capabilities=frozenset({Capability.MOUTH}),
        )
        async with running(options):
            await until(lambda: b"speaker" in b"".join(body for _, _, body in watcher.asked))
            speaker.parent.mkdir()
            await until(lambda: watcher.asked[-1][0] == "GET")


async def test_a_centre_that_is_not_set_up_is_told() -> None:
    beat = Heartbeat(SelfTestSettings(centre_minutes=60), dict, no_centre)
    beat.start()
    await until(lambda: not beat.findings()[0].is_well)
    assert "no alarm receiving centre" in beat.findings()[0].detail
    await beat.stop()
