"""What the pages name in code spans is there: a file, a module, a class and what it holds.

- `a/b.py`, `b.py`, `when*.py`: a file of that name stands at the root, in `assistant/`, or in a
  folder that the page names (in a row of a table: that the row names, if it names one).  The bare
  name of a file counts in such folders alone, so that a page cannot mean one that has moved.
  A path may also begin with a package that an example of the page brings.
- `a.b`, `A.b`, `a.b()`: `a` is a module or class of ours and holds the name `b`; or `a` is a
  section of the settings with `b`; or `a` stands in an example of the page and `b` is one of our
  names; or the two stand together in our files (a service, a message, a library's function).
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.core.test_docs import FENCE, ROOT

CODE = re.compile(r"`([^`\n]+)`")
PYTHON_FILE = re.compile(r"[\w./*<>-]+\.py\b")
DOTTED = re.compile(r"(?<![\w./-])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?![\w/-]|\.\w)")
DATA_FILE = re.compile(r"\.(?:css|json|lock|md|toml|tsv|wav|yml)\b")
OURS = {"assistant", "benchmarks", "dialogue", "models", "perception", "robot_io", "simulators"}
OURS |= {"anban_testing", "skills", "tests", "tools"}
DESCRIBING = [
    *sorted((ROOT / "docs").rglob("*.md")),
    *(ROOT / each for each in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md")),
]
"""Pages for people, in both languages."""


@cache
def our_files() -> dict[Path, str]:
    """The text of every file in which a name may stand."""
    ends = {".py", ".toml", ".yml", ".sql", ".json"}
    found = [each for folder in OURS for each in (ROOT / folder).rglob("*") if each.suffix in ends]
    files = [*found, ROOT / "pyproject.toml", ROOT / "anban.example.toml"]
    return {
        file: file.read_text("utf-8")
        for file in files
        if ".venv" not in file.parts and file != Path(__file__)
    }


@cache
def identifiers(file: Path) -> frozenset[str]:
    """Every name that a Python file gives or uses; words of its docstrings are none."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(our_files()[file])):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                names.add(name)
            case ast.AsyncFunctionDef(name=name) | ast.alias(name=name):
                names.add(name)
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                names.add(name)
            case _:
                pass
    return frozenset(names)


@cache
def all_identifiers() -> list[frozenset[str]]:
    return [identifiers(file) for file in our_files() if file.suffix == ".py"]


@cache
def holders() -> dict[str, set[Path]]:
    """The files of each module, package and class of ours, by its name."""
    found: defaultdict[str, set[Path]] = defaultdict(set)
    for file, text in our_files().items():
        if file.suffix != ".py" or "tests" in file.parts:
            continue
        found[file.parent.name if file.name == "__init__.py" else file.stem].add(file)
        for name in re.findall(r"^class (\w+)", text, re.MULTILINE):
            found[name].add(file)
    return dict(found)


def places(text: str) -> set[Path]:
    """The folders that a text names, and those of the files that it names whole."""
    found: set[Path] = set()
    for span in CODE.findall(text):
        # A folder, or a file with its folder: its neighbours may be named by their names alone.
        folder = span if span.endswith("/") else "/".join(span.split("/")[:-1])
        if re.fullmatch(r"[\w./-]+", folder):
            found |= {root / folder for root in (ROOT, ROOT / "assistant")}
    return {folder for folder in found if folder.is_dir()}


def exists(name: str, folders: set[Path]) -> bool:
    pattern = re.sub(r"<[^>]*>", "*", name)
    near = folders | {ROOT, ROOT / "assistant"} if "/" in name else folders
    return any(next(folder.glob(pattern), None) is not None for folder in near)


def is_there(dotted: str, examples: str) -> bool:
    """Whether a dotted name still says where something is."""
    first, second, *more = dotted.split(".")
    if first in OURS and _module([first, second, *more]):
        return True
    if any(second in identifiers(file) for file in holders().get(first, ())):
        return all(any(part in names for names in all_identifiers()) for part in more)
    if {first, second} <= identifiers(ROOT / "assistant/settings/model.py"):
        return True
    if re.search(rf"\b{first}\b", examples):
        return any(second in names for names in all_identifiers())
    together = re.compile(rf"(?<![\w.]){re.escape(dotted)}(?!\w)")
    return any(together.search(text) for text in our_files().values())


def _module(parts: list[str]) -> bool:
    """Whether a dotted path is a module, or a name that stands in one."""
    for length in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:length])
        file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
        if file in our_files():
            return all(part in identifiers(file) for part in parts[length:])
        if path.is_dir() and length == len(parts):
            return True
    return False


def _is_of(name: str, examples: str) -> bool:
    """Whether a path begins with a package that an example of the page brings."""
    package, slash, _ = name.partition("/")
    return bool(slash) and package not in OURS and bool(re.search(rf"\b{package}\b", examples))


def stale_names(text: str) -> Iterator[str]:
    """What a page names in code spans and is nowhere."""
    examples = "".join(FENCE.findall(text))
    text = FENCE.sub("", text)
    of_page = places(text)
    for line in text.splitlines():
        of_row = places(line) if line.startswith("|") else set()
        for span in CODE.findall(line):
            files = PYTHON_FILE.findall(span)
            yield from (
                name
                for name in files
                if not exists(name, of_row or of_page) and not _is_of(name, examples)
            )
            names = DOTTED.findall("" if files or DATA_FILE.search(span) else span)
            yield from (name for name in names if not is_there(name, examples))


@pytest.mark.parametrize("page", DESCRIBING, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page: Path) -> None:
    assert list(stale_names(page.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("text", "stale"),
    [
        ("`assistant/core/core.py` builds", []),
        ("`core/core.py` builds", []),
        ("`core/kernel.py` builds", ["core/kernel.py"]),
        ("`assistant/kernel.py` builds", ["assistant/kernel.py"]),
        ("`core.py` builds", ["core.py"]),  # where?
        ("`assistant/core/` builds: `core.py`, `children.py`", []),
        ("`core/core.py`、`children.py`", []),
        ("`assistant/core/` builds: `controller.py`", ["controller.py"]),  # it is alarm's
        ("| `assistant/core/` | `core.py` |\n| `assistant/ear/` | `core.py` |", ["core.py"]),
        ("| `core/core.py` | builds |\n| it all | `children.py` |", []),
        ("`language/<lang>/when*.py`", []),
        ("`language/<语言>/where*.py`", ["language/<语言>/where*.py"]),
        ("`python -m benchmarks.alarm` and `benchmarks.nothing`", ["benchmarks.nothing"]),
        (
            "`assistant.core.core.Core` or `assistant.core.core.Kernel`",
            ["assistant.core.core.Kernel"],
        ),
        ("`safety.judge(text)`, `safety.condemn`", ["safety.condemn"]),
        ("`SafetyLane.take`, `SafetyLane.give`", ["SafetyLane.give"]),
        ("`reminders.taken`, `reminders.forgotten`", ["reminders.forgotten"]),
        ("`dialogue.confidence`, `dialogue.diffidence`", ["dialogue.diffidence"]),
        ("```\npot = skill.form\n```\n`pot.slot` and `pot.lid`", ["pot.lid"]),
        ("```\n`gone.py`\n```", []),
        (
            "```\nlamp = 'their_lamp:Lamp'\n```\n`their_lamp/lamp.py`, `my_lamp/a.py`",
            ["my_lamp/a.py"],
        ),
        ("`zh/replies.yml`, `link.key`, 3.5 and `0.5 s`", []),
    ],
)
def test_what_is_stale(text: str, stale: list[str]) -> None:
    assert list(stale_names(text)) == stale
