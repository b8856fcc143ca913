"""Sets values in anban.toml and leaves every other line, remark and order as it was."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Final, get_type_hints

import tomlkit
from tomlkit.exceptions import TOMLKitError

from assistant.runtime.private_files import write_private
from assistant.settings import Settings, SettingsError, read

_HEADER: Final = "# Settings of Anban; `anban setup --example` prints every one.\n\n"
_ALWAYS: Final = frozenset({"language"})
"""What is written although it is the default: the file shows that the home was set up."""
_HEADER_LINE: Final = re.compile(r"\s*\[[^=]*\]\s*(#.*)?$")
_NONE: Final = object()
_NOT_DONE: Final = "{path} was left as it is: {why}"


def setting(settings: Settings, dotted: str) -> Any:
    """Give the value of a setting, named like `emergency.address`."""
    value: Any = settings
    for name in dotted.split("."):
        value = getattr(value, name)
    return value


def set_values(path: Path, values: Mapping[str, Any]) -> None:
    """Set some values, named like `emergency.address`; all of them or none.

    The file of until now is kept beside it as `anban.toml.before`.  A value that is the default,
    and was never written, is not written either.

    Raises:
        SettingsError: the file is no TOML, or nothing can be written; nothing was changed.
    """
    path = path.resolve()  # a link stays one
    try:
        # Line ends stay as they are: universal newlines would change each of them.
        text = path.read_bytes().decode("utf-8-sig") if path.exists() else _HEADER
        wanted = tomllib.loads(text.replace("\r\n", "\n"))
    except (OSError, ValueError) as error:
        known = read(path).problems
        why = known[0] if known else str(error)
        raise SettingsError(_NOT_DONE.format(path=path, why=why)) from error
    defaults, changed = Settings(), False
    for dotted, value in values.items():
        *section, name = dotted.split(".")
        table = wanted
        for each in section:
            table = table.setdefault(each, {})
            if not isinstance(table, dict):
                what = f"{each}: expected a section: [{each}] and its settings below"
                raise SettingsError(_NOT_DONE.format(path=path, why=what))
        is_default = name not in table and dotted not in _ALWAYS
        if (is_default and setting(defaults, dotted) == value) or table.get(name, _NONE) == value:
            continue
        is_new, changed = name not in table, True
        table[name] = value
        line = f"{name} = {tomlkit.item(value).as_string()}"
        added = _with_line(text, section, [f"# {_meaning(section, name)}", line]) if is_new else ""
        text = added if _is(added, wanted) else _set(text, section, name, value)
    if changed:
        _write(path, text, wanted)


def _meaning(section: list[str], name: str) -> str:
    kind: Any = Settings
    for each in section:
        kind = get_type_hints(kind)[each]
    return str({item.name: item for item in fields(kind)}[name].metadata.get("help", ""))


def _with_line(text: str, section: list[str], added: list[str]) -> str:
    """Add lines at the end of a section, which is begun if it is not there."""
    lines = text.splitlines()
    headers = [number for number, line in enumerate(lines) if _HEADER_LINE.match(line)]
    begin, end = 0, (headers or [len(lines)])[0]
    if section:
        wanted = f"[{section[0]}]"
        at = [number for number in headers if lines[number].split("#")[0].strip() == wanted]
        if not at:
            gap = [""] if lines and lines[-1].strip() else []
            return _joined([*lines, *gap, wanted, *added], text)
        begin = at[0]
        end = next((number for number in headers if number > begin), len(lines))
    last = [n for n in range(begin, end) if lines[n].strip() and not _is_remark(lines[n])]
    put = last[-1] + 1 if last else end
    return _joined([*lines[:put], *added, *lines[put:]], text)


def _is_remark(line: str) -> bool:
    return line.lstrip().startswith("#")


def _joined(lines: list[str], text: str) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    return end.join(lines) + end


def _is(text: str, wanted: dict[str, Any]) -> bool:
    """Whether a text says just what is wanted: nothing that was written by hand may be lost."""
    try:
        return _filled(tomllib.loads(text.replace("\r\n", "\n"))) == _filled(wanted)
    except ValueError:
        return False


def _set(text: str, section: list[str], name: str, value: Any) -> str:
    """Replace a value, or add one to a section that is written in some other way."""
    try:
        document = tomlkit.parse(text)
        table: Any = document
        for each in section:
            table = table.setdefault(each, tomlkit.table())
        table[name] = value
        return tomlkit.dumps(document)
    except (TOMLKitError, TypeError) as error:
        raise SettingsError(str(error)) from error


def _write(path: Path, text: str, wanted: dict[str, Any]) -> None:
    if not _is(text, wanted):
        why = "the change cannot be made without touching other lines; make it by hand"
        raise SettingsError(_NOT_DONE.format(path=path, why=why))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, text.encode(), before=path.with_name(f"{path.name}.before"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error


def _filled(tables: dict[str, Any]) -> dict[str, Any]:
    """Leave out sections in which nothing stands."""
    return {name: value for name, value in tables.items() if value != {}}


def names() -> tuple[str, ...]:
    """Name every setting."""
    hints = get_type_hints(Settings)
    found: list[str] = []
    for item in fields(Settings):
        kind = hints[item.name]
        if is_dataclass(kind):
            found += [f"{item.name}.{inner.name}" for inner in fields(kind)]
        else:
            found.append(item.name)
    return tuple(found)
