"""The JSON form in which reminders are kept and listed, with every value checked."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from assistant.services.strict import strict_converter, structure

Kind = TypeVar("Kind")
CONVERTER: Final = strict_converter(omit_if_default=True)


def from_json(value: Any, kind: type[Kind], what: str) -> Kind:
    """Structure what came from outside.

    Raises:
        InvalidRefused: a field is missing, unknown, of the wrong type or out of bounds.
    """
    return structure(CONVERTER, value, kind, what)


def to_json(value: object) -> Any:
    """The JSON form of one of our dataclasses."""
    return CONVERTER.unstructure(value)
