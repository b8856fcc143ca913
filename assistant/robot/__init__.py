"""The robot as a child of the core: `python -m assistant.robot`."""

from __future__ import annotations

from typing import Final

LOCATED_SECONDS: Final = 60.0
"""Somebody not seen for so long may be anywhere."""
