"""Receivers that answer without end, slowly, elsewhere or not at all: none reaches the core."""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from assistant.channels import Dialled, Ended, Outcome
from assistant.channels.apprise_message import AppriseMessage
from assistant.channels.messenger import MESSENGER
from tests.channels.parts import message, run_attempt

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
MEGABYTE = b"x" * 1_000_000


class Receiver:
    """Takes one POST after the other and answers each as `behave` likes."""

    def __init__(self, behave: Callable[[socket.socket, bytes], None]) -> None:
        self._behave = behave
        self.bodies: list[str] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed: the test is over
            while True:
                line, _ = self._server.accept()
                threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with line, contextlib.suppress(OSError):  # the sender went away, as it should
            head, _, body = _read_until(line, b"\r\n\r\n").partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            while len(body) < length:
                body += line.recv(65_536)
            self.bodies.append(body.decode())
            self._behave(line, body)

    def close(self) -> None:
        self._server.close()


def _read_until(line: socket.socket, mark: bytes) -> bytes:
    data = b""
    while mark not in data:
        data += line.recv(65_536)
    return data


@pytest.fixture
def receive() -> Iterator[Callable[[Callable[[socket.socket, bytes], None]], Receiver]]:
    made: list[Receiver] = []

    def make(behave: Callable[[socket.socket, bytes], None]) -> Receiver:
        made.append(Receiver(behave))
        return made[-1]

    yield make
    for each in made:
        each.close()


def five_gigabytes(line: socket.socket, _: bytes) -> None:
    line.sendall(OK + b"Content-Length: 5000000000\r\n\r\n")
    for _ in range(5_000):
        line.sendall(MEGABYTE)


def without_end(line: socket.socket, _: bytes) -> None:
    line.sendall(OK + b"\r\n")
    while True:
        line.sendall(MEGABYTE)


def a_header_without_end(line: socket.socket, _: bytes) -> None:
    line.sendall(OK + b"X: ")
    while True:
        line.sendall(MEGABYTE)


def headers_without_end(line: socket.socket, _: bytes) -> None:
    line.sendall(OK)
    while True:
        line.sendall(b"X-Again: yes\r\n" * 10_000)


def drip(line: socket.socket, _: bytes) -> None:
    line.sendall(OK)
    gate = threading.Event()
    while not gate.wait(0.1):
        line.sendall(b"X")


def silence(line: socket.socket, _: bytes) -> None:
    line.recv(1)


def hang_up(_line: socket.socket, _: bytes) -> None:
    return


def elsewhere(line: socket.socket, _: bytes) -> None:
    line.sendall(b"HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n")


def a_bomb(line: socket.socket, _: bytes) -> None:
    packer = zlib.compressobj(9, wbits=31)
    line.sendall(OK + b"Content-Encoding: gzip\r\n\r\n")
    for _ in range(3_000):
        line.sendall(packer.compress(b"\0" * 1_000_000))


ANSWERS: list[tuple[Callable[[socket.socket, bytes], None], set[Outcome]]] = [
    (five_gigabytes, {Outcome.DELIVERED}),
    (without_end, {Outcome.DELIVERED}),
    (a_bomb, {Outcome.DELIVERED}),
    (a_header_without_end, {Outcome.UNKNOWN}),
    (headers_without_end, {Outcome.UNKNOWN}),
    (drip, {Outcome.UNKNOWN}),
    (silence, {Outcome.UNKNOWN}),
    (hang_up, {Outcome.UNKNOWN}),
    (elsewhere, {Outcome.FAILED}),
]


@pytest.mark.parametrize(("behave", "outcomes"), ANSWERS, ids=[row[0].__name__ for row in ANSWERS])
async def test_whatever_is_answered_the_core_stays_as_it_is(
    receive: Callable[..., Receiver],
    behave: Callable[[socket.socket, bytes], None],
    outcomes: set[Outcome],
) -> None:
    receiver = receive(behave)
    channel = AppriseMessage(f"ntfy://127.0.0.1:{receiver.port}/t", deadline_seconds=5.0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ended = (await run_attempt(channel, message()))[-1]
    assert isinstance(ended, Ended)
    assert ended.outcome in outcomes
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes


async def test_one_that_hangs_does_not_keep_another_waiting(
    receive: Callable[..., Receiver],
) -> None:
    hangs, answers = receive(silence), receive(lambda line, _: line.sendall(OK + b"\r\n{}"))
    slow = AppriseMessage(f"ntfy://127.0.0.1:{hangs.port}/t", deadline_seconds=60.0)
    quick = AppriseMessage(f"ntfy://127.0.0.1:{answers.port}/t", deadline_seconds=60.0)
    attempt = slow.attempt(message())
    waiting = asyncio.ensure_future(anext(attempt))
    assert (await run_attempt(quick, message()))[0] == Dialled()
    assert not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await attempt.aclose()


async def test_of_two_receivers_only_the_one_that_failed_is_tried_again(
    receive: Callable[..., Receiver],
) -> None:
    is_well = threading.Event()

    def second_fails(line: socket.socket, body: bytes) -> None:
        taken = json.loads(body)["topic"] == "first" or is_well.is_set()
        line.sendall((OK if taken else b"HTTP/1.1 500 X\r\n") + b"Content-Length: 2\r\n\r\n{}")

    receiver = receive(second_fails)
    channel = AppriseMessage(f"ntfy://127.0.0.1:{receiver.port}/first/second")
    told = replace(message(), attempt_id="two-receivers")
    ended = (await run_attempt(channel, told))[-1]
    assert ended == Ended(Outcome.UNKNOWN, "taken by 1 of 2 receivers of ntfy")
    is_well.set()
    assert await run_attempt(channel, told) == [
        Dialled(),
        Ended(Outcome.DELIVERED, "taken by ntfy"),
    ]
    assert [json.loads(body)["topic"] for body in receiver.bodies] == ["first", "second", "second"]
    # A new attempt, as after a new cry, goes to everybody.
    await run_attempt(channel, replace(message(), attempt_id="another"))
    assert len(receiver.bodies) == 5


async def test_the_process_that_died_is_begun_anew(receive: Callable[..., Receiver]) -> None:
    receiver = receive(lambda line, _: line.sendall(OK + b"\r\n{}"))
    channel = AppriseMessage(f"ntfy://127.0.0.1:{receiver.port}/t")
    MESSENGER.warm()
    process = MESSENGER._process
    assert process is not None
    process.kill()
    process.wait()
    assert (await run_attempt(channel, message()))[0] == Dialled()
