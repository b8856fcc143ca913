"""What a sensor's package prints never ends its work, nor keeps its process from ending."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.runtime import child
from assistant.sensors import chatter

FULL = """
import resource
from assistant.runtime.child import end_at_once
resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))
end_at_once("its package failed")
"""
CHATTERS = r"""
import resource, sys
from assistant.sensors.chatter import MOST_BYTES, keep_short
resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MOST_BYTES, 2 * MOST_BYTES))
keep_short()
for number in range(3):
    print("x" * MOST_BYTES)
    print("é\udc80", file=sys.stderr)
print("the end")
"""


def test_a_full_log_keeps_nobody_from_ending(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        done = subprocess.run([sys.executable, "-c", FULL], stderr=log, check=False, timeout=60)
    assert done.returncode == 1


@pytest.mark.parametrize(("line", "status"), [("it failed", 1), (None, 0)])
def test_a_closed_stderr_keeps_nobody_from_ending(
    monkeypatch: pytest.MonkeyPatch, line: str | None, status: int
) -> None:
    class Closed:
        def write(self, _: str) -> int:
            raise OSError("it is closed")

    def end(status: int) -> None:
        raise SystemExit(status)

    monkeypatch.setattr(sys, "stderr", Closed())
    monkeypatch.setattr(os, "_exit", end)
    with pytest.raises(SystemExit) as ended:
        child.end_at_once(line)
    assert ended.value.code == status


def test_a_full_log_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("wb") as log:
        command = [sys.executable, "-c", CHATTERS]
        done = subprocess.run(command, stdout=log, stderr=log, check=False, timeout=60)
    assert done.returncode == 0
    kept = path.read_bytes()
    assert len(kept) <= chatter.MOST_BYTES
    assert kept.endswith("é\\udc80\nthe end\n".encode())


def test_a_disk_that_takes_nothing_is_no_fault_of_who_prints() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    assert chatter.Chatter(writer).write(b"a line") == 6
    os.close(writer)


def test_a_terminal_or_a_pipe_is_left_as_it_is() -> None:
    code = "import sys; from assistant.sensors.chatter import keep_short; was = sys.stdout; "
    code += "keep_short(); print(sys.stdout is was)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "True\n"
