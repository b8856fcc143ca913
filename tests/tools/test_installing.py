"""The scripts of `make setup`, on any machine: root or not, PipeWire or not, any path, any locale.

They run for real, in a folder with blanks and Chinese letters and with LC_ALL=C, but what they call
stands in `programs/`: small programs that note how they were called. Nothing else is on the path
but what every Debian has.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PROGRAMS: Final = Path(__file__).parent / "programs"
EVERYWHERE: Final = ("bash", "cat", "dirname", "env", "grep", "mkdir", "rm", "touch", "true")
LIST: Final = "tools/debian-packages.txt"
PACKAGES: Final = (ROOT / LIST).read_text("utf-8").split()
APT: Final = "apt-get install -y -q --no-remove --no-install-recommends"


@dataclass
class Machine:
    """A machine with a fresh checkout."""

    folder: Path

    @property
    def checkout(self) -> Path:
        return self.folder / "我的 家" / "an ban"

    def has(self, *programs: str) -> None:
        for program in programs:
            (self.folder / "bin" / program).symlink_to(PROGRAMS / program)

    def run(
        self, script: str, *arguments: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        own = {
            "PATH": str(self.folder / "bin"),
            "LC_ALL": "C",
            "CALLS": str(self.folder / "calls"),
            "INSTALLED": "",
            "REAL_PYTHON": sys.executable,
        }
        return subprocess.run(
            [self.checkout / "tools" / script, *arguments],
            cwd="/",
            env=own | environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )

    def calls(self) -> list[str]:
        noted = self.folder / "calls"
        return noted.read_text("utf-8").splitlines() if noted.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    (tmp_path / "bin").mkdir()
    for program in EVERYWHERE:
        (tmp_path / "bin" / program).symlink_to(str(shutil.which(program)))
    shutil.copytree(ROOT / "tools", made.checkout / "tools")
    (made.checkout / "dialogue").mkdir()
    (made.checkout / ".cache/make").mkdir(parents=True)
    (made.checkout / ".cache/make/uv").write_text(f"{PROGRAMS / 'uv'}\n", "utf-8")
    return made


@pytest.fixture
def debian(machine: Machine) -> Machine:
    machine.has("apt-get", "dpkg", "dpkg-query", "id")
    return machine


def test_nothing_is_asked_for_if_nothing_is_missing(debian: Machine) -> None:
    done = debian.run("install-debian.sh", LIST, INSTALLED=" ".join(PACKAGES), WHO="1000")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not debian.calls()


def test_root_needs_no_sudo(debian: Machine) -> None:
    present = " ".join(PACKAGES[2:])
    assert debian.run("install-debian.sh", LIST, INSTALLED=present).returncode == 0
    assert debian.calls() == ["apt-get update -q", f"{APT} {' '.join(PACKAGES[:2])}"]


def test_a_user_installs_with_sudo(debian: Machine) -> None:
    debian.has("sudo")
    assert debian.run("install-debian.sh", LIST, WHO="1000").returncode == 0
    calls = debian.calls()
    assert f"{APT} {' '.join(PACKAGES)}" in calls
    assert "sudo apt-get update -q" in calls


@pytest.mark.parametrize("has_sudo", [False, True], ids=["none", "one that refuses"])
def test_without_sudo_it_is_said_what_root_must_do(debian: Machine, *, has_sudo: bool) -> None:
    if has_sudo:
        debian.has("sudo")
    done = debian.run("install-debian.sh", LIST, WHO="1000", SUDO_REFUSES="yes")
    assert done.returncode == 1
    assert "sudo" in done.stderr
    assert f"--no-remove --no-install-recommends {' '.join(PACKAGES)}\n" in done.stderr
    assert not debian.calls()


@pytest.mark.parametrize("piece", ["pipewire-pulse", "pipewire-alsa", "pipewire-audio"])
def test_pipewire_stays(debian: Machine, piece: str) -> None:
    done = debian.run("install-debian.sh", LIST, INSTALLED=f"{piece} espeak-ng")
    assert done.returncode == 0
    installed = debian.calls()[-1].split()
    assert "pulseaudio" not in installed
    assert "pulseaudio-utils" in installed
    assert piece in done.stdout


def test_with_pipewire_and_all_else_nothing_is_missing(debian: Machine) -> None:
    present = [each for each in PACKAGES if each != "pulseaudio"]
    done = debian.run("install-debian.sh", LIST, INSTALLED=" ".join(["pipewire-alsa", *present]))
    assert (done.returncode, debian.calls()) == (0, [])


@pytest.mark.parametrize("name", ["armhf", "i386", "riscv64"])
def test_other_machines_are_refused_in_a_sentence(debian: Machine, name: str) -> None:
    done = debian.run("install-debian.sh", LIST, MACHINE=name, INSTALLED=" ".join(PACKAGES))
    assert done.returncode == 1
    assert f"Anban needs a 64-bit system, amd64 or arm64; this one is {name}." in done.stderr
    assert not debian.calls()


def test_arm_is_as_good(debian: Machine) -> None:
    assert debian.run("install-debian.sh", LIST, MACHINE="arm64").returncode == 0


def test_what_apt_refuses_is_left_to_a_human(debian: Machine) -> None:
    done = debian.run("install-debian.sh", LIST, APT_REFUSES="install")
    assert done.returncode == 1
    assert "Nothing was removed" in done.stderr
    assert "As root, run:" in done.stderr


def test_old_lists_of_packages_will_do(debian: Machine) -> None:
    done = debian.run("install-debian.sh", LIST, APT_REFUSES="update")
    assert done.returncode == 0
    assert debian.calls()[-1].startswith(APT)


def test_elsewhere_the_packages_are_named(machine: Machine) -> None:
    done = machine.run("install-debian.sh", LIST)
    assert done.returncode == 1
    assert "This is not Debian" in done.stderr
    assert "espeak-ng" in done.stderr


def test_an_environment_is_made_once(machine: Machine) -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        done = machine.run("environment.sh", lock)
        assert done.returncode == 0, done.stderr
    assert [call for call in machine.calls() if " venv " in call] == [
        "uv venv --no-project --allow-existing --python >=3.11,<3.14 .venv"
    ]
    assert (
        "uv pip install --compile-bytecode --python .venv/bin/python --require-hashes"
        " -r requirements-dev.lock" in machine.calls()
    )


def test_a_service_that_may_not_write_finds_everything_compiled(machine: Machine) -> None:
    (machine.checkout / "assistant").mkdir()
    (machine.checkout / "assistant/core.py").write_text("", "utf-8")
    environment = {"PYTHONDONTWRITEBYTECODE": "1"}  # as many a container has it
    assert machine.run("environment.sh", "requirements.lock", **environment).returncode == 0
    assert list((machine.checkout / "assistant/__pycache__").glob("core.*.pyc"))


def test_python_starts_whatever_the_path_and_the_locale(machine: Machine) -> None:
    """Python 3.11 reads the line that leads to our code in the locale's encoding: ASCII here."""
    (machine.checkout / "ours.py").write_text("print(__file__)", "utf-8")
    assert machine.run("environment.sh", "requirements.lock").returncode == 0
    python = machine.checkout / ".venv/bin/python"
    done = subprocess.run(
        [python, "-c", "import ours"],
        cwd="/",
        env={"LC_ALL": "C"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).resolve() == machine.checkout / "ours.py"


def test_without_a_python_it_is_said_which(machine: Machine) -> None:
    done = machine.run("environment.sh", "requirements.lock", UV_REFUSES="venv")
    assert done.returncode == 1
    assert "Python 3.11, 3.12 or 3.13" in done.stderr


@pytest.mark.parametrize("script", ["environment.sh", "dialogue-environment.sh"])
def test_behind_a_wall_a_mirror_is_proposed(machine: Machine, script: str) -> None:
    of_rasa(machine, "3.10")
    done = machine.run(script, "requirements.lock", UV_REFUSES="pip")
    assert done.returncode == 1
    assert "UV_DEFAULT_INDEX" in done.stderr


def of_rasa(machine: Machine, version: str) -> None:
    """Put an environment there that says it is of this Python."""
    python = machine.checkout / "dialogue/.venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/bash\necho {version}\n", "utf-8")
    python.chmod(0o755)


