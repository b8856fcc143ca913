"""Writes docs/events.md and docs/services.md: who tells, who listens; who serves, who asks.

Both pages are read off the syntax trees of the product's own files, by three rules:

- A file tells an event if it makes one (`Say(...)`), and listens to it if it names the class
  elsewhere than in an annotation: in `subscribe`, in what a child wants, in `case`, `isinstance`.
- A file serves a service if it gives the name to `serve`, or lists it in a table `services` of a
  function that calls `serve`.  A file asks for it if it holds the name in any other place.
- Who may ask, tell and hear is what `assistant/runtime/rights.py` says.

`tests/core/test_house_tables.py` fails if a page is stale, or if an event or a service has one
end alone and `ONE_END` does not say why.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assistant.runtime.rights import CHILDREN, COMMANDS, CORE_ONLY, OUR_SKILLS

ROOT: Final = Path(__file__).resolve().parents[1]
PRODUCT: Final = ("assistant", "perception", "robot_io", "skills")
"""The folders whose files are read."""
EVENTS: Final = "assistant/events"
RIGHTS: Final = "assistant/runtime/rights.py"
"""The file that names every event and service without telling or asking anything."""
ONE_END: Final[Mapping[str, str]] = {
    "MedicineWarned": "none by name; whoever listens to everything (`anban ask --json`)",
    "medicines.warnings": "third parties' skills: [medicines.md](medicines.md)",
    "reminders.add": "third parties' skills (ours adds all at once): [reminders.md](reminders.md)",
}
"""Who is at the other end of an event or a service that no file of ours hears or asks for."""

Files = Mapping[str, frozenset[str]]
"""The files of an event or a service, by its name."""


@dataclass(frozen=True, slots=True)
class House:
    """What the code says of its events and services."""

    topics: Mapping[str, Mapping[str, str]]
    """The first line of each event's docstring, by its name, by the file of `events/`."""
    told: Files
    heard: Files
    served: Files
    asked: Files

    @property
    def one_end(self) -> list[str]:
        """The events and services with one end alone."""
        events = [name for topic in self.topics.values() for name in topic]
        return sorted(
            {name for name in events if not (self.told.get(name) and self.heard.get(name))}
            | {name for name in self.served if not self.asked.get(name)}
        )


def read_house(root: Path = ROOT) -> House:
    """Read every file of the product once."""
    trees = {
        file.relative_to(root).as_posix(): ast.parse(file.read_text("utf-8"))
        for folder in PRODUCT
        for file in sorted((root / folder).rglob("*.py"))
    }
    topics = {
        Path(file).stem: found
        for file, tree in trees.items()
        if file.startswith(f"{EVENTS}/") and (found := _events_of(tree))
    }
    names = {name for topic in topics.values() for name in topic}
    users = {
        file: tree
        for file, tree in trees.items()
        if file != RIGHTS and not file.startswith(f"{EVENTS}/")
    }
    served = _collect({file: _served(tree) for file, tree in users.items()})
    asked = _collect({file: _asked(tree, served) for file, tree in users.items()})
    return House(
        topics,
        _collect({file: _told(tree, names) for file, tree in users.items()}),
        _collect({file: _heard(tree, names) for file, tree in users.items()}),
        served,
        asked,
    )


def _collect(names: Mapping[str, set[str]]) -> Files:
    """The files by name, from the names by file."""
    files: defaultdict[str, set[str]] = defaultdict(set)
    for file, found in names.items():
        for name in found:
            files[name].add(file)
    return {name: frozenset(found) for name, found in files.items()}


def _events_of(tree: ast.Module) -> dict[str, str]:
    return {
        node.name: (ast.get_docstring(node) or "").partition("\n")[0]
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and any(isinstance(each, ast.Name) and each.id == "event" for each in node.decorator_list)
    }


def _imported(tree: ast.Module, names: set[str]) -> dict[str, str]:
    """Which events a file imports, by the name it gives them."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module == "skills.api" or str(node.module).startswith("assistant.events"))
        for alias in node.names
        if alias.name in names
    }


def _told(tree: ast.Module, names: set[str]) -> set[str]:
    ours = _imported(tree, names)
    return {
        ours[node.func.id]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ours
    }


def _heard(tree: ast.Module, names: set[str]) -> set[str]:
    ours = _imported(tree, names)
    passed_over = set(_annotations(tree)) | {
        node.func for node in ast.walk(tree) if isinstance(node, ast.Call)
    }
    return {
        ours[node.id]
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id in ours and node not in passed_over
    }


def _annotations(tree: ast.Module) -> Iterator[ast.AST]:
    """Every node within an annotation."""
    for node in ast.walk(tree):
        match node:
            case ast.AnnAssign(annotation=annotation) | ast.arg(annotation=annotation):
                found = annotation
            case ast.FunctionDef(returns=returns) | ast.AsyncFunctionDef(returns=returns):
                found = returns
            case ast.Subscript(slice=inner):
                found = inner
            case _:
                continue
        if found is not None:
            yield from ast.walk(found)


def _served(tree: ast.Module) -> set[str]:
    return {str(each.value) for each in _serving(tree)}


def _serving(tree: ast.Module) -> Iterator[ast.Constant]:
    """The names that are given to `serve`, themselves or by way of a table `services`."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        first = list(_first_arguments(function, "serve"))
        yield from (each for each in first if isinstance(each, ast.Constant))
        if any(isinstance(each, ast.Name) for each in first):
            yield from _table(function)


