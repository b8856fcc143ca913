"""Where Rasa may write: the project's own folder is read-only for the service."""

from __future__ import annotations

from pathlib import Path

from assistant.dialogue.layout import PROJECT, environment


def test_rasa_writes_beside_its_models_alone(tmp_path: Path) -> None:
    given = environment(tmp_path)
    assert Path(given["HOME"]).parent == tmp_path
    assert Path(given["RASA_CACHE_DIRECTORY"]).parent == tmp_path


def test_rasa_heeds_it() -> None:
    """The variable is of the version of Rasa that is locked; no page of its manual names it."""
    (caching,) = (PROJECT / ".venv/lib").glob("python3.*/site-packages/rasa/engine/caching.py")
    assert '"RASA_CACHE_DIRECTORY"' in caching.read_text("utf-8")
