"""anban.toml read line by line and value by value: what is wrong costs itself and nothing else.

A home whose settings have a typing mistake must still hear a cry: every value that can be used is
used, the default stands for every other, and each is told with file, line and way out.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

from assistant.settings.slips import header_meant, is_secret, line_meant, name_meant

MAX_FILE_BYTES: Final = 1_000_000
_T = TypeVar("_T")
_HEADER: Final = re.compile(r"\s*\[\s*([\w.-]+)\s*\]\s*(#.*)?$")
_ASSIGNMENT: Final = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[\w.-]+)\s*=""")
_BARE_WORD: Final = re.compile(r"""\s*([\w.-]+)\s*=\s*([^\s"'\[\]{}#][^"'\[\]{}#]*?)\s*(#.*)?$""")
_BARE_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
_KINDS: Final = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}
"""What a setting must be, for the one who edits the file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that cannot be used."""

    where: str
    """`section.field`, or a section; empty: the file."""
    line: int
    """The line, from 1; 0: unknown."""
    what: str

    def at(self, path: Path) -> str:
        """`file:line: field: what`."""
        place = f"{path}:{self.line}" if self.line else f"{path}"
        return f"{place}: {self.where}: {self.what}" if self.where else f"{place}: {self.what}"


def read_tables(raw: bytes) -> tuple[dict[str, Any], list[Problem]]:
    """The tables of a file, as far as they can be read, and what cannot."""
    if len(raw) > MAX_FILE_BYTES:
        return {}, [Problem("", 0, f"has {len(raw)} bytes; settings have far fewer")]
    text = raw.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError):
        return _salvaged(text)
    return data, []


