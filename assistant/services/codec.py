"""Requests, results and errors as JSON, with every value checked.

What comes over the socket is hostile: a missing or unknown field, another type, a number that is
none and a text beyond its bound are an `InvalidRefused`, and what was asked is not done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin, get_type_hints

from cattrs import BaseValidationError, Converter, transform_error
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.gen import (
    make_dict_structure_fn,
    make_dict_unstructure_fn,
    override,
)
from cattrs.preconf.json import make_converter
from cattrs.v import format_exception

from assistant.events import MAX_LINE_BYTES
from assistant.services.errors import FailedError, InvalidRefused, Refusal, ServiceError
from assistant.services.request import Request
from assistant.settings import Settings
from assistant.settings import from_json as settings_from_json
from assistant.settings import to_json as settings_to_json

_T = TypeVar("_T")
_LONGEST_TEXT: Final = 500
"""The longest text of a field that names no `Limit` of its own."""
_MOST_INTEGER: Final = 2**63 - 1
"""The largest number that the database holds."""
_FAULTS: Final = (BaseValidationError, ValueError, TypeError, KeyError, AttributeError)


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


def strict_converter(*, omit_if_default: bool = False, longest: int = _LONGEST_TEXT) -> Converter:
    """Make a converter that takes a value of the right type and bounds, and nothing else.

    Args:
        omit_if_default: writes a value without what is usual of it.
        longest: the longest text of a field that names no `Limit` of its own.
    """
    converter = make_converter(forbid_extra_keys=True, omit_if_default=omit_if_default)
    converter.register_structure_hook(str, lambda value, _: _text(value, longest))
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(int, _whole)
    converter.register_structure_hook(bool, _flag)
    # An enumeration of texts is a str, too: this hook is the nearer one.
    converter.register_structure_hook(StrEnum, lambda value, kind: kind(_text(value, longest)))
    converter.register_unstructure_hook(Fraction, str)
    converter.register_structure_hook(Fraction, lambda value, _: fraction_of(_text(value, longest)))
    converter.register_unstructure_hook(time, lambda at: f"{at:%H:%M}")
    for moment in (time, date, datetime):
        converter.register_structure_hook(
            moment, lambda value, kind: kind.fromisoformat(_text(value, longest))
        )
    for day in (date, datetime):
        converter.register_unstructure_hook(day, lambda at: at.isoformat())
    converter.register_structure_hook_factory(_is_limited, lambda kind: _limited(converter, kind))
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
    except _FAULTS as error:
        # transform_error names the field and what is wrong with it.
        whys = transform_error(error, path=what, format_exception=_why)
        raise InvalidRefused(what, "; ".join(whys)) from error


def _why(error: BaseException, kind: type | None) -> str:
    """Say what is wrong with one field, in plain English if a check of ours says it."""
    if isinstance(error, ValueError) and error.args:
        return str(error)
    return format_exception(error, kind)


def _text(value: Any, most: int) -> str:
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


def _is_limited(kind: Any) -> bool:
    return any(isinstance(each, Limit) for each in getattr(kind, "__metadata__", ()))


def _limited(converter: Converter, kind: Any) -> Callable[[Any, Any], Any]:
    (limit,) = (each for each in kind.__metadata__ if isinstance(each, Limit))
    inner = kind.__origin__

    def structured(value: Any, _kind: Any) -> Any:
        made = _text(value, limit.most) if inner is str else converter.structure(value, inner)
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


# ------------------------------------------------------------------------------ requests


_SPARSE: Final = frozenset(
    {
        "assistant.language.amounts",
        "assistant.language.schedule",
        "assistant.services.reminder",
        "assistant.services.schedule",
    }
)
"""The modules of values that are written without what is usual of them."""


def to_json(value: object) -> Any:
    """Give a value of a request or a result as JSON values."""
    return CONVERTER.unstructure(value)


def value_of(kind: type[_T], value: Any) -> _T:
    """Read a value of a request or a result; raises InvalidRefused."""
    return structure(CONVERTER, value, kind, kind.__name__)


def fields_of(request: Request[Any]) -> dict[str, Any]:
    """Give a request's fields as JSON values."""
    fields: dict[str, Any] = CONVERTER.unstructure(request)
    return fields


def request_of(kind: type[Request[_T]], values: Mapping[str, Any]) -> Request[_T]:
    """Make a request of its fields; raises InvalidRefused."""
    return structure(CONVERTER, dict(values), kind, kind.SERVICE)


def result_to_json(kind: type[Request[Any]], result: Any) -> Any:
    """Give the result of a request as JSON values."""
    return CONVERTER.unstructure(result, unstructure_as=kind.RESULT)


