"""Writes docs/skills-api.md and its Chinese twin: all that a skill may use, read off the code.

Classes and functions with their fields and docstrings, the events a skill may react to, and the
services it may request with what they take, give and refuse.  `tools/house_tables.py` calls it.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, get_type_hints

import skills.api
from assistant.events import EVENTS
from assistant.runtime.rights import CHILDREN
from assistant.services import REQUESTS, Request, ServiceError
from assistant.services.errors import GENERAL
from skills.home import Profile, Storage, Tables
from tools.house_tables import (
    default_of,
    error_signature,
    first_words,
    gather_values,
    signature,
    table_row,
    type_name,
)

_BY_THE_HOME: Final = ("storage.", "tables.", "skills.", "home.")
"""Services that a skill has by `home.storage` and the like, and does not request."""
_NOT_FOR_SKILLS: Final = frozenset({"Shutdown"})
_OF_THE_HOME: Final = {
    "home.profile": Profile,
    "home.storage": Storage,
    "home.tables": Tables,
}
_FIRST: Final = ("Skill", "Form", "Turn", "Reply", "Home", "Web")
"""The classes that every skill meets, in the order of docs/skills.md."""


@dataclass(frozen=True, slots=True)
class _Words:
    """What stands around the tables, in one language."""

    file: str
    head: str
    classes: str
    functions: str
    errors: str
    events: str
    services: str
    values: str
    refusals: str
    row_fields: str
    row_methods: str
    row_functions: str
    row_errors: str
    row_services: str


_ENGLISH: Final = _Words(
    "skills-api.md",
    """\
# What a skill may use

[中文](zh/skills-api.md)

All of `skills.api`, the events that a skill may react to and the services that it may request.
Written by `python tools/house_tables.py` from the code; do not edit it. How it goes together:
[skills.md](skills.md).
""",
    "## Classes\n",
    "## Functions\n",
    "## Errors\n",
    """\
## Events

What `@skill.on(…)` may name; each is imported from `skills.api`. No other event reaches a skill.
""",
    """\
## Services

`await home.request(services.NAME(…))` gives the result or raises one of the errors; `services` is
imported from `skills.api`. By its name a service gives JSON, such as
`await home.request("reminders.add", reminder={"title": "…"})`; a refusal of the reminders is then
an answer, `{"refused": code}`. Every request may raise {general}.
""",
    "## Values of services\n\nEach is `services.NAME`, or of `skills.api`.\n",
    "## Errors of services\n\nEach is `services.NAME`; those that end in Refused have a `code`.\n",
    "| field | type | what it is |",
    "| use | what it does |",
    "| function | what it does |",
    "| error | when |",
    "| service | request | result | errors | what it does |",
)
_CHINESE: Final = _Words(
    "zh/skills-api.md",
    """\
# 技能能用的一切

[English](../skills-api.md)

`skills.api` 的全部内容、技能可以响应的事件、可以请求的服务。
由 `python tools/house_tables.py` 从代码生成，不要手改；表里的说明取自代码，所以是英语。
怎样组合起来用：[skills.md](skills.md)。
""",
    "## 类\n",
    "## 函数\n",
    "## 错误\n",
    """\
## 事件

`@skill.on(…)` 里可以写的；都从 `skills.api` 导入。别的事件到不了技能。
""",
    """\
## 服务

