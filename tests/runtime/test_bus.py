"""The bus over a real socket: children come, ask, are told, misbehave and go."""

from __future__ import annotations

import asyncio
import contextlib
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.events import Alive, Heard, Hello, Say, Shutdown, Woken, to_line
from assistant.runtime.bus import BACKLOG_BYTES, Bus
from assistant.runtime.link import Link, LinkError
from assistant.services import (
    DescribeAlarm,
    FailedError,
    HangUp,
    NotStartedError,
    Refused,
    StopSpeech,
)


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[Bus]:
    bus = Bus()
    await bus.open(tmp_path / "run" / "core.sock")
    yield bus
    await bus.close()


def link(bus: Bus, name: str, *wants: type) -> Link:
    return Link(name, wants, bus.path)


async def first(link: Link) -> object:
    async with asyncio.timeout(60):
        async for event in link:
            return event
    raise AssertionError("the link ended")


async def known(bus: Bus, name: str) -> None:
    """Wait until the bus has read a child's greeting."""
    greeted = asyncio.Event()
    bus.listen(lambda event: greeted.set() if getattr(event, "name", "") == name else None)
    async with asyncio.timeout(60):
        await greeted.wait()


async def test_only_this_user_may_open_the_socket(bus: Bus) -> None:
    assert bus.path is not None
    assert stat.S_IMODE(bus.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(bus.path.parent.stat().st_mode) == 0o700


async def test_a_child_gets_the_types_it_wants_and_no_others(bus: Bus) -> None:
    async with link(bus, "mouth", Say) as mouth:
        await known(bus, "mouth")
        bus.publish(Woken("hey anban"))
        bus.publish(Say("good morning", "en", say_id="1"))
        assert await first(mouth) == Say("good morning", "en", say_id="1")


async def test_what_a_child_tells_reaches_core_and_children(bus: Bus) -> None:
    heard = Heard("u", "hello", "en", is_final=True, addressed=True)
    told: asyncio.Queue[Heard] = asyncio.Queue()
    bus.subscribe(Heard, told.put_nowait)
    async with link(bus, "skills", Heard) as skills, link(bus, "ear") as ear:
        await known(bus, "skills")
        ear.send(heard)
        assert await first(skills) == heard
        assert await asyncio.wait_for(told.get(), 5) == heard


async def test_a_subscriber_that_fails_does_not_silence_the_others(bus: Bus) -> None:
    told: list[object] = []

    def fail(_: object) -> None:
        raise RuntimeError("boom")

    bus.subscribe(Woken, fail)
    bus.subscribe(Woken, told.append)
    bus.publish(Woken("hey anban"))
    assert told == [Woken("hey anban")]


async def test_a_service_answers_refuses_and_fails(bus: Bus) -> None:
    async def tell(wish: DescribeAlarm) -> str:
        if wish.lang == "zh":
            return "门锁 4711"
        raise RuntimeError("the elder's words") if wish.lang == "en" else Refused("not on a Sunday")

    bus.serve(DescribeAlarm.answered_by(tell))
    async with link(bus, "skills") as skills:
        assert await skills.request(DescribeAlarm("zh")) == "门锁 4711"
        with pytest.raises(Refused, match="not on a Sunday"):
            await skills.request(DescribeAlarm("fr"))
        with pytest.raises(FailedError, match=r"alarms\.details failed inside the core"):
            await skills.request(DescribeAlarm("en"))
        with pytest.raises(NotStartedError, match="no service"):
            await skills.request(HangUp())


async def test_a_request_has_its_own_deadline(bus: Bus) -> None:
    never = asyncio.Event()

    async def wait(_: StopSpeech) -> None:
        await never.wait()

    bus.serve(StopSpeech.answered_by(wait))
    async with link(bus, "skills") as skills:
        with pytest.raises(TimeoutError):
            await skills.request(StopSpeech(), deadline_seconds=0.05)


@pytest.mark.parametrize("junk", [b"no json\n", b"{}\n", b"\x00\xff\n", b'{"type":"Say"}\n'])
async def test_junk_is_dropped_and_the_child_lives(bus: Bus, junk: bytes) -> None:
    told: asyncio.Queue[Woken] = asyncio.Queue()
    bus.subscribe(Woken, told.put_nowait)
    assert bus.path is not None
    _, writer = await asyncio.open_unix_connection(bus.path)
    writer.write(junk + to_line(Woken("hey anban")))
    assert await asyncio.wait_for(told.get(), 5) == Woken("hey anban")
    writer.close()


async def test_an_endless_line_cuts_the_child_off(bus: Bus) -> None:
    assert bus.path is not None
    reader, writer = await asyncio.open_unix_connection(bus.path)
    writer.write(b"x" * 3_000_000)
    async with asyncio.timeout(60):
        with contextlib.suppress(ConnectionResetError):  # closed with bytes of ours unread
            assert await reader.read() == b""
    writer.close()


async def test_a_child_that_does_not_read_is_cut_off(bus: Bus) -> None:
    assert bus.path is not None
    _, writer = await asyncio.open_unix_connection(bus.path)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(to_line(Hello("sleeper", ("Say",))) + to_line(Alive("sleeper")))
    await known(bus, "sleeper")
    text = "x" * 100_000
    for _ in range(3 * BACKLOG_BYTES // len(text)):
        bus.publish(Say(text, "en"))
        await asyncio.sleep(0)
    assert not bus._children
    writer.close()


async def test_no_core_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="anban run"):
        async with Link("ask", (), tmp_path / "nothing.sock"):
            pass


async def test_a_child_learns_that_the_core_went_away(bus: Bus) -> None:
    never = asyncio.Event()

    async def wait(_: StopSpeech) -> None:
        await never.wait()

    bus.serve(StopSpeech.answered_by(wait))
    async with link(bus, "skills", Shutdown) as skills:
        await known(bus, "skills")
        asking = asyncio.create_task(skills.request(StopSpeech()))
        await asyncio.sleep(0)
        await bus.close()
        with pytest.raises(LinkError):
            await asking
        async with asyncio.timeout(60):
            assert [event async for event in skills] == []
