"""`anban --version`: which one runs, and from where."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("arguments", [["--version"], ["-V"], ["--version", "doctor"]])
def test_it_tells_the_folder_too(arguments: list[str]) -> None:
    anban = Path(sys.executable).with_name("anban")
    done = subprocess.run([str(anban), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith(f"anban {version('anban')}, ")
    assert done.stdout.endswith(f" {ROOT}\n")
