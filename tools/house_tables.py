"""Writes docs/events.md and docs/services.md: who tells, who listens; who serves, who asks.

And docs/skills-api.md, in both languages (`tools/skill_api.py`).  The first two are read
off the syntax trees of the product's own files, by three rules:

- A file tells an event if it makes one (`Say(...)`), and listens to it if it names the class
  elsewhere than in an annotation: in `subscribe`, in what a child wants, in `case`, `isinstance`.
- A file serves a request if it pairs it with an answer (`CountTaken.answered_by(...)`), and asks it
  if it names the class elsewhere than there and in an annotation.
- Who may ask, tell and hear is what `assistant/runtime/rights.py` says.

What a request, its result and its errors hold is read off the classes of `assistant/services/`.

`tests/core/test_house_tables.py` fails if a page is stale, or if an event or a service has one
end alone and `ONE_END` does not say why.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Final, get_args, get_type_hints

from assistant.runtime.rights import CHILDREN, COMMANDS, CORE_ONLY, OUR_SKILLS
from assistant.services import REQUESTS, ServiceError
from assistant.services.errors import GENERAL

ROOT: Final = Path(__file__).resolve().parents[1]
PRODUCT: Final = ("assistant", "perception", "robot_io", "sensor_io", "skills")
"""The folders whose files are read."""
EVENTS: Final = "assistant/events"
SERVICES: Final = "assistant/services"
RIGHTS: Final = "assistant/runtime/rights.py"
"""The file that names every event and service without telling or asking anything."""
ONE_END: Final[Mapping[str, str]] = {
    "MedicineWarned": "none by name; whoever listens to everything (`anban ask --json`)",
    "medicines.warnings": "third parties' skills: [medicines.md](medicines.md)",
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


@dataclass(frozen=True, slots=True)
class _Nodes:
    """The nodes of a file: a tree is walked once, for that takes most of the time."""

    all: list[ast.AST]
    annotations: set[ast.AST]
    """Every node within an annotation."""
    pairings: set[ast.expr]
    """What is paired with its answer."""


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
    requests = {
        kind: service
        for file, tree in trees.items()
        if file.startswith(f"{SERVICES}/")
        for kind, service in _requests_of(tree).items()
    }
    users = {
        file: _nodes(tree)
        for file, tree in trees.items()
        if file != RIGHTS and not file.startswith((f"{EVENTS}/", f"{SERVICES}/"))
    }
    return House(
        topics,
        _collect({file: _told(nodes, names) for file, nodes in users.items()}),
        _collect({file: _heard(nodes, names) for file, nodes in users.items()}),
        _collect({file: _served(nodes, requests) for file, nodes in users.items()}),
        _collect({file: _asked(nodes, requests) for file, nodes in users.items()}),
    )


def _nodes(tree: ast.Module) -> _Nodes:
    found = list(ast.walk(tree))
    return _Nodes(found, set(_annotations(found)), set(_pairings(found)))


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


def _requests_of(tree: ast.Module) -> dict[str, str]:
    """The requests of a file, and their names on the wire."""
    return {
        node.name: str(name)
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        for each in node.decorator_list
        for name in _request_name(each)
    }


def _request_name(decorator: ast.expr) -> Iterator[str]:
    match decorator:
        case ast.Call(func=ast.Name(id="request"), args=[ast.Constant(value=str(name)), *_]):
            yield name


def _imported(nodes: _Nodes, names: set[str]) -> dict[str, str]:
    """Which events a file imports, by the name it gives them."""
    return {
        alias.asname or alias.name: alias.name
        for node in nodes.all
        if isinstance(node, ast.ImportFrom)
        and (node.module == "skills.api" or str(node.module).startswith("assistant.events"))
        for alias in node.names
        if alias.name in names
    }


def _told(nodes: _Nodes, names: set[str]) -> set[str]:
    ours = _imported(nodes, names)
    return {
        ours[node.func.id]
        for node in nodes.all
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ours
    }


def _heard(nodes: _Nodes, names: set[str]) -> set[str]:
    ours = _imported(nodes, names)
    passed_over = nodes.annotations | {
        node.func for node in nodes.all if isinstance(node, ast.Call)
    }
    return {
        ours[node.id]
        for node in nodes.all
        if isinstance(node, ast.Name) and node.id in ours and node not in passed_over
    }


def _annotations(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in nodes:
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


def _served(nodes: _Nodes, requests: Mapping[str, str]) -> set[str]:
    return {requests[kind] for node in nodes.pairings for kind in _kind(node, requests)}


def _pairings(nodes: Iterable[ast.AST]) -> Iterator[ast.expr]:
    for node in nodes:
        match node:
            case ast.Attribute(value=kind, attr="answered_by"):
                yield kind


def _kind(node: ast.AST, requests: Mapping[str, str]) -> Iterator[str]:
    """The request that a node names: `CountTaken`, or a skill's `services.CountTaken`."""
    match node:
        case ast.Name(id=kind) if kind in requests:
            yield kind
        case ast.Attribute(value=ast.Name(id="services"), attr=kind) if kind in requests:
            yield kind


def _asked(nodes: _Nodes, requests: Mapping[str, str]) -> set[str]:
    passed_over = nodes.annotations | nodes.pairings
    return {
        requests[kind]
        for node in nodes.all
        if node not in passed_over
        for kind in _kind(node, requests)
    }


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

What one process may ask of another. Written by `python tools/house_tables.py` from the code; do not
edit it. A request is a class of `assistant/services/` and answered once, over the socket by
`Link.request`, within the core by `Bus.ask`, from a skill by `home.request`: with its result, or
with one of its errors, raised again as the same class. What comes over the socket is checked field
by field. Third parties' skills may ask by the name, and get JSON. Who may ask is what
`assistant/runtime/rights.py` says; the core itself may ask for everything
([events.md](events.md), [architecture.md](architecture.md)).

