"""`anban service`: Anban kept running by systemd, from the start of the machine on."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from assistant.commands.explained import HomeGroup

app = typer.Typer(cls=HomeGroup, no_args_is_help=True)

_BOOTED: Final = Path("/run/systemd/system")
"""There if systemd runs this machine: man sd_booted."""
_SECONDS: Final = 150.0
"""How long systemctl may take: it waits until Anban is up, and gives that up after 90 s."""


@app.command()
def install(
    user: Annotated[
        str, typer.Option(help="As whom it runs; without it, whoever typed sudo.")
    ] = "",
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done; do nothing.")
    ] = False,
) -> None:
    """Let Anban start with the machine, and again whenever it ends."""
    from assistant.commands.service_unit import (  # noqa: PLC0415
        UNIT_FILE,
        ServiceRefusedError,
        account_of,
        command,
        unit,
    )
    from assistant.commands.words import words_of  # noqa: PLC0415
    from assistant.settings import read, settings_file  # noqa: PLC0415

    if not dry_run:
        _need_systemd()
    words = words_of()
    asked = user or os.environ.get("SUDO_USER") or ("" if _is_root() else _login())
    if not asked:
        _refuse(words("service_for_whom", command=command()))
    account = account_of(asked, os.environ.get("ANBAN_HOME", ""))
    if account is None:
        _refuse(words("service_no_user", user=repr(asked)))
    words = words_of(read(settings_file(account.home)).settings.language)  # not root's own
    try:
        text = unit(account, command())
    except ServiceRefusedError as error:
        _refuse(words("service_bad_path", path=repr(str(error))))
    steps = [
        ["loginctl", "enable-linger", account.user],  # its sound runs with nobody logged in
        ["systemctl", "daemon-reload"],
        ["systemctl", "enable", "anban.service"],
        ["systemctl", "restart", "anban.service"],
    ]
    if dry_run:
        _tell(f"{UNIT_FILE}:\n\n{text}")
        for step in steps:
            _tell(shlex.join(step))
        _tell("\n" + words("service_dry"))
        return
    _need_root(f"service install --user {shlex.quote(account.user)}")
    if _runs_by_hand(account.home):
        _refuse(words("service_by_hand"))
    folder = account.home
    if not folder.exists():
        _run(["runuser", "-u", account.user, "--", "mkdir", "-p", "-m", "700", str(folder)])
    UNIT_FILE.write_text(text, "utf-8")
    for step in steps:
        _run(step)
    _tell(words("service_installed", user=account.user, place=folder))


@app.command()
def status() -> None:
    """Show whether it runs, since when, and its last lines."""
    _need_unit()
    raise typer.Exit(_show(["systemctl", "status", "anban.service", "--no-pager", "--lines=20"]))


@app.command()
def logs(
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option(min=1, max=100_000, help="How many of the last.")] = 100,
) -> None:
    """Show its log; no word of the elder stands in it."""
    _need_unit()
    wanted = ["journalctl", "-u", "anban.service", "--no-pager", f"--lines={lines}"]
    raise typer.Exit(_show([*wanted, "--follow"] if follow else wanted))


@app.command()
def remove() -> None:
    """End it, and let it start no more; the data folder stays as it is."""
    from assistant.commands.service_unit import UNIT_FILE  # noqa: PLC0415
    from assistant.commands.words import words_of  # noqa: PLC0415

    _need_unit()
    _need_root("service remove")
    _run(["systemctl", "disable", "--now", "anban.service"])
    UNIT_FILE.unlink()
    _run(["systemctl", "daemon-reload"])
    _tell(words_of()("service_removed"))


# ------------------------------------------------------------------------- what must be so


def _need_systemd() -> None:
    if not _BOOTED.is_dir():
        from assistant.commands.words import words_of  # noqa: PLC0415

        _refuse(words_of()("service_no_systemd"))


def _need_unit() -> None:
    from assistant.commands.service_unit import UNIT_FILE  # noqa: PLC0415
    from assistant.commands.words import words_of  # noqa: PLC0415

    _need_systemd()
    if not UNIT_FILE.exists():
        _refuse(words_of()("service_none"))


def _need_root(arguments: str) -> None:
    if not _is_root():
        from assistant.commands.service_unit import command  # noqa: PLC0415
        from assistant.commands.words import words_of  # noqa: PLC0415

        typed = f"sudo {shlex.quote(str(command()))} {arguments}"
        _refuse(words_of()("service_needs_root", command=typed))


def _is_root() -> bool:
    return os.geteuid() == 0


def _login() -> str:
    import getpass  # noqa: PLC0415

    return getpass.getuser()


def _runs_by_hand(home: Path) -> bool:
    """Whether an Anban that is not this service holds the home: the two would fight for it."""
    from assistant.runtime.home_folder import socket_path  # noqa: PLC0415

    active = ["systemctl", "is-active", "--quiet", "anban.service"]
    if subprocess.run(active, check=False, timeout=_SECONDS).returncode == 0:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        try:
            peer.connect(str(socket_path(home)))
        except OSError:
            return False
    return True


# ------------------------------------------------------------------------------ what is done


def _run(step: list[str]) -> None:
    """Run one step; what it says against it is told, and ends the command."""
    from assistant.commands.words import words_of  # noqa: PLC0415

    try:
        done = subprocess.run(step, capture_output=True, text=True, timeout=_SECONDS, check=False)
        problem = done.stderr.strip() if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        problem = str(error)
    else:
        problem = problem or (f"status {done.returncode}" if done.returncode else "")
    if problem:
        _refuse(words_of()("service_step_failed", step=shlex.join(step), problem=problem))


def _show(wanted: list[str]) -> int:
    """Let it write to the terminal itself; its exit status."""
    return subprocess.run(wanted, check=False).returncode


def _refuse(text: str) -> NoReturn:
    sys.stderr.write(f"anban: {text}\n")
    raise typer.Exit(1)


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
