"""anban.toml: what is read, what is refused and how the refusal reads."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.settings import Settings, SettingsError, example, from_json, load, to_json


def test_a_missing_file_means_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "anban.toml") == Settings()


def test_the_example_is_the_defaults_and_is_committed(tmp_path: Path) -> None:
    path = tmp_path / "anban.toml"
    path.write_text(example(), "utf-8")
    assert load(path) == Settings()
    committed = Path(__file__).parents[2] / "anban.example.toml"
    assert committed.read_text("utf-8") == example()


def test_a_child_gets_the_same_settings() -> None:
    assert from_json(to_json(Settings())) == Settings()


@pytest.mark.parametrize(
    ("text", "line", "field", "problem"),
    [
        ('language = "fr"', 1, "language", "must be one of zh, en"),
        ('\n\nlanguage = "fr"', 3, "language", "must be one of"),
        ('[ear]\npause_seconds = "long"', 2, "ear.pause_seconds", "expected float"),
        ("[ear]\npause_seconds = 99", 2, "ear.pause_seconds", "between 0.3 and 5"),
        ("[ear]\npause_seconds = nan", 2, "ear.pause_seconds", "between 0.3 and 5"),
        ("[ear]\npause_seconds = true", 2, "ear.pause_seconds", "expected float"),
        ("[ear]\n\npause = 1", 3, "ear.pause", "no such setting"),
        ("langage = 1", 1, "langage", "no such setting"),
        ("ear = 3", 1, "ear", "expected"),
        ("[mouth]\nvolume = 0.5\n[ear]\nvolume = 0.5", 4, "ear.volume", "no such setting"),
    ],
)
def test_a_mistake_is_named_with_line_and_field(
    tmp_path: Path, text: str, line: int, field: str, problem: str
) -> None:
    path = tmp_path / "anban.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: {field}: ")
    assert problem in message


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "anban.toml"
    path.write_text('language = "zh"\n[ear\n', "utf-8")
    with pytest.raises(SettingsError, match="line 2"):
        load(path)


@given(st.binary(max_size=60))
def test_no_file_raises_anything_but_a_settings_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("settings") / "anban.toml"
    path.write_bytes(content)
    with contextlib.suppress(SettingsError):
        assert isinstance(load(path), Settings)