def line_of(raw: bytes, dotted: str) -> int:
    """The line of a field or section, from 1; 0 if there is none."""
    *sections, name = dotted.split(".")
    wanted, current = ".".join(sections), ""
    text = raw.decode("utf-8-sig", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            current = header.group(1)
            if current == dotted:
                return number
        elif current == wanted and re.match(rf"\s*\"?{re.escape(name)}\b", line):
            return number
    # A part of a field, as in `vosk.zh`.
    return line_of(raw, ".".join(sections)) if len(sections) > 1 else 0


# ------------------------------------------------------------------------- a file with mistakes


@dataclass(frozen=True, slots=True)
class _Statement:
    """The lines from one assignment to the next."""

    section: str
    line: int
    text: str


def _salvaged(text: str) -> tuple[dict[str, Any], list[Problem]]:
    tables: dict[str, Any] = {}
    problems: list[Problem] = []
    for statement in _statements(text, problems):
        try:
            values = tomllib.loads(statement.text)
        except (ValueError, RecursionError) as error:
            problems.append(_problem(statement, error))
            continue
        for name in reversed(statement.section.split(".") if statement.section else []):
            values = {name: values}
        twice = _merge(tables, values)
        what = "is set twice; the first one holds"
        problems += [Problem(dotted, statement.line, what) for dotted in twice]
    return tables, problems


def _merge(tables: dict[str, Any], values: dict[str, Any], prefix: str = "") -> list[str]:
    """Add what is not there yet; gives what is."""
    twice: list[str] = []
    for name, value in values.items():
        known = tables.setdefault(name, value)
        if known is value:
            continue
        if isinstance(known, dict) and isinstance(value, dict):
            twice += _merge(known, value, _dotted(prefix, name))
        else:
            twice.append(_dotted(prefix, name))
    return twice


def _statements(text: str, problems: list[Problem]) -> Iterator[_Statement]:
    section: str | None = ""
    begun: list[str] = []
    begun_at = 0
    for number, line in enumerate([*text.split("\n"), "[end]"], 1):
        is_stray = not (_ASSIGNMENT.match(line) or _is_blank(line)) and _is_whole(begun)
        is_header = line.lstrip().startswith("[") or (is_stray and "]" in line)
        if (is_header or _ASSIGNMENT.match(line)) and begun:
            yield _Statement(section or "", begun_at, "\n".join(begun))
            begun = []
        if is_header:
            header = _HEADER.match(line)
            section = header.group(1) if header else None
            if header is None:
                like = header_meant(line) or "[ear]"
                what = f"is no section, so nothing of it is used; write it like {like}"
                problems.append(Problem("", number, what))
        elif is_stray and section is not None:
            problems.append(Problem(section, number, _stray(line)))
        elif section is not None and (begun or not _is_blank(line)):
            begun_at = begun_at if begun else number
            begun.append(line)


def _stray(line: str) -> str:
    if line.lstrip().startswith(("//", "＃")):
        return "is not understood; a remark begins with #"
    meant = header_meant(line) or line_meant(line) or "name = 1"
    return f"is not understood; write it like {meant}"


def _is_blank(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _is_whole(begun: list[str]) -> bool:
    """Whether nothing is open, so that the next line cannot belong to it."""
    try:
        tomllib.loads("\n".join(begun))
    except (ValueError, RecursionError):
        return False
    return True


def _problem(statement: _Statement, error: Exception) -> Problem:
    first = statement.text.split("\n")[0]
    name = match.group(1).strip("\"'") if (match := _ASSIGNMENT.match(first)) else ""
    if match and match.group(1)[0] not in "\"'" and not _BARE_NAME.fullmatch(name):
        what = f'a name with such letters stands in quotes: "{name}" = …'
    elif bare := _BARE_WORD.match(first):
        plain = f"{bare.group(1)} = {bare.group(2)}"
        meant = line_meant(plain) or f'{bare.group(1)} = "{bare.group(2)}"'
        what = f"text stands in quotes: {meant}" if meant.endswith('"') else f"write it as {meant}"
    elif "\n" not in statement.text.strip() and match and (meant := line_meant(first)):
        what = f"not valid TOML; write it as {meant}"
    else:
        what = f"not valid TOML: {str(error).partition(' (at line')[0]}"
    return Problem(_dotted(statement.section, name), statement.line, what)


def placed(path: Path, problems: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Name file and line of problems that are known by their field alone."""
    try:
        raw = path.read_bytes()[:MAX_FILE_BYTES]
    except OSError:
        raw = b""
    told = [Problem(where, line_of(raw, where), what) for where, what in problems]
    return tuple(problem.at(path) for problem in sorted(told, key=lambda each: each.line))


def _dotted(section: str, name: str) -> str:
    return f"{section}.{name}" if section and name else section or name


# --------------------------------------------------------------------------------- the values


EXAMPLE_HINT: Final = "`anban setup --example` shows them all"


def fitted(
    kind: type[_T], data: Any, prefix: str = "", all_shown_by: str = EXAMPLE_HINT
) -> tuple[_T, list[tuple[str, str]]]:
    """A settings dataclass of what of a table fits it, and `(field, problem)` of what does not.

    Args:
        kind: a dataclass whose fields all have defaults; of fields made by `setting` the bounds
            are checked.
        data: what the file says.
        prefix: where in the file it stands.
        all_shown_by: where one finds every setting, for who wrote one that there is not.
    """
    problems: list[tuple[str, str]] = []
    if not isinstance(data, dict):
        what = f"expected a section: [{prefix}] and its settings below"
        return kind(), [(prefix, what)]
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    known = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    for name, value in data.items():
        dotted = _dotted(prefix, name)
        if name not in known:
            problems.append((dotted, _no_such(kind, prefix, name, value, all_shown_by)))
        elif is_dataclass(hints[name]):
            values[name], inner = fitted(hints[name], value, dotted, all_shown_by)
            problems += inner
        else:
            hidden = {"is_secret": True} if is_secret(name) else {}
            kept, wrong = _value(hints[name], value, {**known[name].metadata, **hidden})
            problems += [(_dotted(dotted, part), problem) for part, problem in wrong]
            if kept is not _NONE:
                values[name] = _completed(kept, known[name], {part for part, _ in wrong})
    return kind(**values), problems


def _no_such(kind: type[Any], prefix: str, name: str, value: Any, all_shown_by: str) -> str:
    """Say that there is no such setting, and which one was meant, if that is plain."""
    sections = _sections(kind) if not prefix else []
    others = [(section, each.name) for section, of in sections for each in fields(of)]
    meant = name_meant(name, (each.name for each in fields(kind)), others)
    if not meant and not prefix and isinstance(value, dict):
        meant = f"if {name} is a skill, its section is [skills.{name}]"
    return f"no such setting; {meant or all_shown_by}"


def _sections(kind: type[Any]) -> list[tuple[str, Any]]:
    hints = get_type_hints(kind)
    return [
        (each.name, hints[each.name]) for each in fields(kind) if is_dataclass(hints[each.name])
    ]


def _completed(value: Any, field: Any, lost: set[str]) -> Any:
    """A table in which the defaults stand for the entries that were lost."""
    if not lost or not isinstance(value, dict):
        return value
    defaults = field.default_factory()
    return {**{name: defaults[name] for name in defaults if name in lost}, **value}


_NONE: Final = object()


def _value(kind: Any, value: Any, bounds: Any) -> tuple[Any, list[tuple[str, str]]]:
    """A value that fits, or `_NONE`; the bounds hold for each item of a list or table."""
    if kind is Any:  # of a skill's, which is held against the skill's own settings later
        return _plain(value)
    if get_origin(kind) is dict:
        return _table(get_args(kind)[1], value, bounds)
    if get_origin(kind) is list:
        return _list(get_args(kind)[0], value, bounds)
    if isinstance(kind, type) and is_dataclass(kind):
        if not isinstance(value, dict):
            return _NONE, [("", f"expected a section, found {value!r:.60}")]
        kept, problems = fitted(kind, value)
        return _NONE if problems and getattr(kind, "IS_WHOLE", False) else kept, problems
    allowed = (int, float) if kind is float else (kind,)
    # TOML has types of its own: "1" is no number, and true is not 1.
    if not isinstance(value, allowed) or (kind is not bool and isinstance(value, bool)):
        found = _shown(value, bounds)
        wanted = _KINDS.get(kind, kind.__name__)
        return _NONE, [("", f"expected {wanted}, found {found}{_way_out(kind, value, found)}")]
    if isinstance(value, str) and "\ufffd" in value:
        return _NONE, [("", "has bytes that are no UTF-8; save the file as UTF-8")]
    if "choices" in bounds and value not in bounds["choices"]:
        choices = ", ".join(str(each) for each in bounds["choices"])
        return _NONE, [("", f"must be one of {choices}, found {_shown(value, bounds)}")]
    if "low" in bounds and not bounds["low"] <= value <= bounds["high"]:  # also refuses nan
        problem = f"must lie between {bounds['low']} and {bounds['high']}, found {value}"
        return _NONE, [("", problem)]
    return kind(value), []


def _shown(value: Any, bounds: Any) -> str:
    """A value in a message: the log holds no secret, nor does what is told to others."""
    return "…" if "is_secret" in bounds else f"{value!r:.60}"


def _way_out(kind: Any, value: Any, found: str) -> str:
    """How a value of another type is to be written, if that is plain."""
    if kind is str and isinstance(value, int) and not isinstance(value, bool):
        return f'; write it in quotes: "{found}"'
    if kind is bool:
        return "; write true or false, without quotes"
    if kind in {int, float} and isinstance(value, str):
        return "; a number stands without quotes"
    return ""


def _plain(value: Any) -> tuple[Any, list[tuple[str, str]]]:
    """What TOML has and JSON has not cannot be told to the process that runs the skills."""
    if isinstance(value, dict | list):
        return (_table if isinstance(value, dict) else _list)(Any, value, {})
    if isinstance(value, float) and not math.isfinite(value):
        return _NONE, [("", f"expected a number, found {value}")]
    if not isinstance(value, str | bool | int | float):
        return _NONE, [("", "a date or time stands in quotes")]
    return value, []


def _table(kind: Any, value: Any, bounds: Any) -> tuple[Any, list[tuple[str, str]]]:
    """Entry by entry."""
    if not isinstance(value, dict):
        return _NONE, [("", f"expected a table, found {_shown(value, bounds)}")]
    kept, problems = {}, []
    for name, item in value.items():
        fits, wrong = _value(kind, item, bounds)
        problems += [(_dotted(name, part), problem) for part, problem in wrong]
        if fits is not _NONE:
            kept[name] = fits
    return kept, problems


def _list(kind: Any, value: Any, bounds: Any) -> tuple[Any, list[tuple[str, str]]]:
    """Item by item."""
    if not isinstance(value, list):
        return _NONE, [("", f"expected a list, found {_shown(value, bounds)}")]
    kept, problems = [], []
    for item in value:
        fits, wrong = _value(kind, item, bounds)
        problems += wrong
        if fits is not _NONE:
            kept.append(fits)
    return (kept if kept or not problems else _NONE), problems
