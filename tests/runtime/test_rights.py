"""Who may ask what: every service and event is in the table, and the kernel says who asks."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.core import Core, CoreOptions
from assistant.events import (
    EVENTS,
    Alive,
    Heard,
    Hello,
    Ready,
    Say,
    ServiceAsked,
    Shutdown,
    from_line,
    to_line,
)
from assistant.runtime.bus import MAX_BAD_LINES, MAX_REFUSED, Bus
from assistant.runtime.rights import CHILDREN, COMMANDS, CORE_ONLY, OUR_SKILLS, guard, may_ask
from assistant.runtime.supervisor import ChildSpec, Supervisor
from assistant.services import REQUESTS, AlarmFacts, DescribeAlarm, LinkView, LookAtLink, Stage
from assistant.settings import Settings

PRIVATE = (
    "alarms.acknowledge",
    "alarms.close",
    "alarms.comes",
    "alarms.details",
    "calls.agree",
    "calls.find",
    "calls.hang_up",
    "calls.offer",
    "contacts.check",
    "conversation.forget",
    "drill.begin",
    "home.children",
    "links.close",
    "links.look",
    "links.take",
    "pendants.report",
    "reminders.import",
    "robot.consent",
    "robot.move",
    "selftest.run",
    "turn",
)
"""What a third party's skill has no business with."""


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[set[str]]:
    """Every service of a whole core."""
    options = CoreOptions(tmp_path, Settings(), tmp_path / "cache", capabilities=frozenset())
    core = Core(options)
    await core.start()
    yield set(core.bus.services)
    await core.stop()


async def test_every_service_has_its_row(services: set[str]) -> None:
    asked = {
        kind
        for row in (
            *(rights.asks for rights in (*CHILDREN.values(), *COMMANDS.values())),
            *OUR_SKILLS.values(),
        )
        for kind in row
    }
    assert asked & CORE_ONLY == set()
    assert {kind.SERVICE for kind in asked | CORE_ONLY} == services == set(REQUESTS)


def test_every_event_of_the_table_is_one() -> None:
    for rights in (*CHILDREN.values(), *COMMANDS.values()):
        assert rights.tells | rights.hears <= set(EVENTS)


@pytest.mark.parametrize("service", PRIVATE)
def test_a_third_partys_skill_is_refused(service: str) -> None:
    for skill in ("", "tea", "medication", "general"):
        assert not may_ask(CHILDREN["skills"], REQUESTS[service], skill)


@pytest.mark.parametrize("service", PRIVATE)
def test_no_child_passes_for_a_skill_of_ours(service: str) -> None:
    for name, rights in CHILDREN.items():
        for skill in OUR_SKILLS:
            if name != "skills" and REQUESTS[service] not in rights.asks:
                assert not may_ask(rights, REQUESTS[service], skill)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("skills", "Heard"),
        ("skills", "HelpPressed"),
        ("skills", "MoveRobot"),
        ("skills", "CryForHelpHeard"),
        ("skills", "AlarmClosed"),
        ("skills", "AlarmAcknowledged"),
        ("skills", "StopSpeaking"),
        ("console", "AlarmClosed"),
        ("console", "HelpPressed"),
        ("console", "Say"),
        ("ear", "Say"),
        ("ear", "HelpPressed"),
        ("senses", "DangerSensed"),
        ("mouth", "Heard"),
        ("robot", "Heard"),
    ],
)
def test_a_child_tells_only_what_is_its_own(name: str, told: str) -> None:
    assert told in EVENTS
    assert told not in CHILDREN[name].tells


@pytest.mark.parametrize("name", ["skills", "console", "senses", "sensor", "robot", "mouth"])
def test_only_the_core_hears_what_the_ear_hears(name: str) -> None:
    assert "Heard" not in CHILDREN[name].hears


