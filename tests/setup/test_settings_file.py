"""A value is set in anban.toml, and nothing else of the file changes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from assistant.settings import SettingsError, load, read
from assistant.setup.settings_file import names, set_values, setting

BY_HAND = """\
# our home
language = "en"   # hers
# the last remark

[emergency]  # help
address = "old"
pendants = { bath = "bathroom" }
# about the door

[ear]
wake_phrases = { zh = ["小安小安"], en = [
  "hey anban",   # two of them
  "hello there",
] }
"""
VALUES: dict[str, Any] = {
    "language": "zh",
    "elder_name": '王奶奶 "W"',
    "emergency.address": "new",
    "emergency.phone": "+8613800138000",
    "console.url": "https://anban.example",
    "radar.height_metres": 2.0,
    "ear.wake_required": False,
}


def file(folder: Path, text: str) -> Path:
    path = folder / "anban.toml"
    path.write_bytes(text.encode())
    return path


def test_every_line_of_before_is_there(tmp_path: Path) -> None:
    path = file(tmp_path, BY_HAND)
    set_values(path, VALUES)
    settings = load(path)
    assert {key: setting(settings, key) for key in VALUES} == VALUES
    after = path.read_text("utf-8").splitlines()
    touched = {'language = "en"   # hers', 'address = "old"'}
    kept = [line for line in BY_HAND.splitlines() if line and line not in touched]
    assert [line for line in after if line in kept] == kept, "lines are lost or moved"
    assert 'language = "zh"   # hers' in after
    assert path.with_name("anban.toml.before").read_text("utf-8") == BY_HAND


def test_what_stands_where(tmp_path: Path) -> None:
    path = file(tmp_path, '# ours\nlog_level = "info"\n\n[ear]\n# soft\npause_seconds = 2\n')
    set_values(path, {"elder_name": "Sue", "ear.device": "USB", "mouth.device": "HDMI"})
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("# ")]
    assert lines == [
        'log_level = "info"', 'elder_name = "Sue"', "",
        "[ear]", "pause_seconds = 2", 'device = "USB"', "",
        "[mouth]", 'device = "HDMI"',
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        'emergency.address = "x"\nphone = { account = "" }\n',
        '[emergency]\naddress = """\n12 Mill Lane\n[phone]\n"""\n[ phone ]\naccount="" # none\n',
        '\r\n# dos\r\n[emergency]\r\naddress = "x"\r\n[phone]\r\naccount = ""\r\n',
        '\ufefflanguage = "en"\n',
        "[emergency]\n[phone]\n",
        "",
    ],
    ids=["dotted", "header in a text", "DOS", "BOM", "empty sections", "empty"],
)
def test_other_ways_to_write_it(tmp_path: Path, text: str) -> None:
    path = file(tmp_path, text)
    before = tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    set_values(path, {"emergency.phone": "123", "phone.account": "sip:a@b.cn", "elder_name": "S"})
    settings = load(path)
    assert settings.emergency.phone == "123"
    assert settings.phone.account == "sip:a@b.cn"
    assert settings.elder_name == "S"
    assert settings.emergency.address == before.get("emergency", {}).get("address", "")


def test_a_default_that_was_never_written_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "anban.toml"
    set_values(path, {"emergency.phone": "", "ear.wake_required": True})
    assert not path.exists()
    set_values(path, {"language": "zh"})  # the file shows that the home was set up
    assert "language" in path.read_text("utf-8")
    set_values(path, {"emergency.phone": "1"})
    set_values(path, {"emergency.phone": ""})
    assert 'phone = ""' in path.read_text("utf-8")


def test_only_its_owner_reads_it_and_a_link_stays_one(tmp_path: Path) -> None:
    real = file(tmp_path, BY_HAND)
    (tmp_path / "home").mkdir()
    link = tmp_path / "home" / "anban.toml"
    link.symlink_to(real)
    set_values(link, {"phone.password": "secret"})
    assert link.is_symlink()
    assert load(real).phone.password == "secret"
    assert real.stat().st_mode & 0o077 == 0


def test_a_file_that_is_no_toml_is_left_alone(tmp_path: Path) -> None:
    path = file(tmp_path, "language = zh\n")
    with pytest.raises(SettingsError, match=r"anban.toml:1"):
        set_values(path, VALUES)
    assert path.read_text() == "language = zh\n"


def test_a_home_that_takes_no_files(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("this is no folder")
    with pytest.raises(SettingsError, match="cannot be written"):
        set_values(tmp_path / "home" / "anban.toml", VALUES)


def test_every_setting_has_a_name() -> None:
    assert {"language", "emergency.phone", "robot.dock_heading_degrees"} <= set(names())


@pytest.mark.parametrize("text", ['emergency = "x"\n', "emergency = 1\n", "[[emergency]]\n"])
def test_something_else_where_a_section_is_wanted_is_left_alone(tmp_path: Path, text: str) -> None:
    path = file(tmp_path, text)
    with pytest.raises(SettingsError, match="expected a section"):
        set_values(path, {"emergency.address": "x"})
    assert path.read_text() == text


def test_a_number_that_nobody_reads_costs_itself_alone(tmp_path: Path) -> None:
    path = file(tmp_path, f'elder_name = "W"\nlog_level = {"9" * 5_000}\n')
    known = read(path)
    assert known.settings.elder_name == "W"
    assert known.problems
