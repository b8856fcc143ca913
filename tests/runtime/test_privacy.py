"""Every file of a home is for its user alone, whatever the mask it was started with."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.core import CoreOptions, running
from assistant.runtime.privacy import SILENT, close_to_others, keep_private
from assistant.settings import Settings

ANBAN = Path(sys.executable).with_name("anban")


def open_to_others(home: Path) -> list[str]:
    return [
        f"{path} {stat.filemode(path.lstat().st_mode)}"
        for path in (home, *home.rglob("*"))
        if not path.is_symlink() and path.lstat().st_mode & 0o077
    ]


async def test_a_running_home_is_private_also_where_it_was_not(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "run" / "phone").mkdir(parents=True)
    for name in ("anban.toml", "contacts.json", "contacts.json.before", "run/phone/accounts"):
        (home / name).write_text("[]" if "json" in name else "")
        (home / name).chmod(0o666)
    (home / "anban.sqlite").touch(0o644)
    for folder in (home, home / "run", home / "run" / "phone"):
        folder.chmod(0o755)
    before = os.umask(0o022)
    keep_private()
    try:
        options = CoreOptions(home, Settings(), tmp_path / "cache", capabilities=frozenset())
        async with running(options) as core:
            await core.memory.keep()
            names = {path.name for path in home.rglob("*")}
            assert {"anban.sqlite-wal", "anban.sqlite-shm", "core.sock"} <= names
            assert open_to_others(home) == []
    finally:
        os.umask(before)
    assert await asyncio.to_thread(open_to_others, home) == []


@pytest.mark.parametrize(
    "arguments", [("contacts", "add", "Fang", "ntfy://127.0.0.1:9/t"), ("setup",)]
)
def test_what_a_command_writes_is_private(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    subprocess.run(
        ["sh", "-c", 'umask 0; exec "$@"', "sh", str(ANBAN), *arguments],
        env={**os.environ, "ANBAN_HOME": str(tmp_path / "home")},
        input="\n" * 30,
        text=True,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert open_to_others(tmp_path / "home") == []


def test_what_a_link_leads_to_is_left_alone(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    (shared / "model").touch()
    (shared / "model").chmod(0o644)
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(shared)
    close_to_others(home)
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755
    assert stat.S_IMODE((shared / "model").stat().st_mode) == 0o644


def test_a_silent_environment_is_handed_on() -> None:
    told = (
        "from assistant.runtime.privacy import keep_private; keep_private();"
        "import os, subprocess, sys;"
    )
    child = "import os; print(os.environ['ORT_DISABLE_TELEMETRY'], oct(os.umask(0)))"
    clean = {name: value for name, value in os.environ.items() if name not in SILENT}
    done = subprocess.run(
        [sys.executable, "-c", f"{told} subprocess.run([sys.executable, '-c', {child!r}])"],
        env=clean,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["1", "0o77"]
