"""Values read from JSON strictly: of the right type and within its bounds, or refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import date, datetime, time
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin

from cattrs import BaseValidationError, Converter, transform_error
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.preconf.json import make_converter
from cattrs.v import format_exception

from assistant.services.errors import InvalidRefused

_T = TypeVar("_T")
LONGEST_TEXT: Final = 500
"""The longest text of a field that names no `Limit` of its own."""
FAULTS: Final = (BaseValidationError, ValueError, TypeError, KeyError, AttributeError)


class Limit:
    """How many characters, or items, a field takes: `Annotated[str, Limit(20_000)]`."""

    def __init__(self, most: int, least: int = 0) -> None:
        self.most, self.least = most, least

    def check(self, value: Any) -> None:
        """Raise ValueError if there are more, or fewer."""
        if not self.least <= len(value) <= self.most:
            what = "a text" if isinstance(value, str) else "a list"
            bounds = f"{self.least} to {self.most}" if self.least else f"at most {self.most}"
            raise ValueError(f"{what} of {bounds}")


LongText = Annotated[str, Limit(20_000)]
"""As long as anything that is said: half an hour of speech."""
Json = Any
"""Any JSON value: what a skill or the family keeps, in a form that is its own business."""
JSON_NAME: Final = "json_name"
"""In a field's metadata: its name in JSON, if that is a word of Python's own."""
Cell = str | int | float | None
"""A value of a table of a skill's."""


def strict_converter(*, omit_if_default: bool = False, longest: int = LONGEST_TEXT) -> Converter:
    """Make a converter that takes a value of the right type and bounds, and nothing else.

    Args:
        omit_if_default: writes a value without what is usual of it.
        longest: the longest text of a field that names no `Limit` of its own.
    """
    converter = make_converter(forbid_extra_keys=True, omit_if_default=omit_if_default)
    converter.register_structure_hook(str, lambda value, _: text_of(value, longest))
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(int, _whole)
    converter.register_structure_hook(bool, _flag)
    # An enumeration of texts is a str, too: this hook is the nearer one.
    converter.register_structure_hook(StrEnum, lambda value, kind: kind(text_of(value, longest)))
    converter.register_unstructure_hook(Fraction, str)
    converter.register_structure_hook(
        Fraction, lambda value, _: fraction_of(text_of(value, longest))
    )
    converter.register_unstructure_hook(time, lambda at: f"{at:%H:%M}")
    for moment in (time, date, datetime):
        converter.register_structure_hook(
            moment, lambda value, kind: kind.fromisoformat(text_of(value, longest))
        )
    for day in (date, datetime):
        converter.register_unstructure_hook(day, lambda at: at.isoformat())
    converter.register_structure_hook_factory(is_limited, lambda kind: _limited(converter, kind))
    converter.register_structure_hook_factory(_is_tuple, lambda kind: _tuple(converter, kind))
    return converter


def fraction_of(text: str) -> Fraction:
    """Read 1, 1.5 or 3/2; raises ValueError."""
    if len(text) > 20:
        raise ValueError("an amount has at most 20 characters")
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{text!r} is no amount such as 1, 1.5 or 3/2") from error


def structure(converter: Converter, value: Any, kind: type[_T], what: str) -> _T:
    """Read what came from outside.

    Raises:
        InvalidRefused: a field is missing, unknown, of the wrong type or out of bounds.
    """
    if is_dataclass(kind) and not isinstance(value, dict):
        raise InvalidRefused(what, "an object with fields is needed")
    try:
        return converter.structure(value, kind)
    except FAULTS as error:
        # transform_error names the field and what is wrong with it.
        whys = transform_error(error, path=what, format_exception=_why)
        raise InvalidRefused(what, "; ".join(whys)) from error


def _why(error: BaseException, kind: type | None) -> str:
    """Say what is wrong with one field, in plain English if a check of ours says it."""
    if isinstance(error, ValueError) and error.args:
        return str(error)
    return format_exception(error, kind)


def text_of(value: Any, most: int) -> str:
    """Give a text as it is; raises ValueError for anything else, and for one that is longer."""
    if not isinstance(value, str):
        raise ValueError("a text")  # noqa: TRY004  (cattrs gathers ValueErrors)
    if len(value) > most:
        raise ValueError(f"a text of at most {most} characters")
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


def is_limited(kind: Any) -> bool:
    """Whether a type has a `Limit`."""
    return any(isinstance(each, Limit) for each in getattr(kind, "__metadata__", ()))


def _limited(converter: Converter, kind: Any) -> Callable[[Any, Any], Any]:
    (limit,) = (each for each in kind.__metadata__ if isinstance(each, Limit))
    inner = kind.__origin__

    def structured(value: Any, _kind: Any) -> Any:
        made = text_of(value, limit.most) if inner is str else converter.structure(value, inner)
        limit.check(made)
        return made

    return structured


def _is_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _tuple(converter: Converter, kind: Any) -> Callable[[Any, Any], Any]:
    """Take a list and nothing else: a text is a list of letters to cattrs."""
    inner = get_args(kind)
    is_long = inner[-1] is Ellipsis
    many = homogenous_tuple_structure_factory(kind, converter) if is_long else None

    def structured(value: Any, _kind: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise ValueError("a list")  # noqa: TRY004  (as above)
        if many is not None:
            return many(value, kind)
        pairs = zip(value, inner, strict=True)
        return tuple(converter.structure(each, one) for each, one in pairs)

    return structured
