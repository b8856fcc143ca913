"""Messages over the web: the signed webhook and Apprise, against servers that misbehave."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant.channels.addresses import AddressError
from assistant.channels.api import ChannelError, Dialled, Ended, Outcome
from assistant.channels.apprise_message import AppriseMessage, urgent
from assistant.channels.deadline import MAX_HANGING, in_thread
from assistant.channels.webhook import Webhook
from simulators.webhook import WebhookReceiver, WebManners
from tests.channels.parts import free_port, message, run_attempt

pytestmark = pytest.mark.timeout(120)
SECRET = bytes(range(32))


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that a home with log level "debug" would write down."""
    text = io.StringIO()
    handler, root = logging.StreamHandler(text), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.removeHandler(handler)
    root.setLevel(level)


async def test_a_signed_event_arrives(logged: io.StringIO) -> None:
    told = message(acknowledge_url="https://home.example/ack/secret-token")
    with WebhookReceiver(SECRET) as server:
        channel = Webhook(server.url, SECRET)
        facts = await run_attempt(channel, told)
        assert facts == [Dialled(), Ended(Outcome.DELIVERED, "HTTP 200")]
        event = server.events[told.attempt_id]
        assert event["type"] == "alarm.raised"
        assert event["data"]["text"] == told.text
        assert event["data"]["acknowledge_url"] == told.acknowledge_url
        # Sent again after an unknown outcome it is the same event.
        await run_attempt(channel, told)
        assert (server.posts, len(server.events), server.forged) == (2, 1, 0)
        assert (await channel.check()).is_well
    assert "token" not in channel.name
    assert "token" not in logged.getvalue()


async def test_a_wrong_secret_is_noticed_by_the_receiver() -> None:
    with WebhookReceiver(SECRET) as server:
        await run_attempt(Webhook(server.url, bytes(32)), message())
        assert (server.forged, server.events) == (1, {})


@pytest.mark.parametrize(
    ("manners", "outcome", "detail"),
    [
        (WebManners(status=204), Outcome.DELIVERED, "HTTP 204"),
        (WebManners(status=404), Outcome.FAILED, "HTTP 404"),
        (WebManners(status=500, body=b"x" * 5_000_000), Outcome.FAILED, "HTTP 500"),
        (WebManners(status=302, location="http://127.0.0.1:1/"), Outcome.FAILED, "HTTP 302"),
        (WebManners(status=307, location="/alarm"), Outcome.FAILED, "HTTP 307"),
        (WebManners(hang_up=True), Outcome.UNKNOWN, "no answer (ConnectionError)"),
        (WebManners(junk=b"\x00\xff SSH-2.0 nonsense\r\n"), Outcome.UNKNOWN, "ConnectionError"),
        (WebManners(junk=b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500), Outcome.UNKNOWN, "no answer"),
        (WebManners(delay_seconds=30), Outcome.UNKNOWN, "no answer in time"),
        (WebManners(drip_seconds=0.3), Outcome.UNKNOWN, "no answer in time"),
    ],
)
async def test_every_answer_is_an_outcome(
    manners: WebManners, outcome: Outcome, detail: str
) -> None:
    seconds = 0.5 if manners.delay_seconds or manners.drip_seconds else 10.0
    with WebhookReceiver(SECRET, manners) as server:
        channel = Webhook(server.url, SECRET, deadline_seconds=seconds)
        ended = (await run_attempt(channel, message()))[-1]
        assert server.posts == 1, "a redirect was followed or the event was repeated unasked"
    assert isinstance(ended, Ended)
    assert ended.outcome is outcome
    assert detail in ended.detail


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.lan"])
async def test_nobody_listens(host: str) -> None:
    channel = Webhook(f"http://{host}:{free_port()}/x", SECRET, deadline_seconds=8.0)
    ended = (await run_attempt(channel, message()))[-1]
    assert isinstance(ended, Ended)
    assert ended.outcome is Outcome.FAILED
    assert not (await channel.check()).is_well


async def test_what_hangs_does_not_hold_up_the_loop_nor_other_work() -> None:
    gate = threading.Event()
    try:
        assert await in_thread(lambda: 7, 5.0) == 7
        works = [in_thread(gate.wait, 0.3) for _ in range(MAX_HANGING + 1)]
        results = await asyncio.gather(*works, return_exceptions=True)
        assert {type(result) for result in results} == {TimeoutError, ChannelError}
        # They still hang, and the loop's own threads are free.
        assert await asyncio.to_thread(lambda: 8) == 8
    finally:
        gate.set()


