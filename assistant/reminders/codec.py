"""The JSON form of what is kept and of what is asked, with every value checked."""

from __future__ import annotations

from dataclasses import is_dataclass
from datetime import date, datetime, time
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, TypeVar

from cattrs import BaseValidationError, Converter, transform_error
from cattrs.preconf.json import make_converter
from cattrs.v import format_exception

from assistant.reminders.refusals import InvalidRefused

Kind = TypeVar("Kind")

_LONGEST_TEXT: Final = 500


def from_json(value: Any, kind: type[Kind], what: str) -> Kind:
    """Structure what came from outside.

    Raises:
        InvalidRefused: a field is missing, unknown, of the wrong type or out of bounds.
    """
    if is_dataclass(kind) and not isinstance(value, dict):
        raise InvalidRefused(what, "an object with fields is needed")
    try:
        return CONVERTER.structure(value, kind)
    except (BaseValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        # transform_error names the field and what is wrong with it.
        whys = transform_error(error, path=what, format_exception=_why)
        raise InvalidRefused(what, "; ".join(whys)) from error


def _why(error: BaseException, kind: type | None) -> str:
    """Say what is wrong with one field, in plain English if a check of ours says it."""
    if isinstance(error, ValueError) and error.args:
        return str(error)
    return format_exception(error, kind)


def to_json(value: object) -> Any:
    """The JSON form of one of our dataclasses."""
    return CONVERTER.unstructure(value)


def fraction_of(text: str) -> Fraction:
    """Read 1, 1.5 or 3/2; raises ValueError."""
    if len(text) > 20:
        raise ValueError("an amount has at most 20 characters")
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{text!r} is no amount such as 1, 1.5 or 3/2") from error


def _text(value: Any, _kind: type) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")  # noqa: TRY004  (cattrs gathers ValueErrors)
    if len(value) > _LONGEST_TEXT:
        raise ValueError(f"a text of at most {_LONGEST_TEXT} characters")
    return value


def _number(value: Any, _kind: type) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        raise ValueError("a number")
    return float(value)


def _whole(value: Any, _kind: type) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10**9:
        raise ValueError("a whole number")
    return value


def _flag(value: Any, _kind: type) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")  # noqa: TRY004  (as above)
    return value


def _make() -> Converter:
    converter = make_converter(forbid_extra_keys=True, omit_if_default=True)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(int, _whole)
    converter.register_structure_hook(bool, _flag)
    # An enumeration of texts is a str, too: this hook is the nearer one.
    converter.register_structure_hook(StrEnum, lambda value, kind: kind(_text(value, str)))
    converter.register_unstructure_hook(Fraction, str)
    converter.register_structure_hook(Fraction, lambda value, _: fraction_of(_text(value, str)))
    converter.register_unstructure_hook(time, lambda at: f"{at:%H:%M}")
    converter.register_structure_hook(time, lambda value, _: time.fromisoformat(_text(value, str)))
    for day in (date, datetime):
        converter.register_structure_hook(day, lambda value, k: k.fromisoformat(_text(value, str)))
        converter.register_unstructure_hook(day, lambda at: at.isoformat())
    return converter


CONVERTER: Final = _make()
