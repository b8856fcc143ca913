"""What every process of Anban does first: nothing leaves the home, and nobody else reads its files.

Some libraries report to their makers, or look for news there, unless the environment forbids it
before they are imported; children inherit both the environment and the mask.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

PRIVATE_MASK: Final = 0o077
SILENT: Final = {
    # Else onnxruntime keeps a device id and queued events in ~/.cache/Microsoft and sends them.
    "ORT_DISABLE_TELEMETRY": "1",
    "RASA_TELEMETRY_ENABLED": "false",
    # Of Rasa's tree: neither looked for nor reported to, should anything import them.
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
}
"""The environment of every process, which libraries read when they are imported."""


def keep_private() -> None:
    """Forbid every report to the outside, and make new files readable by this user alone."""
    os.umask(PRIVATE_MASK)
    os.environ.update(SILENT)


def close_to_others(home: Path) -> None:
    """Close a home to others: an earlier version, or a copy, may have left files open.

    A link is left alone: what it leads to may be shared on purpose.  What belongs to another user
    stays as it is; the data folder itself is closed first, so nothing in it can be reached.
    """
    for path in (home, *_inside(home)):
        try:
            mode = path.lstat().st_mode
            if mode & PRIVATE_MASK:
                path.chmod(mode & ~PRIVATE_MASK & 0o7777)
        except OSError:  # gone meanwhile, read-only, or another user's
            continue


def _inside(home: Path) -> list[Path]:
    found: list[Path] = []
    for folder, folders, files in os.walk(home):
        place = Path(folder)
        found += [place / name for name in (*folders, *files) if not (place / name).is_symlink()]
    return found
