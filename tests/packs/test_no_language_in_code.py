"""The set of languages is data: no code of ours names one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.packs import PROJECT, codes

ROOMS = (
    "assistant",
    "models",
    "perception",
    "robot_io",
    "sensor_io",
    "simulators",
    "skills",
    "tools",
)

ALLOWED = {
    "models/tiny_vosk/languages.py": "a tool that builds the tiny models, of two languages",
}
"""Code that may name a language, and why."""


def own_folder(file: str) -> bool:
    """Whether it is the folder of one language, or a training of data that exists for a few."""
    return any(file.startswith(f"assistant/language/{code}/") for code in codes())


def named(source: str) -> Iterator[tuple[int, str]]:
    """Each line that names a language: as text, a keyword, or a module of its folder."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=str(text)) if text in codes():
                yield node.lineno, repr(text)
            case ast.keyword(arg=str(name)) if name in codes():
                yield node.value.lineno, f"{name}="
            case ast.ImportFrom(module=str(module)) if set(module.split(".")) & set(codes()):
                yield node.lineno, module


def product_files() -> Iterator[str]:
    for room in ROOMS:
        for file in sorted((PROJECT / room).rglob("*.py")):
            yield file.relative_to(PROJECT).as_posix()


def test_no_code_names_a_language() -> None:
    found = [
        f"{file}:{line}: {what}"
        for file in product_files()
        if not own_folder(file) and file not in ALLOWED
        for line, what in named((PROJECT / file).read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("file", ALLOWED)
def test_an_exception_that_is_none_any_more_is_taken_back(file: str) -> None:
    assert list(named((PROJECT / file).read_text("utf-8")))


@pytest.mark.parametrize(
    "line",
    ['LANGS = ("zh", "en")', "names(zh=1)", "from assistant.language.zh.sounds import fold"],
)
def test_it_would_be_found(line: str) -> None:
    assert list(named(line))


def test_data_of_a_language_stands_in_files_of_its_own() -> None:
    """A file with a section for each language cannot be added to by a pack."""
    import tomllib

    found = [
        file.relative_to(PROJECT).as_posix()
        for room in ROOMS
        for file in (PROJECT / room).rglob("*.toml")
        if Path(file).name != "SHA256SUMS"
        and len(set(codes()) & set(tomllib.loads(file.read_text("utf-8")))) > 1
    ]
    assert found == []
