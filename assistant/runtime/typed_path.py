"""A path as somebody typed it: it may as well be anything else."""

from __future__ import annotations

from pathlib import Path


def typed_path(text: str, beside: Path | None = None) -> Path | None:
    """Give the path that a text may be; None: it can be none, and nothing is there.

    Args:
        text: what was typed.
        beside: the folder that it is meant from, if it is not whole.
    """
    if "\0" in text:
        return None
    try:
        path = Path(text).expanduser()
        if beside is not None and not path.is_absolute():
            path = beside / path
        path.exists()
    except (OSError, RuntimeError):  # too long; no such user
        return None
    return path
