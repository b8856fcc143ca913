"""`anban service`: what is written for systemd, how it is fenced, and honesty where it is not."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.commands.service_unit import Account, ServiceRefusedError, account_of, unit
from assistant.runtime.with_parent import with_parent

ANBAN = Path(sys.executable).with_name("anban")
MOST_EXPOSURE = 4.0
needs_systemd_analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed here"
)


def own_account(home: Path) -> Account:
    return Account(pwd.getpwuid(os.getuid()).pw_name, os.getuid(), home)


def written(folder: Path, text: str) -> Path:
    file = folder / "anban.service"
    file.write_text(text, "utf-8")
    return file


@needs_systemd_analyze
def test_it_is_well_fenced(tmp_path: Path) -> None:
    file = written(tmp_path, unit(own_account(tmp_path), ANBAN))
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"exposure level for anban.service: ([\d.]+)", done.stdout)
    assert found, done.stderr
    assert float(found[1]) <= MOST_EXPOSURE


ROOT = Path(__file__).parents[2]
UNITS = {
    "of the machine": ROOT / "assistant/commands/anban.service",
    "of one user": ROOT / "deploy/anban.service",
}
FENCES = {
    "NoNewPrivileges=true",
    "RestrictNamespaces=true",
    "RestrictRealtime=true",
    "RestrictSUIDSGID=true",
    "LockPersonality=true",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged",
    "UMask=0077",
}
NEEDED = {
    "MemoryDenyWriteExecute=true": "TensorFlow's convolutions are written while it runs",
    "PrivateNetwork=true": "it calls and writes to the family",
    "PrivateDevices=true": "sound, serial ports and buttons are devices",
    "DevicePolicy=closed": "what is plugged in later would not be on the list",
    "ProtectClock=true": "makes a list of devices, too (man systemd.exec)",
    "PrivateTmp=true": "`anban ask --live` meets it in /tmp",
    "ProtectHome=true": "it lies in a home, and so does its data",
}


@pytest.mark.parametrize("name", UNITS)
def test_what_is_fenced_and_what_it_needs(name: str) -> None:
    lines = set(UNITS[name].read_text("utf-8").splitlines())
    assert lines >= FENCES
    assert lines.isdisjoint(NEEDED)


CALLS_WHY = {
    "capset": "setpriv ties each child to the core (assistant/runtime/with_parent.py)",
    "pidfd_getfd": "the telephone's control port is closed to others (channels/sip/guard.py)",
}
"""What of the system calls that systemd counts as privileged, or knows as a debugger's, is used."""


@needs_systemd_analyze
@pytest.mark.parametrize("name", UNITS)
def test_what_starts_children_may_make_its_system_calls(name: str, tmp_path: Path) -> None:
    """The list of calls that a unit allows holds each one that starts a child."""
    allowed: set[str] = set()
    for line in UNITS[name].read_text("utf-8").splitlines():
        key, _, names = line.partition("=")
        if key == "SystemCallFilter":
            calls = set().union(*map(calls_of, names.removeprefix("~").split()))
            allowed = allowed - calls if names.startswith("~") else allowed | calls
    assert allowed >= set(CALLS_WHY)
    traced = tmp_path / "calls"
    command = ["strace", "-f", "-qq", "-o", str(traced), *with_parent("true")]
    subprocess.run(command, check=False)  # the shell sees that strace is its parent, and ends
    made = set(re.findall(r"^\d+ +(\w+)\(", traced.read_text("utf-8"), re.MULTILINE))
    assert "capset" in made
    assert made <= allowed


def calls_of(name: str) -> set[str]:
    """The system calls of a set of systemd's; of one call, itself."""
    if not name.startswith("@"):
        return {name}
    done = subprocess.run(
        ["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True
    )
    lines = [line.strip() for line in done.stdout.splitlines()[1:]]
    return set().union(*(calls_of(line) for line in lines if line and not line.startswith("#")))


def test_only_the_machines_own_manager_can_fence_folders() -> None:
    machine, user = (set(unit.read_text("utf-8").splitlines()) for unit in UNITS.values())
    fences = {"ProtectSystem=strict", "ProtectHome=read-only", "CapabilityBoundingSet="}
    assert machine >= fences
    # They need user namespaces or rights: the service would not start everywhere.
    assert user.isdisjoint({*fences, "PrivateUsers=true", "PrivateMounts=true"})


@needs_systemd_analyze
@pytest.mark.parametrize("name", ["plain", "with a blank", "安伴", "100%h", "$HOME", "a;b"])
def test_systemd_reads_it_whatever_the_folder_is_called(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    anban = folder / "anban"
    anban.write_text("#!/bin/sh\n")
    anban.chmod(0o755)
    file = written(tmp_path, unit(own_account(folder), anban))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False
    )
    told = [line for line in done.stderr.splitlines() if "anban.service" in line]
    assert told == []


@pytest.mark.parametrize("name", ["a\nUser=root", 'a"b', "a'b", "a\\b"])
def test_a_path_that_systemd_takes_from_nobody(tmp_path: Path, name: str) -> None:
    with pytest.raises(ServiceRefusedError):
        unit(own_account(tmp_path / name), ANBAN)


def test_a_user_that_is_not_there() -> None:
    assert account_of("nobody-of-this-name") is None
    assert account_of("\0") is None
    assert account_of("../etc") is None


def anban(*arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "ANBAN_HOME": "/nonexistent/anban", "SUDO_USER": ""}
    done = subprocess.run(
        [str(ANBAN), "service", *arguments], capture_output=True, text=True, env=env, check=False
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def test_a_look_does_nothing() -> None:
    me = pwd.getpwuid(os.getuid()).pw_name
    done = anban("install", "--dry-run", "--user", me)
    assert done.returncode == 0, done.stderr
    assert f'ExecStart="{ANBAN}" run' in done.stdout
    assert f"User={me}" in done.stdout
    assert "systemctl enable anban.service" in done.stdout
    assert not Path("/etc/systemd/system/anban.service").exists()
    assert not Path("/nonexistent").exists()


@pytest.mark.parametrize("name", ["no-such-user", "", "a b", "-rf"])
def test_a_wrong_user_is_named(name: str) -> None:
    done = anban("install", "--dry-run", f"--user={name}")
    if name or os.geteuid() == 0:
        assert done.returncode == 1
        assert done.stderr.startswith("anban: ")


@pytest.mark.skipif(Path("/run/systemd/system").is_dir(), reason="systemd runs this machine")
@pytest.mark.parametrize("command", ["install", "install --user=root", "status", "logs", "remove"])
def test_without_systemd_it_says_so_and_does_nothing(command: str) -> None:
    done = anban(*command.split())
    assert done.returncode == 1
    assert "systemd" in done.stderr
    assert not Path("/etc/systemd/system/anban.service").exists()
