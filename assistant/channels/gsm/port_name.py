"""Finds a port again that came back under another name, as USB ports do after a reset.

Linux gives the next free /dev/ttyUSB number to a device that returns while its old name is still
held (pyserial issue 36); the links in /dev/serial/by-id name the device itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

BY_ID: Final = Path("/dev/serial/by-id")


def stable_name(port: str, folder: Path = BY_ID) -> str:
    """Find the link that leads to a port; empty if there is none, or the port is such a link."""
    try:
        if Path(port).is_symlink():
            return ""
        real = Path(port).resolve(strict=True)
        for link in sorted(folder.iterdir()):
            if link.resolve() == real:
                return str(link)
    except OSError:  # no USB ports at all, or this one has just gone
        return ""
    return ""


def present(port: str, stable: str) -> str:
    """Find the name under which the port can be opened now.

    The device is asked for by its stable name as soon as that is known: at the old number there
    may be another device by now.
    """
    return stable if stable and Path(stable).exists() else port
