"""Where the captures of real radars lie, and the mark of tests that need them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(
    os.environ.get("ANBAN_RADAR_DATA", Path(__file__).parents[3] / "shared" / "data" / "radar")
)
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no radar captures at {DATA}")
