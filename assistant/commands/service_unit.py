"""What `anban service install` writes: the unit, made from `anban.service` beside this file."""

from __future__ import annotations

import grp
import os
import pwd
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assistant.runtime.versions import TYPED

UNIT_FILE: Final = Path("/etc/systemd/system/anban.service")
GROUPS: Final = ("audio", "dialout", "input")
"""What sound, serial ports and a USB button belong to; a group that is not there ends a service."""


class ServiceRefusedError(RuntimeError):
    """A path cannot stand in a unit of systemd; the message is the path."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose sound and folder it uses, and as whom it runs."""

    user: str
    uid: int
    home: Path
    """The data folder of Anban."""


def account_of(user: str, home: str = "") -> Account | None:
    """Look up a user; None: there is none of that name. `home`: a data folder of its own."""
    try:
        known = pwd.getpwnam(user)
    except (KeyError, ValueError):  # ValueError: a null byte in it
        return None
    folder = Path(home) if home else Path(known.pw_dir) / ".local/share/anban"
    return Account(known.pw_name, known.pw_uid, folder.absolute())


def command() -> Path:
    """Give the `anban` that was started: a version that it handed over to may be removed."""
    first = os.environ.get(TYPED)
    return Path(first) if first else Path(sys.executable).with_name("anban")


def unit(account: Account, anban: Path) -> str:
    """Write the unit.

    Raises:
        ServiceRefusedError: a path has a quote, a backslash or a line break in it.
    """
    there = [name for name in GROUPS if _is_group(name)]
    text = Path(__file__).with_name("anban.service").read_text("utf-8")
    comment, _, body = text.partition("\n")
    filled = body.format(
        command=_quoted(anban),
        home=_quoted(account.home),
        user=_quoted(account.user),
        uid=account.uid,
        groups=f"SupplementaryGroups={' '.join(there)}\n" if there else "",
    )
    return f"{comment}\n{filled}"


def _is_group(name: str) -> bool:
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def _quoted(value: Path | str) -> str:
    """Escape what stands between quotes in a unit: man systemd.syntax, systemd.unit.

    Quotes, backslashes and control characters systemd takes in no program's path.
    """
    text = str(value)
    if any(ord(character) < 32 or character in "\"'\\" for character in text):
        raise ServiceRefusedError(text)
    return text.replace("%", "%%")
