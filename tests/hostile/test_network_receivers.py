"""Receivers of messages that are out of their minds, or somebody else's.

`tests/faults/test_network.py`, `tests/channels/test_messages.py` and
`test_apprise_hostile.py` hold hangs, floods and certificates.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from simulators.webhook import WebhookReceiver, WebManners
from tests.faults.parts import SECRET, a_home
from tests.hostile.parts import BEGINNINGS, ended
from tests.waiting import until

pytestmark = pytest.mark.timeout(120)
REDIRECTS = [301, 302, 303, 307, 308, 300, 304, 305, 201, 202]
JUNK = {
    "not HTTP": b"SSH-2.0-OpenSSH_9\r\n",
    "two answers": b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    "an endless head": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000,
    "a head in one line": b"HTTP/1.1 200 " + b"a" * 2_000_000,
    "a long length": b"HTTP/1.1 500 X\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "a negative one": b"HTTP/1.1 500 X\r\nContent-Length: -1\r\n\r\n",
    "chunks without end": b"HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"1\r\na\r\n" * 50_000,
    "a status of words": b"HTTP/1.1 OK 200\r\n\r\n",
    "a status of 1000": b"HTTP/1.1 1000 X\r\n\r\n",
    "NUL": b"\x00" * 100_000,
    "switching": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    "continue for ever": b"HTTP/1.1 100 Continue\r\n\r\n" * 50_000,
}


@pytest.mark.parametrize("status", REDIRECTS)
async def test_a_redirect_must_not_carry_the_words_elsewhere(tmp_path: Path, status: int) -> None:
    with WebhookReceiver(SECRET.encode()) as other:
        manners = WebManners(status=status, location=other.url)
        with WebhookReceiver(SECRET.encode(), manners) as first:
            async with a_home(tmp_path) as home:
                home.add("大女儿", first.url)
                BEGINNINGS["cried"](home)
                await until(lambda: bool(home.outcomes("大女儿")))
                assert home.outcomes("大女儿")[0] == ("delivered" if status < 300 else "failed")
                assert ended(home) == []
        assert other.posts == 0


@pytest.mark.parametrize("name", JUNK)
async def test_no_answer_must_take_an_alarm_on_or_hold_up_the_next(
    tmp_path: Path, name: str
) -> None:
    with (
        WebhookReceiver(SECRET.encode(), WebManners(junk=JUNK[name])) as mad,
        WebhookReceiver(SECRET.encode()) as sane,
    ):
        async with a_home(tmp_path) as home:
            home.add("大女儿", mad.url)
            home.add("儿子", sane.url)
            BEGINNINGS["cried"](home)
            await until(lambda: "delivered" in home.outcomes("儿子"))
            await until(lambda: bool(home.outcomes("大女儿")))
            assert "delivered" not in home.outcomes("大女儿")
            assert ended(home) == []


async def test_many_receivers_that_hang_must_not_keep_one_from_being_told(tmp_path: Path) -> None:
    with (
        WebhookReceiver(SECRET.encode(), WebManners(delay_seconds=40)) as hanging,
        WebhookReceiver(SECRET.encode()) as sane,
    ):
        async with a_home(tmp_path) as home:
            for number in range(25):
                home.add(f"邻居{number}", hanging.url + str(number))
            home.add("儿子", sane.url)
            BEGINNINGS["cried"](home)
            await until(lambda: "delivered" in home.outcomes("儿子"))
            assert ended(home) == []
