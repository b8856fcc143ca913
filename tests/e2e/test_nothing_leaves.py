"""No command and no child writes outside its own folders, asks a name server or leaves the machine.

Each runs as a new user would run it, in a network namespace without a route, and every system call
that opens, connects or sends is read afterwards: also those of Rasa and of native libraries.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pytest
import soundfile

from assistant.dialogue.layout import PROJECT
from tests.perception.fall_recording import fall_packets, record

ROOT: Final = Path(__file__).parents[2]
SHARED: Final = ROOT / ".cache" / "test-home" / "cache"
INSTALLED: Final = (PROJECT / ".venv").resolve().parents[1]
"""Rasa's environment, which may lie elsewhere; one of its packages looks for its version in git."""
ANBAN: Final = Path(sys.executable).with_name("anban")
CALLS: Final = "openat,open,creat,mkdir,mkdirat,rename,renameat2,connect,sendto,sendmsg,sendmmsg"
NO_USERS_OWN: Final = ("XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")


def _unable() -> str:
    """Why the kernel, or this machine, cannot show it; empty where it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    trial = ["unshare", "-rn", "strace", "-qq", "-o", os.devnull, "true"]
    done = subprocess.run(trial, capture_output=True, text=True, check=False)
    return f"the kernel forbids it: {done.stderr.strip()}" if done.returncode else ""


pytestmark = pytest.mark.skipif(bool(_unable()), reason=_unable() or "it can be shown")


@dataclass(frozen=True)
class NewUser:
    """A user who never ran anything."""

    home: Path
    trace: Path

    @property
    def data(self) -> Path:
        return self.home / "anban"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in NO_USERS_OWN}
        temporary = self.home / "tmp"
        temporary.mkdir(exist_ok=True)
        return {
            **kept,
            "HOME": str(self.home),
            "ANBAN_HOME": str(self.data),
            "TMPDIR": str(temporary),
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        inside = f'ip link set lo up && exec strace -f -qq -y --seccomp-bpf -o {self.trace} "$@"'
        return subprocess.Popen(
            [
                *("unshare", "-rn", "bash", "-c", inside, "bash"),
                *("-e", f"trace={CALLS}", str(ANBAN), *arguments),
            ],
            env=self.environment,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def strange_files(self) -> list[Path]:
        own = {"anban", "mine", "tmp", ".config"}
        return [path for path in self.home.iterdir() if path.name not in own] + [
            path for path in self.home.glob(".config/*") if path.name != "pulse"
        ]

    def leaks(self) -> list[str]:
        return [
            leak
            for line in self.trace.read_text("utf-8", errors="replace").splitlines()
            if (leak := _leak(line, self))
        ]


def _leak(line: str, user: NewUser) -> str:
    if address := re.search(r'sin_addr=inet_addr\("([^"]+)"\)', line):
        to_port = re.search(r"sin_port=htons\((\d+)\)", line)
        asks_name_server = to_port is not None and to_port[1] == "53"
        return line if asks_name_server or not address[1].startswith("127.") else ""
    if address := re.search(r'inet_pton\(AF_INET6, "([^"]+)"', line):
        return line if address[1] not in {"::1", "::ffff:127.0.0.1"} else ""
    if "sun_path" in line:
        return line if re.search(r"systemd/resolve|dbus", line) else ""
    writes = re.search(r"O_WRONLY|O_RDWR|O_CREAT|\bmkdir|\brename|\bcreat\(", line)
    if writes is None or re.search(r"= -1 E(?!ROFS)\w+", line):
        return ""
    return "".join(line for path in re.findall(r'"([^"]*)"', line)[-1:] if not _is_own(path, user))


def _is_own(path: str, user: NewUser) -> bool:
    place = (user.home / path) if not path.startswith("/") else Path(path)
    if place == user.home / ".config":
        return True  # made for the next
    # libpulse keeps the password of this machine's sound server there, for all its programs.
    sound = user.home / ".config" / "pulse"
    own = (user.data, user.home / "tmp", user.home / "mine", sound, SHARED, ROOT, INSTALLED)
    system = (Path("/dev"), Path("/proc"), Path("/sys"))
    return any(place.is_relative_to(folder) for folder in (*own, *system))


@pytest.fixture
def user(tmp_path: Path) -> NewUser:
    if not (PROJECT / ".venv" / "bin" / "python").exists():
        pytest.skip("the dialogue environment is not built; `make setup` builds it")
    home = tmp_path / "user"
    (home / "mine").mkdir(parents=True)
    (home / "anban").mkdir()
    SHARED.mkdir(parents=True, exist_ok=True)
    (home / "anban" / "cache").symlink_to(SHARED)
    record(home / "mine" / "fall.radar", fall_packets())
    noise = np.random.default_rng(1).normal(0, 0.01, 32_000)
    soundfile.write(home / "mine" / "noise.wav", noise, 16_000)
    return NewUser(home, tmp_path / "trace")


COMMANDS: Final = (
    ("--help",),
    ("doctor",),
    ("selftest",),
    ("selftest", "--last"),
    ("drill", "--yes"),
    ("setup", "--example"),
    ("contacts", "list"),
    ("contacts", "add", "Fang", "ntfy://127.0.0.1:9/topic"),
    ("reminders", "list"),
    ("reminders", "today"),
    ("reminders", "export", "--help"),
    ("models", "list"),
    ("skills", "list"),
    ("skills", "check"),
    ("skills", "new", "tea", "--in", "mine"),
    ("robot", "info", "--port", "socket://127.0.0.1:9", "--wait", "1"),
    ("radar", "watch", "--port", "/dev/null", "--protocol", "ld2450", "--seconds", "1"),
    ("replay", "mine/fall.radar"),
    ("hear", "mine/noise.wav", "--lang", "en"),
    ("ask", "--lang", "zh", "救命"),
    ("train", "--lang", "en"),
)


@pytest.mark.parametrize(
    "arguments",
    [
        *COMMANDS,
        pytest.param(("ask", "--lang", "en", "what time is it"), marks=pytest.mark.soak),
    ],
    ids=" ".join,
)
def test_a_command_leaves_nothing_outside_its_folders(
    user: NewUser, arguments: tuple[str, ...]
) -> None:
    running = user.start(*arguments)
    told, _ = running.communicate(timeout=500)
    assert "Traceback" not in told
    assert user.trace.stat().st_size > 1000, told
    assert user.leaks() == [], told
    assert user.strange_files() == []


def test_the_whole_home_leaves_nothing_outside_its_folders(user: NewUser) -> None:
    (user.data / "anban.toml").write_text(
        'language = "en"\n'
        f'[radar]\nport = "file:{user.home}/mine/fall.radar"\nprotocol = "xwr68xx"\n'
        '[robot]\nport = "socket://127.0.0.1:9"\n'
        '[console]\nlisten = "127.0.0.1:18095"\nurl = "http://127.0.0.1:18095"\n'
        '[phone]\naccount = "sip:anban@127.0.0.1"\nlisten = "127.0.0.1:15060"\n'
        'interface = "127.0.0.1"\nregister_seconds = 0\n',
        "utf-8",
    )
    (user.data / "contacts.json").write_text(
        '[{"contact_id": "a", "name": "Fang", "called": [], "channels": ["ntfy://127.0.0.1:9/t"]}]'
    )
    running = user.start("run", "--lang", "en")
    assert running.stdout is not None
    waited_for = {"dialogue is ready", "skills is ready", "senses is ready", "console is ready"}
    told = []
    try:
        for line in running.stdout:
            told.append(line)
            waited_for -= {wanted for wanted in waited_for if wanted in line}
            if not waited_for:
                break
        assert not waited_for, "".join(told)
        inside = [
            "nsenter",
            "-t",
            str(_child_of(running.pid)),
            "-U",
            "-n",
            "--preserve-credentials",
        ]
        asked = subprocess.run(
            [*inside, str(ANBAN), "ask", "--live", "help, I have fallen"],
            env=user.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in asked.stderr
        _wait_until_traced(user.trace, "127.0.0.1")
    finally:
        os.kill(_child_of(running.pid), signal.SIGTERM)
        running.communicate(timeout=120)
    assert user.leaks() == []
    assert user.strange_files() == []


def _child_of(pid: int) -> int:
    """The traced program itself: strace stands between."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0])


def _wait_until_traced(trace: Path, text: str) -> None:
    while f'inet_addr("{text}")' not in trace.read_text("utf-8", errors="replace"):
        time.sleep(0.2)
