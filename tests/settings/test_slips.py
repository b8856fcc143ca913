"""The slips that people make in anban.toml, and what each is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.settings import read, settings_file

SLIPS = [
    ("language = zh", 'language = "zh"'),
    ("language = “zh”", 'language = "zh"'),
    ("language = ‘zh’", 'language = "zh"'),
    ("language = 「zh」", 'language = "zh"'),
    ("language = 'zh\"", 'language = "zh"'),
    ('language = "zh', 'language = "zh"'),
    ('language = "zh";', 'language = "zh"'),
    ('language = "zh"；', 'language = "zh"'),
    ('language ＝ "zh"', 'language = "zh"'),
    ('language: "zh"', 'language = "zh"'),
    ("language：zh", 'language = "zh"'),
    ("language zh", 'language = "zh"'),
    ("language = zh  # ours", 'language = "zh"'),
    ("// ours", "begins with #"),
    ('Language = "zh"', "did you mean language?"),
    ('lanugage = "zh"', "did you mean language?"),
    ("[ear]\nwake_required = True", "wake_required = true"),
    ("[ear]\nwake_required = no", "wake_required = false"),
    ("[ear]\nwake_required = 是", "wake_required = true"),
    ('[ear]\nwake_required = "true"', "without quotes"),
    ("[ear]\npause_seconds = 1,5", "pause_seconds = 1.5"),
    ('[ear]\npause_seconds = "1.5"', "without quotes"),
    ("[ear]\npause_secs = 1.5", "did you mean pause_seconds?"),
    ("[Ear]\npause_seconds = 1.5", "did you mean ear?"),
    ("[emergency]\nnumber = 120", 'in quotes: "120"'),
    ("[emergency]\naddress = 幸福路12号", 'address = "幸福路12号"'),
    ('[emergency]\nadress = "x"', "did you mean address?"),
    ('address = "x"', "below [emergency]"),
    ("［emergency］", "[emergency]"),
    ("【emergency】", "[emergency]"),
    ("[emergency", "like [emergency]"),
    ("[radar]\nport = /dev/ttyUSB0", 'port = "/dev/ttyUSB0"'),
    ('[radar]\nport = "C:\\dev"', 'port = "C:\\\\dev"'),
]
"""What stands in the file, and what is told of it."""


@pytest.mark.parametrize(("written", "told"), SLIPS, ids=[row[0] for row in SLIPS])
def test_a_slip_is_told_with_what_was_meant(tmp_path: Path, written: str, told: str) -> None:
    file = settings_file(tmp_path)
    file.write_text(written + "\n", "utf-8")
    (problem, *_) = read(file).problems
    assert told in problem
    assert problem.startswith(f"{file}:{written.count(chr(10)) + 1}: ") or "Ear" in written


@pytest.mark.parametrize(("written", "told"), SLIPS, ids=[row[0] for row in SLIPS])
def test_what_is_told_can_be_used(tmp_path: Path, written: str, told: str) -> None:
    """Whoever types it finds it understood."""
    if " = " not in told:
        return
    file = settings_file(tmp_path)
    file.write_text("\n".join([*written.split("\n")[:-1], told]) + "\n", "utf-8")
    assert read(file).problems == ()


@pytest.mark.parametrize(
    "line", ["password = hunter2x", 'password = "hunter2x', "password: hunter2x"]
)
def test_no_password_is_told(tmp_path: Path, line: str) -> None:
    file = settings_file(tmp_path)
    file.write_text(f"[phone]\n{line}\n", "utf-8")
    (problem,) = read(file).problems
    assert 'password = "…"' in problem
    assert "hunter2x" not in problem


@pytest.mark.parametrize(
    "line", ["😀", "=", "= 1", "[", "]", "{", "a.b.c", "“”", ":", "language =", "\\"]
)
def test_what_nobody_could_mean_is_told_all_the_same(tmp_path: Path, line: str) -> None:
    file = settings_file(tmp_path)
    file.write_text(f'elder_name = "王"\n{line}\n', "utf-8")
    known = read(file)
    assert known.problems
    assert known.settings.elder_name == "王"