`await home.request(services.NAME(…))` 返回结果，或者引发列出的错误；
`services` 从 `skills.api` 导入。按名字请求得到 JSON，例如
`await home.request("reminders.add", reminder={"title": "…"})`；
这时提醒服务的拒绝是一个回答：`{"refused": code}`。任何请求都可能引发 {general}。
""",
    "## 服务里的值\n\n都是 `services.NAME`，或者在 `skills.api` 里。\n",
    "## 服务的错误\n\n都是 `services.NAME`；名字以 Refused 结尾的带有 `code`。\n",
    "| 字段 | 类型 | 含义 |",
    "| 用法 | 作用 |",
    "| 函数 | 作用 |",
    "| 错误 | 什么时候 |",
    "| 服务 | 请求 | 结果 | 错误 | 作用 |",
)


def skill_api_pages(docs: Path) -> dict[Path, str]:
    """Both pages as they should be, by their files."""
    return {docs / words.file: _page(words) for words in (_ENGLISH, _CHINESE)}


def public_names() -> dict[str, Any]:
    """Every public name of `skills.api`, with what it is."""
    return {name: getattr(skills.api, name) for name in skills.api.__all__}


def _page(words: _Words) -> str:
    known = public_names()
    events = {name: kind for name, kind in _events().items() if name in known}
    classes = {
        name: kind
        for name, kind in known.items()
        if isinstance(kind, type) and not issubclass(kind, Exception) and name not in events
    }
    order = sorted(classes, key=lambda name: (name not in _FIRST, _place(name), name))
    lines = [words.head, words.classes]
    for name in order:
        lines += _class(name, classes[name], words)
        if name == "Home":
            for use, kind in _OF_THE_HOME.items():
                lines += _class(use, kind, words)
    lines += [words.functions, words.row_functions, _rule(2)]
    lines += [
        table_row(f"`{name}{_call(each)}`", _says(each))
        for name, each in sorted(known.items())
        if inspect.isfunction(each)
    ]
    lines += [table_row(f"`{name}`", _constant(name, each)) for name, each in _constants(known)]
    lines += ["", words.errors, words.row_errors, _rule(2)]
    lines += [
        table_row(f"`{name}`", first_words(each))
        for name, each in sorted(known.items())
        if isinstance(each, type) and issubclass(each, Exception)
    ]
    lines += ["", words.events]
    for name, kind in sorted(events.items()):
        lines += _class(name, kind, words)
    lines += _services(words)
    return "\n".join(lines).rstrip() + "\n"


def _place(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _events() -> dict[str, type]:
    """What the skill host may hear."""
    hears = CHILDREN["skills"].hears - _NOT_FOR_SKILLS
    return {name: EVENTS[name] for name in sorted(hears)}


def _constants(known: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, each in sorted(known.items()):
        if not isinstance(each, type) and not inspect.isfunction(each):
            yield name, each


def _constant(name: str, value: Any) -> str:
    if name == "services":
        return first_words(value)
    return f"`{value!r}`"


# ------------------------------------------------------------------------------- one class


def _class(name: str, kind: type, words: _Words) -> list[str]:
    lines = [f"### `{name}`\n", first_words(kind), ""]
    if issubclass(kind, Enum):
        members = ", ".join(f"`{each.name}`" for each in kind)
        return [*lines, members, ""]
    if is_dataclass(kind):
        lines += _fields(kind, words)
    if methods := list(_methods(kind)):
        lines += [words.row_methods, _rule(2), *methods, ""]
    return lines


def _fields(kind: type, words: _Words) -> list[str]:
    told = _field_docs(kind)
    hints = get_type_hints(kind, include_extras=True)
    rows = [
        table_row(
            f"`{each.name}`",
            f"`{_hint(hints[each.name])}{default_of(each)}`",
            told.get(each.name, ""),
        )
        for each in fields(kind)
    ]
    return [words.row_fields, _rule(3), *rows, ""] if rows else []


def _hint(kind: Any) -> str:
    try:
        return type_name(kind)
    except AttributeError:  # a Callable, whose arguments are a list
        return _bare(str(kind))


def _methods(kind: type) -> Iterator[str]:
    for name, each in vars(kind).items():
        if name.startswith("_") and name != "__init__":
            continue
        found = each.__func__ if isinstance(each, classmethod | staticmethod) else each
        if isinstance(found, property):
            yield table_row(f"`{name}`", _says(found))
        elif inspect.isfunction(found) and (name != "__init__" or not is_dataclass(kind)):
            if name == "__init__" and not found.__doc__:
                continue
            is_async = "await " if inspect.iscoroutinefunction(found) else ""
            shown = kind.__name__ if name == "__init__" else name
            yield table_row(f"`{is_async}{shown}{_call(found)}`", _says(found))


def _call(function: Callable[..., Any]) -> str:
    made = inspect.signature(function)
    told: list[str] = []
    for each in made.parameters.values():
        if each.name == "self":
            continue
        if each.kind is each.KEYWORD_ONLY and "*" not in "".join(told):
            told.append("*")
        stars = "*" * (each.kind is each.VAR_POSITIONAL) + "**" * (each.kind is each.VAR_KEYWORD)
        kind = _annotation(each.annotation)
        told.append(f"{stars}{each.name}{kind and f': {kind}'}{_default(each.default)}")
    gives = _annotation(made.return_annotation)
    return f"({', '.join(told)}){'' if gives in {'', 'None'} else f' -> {gives}'}"


def _annotation(kind: Any) -> str:
    """A type as it is written; empty if none is."""
    if kind is inspect.Parameter.empty:
        return ""
    return kind if isinstance(kind, str) else _bare(inspect.formatannotation(kind))


def _bare(text: str) -> str:
    """The text of a type without the modules in it."""
    return re.sub(r"\b(?:[a-z]+\.)+(?=[A-Za-z])", "", text)


def _default(value: Any) -> str:
    if value is inspect.Parameter.empty:
        return ""
    shown = (
        f"{type(value).__name__}.{value.name}" if isinstance(value, Enum) else _bare(repr(value))
    )
    return f" = {shown}"


def _says(each: Any) -> str:
    """A docstring without its first line's length: its arguments and errors in one row."""
    text = inspect.getdoc(each) or ""
    return " ".join(text.replace("Args:", "—").replace("Raises:", "Raises").split())