def _table(function: ast.AST) -> Iterator[ast.Constant]:
    for node in ast.walk(function):
        match node:
            case (
                ast.AnnAssign(target=ast.Name(id="services"), value=ast.Dict(keys=keys))
                | ast.Assign(targets=[ast.Name(id="services")], value=ast.Dict(keys=keys))
            ):
                yield from (key for key in keys if isinstance(key, ast.Constant))


def _asked(tree: ast.Module, served: Files) -> set[str]:
    serving = set(_serving(tree))
    first = set(_first_arguments(tree, "request", "call"))
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            # A name without a dot may be any other word.
            case ast.Constant(value=str(name)) if name in served and node not in serving:
                found |= {name} if "." in name or node in first else set()
            case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]) if "." in start:
                found |= {name for name in served if name.startswith(start)}
    return found


def _first_arguments(tree: ast.AST, *methods: str) -> Iterator[ast.expr]:
    """The first argument of every call of one of these methods."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=method), args=[first, *_]) if method in methods:
                yield first


# ------------------------------------------------------------------------------- the pages

_EVENTS_HEAD: Final = """\
# Events

Who tells what, and who listens. Written by `python tools/house_tables.py` from the code; do not
edit it. An event is a fact (past tense) or a request (a verb) that may cross a process; its fields
stand in `assistant/events/`. Inside the core every listener is called in the order in which it
subscribed; a child gets what it wants and has the right to ([services.md](services.md),
[architecture.md](architecture.md)).
"""
_SERVICES_HEAD: Final = """\
# Services

Who serves what, and who asks for it. Written by `python tools/house_tables.py` from the code; do
not edit it. A service is asked for by its name and answered once, over the socket by `Link.request`
or within the core by `Bus.call`. Who may ask is what `assistant/runtime/rights.py` says; the core
itself may ask for everything ([events.md](events.md), [architecture.md](architecture.md)).
"""


def events_page(house: House) -> str:
    """The text of docs/events.md."""
    lines = [_EVENTS_HEAD]
    for topic, events in sorted(house.topics.items()):
        lines += [
            f"## {topic.capitalize()}\n",
            "| event | what it says | told by | heard by | children that may |",
            "| --- | --- | --- | --- | --- |",
            *(
                _row(
                    f"`{name}`",
                    says,
                    _places(house.told, name),
                    _places(house.heard, name),
                    _children(name),
                )
                for name, says in sorted(events.items())
            ),
            "",
        ]
    return "\n".join(lines)


def services_page(house: House) -> str:
    """The text of docs/services.md."""
    rows = [
        _row(f"`{name}`", _places(house.served, name), _places(house.asked, name), _may_ask(name))
        for name in sorted(house.served)
    ]
    head = ("| service | served by | asked for by | who may |", "| --- | --- | --- | --- |")
    return "\n".join([_SERVICES_HEAD, *head, *rows, ""])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _places(files: Files, name: str) -> str:
    found = sorted(files.get(name, ()))
    if not found:
        return ONE_END.get(name, "nobody")
    return ", ".join(f"`{file.removeprefix('assistant/')}`" for file in found)


def _children(event: str) -> str:
    tells = sorted(child for child, rights in CHILDREN.items() if event in rights.tells)
    hears = sorted(child for child, rights in CHILDREN.items() if event in rights.hears)
    both = (("tell", tells), ("hear", hears))
    return "; ".join(f"{does}: {_who(children)}" for does, children in both if children)


def _may_ask(service: str) -> str:
    children = sorted(child for child, rights in CHILDREN.items() if service in rights.asks)
    ours = sorted(skill for skill, asks in OUR_SKILLS.items() if service in asks)
    commands = sorted(name for name, rights in COMMANDS.items() if service in rights.asks)
    who = [_who(children)] if children else []
    who += [f"our skill `{skill}`" for skill in ours] + [f"`anban {name}`" for name in commands]
    return "the core alone" if service in CORE_ONLY else ", ".join(who) or "nobody"


def _who(children: list[str]) -> str:
    return "every child" if len(children) == len(CHILDREN) else ", ".join(children)


def pages(root: Path = ROOT) -> dict[Path, str]:
    """Both pages as they should be, by their files."""
    house = read_house(root)
    docs = root / "docs"
    return {docs / "events.md": events_page(house), docs / "services.md": services_page(house)}


def main() -> int:
    """Write the pages, or say which are stale."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if a page is stale")
    is_check = parser.parse_args().check
    stale = {
        page: text
        for page, text in pages().items()
        if not page.exists() or page.read_text("utf-8") != text
    }
    for page, text in stale.items():
        if not is_check:
            page.write_text(text, "utf-8")
        sys.stdout.write(f"{page.relative_to(ROOT)}: {'stale' if is_check else 'written'}\n")
    return int(is_check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
