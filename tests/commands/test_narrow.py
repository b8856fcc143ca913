"""What is listed fits a terminal of 60 columns: a line that runs over cannot be read."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from rich.cells import cell_len

from assistant.reminders.csv_list import COLUMNS
from tests.commands.terminal import terminal

ANBAN = Path(sys.executable).with_name("anban")
MAIN = "import sys; from assistant.cli import main; main()"
COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def shown(home: Path, *arguments: str) -> list[str]:
    with terminal("-c", MAIN, *arguments, ANBAN_HOME=str(home)) as screen:
        assert screen.ends() == 0, screen.shown
        return COLOURS.sub("", screen.shown).splitlines()


def test_models(tmp_path: Path) -> None:
    lines = shown(tmp_path, "models", "list")
    assert any("vosk-model-small-en-us-0.15 " in line for line in lines)
    assert [line for line in lines if cell_len(line) > 60] == []


def test_reminders(tmp_path: Path) -> None:
    title = "缬沙坦氢氯噻嗪片（每天早饭以后和水一起吃的那个降压药）"
    row = {
        "title": title,
        "kind": "medicine",
        "amount": "1",
        "unit": "tablet",
        "times": "08:00 20:00",
        "rrule": "FREQ=DAILY",
    }
    given = f"{','.join(COLUMNS)}\n{','.join(row.get(name, '') for name in COLUMNS)}\n"
    done = subprocess.run(
        [str(ANBAN), "reminders", "import", "-"],
        input=given,
        text=True,
        capture_output=True,
        env={"ANBAN_HOME": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = shown(tmp_path, "reminders", "list")
    assert [line for line in lines if cell_len(line) > 60] == []
    assert title in "".join(line.strip(" -") for line in lines)
    assert "08:00和20:00" in " ".join(" ".join(lines).split())
    assert any(re.fullmatch(r"\s+[0-9a-f]{32}\s*", line) for line in lines)
