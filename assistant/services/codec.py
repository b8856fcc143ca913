"""Requests, results and errors as JSON, with every value checked.

What comes over the socket is hostile: a missing or unknown field, another type, a number that is
none and a text beyond its bound are an `InvalidRefused`, and what was asked is not done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import NoneType
from typing import Any, Final, TypeVar, get_args, get_type_hints

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from assistant.events import MAX_LINE_BYTES
from assistant.services.errors import FailedError, Refusal, ServiceError
from assistant.services.request import Request
from assistant.services.strict import (
    FAULTS,
    JSON_NAME,
    LONGEST_TEXT,
    Cell,
    is_limited,
    strict_converter,
    structure,
    text_of,
)
from assistant.settings import Settings
from assistant.settings import from_json as settings_from_json
from assistant.settings import to_json as settings_to_json

_T = TypeVar("_T")
_MOST_INTEGER: Final = 2**63 - 1
"""The largest number that the database holds."""
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
    except FAULTS as error:
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
    except FAULTS:
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


def _make(longest: int = LONGEST_TEXT) -> Converter:
    converter = strict_converter(longest=longest)
    converter.register_structure_hook_func(lambda kind: kind == Cell, _cell)
    converter.register_structure_hook_func(lambda kind: kind is NoneType, _nothing)
    converter.register_structure_hook(Path, lambda value, _: Path(text_of(value, LONGEST_TEXT)))
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
    return is_limited(kind) or any(map(_holds_limit, get_args(kind)))


def _nothing(value: Any, _kind: Any) -> None:
    if value is not None:
        raise ValueError("nothing")


CONVERTER: Final = _make()
"""Of requests."""
_RESULTS: Final = _make(MAX_LINE_BYTES)
"""Of results and errors, which come from the core: a reply is as long as it is."""