@pytest.mark.parametrize(
    ("pid", "name", "rights"),
    [
        (7, "ear", CHILDREN["ear"]),
        (7, "skills", None),  # a child is what it was started as
        (7, "doctor", None),
        (8, "ask", COMMANDS["ask"]),
        (8, "console", None),
        (8, "ear", None),
        (0, "doctor", None),
        (9, "sensor.door", CHILDREN["sensor"]),
        (9, "sensor.gas", None),
        (9, "sensor", None),
        (8, "sensor.door", None),
    ],
)
def test_who_greets_is_what_the_kernel_says(pid: int, name: str, rights: object) -> None:
    assert guard({7: "ear", 9: "sensor.door"}.get)(pid, name) is rights


def test_an_unknown_name_may_do_nothing() -> None:
    rights = guard(lambda _: None)(8, "tea")
    assert rights is not None
    assert not rights.asks
    assert not rights.tells | rights.hears


PEER = """
import os, socket, sys
peer = socket.socket(socket.AF_UNIX)
peer.connect(sys.argv[1])
peer.sendall(bytes.fromhex(sys.argv[2]))
while data := peer.recv(4096):
    os.write(1, data)
"""
"""Greets as it is told, and writes down what comes back."""


class House:
    """A guarded bus with one service, and what was told over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bus = Bus()
        self.supervisor = Supervisor(self.bus)
        self.bus.guard = guard(self.supervisor.name_of)
        self.told: asyncio.Queue[object] = asyncio.Queue()
        self.bus.serve(DescribeAlarm.answered_by(self._details), LookAtLink.answered_by(self._look))

    async def _details(self, _: DescribeAlarm) -> str:
        return "door code 4711"

    async def _look(self, _: LookAtLink) -> LinkView:
        return LinkView(Stage.MINE, "en", facts=AlarmFacts(door="door code 4711"))

    def peer(self, *events: object) -> tuple[str, ...]:
        sent = b"".join(to_line(event) for event in events).hex()
        return (sys.executable, "-c", PEER, str(self.bus.path), sent)

    async def answers(self, command: tuple[str, ...], lines: int) -> list[object]:
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        try:
            async with asyncio.timeout(60):
                read = [await process.stdout.readline() for _ in range(lines)]
        finally:
            with contextlib.suppress(ProcessLookupError):  # it was cut off, and ended
                process.kill()
            await process.wait()
        return [from_line(line) for line in read if line]


async def until_written(output: Path, lines: int) -> None:
    """Wait for another process's lines in its file; the test's own time limit is the deadline."""
    while output.read_bytes().count(b"\n") < lines:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    await house.bus.open(tmp_path / "run" / "core.sock")
    house.bus.listen(house.told.put_nowait)
    yield house
    await house.supervisor.stop()
    await house.bus.close()


async def test_a_stranger_is_given_no_door_code(house: House) -> None:
    peer = house.peer(
        Hello("doctor"), ServiceAsked("alarms.details", {"lang": "en"}, request_id="1")
    )
    (answer,) = await house.answers(peer, 1)
    assert "4711" not in str(answer)
    assert not getattr(answer, "ok", True)


async def test_a_stranger_who_greets_as_a_child_is_cut_off(house: House) -> None:
    peer = house.peer(Hello("console"), ServiceAsked("links.look", {"token": "t"}, request_id="1"))
    assert await house.answers(peer, 1) == []


async def test_a_stranger_who_does_not_greet_may_do_nothing(house: House) -> None:
    heard = Heard("u", "help", "en", is_final=True, addressed=True)
    (answer,) = await house.answers(house.peer(heard, ServiceAsked("links.look")), 1)
    assert not getattr(answer, "ok", True)
    assert house.told.empty()


@pytest.mark.parametrize("through", [(), ("sh", "-c", '"$@" & wait', "sh")])
async def test_a_child_and_what_it_starts_have_the_childs_rights(
    house: House, through: tuple[str, ...]
) -> None:
    output = house.folder / "out"
    peer = house.peer(
        Hello("console"),
        Heard("u", "help", "en", is_final=True, addressed=True),
        Ready("ear"),
        Alive("ear"),
        ServiceAsked("alarms.details", {"lang": "en"}, request_id="private"),
        ServiceAsked("links.look", {"token": "t"}, request_id="own"),
        Alive("console"),
    )
    house.supervisor.start(ChildSpec("console", (*through, *peer), output=output))
    async with asyncio.timeout(60):
        while await house.told.get() != Alive("console"):
            pass
        await until_written(output, 2)
    private, own = (
        next(
            answer
            for answer in map(from_line, output.read_bytes().splitlines())
            if getattr(answer, "request_id", "") == name
        )
        for name in ("private", "own")
    )
    assert (getattr(private, "ok", None), getattr(own, "ok", None)) == (False, True)
    assert b"4711" in output.read_bytes()


async def test_a_childs_child_does_not_pass_for_a_command(house: House) -> None:
    output = house.folder / "out"
    peer = house.peer(Hello("doctor"), ServiceAsked("alarms.details"))
    own_session = ("setsid", *peer)
    house.supervisor.start(
        ChildSpec("console", ("sh", "-c", '"$@"; exit', "sh", *own_session), output=output)
    )
    async with asyncio.timeout(60):
        while type(await house.told.get()).__name__ != "ChildDied":
            pass
    assert output.read_bytes() == b""


async def test_names_that_a_child_invents_are_not_kept(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_unix_connection(house.bus.path)
    writer.write(to_line(Hello("doctor")))
    for number in range(2 * MAX_BAD_LINES):
        writer.write(to_line(ServiceAsked(f"secret-{number}")))
        assert not getattr(from_line(await reader.readline()), "ok", True)
    assert house.bus._refused == set()
    assert len(caplog.records) == MAX_BAD_LINES
    assert "secret" not in caplog.text
    writer.close()


async def test_a_wrong_greeting_is_logged_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(6):
        reader, writer = await asyncio.open_unix_connection(house.bus.path)
        writer.write(to_line(Hello(("console", "ear")[number % 2])))
        assert await reader.read() == b""
        writer.close()
    assert len(caplog.records) == 2


def test_what_was_refused_is_bounded() -> None:
    bus = Bus()
    new = [bus._is_new_refusal(f"n{number}", "greet") for number in range(2 * MAX_REFUSED)]
    assert sum(new) == len(bus._refused) == MAX_REFUSED


async def test_what_a_child_wants_without_a_right_is_not_given(house: House) -> None:
    output = house.folder / "out"
    peer = house.peer(Hello("console", ("Heard", "Say", "Shutdown")), Alive("console"))
    house.supervisor.start(ChildSpec("console", peer, output=output))
    async with asyncio.timeout(60):
        while await house.told.get() != Alive("console"):
            pass
    house.bus.publish(Say("the door code is 4711", "en"))
    house.bus.publish(Heard("u", "my secret", "en", is_final=True, addressed=True))
    house.bus.publish(Shutdown())
    await until_written(output, 1)
    assert [type(from_line(line)).__name__ for line in output.read_bytes().splitlines()] == [
        "Shutdown"
    ]


async def test_a_flood_does_not_keep_the_core_from_other_work(house: House) -> None:
    """Everybody else has a turn between any two events of a child that floods."""
    reader, writer = await asyncio.open_unix_connection(house.bus.path)
    asked = to_line(ServiceAsked("alarms.details"))
    writer.write(to_line(Hello("doctor")) + to_line(Alive("doctor")) * 5_000 + asked)
    answered = asyncio.create_task(reader.readline())
    turns = 0
    while not answered.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 1_000
    writer.close()


WANTED = {
    "ear": "assistant.ear.ear",
    "mouth": "assistant.mouth.__main__",
    "robot": "assistant.robot.__main__",
    "senses": "assistant.senses.__main__",
}


@pytest.mark.parametrize("name", WANTED)
def test_a_child_hears_all_that_it_asks_for(name: str) -> None:
    """What has no row is refused: the mouth went on to say what was no longer true."""
    wants = importlib.import_module(WANTED[name]).WANTS
    assert {kind.__name__ for kind in wants} <= CHILDREN[name].hears