class _Service:
    """Any HTTP service that Apprise speaks to."""

    def __init__(self, status: int = 200, delay_seconds: float = 0.0) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.heads: list[Any] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.heads.append(self.headers)
                service.bodies.append(json.loads(body))
                time.sleep(delay_seconds)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture
def service(request: pytest.FixtureRequest) -> Iterator[_Service]:
    running = _Service(*getattr(request, "param", ()))
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("ntfy://topic", "ntfy://topic?priority=max"),
        ("ntfys://host/topic/?mode=private", "ntfys://host/topic/?mode=private&priority=max"),
        ("ntfy://topic?priority=low", "ntfy://topic?priority=low"),
        ("bark://host/key", "bark://host/key?level=critical"),
        ("tgram://token/chat", "tgram://token/chat"),
    ],
)
def test_an_alarm_wakes_where_a_service_can(url: str, wanted: str) -> None:
    assert urgent(url) == wanted


async def test_an_alarm_is_urgent_and_a_notice_is_not(service: _Service) -> None:
    channel = AppriseMessage(f"ntfy://127.0.0.1:{service.port}/topic")
    for told in (message(), message(is_notice=True), message(is_test=True)):
        await run_attempt(channel, told)
    assert [head.get("X-Priority") for head in service.heads] == ["max", None, None]


async def test_apprise_hands_a_message_to_ntfy(service: _Service, logged: io.StringIO) -> None:
    channel = AppriseMessage(f"ntfy://user:hunter2@127.0.0.1:{service.port}/secret-topic")
    told = message(acknowledge_url="https://home.example/ack/x")
    assert await run_attempt(channel, told) == [
        Dialled(),
        Ended(Outcome.DELIVERED, "taken by ntfy"),
    ]
    body = service.bodies[0]
    assert body["topic"] == "secret-topic"
    assert body["title"] == told.headline
    assert told.text in body["message"]
    assert "https://home.example/ack/x" in body["message"]
    assert channel.name == "ntfy"
    assert (await channel.check()).is_well
    for word in ("hunter2", "secret-topic", "客厅"):
        assert word not in logged.getvalue()


@pytest.mark.parametrize(
    ("service", "outcome", "detail"),
    [
        ((403,), Outcome.FAILED, "ntfy refused it (error 403)"),
        ((500,), Outcome.FAILED, "ntfy refused it (error 500)"),
        ((200, 5.0), Outcome.UNKNOWN, "ntfy did not answer in time"),
    ],
    indirect=["service"],
)
async def test_a_service_that_does_not_take_it(
    service: _Service, outcome: Outcome, detail: str
) -> None:
    seconds = 0.5 if outcome is Outcome.UNKNOWN else 10.0
    channel = AppriseMessage(f"ntfy://127.0.0.1:{service.port}/topic", deadline_seconds=seconds)
    assert await run_attempt(channel, message()) == [Ended(outcome, detail)]


async def test_a_service_that_is_not_there() -> None:
    ended = (await run_attempt(AppriseMessage(f"ntfy://127.0.0.1:{free_port()}/t"), message()))[-1]
    assert isinstance(ended, Ended)
    assert ended.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ntfy",
        "bogus://x",
        "mailto://",
        "https://example.org",
        "syslog://",
        "file:///etc/passwd",
        f"ntfy://{'x' * 600}",
        "ntfy://host/topic\r\nX: y",
        "wecombot://",
        "bark://",
        "\x00",
    ],
)
def test_no_service_understands_it(url: str) -> None:
    with pytest.raises(AddressError) as refused:
        AppriseMessage(url)
    assert "topic" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "wecombot://key-123",
        "dingtalk://tokentoken/13800138000",
        "feishu://tokentoken",
        "bark://api.day.app/devicekey",
        "mailto://user:pass@gmail.com",
        "ntfys://topic",
        f"twilio://AC{'1' * 32}:{'2' * 32}@15551234567/15557654321",
    ],
)
def test_services_of_the_issue_are_understood(url: str) -> None:
    assert AppriseMessage(url).name
