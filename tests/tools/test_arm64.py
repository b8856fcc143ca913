"""`make arm64` says all that it lacks before it begins, and then does nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RUN = Path(__file__).parents[2] / "tools/arm64/run.py"


def test_what_is_missing_is_said_and_nothing_is_touched(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("kept", "utf-8")
    done = subprocess.run(
        [sys.executable, RUN, "--folder", mine],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "debootstrap" in done.stderr
    assert "apt-get install debootstrap qemu-user-static" in done.stderr
    assert f"{mine} is there already" in done.stderr
    assert done.stdout == ""
    assert mine.read_text("utf-8") == "kept"
