"""`anban reminders` over a real home: without an Anban that runs, and beside one."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fhir.resources.R4B.bundle import Bundle
from typer.testing import CliRunner

from assistant.commands import reminder_changes as changes
from assistant.commands import reminder_list as command
from assistant.commands import reminder_lists as lists
from assistant.commands.reminders import app
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
    assert "华法林: 每次一片，每天 20:00，饭后  (anticoagulant)" in out
    assert "aspirin: 每次一片，每星期一 08:00" in out
    assert "需要时用，两次至少隔4小时，24小时里最多3次" in out
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
    for told in ("2099-01-06不用", "2099-01-05 moved to 21:30", "2099-01-07 2 tablet"):
        assert told in out
    assert "每天 20:00" in out, "the series stays"
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


PEOPLES = "药名;剂量;时间;饭前饭后\r\n华法林;1片;20:00;饭后\r\n降压药;1片;早上8点;\r\n;;;\r\n"


async def test_a_list_is_looked_through_without_a_change(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_file(tmp_path, PEOPLES, "gbk")
    assert await lists.look_through(file) == 0
    out = capsys.readouterr().out
    assert "第2行：会添加 华法林，每次一片，每天 20:00，饭后" in out
    assert "会添加2条。什么也没有改动" in out
    assert not home.exists()
    assert await lists.read(file) == 0
    assert "添加了2条：华法林、降压药" in capsys.readouterr().out
    assert await lists.look_through(file) == 0
    out = capsys.readouterr().out
    assert "第3行：已经有了" in out
    assert "没有要添加的" in out
    bad = a_file(tmp_path, PEOPLES.replace("1片;20:00", "50片;20:00"))
    assert await lists.look_through(bad) == 1
    out = capsys.readouterr().out
    assert "第2行：华法林：一次五十片不能记：最多五片" in out
    assert "什么也没有改动" in out
    assert "第3行" not in out


async def test_a_dose_that_is_not_usual_is_read_in_once_it_is_confirmed(
    core: Core, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unusual = "药名,剂量,时间,已核对\n降压药,12片,20:00,\n"
    assert await lists.read(a_file(tmp_path, unusual)) == 1
    assert "平常一次最多十片。确实如此，就加一列“已核对”，写“是”" in capsys.readouterr().out
    assert await listed(core.bus) == []
    assert await lists.read(a_file(tmp_path, unusual.replace(",\n", ",是\n"))) == 0
    assert await listed(core.bus) == ["降压药"]


async def test_no_word_confirms_a_dose_that_harms(core: Core, tmp_path: Path) -> None:
    harmful = "药名,剂量,时间,已核对\n华法林,50片,20:00,是\n"
    assert await lists.read(a_file(tmp_path, harmful)) == 1
    cells = {"title": "华法林", "times": "20:00", "amount": "50片", "confirmed": "yes"}
    assert await lists.add(cells, is_check=False) == 1
    assert await listed(core.bus) == []


@pytest.mark.parametrize("raw", [b"PK\x03\x04", b"\x80\xff", b""])
async def test_a_file_that_is_no_list_is_named(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], raw: bytes
) -> None:
    file = tmp_path / "list.xlsx"
    file.write_bytes(raw)
    assert await lists.read(file) == 1
    assert await lists.look_through(file) == 1
    assert str(file) in capsys.readouterr().out
    assert not (home / "anban.sqlite").exists() or not await listed_of(home)


async def listed_of(home: Path) -> list[str]:
    async with command.opened_copy() as api:
        return [each.title for each in await api.all()]


async def test_one_is_added_by_hand(core: Core, capsys: pytest.CaptureFixture[str]) -> None:
    cells = {"title": "降压药", "kind": "medicine", "times": "08:00", "amount": "1片", "note": ""}
    assert await lists.add(cells, is_check=True) == 0
    assert "会添加：降压药，每次一片，每天 08:00（第一次：" in capsys.readouterr().out
    assert await listed(core.bus) == []
    assert await lists.add(cells, is_check=False) == 0
    assert "添加了：降压药" in capsys.readouterr().out
    english = {"title": "aspirin", "kind": "medicine", "times": "8 pm", "amount": "half a tablet"}
    assert await lists.add(english, is_check=False) == 0
    assert await listed(core.bus) == ["降压药", "aspirin"]
    assert await lists.add({**cells, "times": "8点"}, is_check=False) == 1
    assert "没有添加：“时间”里的“8点”不知道是上午还是晚上" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "kept"), [("是\n", ["降压药"]), ("否\n", []), ("", []), ("?\n", [])]
)
async def test_a_dose_that_is_not_usual_is_asked_about_on_a_terminal(
    core: Core,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    kept: list[str],
) -> None:
    terminal = io.StringIO(answer)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    cells = {"title": "降压药", "kind": "medicine", "times": "08:00", "amount": "12片"}
    assert await lists.add(cells, is_check=False) == (0 if kept else 1)
    assert "平常一次最多十片。确实是这样吗？ [是/否]" in capsys.readouterr().out
    assert await listed(core.bus) == kept


async def test_without_a_terminal_nobody_is_asked(
    core: Core, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("是\n"))
    cells = {"title": "降压药", "kind": "medicine", "times": "08:00", "amount": "12片"}
    assert await lists.add(cells, is_check=False) == 1
    assert "--confirmed" in capsys.readouterr().out
    assert await lists.add({**cells, "confirmed": "yes"}, is_check=False) == 0
    assert await listed(core.bus) == ["降压药"]


async def test_the_template_is_written_for_a_spreadsheet_in_the_homes_language(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await lists.template(tmp_path / "list.csv")
    assert (tmp_path / "list.csv").read_bytes().startswith(b"\xef\xbb\xbf" + "名称,".encode())
    assert await lists.read(tmp_path / "list.csv") == 0
    assert not await listed_of(home)
    home.mkdir(exist_ok=True)
    (home / "anban.toml").write_text('language = "en"\n')
    await lists.template(None)
    assert "title,kind,amount," in capsys.readouterr().out


async def test_a_calendar_keeps_its_line_ends(home: Path, tmp_path: Path) -> None:
    await command.write("calendar", tmp_path / "all.ics")
    raw = (tmp_path / "all.ics").read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n") > 0


def test_the_command_line_takes_it(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = CliRunner().invoke(
        app, ["add", "aspirin", "08:00", "after supper", "--dose", "1 tablet", "--food", "after"]
    )
    assert done.exit_code == 0, done.output
    assert CliRunner().invoke(app, ["add", "x"]).exit_code == 1
    checked = CliRunner().invoke(app, ["import", "--check", str(a_file(tmp_path, PEOPLES))])
    assert (checked.exit_code, "会添加2条" in checked.output) == (0, True)
    assert "名称" in CliRunner().invoke(app, ["template"]).output
    text = CliRunner().invoke(app, ["export", "csv"]).output
    assert "aspirin,药,1,片,,08:00;晚饭后,每天" in text
