"""An event is one JSON object on one line: `{"type": "Heard", ...}`.

Unknown fields are ignored, so that a newer child can speak to an older core; an unknown type or a
missing field is an `EventError`, and so is a field of another type, a number that is none, and
nesting without end.  A bad byte or half a character costs itself; what is longer than anything
that is ever said is shortened: whatever a child sends, the core goes on.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields, replace
from dataclasses import field as dataclass_field
from enum import StrEnum
from typing import Any, Final, NoReturn, TypeVar, dataclass_transform

from cattrs import BaseValidationError
from cattrs.preconf.json import make_converter

MAX_LINE_BYTES: Final = 1_048_576
"""The longest event that a process accepts; 10 minutes of words with their times are 100 kB."""
EVENTS: Final[dict[str, type]] = {}
"""Every event by the name of its type."""
_MAX_DEPTH: Final = 32
"""How deep lists and tables may lie within each other; our own events have three levels."""
_MAX_TEXT_CHARACTERS: Final = 20_000
"""The longest text; half an hour of speech."""
_MAX_ITEM_CHARACTERS: Final = 4000
"""The longest text in a list."""
_MAX_INTEGER: Final = 2**63 - 1
"""The largest number that the database holds."""
_LIMIT: Final = "limit"
_converter = make_converter()
_T = TypeVar("_T")


class EventError(ValueError):
    """What came over the socket is not an event; the line is dropped and the rest goes on."""


def limited(count: int, **more: Any) -> Any:
    """Make a field of which only so many characters, or items, are taken from another process."""
    return dataclass_field(metadata={_LIMIT: count}, **more)


@dataclass_transform(frozen_default=True, field_specifiers=(dataclass_field, limited))
def event(kind: type[_T]) -> type[_T]:
    """Make a class a frozen dataclass that crosses processes, known by its name."""
    made = dataclass(frozen=True, slots=True)(kind)
    EVENTS[made.__name__] = made
    return made


def whole(value: Any) -> Any:
    """Make a value whole: half a character (U+D800 to U+DFFF) becomes U+FFFD.

    JSON can hold halves; UTF-8, and so every disk, database and message, cannot.
    """
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {whole(name): whole(each) for name, each in value.items()}
    return [whole(each) for each in value] if isinstance(value, list) else value


def to_dict(event: object) -> dict[str, Any]:
    """Turn an event into JSON values, its type included."""
    return {"type": type(event).__name__, **_converter.unstructure(event)}


def to_line(event: object) -> bytes:
    """Write an event as one line of JSON in UTF-8, with its line end."""
    line = json.dumps(to_dict(event), ensure_ascii=False, separators=(",", ":"))
    return line.encode("utf-8", "replace") + b"\n"


def from_line(line: bytes) -> object:
    """Read the event of one line.

    Raises:
        EventError: not JSON, not an object, of unknown type, or with a wrong or missing field.
    """
    try:
        text = line.decode("utf-8", errors="replace")
        data = _checked(json.loads(text, parse_constant=_no_number), _MAX_DEPTH)
    except (ValueError, RecursionError) as error:
        # A decoder's error quotes nothing of the line.
        raise EventError(f"not JSON: {error}") from error
    name = data.pop("type", None) if isinstance(data, dict) else None
    kind = EVENTS.get(name) if isinstance(name, str) else None
    if kind is None:
        # Anything longer, or in other letters, may be words of the elder's that got there.
        is_name = isinstance(name, str) and name.isidentifier() and name.isascii()
        raise EventError(f"no event of type {name:.40}" if is_name else "no event of a known type")
    try:
        return _shortened(_converter.structure(data, kind))
    except (BaseValidationError, ValueError, TypeError, KeyError, OverflowError) as error:
        # The values are left out: they may be the elder's words, and this text is logged.
        raise EventError(f"a {name} with a wrong or missing field") from error


def _no_number(_: str) -> NoReturn:
    raise ValueError("a number that is none")


def _checked(value: Any, depth: int) -> Any:
    """Check JSON for endless numbers, half characters and nesting without end."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number beyond all bounds")
    if not isinstance(value, (dict, list)):
        return value
    if not depth:
        raise ValueError("nested too deeply")
    if isinstance(value, list):
        return [_checked(item, depth - 1) for item in value]
    return {whole(key): _checked(item, depth - 1) for key, item in value.items()}


def _shortened(event: Any) -> object:
    """Shorten every text and list to its bounds; of a text both ends are kept."""
    changed: dict[str, Any] = {}
    for item in fields(event):
        value = getattr(event, item.name)
        if isinstance(value, str):
            limit = item.metadata.get(_LIMIT, _MAX_TEXT_CHARACTERS)
            changed[item.name] = _both_ends(value, limit)
        elif isinstance(value, tuple) and value:
            kept = value[: item.metadata.get(_LIMIT, len(value))]
            changed[item.name] = tuple(
                _both_ends(each, _MAX_ITEM_CHARACTERS) if isinstance(each, str) else each
                for each in kept
            )
    return replace(event, **changed)


def _both_ends(text: str, limit: int) -> str:
    """Keep both ends of a text: a cry stands at the beginning, or is the last that was said."""
    if len(text) <= limit:
        return text
    return f"{text[: limit // 2]} {text[-(limit // 2) :]}"


def _strict(kind: type) -> Any:
    """Refuse a value of another type: as a truth value "false" would be true."""

    def check(value: Any, _: type) -> Any:
        allowed = (int, float) if kind is float else (kind,)
        if not isinstance(value, allowed) or (kind is not bool and isinstance(value, bool)):
            raise TypeError(f"expected {kind.__name__}")
        if isinstance(value, int) and kind is int and abs(value) > _MAX_INTEGER:
            raise ValueError("a number beyond all bounds")
        return kind(value)

    return check


for _kind in (str, int, float, bool):
    _converter.register_structure_hook(_kind, _strict(_kind))
# Else the hook of str would be for these too, and let every word pass.
_converter.register_structure_hook(StrEnum, lambda value, kind: kind(value))
