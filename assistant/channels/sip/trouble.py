"""Finds out why baresip does not run, in words that say what to do."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Final

from assistant.channels.sip.config import MODULE_FOLDER, MODULES, PhoneSettings

LOG_FILE: Final = "baresip.log"
"""The program's log in the phone's folder; baresip writes it out when it ends."""
_INSTALL: Final = "apt-get install baresip-core"


def why_not_running(folder: Path, settings: PhoneSettings, modules: Path = MODULE_FOLDER) -> str:
    """Give the cause, in English for whoever installs; empty if none is found."""
    if shutil.which("baresip") is None:
        return f"baresip is not installed ({_INSTALL})"
    missing = [name for name in MODULES if not (modules / f"{name}.so").exists()]
    if missing:
        return f"baresip's module {', '.join(missing)} is missing ({_INSTALL})"
    said = _last_words(folder / LOG_FILE)
    for pattern, cause in _CAUSES:
        if re.search(pattern, said):
            return cause.format(listen=settings.listen, interface=settings.interface)
    wrong = re.findall(r"(?:warning|error|failed|could not)[^\n]*", said, re.IGNORECASE)
    return f"baresip said: {wrong[-1][:120]}" if wrong else ""


_CAUSES: Final = (
    # The longer pattern first: TLS takes the port after that of [phone] listen.
    (
        r"SIP/TLS transport failed: Address already in use",
        "the port after that of listen ({listen}) of [phone] is taken by another program",
    ),
    (
        r"Address already in use",
        "the port of listen ({listen}) of [phone] is taken by another program",
    ),
    (
        r"Cannot assign requested address",
        "listen ({listen}) of [phone] is no address of this machine",
    ),
    (
        r"(?:no network|Network address not available|No such device)",
        "interface ({interface}) of [phone] is no address of this machine, or it has no network",
    ),
    (r"Permission denied", "it may not listen on {listen} of [phone]: take a port above 1023"),
)


def _last_words(path: Path) -> str:
    try:
        return re.sub(r"\x1b\[[0-9;]*m", "", path.read_text("utf-8", "replace")[-4_000:])
    except OSError:
        return ""
