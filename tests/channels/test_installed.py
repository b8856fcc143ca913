"""Channels of other packages: found by entry point, and no fault of one costs more than itself."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from assistant.channels import (
    AddressError,
    AttemptEvent,
    Channel,
    Dialled,
    Ended,
    Equipment,
    Kind,
    Outcome,
    Patience,
    Purpose,
    Registry,
    follow,
    try_once,
    ways,
)
from assistant.channels import installed as installing
from assistant.channels.installed import GROUP, load_channels
from assistant.commands import doctor
from assistant.services.findings import Verdict
from tests.channels.parts import message, run_attempt, script_of
from tests.faults.parts import a_home
from tests.waiting import until

INSTALLED = Path(__file__).parent / "installed"
DOCS = Path(__file__).parents[2] / "docs"
STRANGE = {
    "broken": "anban_strange.broken:Channel",
    "caller": "anban_strange:Caller",
    "failing": "anban_strange:Failing",
    "nothing": "anban_strange:nothing",
    "stuck": "anban_strange:Stuck",
}


def install(site: Path, package: str, channels: dict[str, str]) -> None:
    """As a package manager does it: the code, and metadata that name its entry points."""
    if not (site / package).exists():
        (site / package).symlink_to(INSTALLED / package)
    info = site / f"{package}-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1\n")
    lines = [f"{scheme} = {value}" for scheme, value in channels.items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines, ""]))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    install(folder, "anban_lamp", {"lamp": "anban_lamp:Lamp"})
    install(folder, "anban_strange", STRANGE)
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def registry(site: Path) -> Registry:
    registry = Registry(Equipment())
    for scheme, opener in load_channels()[0].items():
        registry.add(scheme, opener)
    return registry


@contextmanager
def a_plug() -> Iterator[tuple[str, list[str]]]:
    """A Tasmota plug: its host and port, and the commands that it was given."""
    commands: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            commands.extend(parse_qs(urlsplit(self.path).query)["cmnd"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"POWER":"ON"}')

        def log_message(self, *_: object) -> None:
            """Quietly."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}", commands
        server.shutdown()


def strange(name: str) -> Any:
    return getattr(importlib.import_module("anban_strange"), name)


@pytest.mark.usefixtures("site")
async def test_an_alarm_reaches_a_contact_by_a_channel_of_another_package(tmp_path: Path) -> None:
    with a_plug() as (plug, commands):
        async with a_home(tmp_path / "home") as home:
            home.add("邻居", f"lamp:{plug}")
            home.cry()
            await until(lambda: home.outcomes("邻居") == ["delivered"])
            assert "Power On" in commands
            (contact,) = home.core.ways.people.all
            (way,) = await home.core.ways.check_contact(contact.contact_id)
            assert (way.channel, way.is_well) == (f"lamp at {plug}", True)
            assert "Power" in commands


@pytest.mark.usefixtures("site")
async def test_one_that_cannot_be_loaded_is_told_and_costs_itself_alone(tmp_path: Path) -> None:
    async with a_home(tmp_path / "home") as home:
        (told,) = [f for f in await home.core.features.findings() if f.part == "added_channel"]
        assert (told.subject, told.is_well) == ("broken", False)
        assert "anban_library_that_nobody_has" in told.detail
        registry = home.core.ways.equipment.registry
        assert registry.open("lamp:10.0.0.7").name == "lamp at 10.0.0.7"
    bad, good = doctor._channels()
    assert bad.verdict is Verdict.BROKEN
    assert bad.detail.startswith("broken is left out: ModuleNotFoundError")
    assert good.detail == "added: caller, failing, lamp, nothing, stuck"


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        (("tel", "anban_lamp:Lamp"), "comes with Anban"),
        (("https", "anban_lamp:Lamp"), "comes with Anban"),
        (("Lamp", "anban_lamp:Lamp"), "no scheme"),
        (("a lamp", "anban_lamp:Lamp"), "no scheme"),
        (("text", "anban_strange:no_maker"), "makes no channel"),
        (("absent", "anban_strange:absent"), "AttributeError"),
        (("hanging", "anban_strange.hanging:Channel"), "too long"),
    ],
)
@pytest.mark.usefixtures("site")
def test_what_is_left_out(
    point: tuple[str, str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installing, "IMPORT_SECONDS", 3.0)
    good = ("lamp", "anban_lamp:Lamp")
    openers, (failed,) = load_channels([EntryPoint(*each, GROUP) for each in (point, good)])
    assert list(openers) == ["lamp"]
    assert failed.scheme == point[0]
    assert reason in failed.reason


@pytest.mark.usefixtures("site")
def test_two_packages_with_one_scheme_are_told() -> None:
    points = [
        EntryPoint("lamp", value, GROUP) for value in ("anban_strange:Caller", "anban_lamp:Lamp")
    ]
    openers, (failed,) = load_channels(points)
    assert openers["lamp"]("lamp:x").name == "lamp at x"
    assert "another package" in failed.reason


def test_ours_are_no_entry_points() -> None:
    """An installation whose metadata is stale must still ring people."""
    assert not [p for p in entry_points(group=GROUP) if p.value.startswith("assistant.")]


@pytest.mark.parametrize(
    "address", ["failing:opening", "failing:ending", "failing:nameless", "nothing:x", "lamp:"]
)
async def test_an_address_that_cannot_be_opened_leaves_the_others(
    registry: Registry, address: str
) -> None:
    with pytest.raises(AddressError) as refused:
        registry.check(address)
    assert "password" not in str(refused.value)
    found = ways([address, "lamp:10.0.0.7"], registry, Purpose.ALARM)
    assert [way.address for way in found] == ["lamp:10.0.0.7"]


async def test_one_that_hangs_over_an_address_is_not_waited_for_each_time(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installing, "OPEN_SECONDS", 0.3)
    with pytest.raises(AddressError, match="takes too long"):
        registry.open("failing:waiting")
    with pytest.raises(AddressError, match="tried again in a minute"):
        registry.open("failing:raises")
    monkeypatch.setattr(installing, "OPEN_SECONDS", 60.0)
    assert registry.open("lamp:10.0.0.7")
    monkeypatch.setattr(installing.time, "monotonic", lambda: 1e12)
    assert registry.open("failing:raises")


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        ("raises", Outcome.FAILED),
        ("exits", Outcome.FAILED),
        ("talks", Outcome.FAILED),
        ("says nothing", Outcome.UNKNOWN),
        ("out", Outcome.UNKNOWN),
    ],
)
async def test_an_attempt_that_fails_is_an_outcome(
    registry: Registry, how: str, outcome: Outcome
) -> None:
    channel = registry.open(f"failing:{how}")
    assert (await try_once(channel, message())).outcome is outcome
    status = await channel.check()
    assert not status.is_well
    assert "password" not in status.detail


