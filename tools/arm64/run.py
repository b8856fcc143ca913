"""`make arm64`: Anban installed and tried on an emulated Debian for ARM64, as on a Raspberry Pi.

A Debian is made in a folder of its own (debootstrap, run by qemu), `make setup` runs in it, then
`smoke.py`; what came of it, how long it took and how big it is goes into
`benchmarks/results/arm64.md`. Nothing of it is left afterwards.

Settings of pip, uv and proxies that stand in the environment, and this machine's certificates,
hold in there, too; none is written into the project.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
RESULT: Final = ROOT / "benchmarks/results/arm64.md"
QEMU: Final = "qemu-aarch64-static"
BINFMT: Final = Path("/proc/sys/fs/binfmt_misc")
ENTRY: Final = Path("/usr/lib/binfmt.d/qemu-aarch64.conf")
"""How the kernel is to tell a program for ARM64, as Debian's package says it."""
CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
NEEDED_BYTES: Final = 12_000_000_000
"""Debian, both environments and what is unpacked on the way."""
FIRST_PACKAGES: Final = "ca-certificates,make,python3,python3-venv"
"""What lies on any Debian that somebody works with; all else `make setup` has to bring."""
PASSED_ON: Final = ("PIP_", "UV_", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE")
LIMIT_SECONDS: Final = 3 * 3_600
PYTHON_LINE: Final = "Rasa 3.6 needs Python 3.10, and none was found"
"""What `make setup` says where uv cannot fetch its Python (tools/dialogue-environment.sh)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the result."""

    name: str
    seconds: float
    result: str
    is_well: bool = True


class FailedError(RuntimeError):
    """A step that all others stand on failed; the message says which."""


def main() -> None:
    """Make the machine, try it, write what came of it, remove it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--debian", default="bookworm", help="its name; bookworm is Debian 12")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(f"/var/tmp/anban-arm64-{os.getpid()}"),
        help="where it lies meanwhile; a new one",
    )
    wanted = parser.parse_args()
    missing = what_is_missing(wanted.folder)
    if missing:
        sys.exit("make arm64 cannot begin:\n" + "\n".join(f"  - {each}" for each in missing))
    print(
        f"== an emulated Debian ({wanted.debian}) for ARM64 in {wanted.folder}: 12 GB for the"
        " time of the run, one to three hours; Ctrl-C ends and removes it",
        flush=True,
    )
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit("ended from outside"))
    steps: list[Step] = []
    with emulated(), folder_for(wanted.folder):
        try:
            try_out(wanted.folder, wanted.debian, steps)
        finally:
            if steps:
                write(wanted.debian, steps)
    if not all(step.is_well for step in steps):
        sys.exit(f"not all of it went well: {RESULT}")


def what_is_missing(folder: Path) -> list[str]:
    """What this machine lacks for it, in sentences."""
    missing = []
    if os.geteuid() != 0:
        missing.append("it needs root (to make a machine in a folder): sudo make arm64")
    programs = [name for name in ("debootstrap", QEMU, "unshare") if shutil.which(name) is None]
    if programs:
        missing.append(
            f"{', '.join(programs)} is not installed:"
            " apt-get install debootstrap qemu-user-static util-linux"
        )
    if not (BINFMT / "register").exists():
        missing.append(
            "the kernel runs no programs of other machines:"
            f" mount -t binfmt_misc binfmt_misc {BINFMT}"
        )
    if folder.exists():
        missing.append(f"{folder} is there already; --folder names another one")
    above = next(each for each in folder.absolute().parents if each.exists())
    free = shutil.disk_usage(above).free
    if free < NEEDED_BYTES:
        missing.append(f"{above} has {free / 1e9:.1f} GB free; it needs {NEEDED_BYTES / 1e9:.0f}")
    return missing


@contextmanager
def emulated() -> Iterator[None]:
    """Let the kernel run programs for ARM64 by qemu, if it does not do so already."""
    is_ours = not (BINFMT / ENTRY.stem).exists()
    if is_ours:
        (BINFMT / "register").write_text(ENTRY.read_text("utf-8"))
    try:
        yield
    finally:
        if is_ours:
            (BINFMT / ENTRY.stem).write_text("-1")


@contextmanager
def folder_for(folder: Path) -> Iterator[None]:
    """A folder for the machine. Nothing is mounted into it but within the steps' own namespaces."""
    folder.mkdir(mode=0o755, parents=True)
    try:
        yield
    finally:
        shutil.rmtree(folder)


def try_out(folder: Path, debian: str, steps: list[Step]) -> None:
    """Install and try it; what was done is in `steps`, also if it fails or is broken off."""
    with told("Debian itself", steps):
        options = ("--arch=arm64", "--foreign", "--variant=minbase", f"--include={FIRST_PACKAGES}")
        run(["debootstrap", *options, debian, str(folder)])
        settings = folder / "etc/dpkg/dpkg.cfg.d"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "quick").write_text("force-unsafe-io\n")  # it need not outlive a loss of power
        within(folder, "/debootstrap/debootstrap --second-stage")
        shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
        shutil.copy(CERTIFICATES, folder / CERTIFICATES.relative_to("/"))
    with told("a checkout of Anban", steps):
        copy_checkout(folder / "root/anban")
    with told("make: Debian packages, uv, Anban's own environment", steps):
        within(folder, "cd /root/anban && make .cache/make/runtime")
    with told("make setup: Rasa's environment", steps, is_needed=False):
        within(folder, "cd /root/anban && make setup")
    for environment in (".venv", "dialogue/.venv"):
        at = folder / "root/anban" / environment
        if at.exists():
            steps.append(Step(f"{environment} on the disk", 0, f"{megabytes(at)} MB"))
    steps.append(Step("all of the machine on the disk", 0, f"{megabytes(folder)} MB"))
    smoke = "cd /root/anban && PYTHONPATH=. .venv/bin/python tools/arm64/smoke.py"
    with told("smoke test, all of it", steps):
        lines = [line for line in within(folder, smoke).splitlines() if line.startswith('{"name"')]
        steps.extend(Step(**json.loads(line)) for line in lines)