def _field_docs(kind: type) -> dict[str, str]:
    """What stands under each field in the code."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.split(".")[0] not in {"assistant", "skills"}:
            continue
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        assert isinstance(tree, ast.ClassDef)  # noqa: S101  (what the source of a class is)
        found |= _docs_in(tree.body)
    names = {each.name for each in fields(kind)}
    return {name: text for name, text in found.items() if name in names}


def _docs_in(body: Sequence[ast.stmt]) -> dict[str, str]:
    found = {}
    for before, after in pairwise(body):
        match before, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = " ".join(text.split())
    return found


def _rule(columns: int) -> str:
    return "| " + " | ".join(["---"] * columns) + " |"


# ------------------------------------------------------------------------------- services


def _services(words: _Words) -> list[str]:
    general = ", ".join(f"`{error_signature(kind)}`" for kind in GENERAL)
    lines = [words.services.replace("{general}", general)]
    values: dict[str, type] = {}
    errors: set[type[ServiceError]] = set()
    lines += [words.row_services, _rule(5)]
    for name, kind in _requests():
        gather_values(kind.RESULT, values)
        for hint in get_type_hints(kind, include_extras=True).values():
            gather_values(hint, values)
        errors |= set(kind.ERRORS)
        fields_told = "; ".join(f"{n}: {text}" for n, text in _field_docs(kind).items())
        lines.append(
            table_row(
                f"`{name}`",
                f"`{signature(kind)}`",
                f"`{type_name(kind.RESULT)}`",
                ", ".join(f"`{each.__name__}`" for each in kind.ERRORS),
                f"{first_words(kind)}{' ' if fields_told else ''}{fields_told}",
            )
        )
    lines += ["", words.values]
    shown = public_names()
    for name, kind in sorted(values.items()):
        if shown.get(name) is not kind:
            lines += _class(name, kind, words)
    lines += [words.refusals, words.row_errors, _rule(2)]
    lines += [
        table_row(f"`{error_signature(kind)}`", first_words(kind))
        for kind in sorted(errors, key=lambda each: each.__name__)
    ]
    return lines


def _requests() -> list[tuple[str, type[Request[Any]]]]:
    """What a third party's skill may request."""
    asks = CHILDREN["skills"].asks
    return sorted(
        (name, kind)
        for name, kind in REQUESTS.items()
        if kind in asks and not name.startswith(_BY_THE_HOME)
    )
