"""The robot: as the core uses it, and as a child of the core (`python -m assistant.robot`)."""

from __future__ import annotations

from typing import Final

LOCATED_SECONDS: Final = 60.0
"""How long somebody who is not seen counts as where they were; then they may be anywhere."""
