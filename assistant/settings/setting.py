"""How one setting is described: its default, what it means, and its bounds."""

from __future__ import annotations

from dataclasses import field
from typing import Any


def setting(default: Any, help_text: str, **bounds: Any) -> Any:
    """A field with its explanation and bounds (`low`, `high`, `choices`)."""
    metadata = {"help": help_text, **bounds}
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=metadata)
    return field(default=default, metadata=metadata)
