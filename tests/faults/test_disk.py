"""`anban run` on a disk that is read-only or full, and with a typing mistake in its settings.

The real program, in a mount namespace of its own; what it must do all the same is call for help.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from assistant.runtime.home_folder import spare_folder
from simulators.webhook import WebhookReceiver

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ANBAN: Final = Path(sys.executable).with_name("anban")
SHARED: Final = Path(__file__).parents[2] / ".cache" / "test-home" / "cache"
"""Trained models of all tests."""
SECRET: Final = "webhooks-of-this-home"
READ_ONLY: Final = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0"'
FULL: Final = (
    'cp -a "$0" "$0.before" && mount -t tmpfs -o size=128k none "$0" && '
    'cp -a "$0.before/." "$0" && '
    '{ cat /dev/zero > "$0/filler" || true; }'
)
EMPTY_AND_READ_ONLY: Final = 'mount -t tmpfs -o ro none "$0"'


def _unable() -> str:
    done = subprocess.run(["unshare", "-rm", "true"], capture_output=True, text=True, check=False)
    return f"the kernel forbids it: {done.stderr.strip()}" if done.returncode else ""


needs_mounts = pytest.mark.skipif(bool(_unable()), reason=_unable() or "mounts can be made")


class Running:
    """A home, and the Anban that runs on it."""

    def __init__(self, home: Path, receiver: WebhookReceiver, mounts: str) -> None:
        self.home, self.receiver = home, receiver
        self._log = home.parent / "log"
        command = [str(ANBAN), "run"]
        if mounts:
            inside = f'{mounts} && exec "$@"'
            command = ["unshare", "-rm", "sh", "-c", inside, str(home), *command]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, env=self._environment(), stderr=log)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "ANBAN_HOME": str(self.home)}

    @staticmethod
    def _namespace(process: str) -> Path:
        return Path(f"/proc/{process}/ns/mnt").readlink()

    def log(self) -> str:
        return self._log.read_text("utf-8")

    def until(self, what: Callable[[], bool]) -> None:
        """Wait; the test's own time limit is the deadline."""
        while not what():
            assert self._process.poll() is None, self.log()
            time.sleep(0.1)

    def ask(self, text: str) -> dict[str, Any]:
        pid = str(self._process.pid)
        inside = ["nsenter", "-t", pid, "-U", "-m", "--preserve-credentials"]
        is_inside = self._namespace(pid) != self._namespace("self")
        done = subprocess.run(
            [*(inside if is_inside else ()), str(ANBAN), "ask", "--live", "--json", text],
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stdout, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def told(self, kind: str) -> list[str]:
        events = list(self.receiver.events.values())
        return [event["data"]["text"] for event in events if event["type"] == kind]

    def end(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(60)
        finally:
            self._process.kill()


@contextmanager
def running(folder: Path, mounts: str = "", settings: str = "") -> Iterator[Running]:
    home = folder / "home"
    home.mkdir()
    SHARED.mkdir(parents=True, exist_ok=True)
    (home / "cache").symlink_to(SHARED)
    with WebhookReceiver(SECRET.encode()) as receiver:
        (home / "anban.toml").write_text(
            f'language = "zh"\n{settings}[emergency]\nwebhook_secret = "{SECRET}"\n', "utf-8"
        )
        contact = {"contact_id": "1", "name": "小芳", "called": [], "channels": [receiver.url]}
        (home / "contacts.json").write_text(json.dumps([contact]), "utf-8")
        started = Running(home, receiver, mounts)
        try:
            started.until(lambda: "Anban runs on" in started.log())
            yield started
        finally:
            status = started.end()
            _forget(spare_folder(home))
        assert status == 0, started.log()
        assert "Traceback" not in started.log()


def _forget(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    if folder.exists():
        folder.rmdir()


@needs_mounts
@pytest.mark.parametrize("mounts", [READ_ONLY, FULL], ids=["read-only", "full"])
def test_a_home_that_cannot_be_written_calls_for_help(tmp_path: Path, mounts: str) -> None:
    with running(tmp_path, mounts) as home:
        answer = home.ask("救命啊，我摔倒了")
        assert "小芳" in answer["reply"]
        home.until(lambda: bool(home.told("alarm.raised")))
        home.until(lambda: any("磁盘" in text for text in home.told("anban.notice")))


@needs_mounts
def test_a_home_that_was_never_made_and_cannot_be_runs_all_the_same(tmp_path: Path) -> None:
    with running(tmp_path, EMPTY_AND_READ_ONLY) as home:
        assert home.ask("救命")["reply"]


def test_a_typing_mistake_leaves_calls_for_help_and_is_told(tmp_path: Path) -> None:
    with running(tmp_path, settings="elder_name = 王奶奶\n") as home:
        assert "小芳" in home.ask("救命")["reply"]
        home.until(lambda: bool(home.told("alarm.raised")))
        home.until(lambda: any("elder_name" in text for text in home.told("anban.notice")))
        assert 'elder_name = "王奶奶"' in home.log()


def test_once_it_is_mended_anban_begins_anew_by_itself(tmp_path: Path) -> None:
    with running(tmp_path, settings="elder_name = 王奶奶\n") as home:
        home.until(lambda: bool(home.told("anban.notice")))
        path = home.home / "anban.toml"
        path.write_text(path.read_text("utf-8").replace("王奶奶", '"王奶奶"'), "utf-8")
        home.until(lambda: home.log().count("Anban runs on") == 2)
        home.ask("救命")
        home.until(lambda: any("王奶奶" in text for text in home.told("alarm.raised")))
