"""A skill's own settings, `[skills.NAME]` of anban.toml: declared, checked, handed out.

What is wrong costs itself: the default stands for it, and it is told as any other setting is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Final, get_args, get_origin, get_type_hints

from assistant.settings import fitted, name_meant, placed, read, section_lines

_PLAIN: Final = (str, int, float, bool)
_ALLOWED: Final = (
    "a setting is a str, int, float or bool, a list or a dict[str, …] of those, "
    "or a dataclass of such settings"
)


class SettingsClassError(TypeError):
    """A class of settings cannot be read from a file; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What one installed skill declares."""

    name: str
    settings: type[Any] | None
    """The class of its settings; None if it has none."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The settings of every skill."""

    by_skill: Mapping[str, Any]
    """An instance of its class, by the skill's name; none if it has no settings."""
    problems: tuple[tuple[str, str], ...]
    """What cannot be used and why: `skills.water.glasses`, and the reason."""


def require_settings(kind: type[Any]) -> None:
    """Check that a class can be read from a section.

    Raises:
        SettingsClassError: it cannot.
    """
    name = getattr(kind, "__name__", str(kind))
    if not is_dataclass(kind) or not getattr(kind, "__dataclass_params__").frozen:  # noqa: B009
        raise SettingsClassError(f"{name} must be a class under @dataclass(frozen=True)")
    try:
        hints = get_type_hints(kind)
    except NameError as error:
        raise SettingsClassError(f"{name}: {error}") from error
    for each in fields(kind):
        if each.default is MISSING and each.default_factory is MISSING:
            raise SettingsClassError(
                f"{name}.{each.name} needs a default: {each.name} = setting(…)"
            )
        if is_dataclass(hints[each.name]):
            require_settings(hints[each.name])
        elif not _is_allowed(hints[each.name]):
            raise SettingsClassError(f"{name}.{each.name} cannot stand in a file: {_ALLOWED}")
    for each in fields(kind):  # before the class itself may stumble over them
        own, plain = each.default, hints[each.name]
        if own is not MISSING and plain in _PLAIN and not _is_of(plain, own):
            raise SettingsClassError(
                f"{name}.{each.name}: its own default is a {type(own).__name__}, "
                f"and its annotation {plain.__name__}: {own!r}"
            )
    try:
        default = kind()
    except Exception as error:
        raise SettingsClassError(f"{name}() fails: {error}") from error
    for where, what in fitted(kind, asdict(default))[1]:
        raise SettingsClassError(f"{name}.{where}: its own default {what}")


def _is_of(kind: Any, value: Any) -> bool:
    allowed = (int, float) if kind is float else kind
    return isinstance(value, allowed) and (kind is bool or not isinstance(value, bool))


def _is_allowed(kind: Any) -> bool:
    match get_origin(kind), get_args(kind):
        case (origin, (item,)) if origin is list:
            return item in _PLAIN
        case (origin, (key, item)) if origin is dict:
            return key is str and item in _PLAIN
    return kind in _PLAIN


def fit(
    declared: Iterable[Declared], sections: Mapping[str, Any], left_out: Iterable[str] = ()
) -> Fitted:
    """Hold the sections of the file against what the skills declare.

    Args:
        declared: every skill that works here.
        sections: `[skills]` of the file.
        left_out: skills that cannot be used, of whose sections nothing is said.
    """
    known = {each.name: each.settings for each in declared}
    by_skill: dict[str, Any] = {}
    problems: list[tuple[str, str]] = []
    for name, kind in known.items():
        if kind is not None:
            by_skill[name], wrong = _fit_one(name, kind, sections.get(name, {}))
            problems += wrong
        elif name in sections:
            problems.append((f"skills.{name}", f"the skill {name} has no settings"))
    for name in sections.keys() - known.keys() - set(left_out):
        meant = name_meant(name, known, ()) or f"there are {', '.join(sorted(known))}"
        problems.append((f"skills.{name}", f"no skill of this name is installed; {meant}"))
    return Fitted(by_skill, tuple(problems))


def _fit_one(name: str, kind: type[Any], section: Any) -> tuple[Any, list[tuple[str, str]]]:
    prefix = f"skills.{name}"
    try:
        return fitted(kind, section, prefix, f"`anban skills settings {name}` shows them all")
    except Exception as error:  # noqa: BLE001  (a third party's __post_init__)
        # The text of other errors may hold a secret of the section.
        why = str(error) if isinstance(error, ValueError) else type(error).__name__
        return kind(), [(prefix, f"the skill does not take these: {why}; its defaults hold")]


def problems_in(
    path: Path, declared: Iterable[Declared], left_out: Iterable[str] = ()
) -> tuple[str, ...]:
    """What of a settings file the skills cannot use: `file:line: field: problem`."""
    return placed(path, fit(declared, read(path).settings.skills, left_out).problems)


def example_of(declared: Declared) -> str:
    """A skill's section with every setting, its meaning and its default; empty: it has none."""
    if declared.settings is None:
        return ""
    return "\n".join(section_lines(f"skills.{declared.name}", declared.settings())) + "\n"
