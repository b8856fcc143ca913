"""An event is one JSON object on one line: `{"type": "Heard", ...}`.

Unknown fields are ignored, so that a newer child can speak to an older core; an unknown type or a
missing field is an `EventError`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, TypeVar, dataclass_transform

from cattrs import BaseValidationError
from cattrs.preconf.json import make_converter

MAX_LINE_BYTES: Final = 1_048_576
"""The longest event that a process accepts; 10 minutes of words with their times are 100 kB."""
EVENTS: Final[dict[str, type]] = {}
"""Every event by the name of its type."""
_converter = make_converter()
_T = TypeVar("_T")


class EventError(ValueError):
    """What came over the socket is not an event; the line is dropped and the rest goes on."""


@dataclass_transform(frozen_default=True)
def event(kind: type[_T]) -> type[_T]:
    """Make a class a frozen dataclass that crosses processes, known by its name."""
    made = dataclass(frozen=True, slots=True)(kind)
    EVENTS[made.__name__] = made
    return made


def whole(value: Any) -> Any:
    """JSON values of whole characters alone: half a one (U+D800 to U+DFFF) becomes U+FFFD.

    JSON can hold halves; UTF-8, and so every disk, database and message, cannot.
    """
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {whole(name): whole(each) for name, each in value.items()}
    return [whole(each) for each in value] if isinstance(value, list) else value


def to_dict(event: object) -> dict[str, Any]:
    """The event as JSON values, its type included."""
    return {"type": type(event).__name__, **_converter.unstructure(event)}


def to_line(event: object) -> bytes:
    """The event as one line of JSON in UTF-8, with its line end."""
    line = json.dumps(to_dict(event), ensure_ascii=False, separators=(",", ":"))
    return line.encode("utf-8", "replace") + b"\n"


def from_line(line: bytes) -> object:
    """The event of one line.

    Raises:
        EventError: not JSON, not an object, of unknown type, or with a wrong or missing field.
    """
    try:
        data = json.loads(line)
        if b"\\u" in line or b"\xed" in line:  # no other writing gives half a character
            data = whole(data)
    except ValueError as error:
        raise EventError(f"not JSON: {error}") from error
    name = data.pop("type", None) if isinstance(data, dict) else None
    kind = EVENTS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise EventError(f"no event of type {name!r}")
    try:
        return _converter.structure(data, kind)
    except (BaseValidationError, ValueError, TypeError, KeyError) as error:
        # The values are left out: they may be the elder's words, and this text is logged.
        raise EventError(f"a {name} with a wrong or missing field") from error
