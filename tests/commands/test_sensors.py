"""`anban sensors`: in the home's language, on 60 columns, and honest about what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from assistant import packs
from assistant.commands.sensors import app
from assistant.commands.words import words_of
from assistant.settings.sensors import DEEDS, KINDS, THEN

DOOR = '[sensors.front_door]\ndriver = "nobodys"\nport = "/dev/x"\nplace = "front door"\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANBAN_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "60")
    return tmp_path


def run(home: Path, settings: str, *arguments: str) -> Result:
    (home / "anban.toml").write_text(settings)
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "设置里还没有传感器"), ("en", "name no sensor yet")]
)
def test_a_home_without_sensors_is_told_how_to_begin(home: Path, lang: str, words: str) -> None:
    done = run(home, f'language = "{lang}"\n', "list")
    assert done.exit_code == 0
    assert words in done.output
    assert "[sensors." in done.output
    assert "front_door_at_night" in done.output
    table = [line for line in done.output.splitlines() if line[:1] in "┃│┏┡└"]
    assert [line for line in table if cell_len(line) > 60] == []


RULES = """
[sensor_rules.balcony]
when = "door_opened"
place = "[red]balcony"
do = "ask"
then = "nothing"
"""
TABLES = {
    "zh": ("传感器", "端口", "规则", "什么时候", "马上报警求助", "门窗打开", "漏燃气"),
    "en": ("sensor", "port", "rule", "when", "raise an alarm", "a door opened", "gas"),
}


@pytest.mark.parametrize("lang", TABLES)
def test_the_tables_are_in_the_homes_language_and_name_what_is_typed(home: Path, lang: str) -> None:
    done = run(home, f'language = "{lang}"\n{DOOR}{RULES}', "list")
    assert done.exit_code == 0
    for words in (*TABLES[lang], "smoke_detected", "ask, nothing", "[red]balcony"):
        assert words in done.output


def test_every_kind_and_deed_has_words() -> None:
    for lang in packs.whole():
        words = words_of(lang)
        for key in (*(f"when_{kind}" for kind in KINDS), *(f"do_{deed}" for deed in DEEDS)):
            for one in [f"{key}_{then}" for then in THEN] if key == "do_ask" else [key]:
                assert words(f"sensors_{one}")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("do = 'tell'", "缺少 when"),
        ("when = ''", "只能写这些之一"),
        ("when = 'door_opened'\nbelow = 3", "不能写 below"),
        ("when = 'humidity_measured'", "要写 below"),
        ("when = 'door_opened'\nsensor = 'nobodys'", "没有传感器 'nobodys'"),
        ("when = 'door_opened'\nbetween = 'late'", "between 要写成"),
    ],
)
def test_what_is_wrong_is_said_in_the_homes_language(home: Path, line: str, told: str) -> None:
    done = run(home, f'language = "zh"\n[sensor_rules.x]\n{line}\n', "list")
    assert done.exit_code == 1
    assert told in done.output


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ('[sensors.door]\nport = "/dev/x"\n', "sensors.door: it lacks driver"),
        ('[sensors.Door]\ndriver = "door"\n', "sensors.Door: a name is"),
        ('[sensor_rules.x]\nwhen = "door_opened"\nbetween = "late"\n', "sensor_rules.x: between"),
        ('[sensor_rules.x]\nwhen = "door_ajar"\n', "anban.toml:3: sensor_rules.x.when: must be"),
        ("sensors = 5\n", "sensors: expected a table"),
    ],
)
def test_what_is_wrong_is_listed(home: Path, settings: str, told: str) -> None:
    done = run(home, f'language = "en"\n{settings}', "list")
    assert done.exit_code == 1
    assert told in done.output


def test_check_says_what_does_not_work(home: Path) -> None:
    done = run(home, DOOR, "check", "front_door")
    assert done.exit_code == 1
    assert "no sensor 'nobodys' is" in done.output


@pytest.mark.parametrize("command", ["check", "watch"])
def test_a_name_that_is_none_is_refused(home: Path, command: str) -> None:
    done = run(home, DOOR, command, "back_door")
    assert done.exit_code == 2
    assert "front_door" in done.output


def test_watch_without_a_sensor_asks_which(home: Path) -> None:
    done = run(home, "", "watch")
    assert done.exit_code == 2
    assert "--driver" in done.output
