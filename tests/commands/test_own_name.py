"""What is told to be typed can be typed, wherever this program lies."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import typer

from assistant.cli import app
from assistant.commands.told import told
from assistant.commands.words import Words
from assistant.packs import whole
from assistant.runtime import own_name
from assistant.runtime.own_name import as_typed
from assistant.setup import SetupWords


def started(monkeypatch: pytest.MonkeyPatch, here: Path, program: str) -> None:
    monkeypatch.chdir(here)
    monkeypatch.delenv("ANBAN_TYPED", raising=False)
    monkeypatch.setattr(sys, "argv", [program])


@pytest.mark.parametrize("lang", whole())
def test_hints_are_as_it_was_started(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(monkeypatch, tmp_path, ".venv/bin/anban")
    for text in (
        Words(lang)("service_none"),
        SetupWords(lang)("why_modem_port"),
        told("no; start it with `anban run`", lang),
    ):
        assert ".venv/bin/anban " in text
        assert " anban " not in text


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("/home/sue/安伴 的家/.venv/bin/anban", "'/home/sue/安伴 的家/.venv/bin/anban'"),
        ("/usr/lib/python3/pytest", "anban"),
        ("{here}/.venv/bin/anban", ".venv/bin/anban"),
    ],
)
def test_the_name_can_be_typed(
    program: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(monkeypatch, tmp_path, program.format(here=tmp_path))
    assert as_typed("请运行 anban run") == f"请运行 {name} run"
    assert as_typed("`anban models pull zh`") == f"`{name} models pull zh`"
    for other in ("anban.toml", "systemctl restart anban", "https://anban.example", "anban: no"):
        assert as_typed(other) == other


def test_every_command_is_known() -> None:
    root = typer.main.get_command(app)
    assert set(own_name.COMMANDS) == set(root.list_commands(typer.Context(root)))  # type: ignore[attr-defined]