@contextmanager
def told(name: str, steps: list[Step], *, is_needed: bool = True) -> Iterator[None]:
    """Time a step; one that fails ends the run if others need it."""
    print(f"== {time.strftime('%H:%M')} {name}", flush=True)
    began = time.monotonic()
    try:
        yield
    except (FailedError, OSError) as error:
        steps.append(Step(name, time.monotonic() - began, f"failed: {error}", is_well=False))
        if is_needed:
            raise SystemExit(f"{name}: {error}") from error
        print(f"   failed: {error}", flush=True)
    else:
        steps.append(Step(name, time.monotonic() - began, "done"))


def copy_checkout(to: Path) -> None:
    """What git knows of this folder, as it lies here, changes of today included."""
    asked = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        source = ROOT / name
        if source.is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, to / name)


def within(folder: Path, command: str) -> str:
    """Run a command in the machine; gives what it printed, which is shown, too.

    In namespaces of its own: what is mounted for it and what it leaves running end with it.
    """
    inside = (
        'mount -t proc proc "$1/proc"; mkdir -p "$1/dev/shm"; mount -t tmpfs tmpfs "$1/dev/shm";'
        ' exec chroot "$1" /bin/bash -c "$2"'
    )
    namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    environment = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    own = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LC_ALL": "C.UTF-8",
        "SSL_CERT_FILE": str(CERTIFICATES),
    }
    return run([*namespaces, "bash", "-ec", inside, "-", str(folder), command], environment | own)


def run(command: list[str], environment: dict[str, str] | None = None) -> str:
    """Run a program and show its output, which is given back.

    Raises:
        FailedError: it failed, or took too long.
    """
    lines = []
    ends_at = time.monotonic() + LIMIT_SECONDS
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        try:
            for line in process.stdout or ():
                sys.stdout.write(line)
                sys.stdout.flush()
                lines.append(line)
                if time.monotonic() > ends_at:
                    raise FailedError(f"it took longer than {LIMIT_SECONDS / 3_600:.0f} hours")
        except BaseException:
            process.kill()  # `unshare` takes all that it started with it, and heeds no other signal
            raise
    text = "".join(lines)
    if process.returncode:
        if PYTHON_LINE in text:
            raise FailedError("no Python 3.10 for ARM64 could be fetched from here")
        raise FailedError(f"status {process.returncode}: {' '.join(text.split()[-25:])}")
    return text


def megabytes(folder: Path) -> int:
    """How much of the disk a folder takes."""
    asked = ["du", "-s", "--block-size=1000000", str(folder)]
    return int(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()[0])


def write(debian: str, steps: list[Step]) -> None:
    """Keep what came of it."""
    lines = [
        f"| {step.name} | {step.seconds:.0f} | {'' if step.is_well else '**not well** '}"
        f"{step.result.replace('|', '/')} |"
        for step in steps
    ]
    emulator = subprocess.run([QEMU, "--version"], capture_output=True, text=True, check=True)
    RESULT.write_text(
        f"## Installing on ARM64, emulated\n\n`make arm64`: Debian {debian}, by"
        f" {emulator.stdout.splitlines()[0]} on {os.cpu_count()} cores ({platform.machine()})."
        " Emulation is many times slower than a Raspberry Pi: the seconds are those of this run"
        " alone, not of a home.\n\n| step | s | result |\n| --- | --- | --- |\n"
        + "\n".join(lines)
        + "\n",
        "utf-8",
    )


if __name__ == "__main__":
    main()
