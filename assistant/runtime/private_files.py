"""Files written whole or not at all, and readable by this user alone."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def write_private(path: Path, content: bytes, before: Path | None = None) -> None:
    """Put a file in place of another; a full disk or a power cut leaves the other as it was.

    Args:
        path: The file; its folder is there already.
        content: All of it.
        before: Where the file of until now is kept; not kept if None.

    Raises:
        OSError: it cannot be written; nothing was changed.
    """
    draft = path.with_name(f"{path.name}.new")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if before is not None and path.exists():
            before.unlink(missing_ok=True)
            os.link(path, before)
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
