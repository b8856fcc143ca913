"""The program of an added sensor: real processes, good and bad, beside the core's own bus."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.events import ChildDied, CryForHelpHeard, SensorTold
from assistant.runtime.rights import guard
from assistant.sensors.__main__ import made, telling
from assistant.sensors.outside import look_at, watched
from assistant.sensors.own_settings import environment_of
from assistant.sensors.service import AddedSensors
from assistant.settings import SensorSettings, Settings
from sensor_io import SensorError
from tests.homes import a_home
from tests.waiting import until

INSTALLED = Path(__file__).parent / "installed"


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the odd package an installed one, for programs that are started from here."""
    (folder / "anban_odd").symlink_to(INSTALLED / "anban_odd")
    info = folder / "anban_odd-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: anban-odd\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text(
        "[anban.sensors]\nodd = anban_odd:Odd\nno_sensor = anban_odd:rubbish_of\n"
        "not_there = anban_odd:Missing\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), *filter(None, sys.path)]))


def odd(how: str, driver: str = "odd", **options: str) -> SensorSettings:
    return SensorSettings(driver=driver, place="hall", options={"how": how, **options})


class Core:
    def __init__(self, folder: Path, how: str, **options: str) -> None:
        settings = Settings(language="en", sensors={"odd": odd(how, **options)})
        self.home = a_home(folder, settings)
        self.home.bus.guard = guard(self.home.supervisor.name_of)
        self.events: list[object] = []
        self.home.bus.listen(self.events.append)
        self.feature = AddedSensors(self.home, self._recorded)

    async def _recorded(self, _: float) -> None:
        return

    async def start(self) -> None:
        await self.home.database.open()
        await self.home.bus.open(self.home.folder / "run" / "core.sock")
        await self.feature.start()

    async def stop(self) -> None:
        await self.home.supervisor.stop()
        await self.feature.stop()
        await self.home.bus.close()
        await self.home.database.close()

    def of(self, kind: type) -> list[object]:
        return [event for event in self.events if isinstance(event, kind)]

    def told(self) -> list[str]:
        return [event.kind for event in self.events if isinstance(event, SensorTold)]

    async def finding(self) -> str:
        (finding,) = await self.feature.findings()
        return "" if finding.is_well else finding.detail


@pytest.fixture
async def core(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[Core]:
    (tmp_path / "site").mkdir()
    install(tmp_path / "site", monkeypatch)
    core = Core(tmp_path, request.param, file=str(tmp_path / "seen"))
    await core.start()
    yield core
    await core.stop()


@pytest.mark.parametrize("core", ["good"], indirect=True)
async def test_a_fact_comes_from_the_package_to_the_core(core: Core) -> None:
    await until(core.told, "a fact")
    (told,) = [event for event in core.events if isinstance(event, SensorTold)]
    assert told.values["device"] == "left"
    assert told.values["confidence"] == 0.9
    assert await core.finding() == ""


@pytest.mark.parametrize("core", ["dies"], indirect=True)
async def test_one_that_dies_is_started_again_and_told(core: Core) -> None:
    await until(lambda: len(core.of(ChildDied)) >= 2, "its second death")
    assert "ended" in await core.finding()


@pytest.mark.parametrize("core", ["rubbish"], indirect=True)
async def test_rubbish_is_no_fact_and_is_told(core: Core) -> None:
    await until(lambda: core.of(ChildDied) or core.told(), "rubbish")
    assert core.told() == ["earthquake"]
    assert "no kind of fact" in await core.finding() or "ended" in await core.finding()


@pytest.mark.parametrize("core", ["peeks"], indirect=True)
async def test_a_sensor_speaks_for_itself_alone(core: Core) -> None:
    await until(core.told, "its own fact")
    assert [event.sensor for event in core.events if isinstance(event, SensorTold)] == ["odd"]
    assert core.of(CryForHelpHeard) == []
    seen = (core.home.folder / "seen").read_text()
    # Which version runs, and by which command, is no secret.
    told = set(seen.split()) - {"ANBAN_VERSION", "ANBAN_TYPED"}
    assert told == {"ANBAN_SENSOR", "ANBAN_SOCKET"}


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (odd("refuses"), "write how it is"),
        (odd("raises"), "failed over the settings"),
        (odd("good", "no_sensor"), "no subclass"),
        (odd("good", "not_there"), "does not load"),
        (odd("good", "nobody"), "no sensor 'nobody' is installed; there are:"),
    ],
)
def test_what_cannot_be_made_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: SensorSettings, problem: str
) -> None:
    install(tmp_path, monkeypatch)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv(*environment_of("odd", settings).popitem())
    with pytest.raises(SensorError, match=problem):
        made()


@pytest.mark.parametrize(
    ("how", "detail"), [("good", "all doors are there"), ("dies", "its package failed")]
)
def test_check_says_how_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, detail: str
) -> None:
    install(tmp_path, monkeypatch)
    finding = look_at("odd", odd(how))
    assert finding.is_well == (how == "good")
    assert detail in finding.detail


@pytest.mark.parametrize(("how", "kinds"), [("ends", ["door_opened"]), ("grows", [])])
def test_watch_shows_what_comes_until_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, kinds: list[str]
) -> None:
    install(tmp_path, monkeypatch)
    assert [fact["kind"] for fact in watched("odd", odd(how))] == kinds


def test_what_is_no_fact_is_not_told() -> None:
    sent: list[object] = []
    with pytest.raises(TypeError, match="facts of sensor_io"):
        telling(sent.append)("the door is open")  # type: ignore[arg-type]
    assert sent == []