Every request may raise
{general}.
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
                table_row(
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
    general = ", ".join(f"`{error_signature(kind)}`" for kind in GENERAL)
    lines = [_SERVICES_HEAD.format(general=general)]
    values: dict[str, type] = {}
    errors: set[type[ServiceError]] = set()
    things: dict[str, list[str]] = {}
    for name in sorted(house.served):
        things.setdefault(name.partition(".")[0], []).append(name)
    for thing, names in things.items():
        lines += [
            f"## {thing.capitalize()}\n",
            "| service | request | result | errors | served by | asked for by | who may |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]
        for name in names:
            kind = REQUESTS[name]
            gather_values(kind.RESULT, values)
            for each in fields(kind):
                gather_values(get_type_hints(kind, include_extras=True)[each.name], values)
            errors |= set(kind.ERRORS)
            cells = (
                f"`{name}`",
                f"`{signature(kind)}`",
                f"`{type_name(kind.RESULT)}`",
                ", ".join(f"`{each.__name__}`" for each in kind.ERRORS),
                _places(house.served, name),
                _places(house.asked, name),
                _may_ask(name),
            )
            lines.append(table_row(*cells))
        lines.append("")
    lines += ["## Values\n", "| value | what it is |", "| --- | --- |"]
    lines += [
        table_row(f"`{signature(kind)}`" if is_dataclass(kind) else f"`{name}`", first_words(kind))
        for name, kind in sorted(values.items())
    ]
    lines += ["", "## Errors\n", "| error | what it says |", "| --- | --- |"]
    lines += [
        table_row(f"`{error_signature(kind)}`", first_words(kind))
        for kind in sorted(errors, key=lambda each: each.__name__)
    ]
    return "\n".join([*lines, ""])


def gather_values(kind: Any, found: dict[str, type]) -> None:
    """Gather the classes of ours within a type."""
    for each in get_args(kind):
        gather_values(each, found)
    if not isinstance(kind, type) or not kind.__module__.startswith("assistant."):
        return
    if kind.__name__ in found:
        return
    if kind.__module__ != "assistant.settings.model":
        found[kind.__name__] = kind
    if is_dataclass(kind) and kind.__module__ != "assistant.settings.model":
        for hint in get_type_hints(kind, include_extras=True).values():
            gather_values(hint, found)


def signature(kind: Any) -> str:
    """A class with its fields: `CountTaken(which: str = "")`."""
    hints = get_type_hints(kind, include_extras=True)
    told = ", ".join(
        f"{each.name}: {type_name(hints[each.name])}{default_of(each)}" for each in fields(kind)
    )
    return f"{kind.__name__}({told})" if told else kind.__name__


def error_signature(kind: type[ServiceError]) -> str:
    """An error with its fields, if it has some."""
    return signature(kind) if is_dataclass(kind) else kind.__name__


def default_of(each: Field[Any]) -> str:
    """` = value` of a field; empty: it must be given."""
    if each.default is MISSING:
        return ""
    shown = repr(each.default.value if hasattr(each.default, "value") else each.default)
    return f" = {shown.removeprefix('datetime.')}"


def type_name(kind: Any) -> str:
    """A type as it is written, without the bounds that are checked."""
    if kind is Any:
        return "JSON"
    if hasattr(kind, "__metadata__"):
        return type_name(kind.__origin__)
    if kind is type(None):
        return "None"
    inner = [("…" if each is Ellipsis else type_name(each)) for each in get_args(kind)]
    if isinstance(kind, UnionType):
        return " | ".join(inner)
    if inner:
        return f"{kind.__origin__.__name__}[{', '.join(inner)}]"
    return str(kind.__name__)


def first_words(kind: object) -> str:
    """The first paragraph of a docstring, in one line."""
    return " ".join((kind.__doc__ or "").partition("\n\n")[0].split())


def table_row(*cells: str) -> str:
    """One row of a table."""
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


def _may_ask(name: str) -> str:
    service = REQUESTS[name]
    children = sorted(child for child, rights in CHILDREN.items() if service in rights.asks)
    ours = sorted(skill for skill, asks in OUR_SKILLS.items() if service in asks)
    commands = sorted(name for name, rights in COMMANDS.items() if service in rights.asks)
    who = [_who(children)] if children else []
    who += [f"our skill `{skill}`" for skill in ours] + [f"`anban {name}`" for name in commands]
    return "the core alone" if service in CORE_ONLY else ", ".join(who) or "nobody"


def _who(children: list[str]) -> str:
    return "every child" if len(children) == len(CHILDREN) else ", ".join(children)


def pages(house: House, docs: Path = ROOT / "docs") -> dict[Path, str]:
    """Every page as it should be, by its file."""
    from tools.skill_api import skill_api_pages  # noqa: PLC0415  (it is built of these tables)

    return {
        docs / "events.md": events_page(house),
        docs / "services.md": services_page(house),
        **skill_api_pages(docs),
    }


def main() -> int:
    """Write the pages, or say which are stale."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if a page is stale")
    is_check = parser.parse_args().check
    stale = {
        page: text
        for page, text in pages(read_house()).items()
        if not page.exists() or page.read_text("utf-8") != text
    }
    for page, text in stale.items():
        if not is_check:
            page.write_text(text, "utf-8")
        sys.stdout.write(f"{page.relative_to(ROOT)}: {'stale' if is_check else 'written'}\n")
    return int(is_check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