@pytest.mark.parametrize(
    ("environment", "wanted"), [({}, "3.10"), ({"UV_PYTHON": "/opt/my python"}, "/opt/my python")]
)
def test_rasa_s_python_may_be_named(
    machine: Machine, environment: dict[str, str], wanted: str
) -> None:
    done = machine.run("dialogue-environment.sh", UV_REFUSES="venv", **environment)
    assert machine.calls() == [f"uv venv --no-project --allow-existing --python {wanted} .venv"]
    assert done.returncode == 1
    for way_out in ("UV_PYTHON_INSTALL_MIRROR", "UV_PYTHON=", "GitHub"):
        assert way_out in done.stderr


def test_rasa_s_environment_is_filled(machine: Machine) -> None:
    of_rasa(machine, "3.10")
    assert machine.run("dialogue-environment.sh").returncode == 0
    assert machine.calls() == [
        "uv pip install --compile-bytecode --python .venv/bin/python --require-hashes"
        " -r requirements.lock"
    ]


def test_another_python_is_refused_for_rasa(machine: Machine) -> None:
    of_rasa(machine, "3.12")
    done = machine.run("dialogue-environment.sh")
    assert done.returncode == 1
    assert "has Python 3.12, and Rasa 3.6 needs 3.10" in done.stderr
    assert not machine.calls()


def test_an_environment_that_came_from_elsewhere_is_made_anew(machine: Machine) -> None:
    made = machine.checkout / ".cache/make"
    for stamp in ("debian", "runtime", "dev", "dialogue"):
        (made / stamp).touch()
    for folder in (".venv", "dialogue/.venv"):
        (machine.checkout / folder).mkdir()

    assert machine.run("forget-moved.sh").stderr == ""
    assert (made / "folder").read_text("utf-8").strip() == str(machine.checkout)
    assert (machine.checkout / ".venv").exists()

    (made / "folder").write_text("/old place\n", "utf-8")
    assert "/old place" in machine.run("forget-moved.sh").stderr
    assert not (machine.checkout / ".venv").exists()
    assert (machine.checkout / "dialogue/.venv").exists()
    assert sorted(each.name for each in made.iterdir()) == ["debian", "dialogue", "folder"]
    assert machine.run("forget-moved.sh").stderr == ""
