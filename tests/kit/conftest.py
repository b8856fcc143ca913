from __future__ import annotations

from pathlib import Path

import pytest

SKILLS = Path(__file__).parent / "skills"


@pytest.fixture
def trial(conversation, monkeypatch: pytest.MonkeyPatch):
    """Makes conversations with the skill of these tests."""
    monkeypatch.syspath_prepend(str(SKILLS))
    return lambda **more: conversation("anban_trial.skill:skill", **more)