def result_of(kind: type[Request[_T]], value: Any) -> _T:
    """Read the result of a request; raises FailedError if it is none."""
    try:
        result: _T = _RESULTS.structure(value, kind.RESULT)
    except _FAULTS as error:
        raise FailedError(kind.SERVICE) from error
    return result


def error_to_json(error: ServiceError) -> dict[str, Any]:
    """Give the fields of an error as JSON values."""
    fields: dict[str, Any] = make_dict_unstructure_fn(type(error), CONVERTER)(error)
    return fields


def error_of(kind: type[Request[Any]], name: str, fields: Mapping[str, Any]) -> ServiceError:
    """Make the error of a name that came back; one that the request does not know is a fault."""
    known = kind.error_named(name)
    if known is None:
        return FailedError(kind.SERVICE)
    try:
        return _error(known, fields)
    except _FAULTS:
        return FailedError(kind.SERVICE)


def _error(kind: type[ServiceError], fields: Mapping[str, Any]) -> ServiceError:
    made: ServiceError = make_dict_structure_fn(kind, _RESULTS, _cattrs_forbid_extra_keys=True)(
        dict(fields), kind
    )
    return made


def _refusal(value: Any, _kind: type) -> Refusal:
    """Read a refusal that is told within a result: why something is no schedule yet."""
    fields = dict(value)
    code = fields.pop("refused")
    kinds: list[type[Refusal]] = Refusal.__subclasses__()
    (kind,) = (each for each in kinds if each.code == code)
    made = _error(kind, fields)
    assert isinstance(made, Refusal)  # noqa: S101  (`kind` is one)
    return made


def _cell(value: Any, _kind: Any) -> Cell:
    if value is None or isinstance(value, str | float):
        return value
    if isinstance(value, int) and abs(value) <= _MOST_INTEGER:
        return int(value)  # a truth value is 0 or 1 to SQLite
    raise ValueError("a text, a number of 64 bits at most, or null")


def _make(longest: int = _LONGEST_TEXT) -> Converter:
    converter = strict_converter(longest=longest)
    converter.register_structure_hook_func(lambda kind: kind == Cell, _cell)
    converter.register_structure_hook_func(lambda kind: kind is NoneType, _nothing)
    converter.register_structure_hook(Path, lambda value, _: Path(_text(value, _LONGEST_TEXT)))
    converter.register_structure_hook(Settings, lambda value, _: settings_from_json(value))
    converter.register_unstructure_hook(Settings, settings_to_json)
    converter.register_structure_hook(Refusal, _refusal)
    converter.register_unstructure_hook(Refusal, Refusal.to_dict)
    converter.register_structure_hook_factory(
        _is_own,
        lambda kind: make_dict_structure_fn(
            kind, converter, _cattrs_forbid_extra_keys=True, **_own_fields(kind, converter)
        ),
    )
    converter.register_unstructure_hook_factory(
        _is_own,
        lambda kind: make_dict_unstructure_fn(kind, converter, **_own_fields(kind, converter)),
    )
    converter.register_unstructure_hook_factory(
        lambda kind: is_dataclass(kind) and kind.__module__ in _SPARSE,
        lambda kind: make_dict_unstructure_fn(kind, converter, _cattrs_omit_if_default=True),
    )
    return converter


def _is_own(kind: Any) -> bool:
    """Whether a class is one of ours whose fields are not all as cattrs would take them."""
    return isinstance(kind, type) and is_dataclass(kind) and bool(_own_fields(kind, CONVERTER))


def _own_fields(kind: Any, converter: Converter) -> dict[str, Any]:
    """The fields with another name in JSON, or with a bound: cattrs forgets what is `Annotated`."""
    hints = get_type_hints(kind, include_extras=True)
    found: dict[str, Any] = {}
    for each in fields(kind):
        rename, hint = each.metadata.get(JSON_NAME), hints[each.name]
        hook = converter.get_structure_hook(hint) if _holds_limit(hint) else None
        if rename is not None or hook is not None:
            found[each.name] = override(rename=rename, struct_hook=hook)
    return found


def _holds_limit(kind: Any) -> bool:
    return _is_limited(kind) or any(map(_holds_limit, get_args(kind)))


def _nothing(value: Any, _kind: Any) -> None:
    if value is not None:
        raise ValueError("nothing")


CONVERTER: Final = _make()
"""Of requests."""
_RESULTS: Final = _make(MAX_LINE_BYTES)
"""Of results and errors, which come from the core: a reply is as long as it is."""