async def test_one_that_blocks_holds_up_nobody_else(registry: Registry) -> None:
    stuck = strange("Stuck")
    blocked, checked = (registry.open("stuck:x") for _ in range(2))
    tries = asyncio.gather(run_attempt(blocked, message(), 120), checked.check())
    try:
        await until(stuck.is_blocked.is_set)
        with a_plug() as (plug, commands):
            ended = await try_once(registry.open(f"lamp:{plug}"), message())
            assert (ended.outcome, commands) == (Outcome.DELIVERED, ["Power On"])
        assert not tries.done()
    finally:
        stuck.let_go.set()
    facts, status = await tries
    assert facts == [Ended(Outcome.DELIVERED)]
    assert status.is_well


async def dialled(channel: Channel, tmp_path: Path) -> AsyncGenerator[AttemptEvent, None]:
    """An attempt of the caller, up to where it has said the words."""
    told = message(script=script_of(tmp_path / "words.wav"))
    facts = follow(channel.attempt(told), channel.name, Patience())
    assert await anext(facts) == Dialled()
    await until(lambda: strange("Caller").notes == ["said words.wav"])
    return facts


async def test_a_call_speaks_with_the_voice_of_the_core_and_is_hung_up(
    registry: Registry, tmp_path: Path
) -> None:
    strange("Caller").notes.clear()
    channel = registry.open("caller:x")
    assert (channel.kind, channel.can_talk) == (Kind.CALL, True)
    facts = await dialled(channel, tmp_path)
    await channel.hang_up()
    assert [fact async for fact in facts] == [Ended(Outcome.ANSWERED)]
    assert strange("Caller").notes == ["said words.wav", "over"]
    await channel.hang_up()  # nothing stands any more


async def test_leaving_a_call_early_ends_it(registry: Registry, tmp_path: Path) -> None:
    strange("Caller").notes.clear()
    async with contextlib.aclosing(await dialled(registry.open("caller:x"), tmp_path)):
        pass
    assert strange("Caller").notes == ["said words.wav", "over"]


@pytest.mark.parametrize("address", ["caller:120", "caller://120@pbx", "caller:pbx/1-2-0;x=1"])
async def test_a_public_number_needs_consent_by_an_added_way_too(
    registry: Registry, address: str
) -> None:
    with pytest.raises(AddressError, match="consent"):
        registry.open(address)
    registry.agree("120", is_agreed=True)
    assert registry.open(address).name == "caller"
    assert not list(ways([address, f" {address}"], registry, Purpose.NOTICE))
    assert list(ways([address], registry, Purpose.ALARM))


@pytest.mark.parametrize("page", [DOCS / "channels.md", DOCS / "zh" / "channels.md"], ids=str)
def test_the_example_of_the_docs_is_the_one_that_runs_here(page: Path) -> None:
    example = (INSTALLED / "anban_lamp" / "__init__.py").read_text("utf-8")
    assert f"```python\n{example}```" in page.read_text("utf-8")
    assert f'[project.entry-points."{GROUP}"]\nlamp = "anban_lamp:Lamp"\n' in page.read_text(
        "utf-8"
    )
