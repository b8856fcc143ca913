"""`anban reminders` over a real home: without an Anban that runs, and beside one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fhir.resources.R4B.bundle import Bundle

from assistant.commands import reminder_changes as changes
from assistant.commands import reminder_list as command
from assistant.commands import reminder_lists as lists
from assistant.core import Core, CoreOptions, running
from assistant.reminders.csv_list import COLUMNS
from assistant.runtime.bus import Bus
from assistant.settings import Settings
from tests.asking import call

LIST = "\n".join(
    [
        ",".join(COLUMNS),
        "华法林,medicine,1,tablet,20:00,FREQ=DAILY,,,,,,,after,,,",
        "aspirin,medicine,1,tablet,08:00,FREQ=WEEKLY;BYDAY=MO,,,,,,,,,,",
        "止痛药,medicine,1,tablet,,,,,,4,3,,,,,",
    ]
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANBAN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
async def core(home: Path, tmp_path: Path) -> AsyncIterator[Core]:
    options = CoreOptions(home, Settings(), tmp_path / "cache", capabilities=frozenset())
    async with running(options) as core:
        yield core


def a_file(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


async def listed(bus: Bus) -> list[str]:
    return [each["title"] for each in await call(bus, "reminders.list")]


async def test_looking_makes_no_home(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await command.show(as_json=False)
    await command.show_today(as_json=False)
    await command.show_adherence(4, as_json=False)
    assert "anban reminders import" in capsys.readouterr().out
    assert not home.exists()


async def test_a_list_is_kept_shown_and_written_without_a_running_anban(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # As spreadsheets in China write it.
    assert await lists.read(a_file(tmp_path, LIST, "gb18030")) == 0
    assert await lists.read(a_file(tmp_path, LIST)) == 0
    assert "已经有了" in capsys.readouterr().out
    await command.show(as_json=False)
    out = capsys.readouterr().out
    assert "华法林, 1 tablet, after food: daily at 20:00  (anticoagulant)" in out
    assert "aspirin, 1 tablet: weekly on MO at 08:00" in out
    assert "as needed, 4 h apart, at most 3 times a day" in out
    await command.write("fhir", tmp_path / "all.json")
    assert len(Bundle.model_validate_json((tmp_path / "all.json").read_bytes()).entry or []) == 3
    await command.write("csv", None)
    assert capsys.readouterr().out.count("\n") == 4
    await command.show_today(as_json=True)
    titles = {json.loads(line)["title"] for line in capsys.readouterr().out.splitlines()}
    assert titles <= {"华法林", "aspirin"}


async def test_bad_lines_are_named_and_nothing_is_kept(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = LIST.replace("08:00", "25:00").replace(",1,", ",-3,", 1)
    assert await lists.read(a_file(tmp_path, bad)) == 1
    out = capsys.readouterr().out
    assert "第2行：" in out
    assert "第3行：" in out
    await command.show(as_json=True)
    assert capsys.readouterr().out == ""


async def test_beside_a_running_anban_it_goes_through_it(
    core: Core, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await lists.read(a_file(tmp_path, LIST)) == 0
    assert await listed(core.bus) == ["华法林", "aspirin", "止痛药"]
    await command.show(as_json=False)
    assert "华法林" in capsys.readouterr().out
    assert await changes.forget("warfarin") == 1, "only a name that is on the list"
    assert "No reminder is called warfarin. There are:" in capsys.readouterr().out
    assert await changes.forget("华法林") == 0
    assert await listed(core.bus) == ["aspirin", "止痛药"]


async def test_of_two_of_one_name_none_is_removed_by_it(
    core: Core, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = LIST + "\n华法林,medicine,2,tablet,08:00,FREQ=DAILY,,,,,,,,,,"
    assert await lists.read(a_file(tmp_path, twice)) == 0
    assert await changes.forget("华法林") == 1
    assert "say which" in capsys.readouterr().out
    first = (await call(core.bus, "reminders.list"))[0]
    assert await changes.forget(first["reminder_id"]) == 0
    assert await listed(core.bus) == ["aspirin", "止痛药", "华法林"]


async def test_a_day_otherwise_a_pause_and_taking_back(
    core: Core, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await lists.read(a_file(tmp_path, LIST)) == 0
    before = await call(core.bus, "reminders.list")
    keep = {"is_skipped": False, "at": "", "slot": "", "amount": ""}
    day = "2099-01-05"
    assert await changes.alter_day("华法林", day, **{**keep, "at": "21:30"}) == 0
    assert await changes.alter_day("华法林", "2099-01-06", **{**keep, "is_skipped": True}) == 0
    assert await changes.alter_day("华法林", "2099-01-07", **{**keep, "amount": "2 tablet"}) == 0
    await command.show(as_json=False)
    out = capsys.readouterr().out
    assert "2099-01-05 at 21:30, 2099-01-06 left out, 2099-01-07 2 tablet" in out
    assert "daily at 20:00" in out, "the series stays"
    assert await changes.alter_day("aspirin", "2099-01-06", **{**keep, "is_skipped": True}) == 1
    assert "not_that_day" in capsys.readouterr().out
    assert await changes.suspend("华法林", "") == 0
    assert await changes.go_on("") == 0
    assert await changes.go_on("") == 1
    assert await changes.forget_all() == 0
    assert await listed(core.bus) == []
    assert await changes.take_back() == 0
    assert await listed(core.bus) == [each["title"] for each in before]
    assert await changes.take_back() == 1


async def test_a_dose_that_nobody_takes_is_not_read_in(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        await lists.read(
            a_file(tmp_path, LIST.replace("华法林,medicine,1,", "华法林,medicine,50,"))
        )
        == 1
    )
    assert "第2行：" in capsys.readouterr().out
    await command.show(as_json=True)
    assert capsys.readouterr().out == ""
