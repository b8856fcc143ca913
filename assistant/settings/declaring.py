"""How a setting is declared: its default, its meaning, its bounds, whether it is a secret."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import field
from typing import Any


def setting(
    default: Any,
    help_text: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[Any] = (),
    is_secret: bool = False,
) -> Any:
    """A field of a settings dataclass.

    Args:
        default: what holds if the file does not say it.
        help_text: what it is, for the one who writes the file; with the unit.
        low: the least number; of a list or table, of each item.
        high: the greatest.
        choices: what it must be one of.
        is_secret: whether no message and no log may show it.  What is named like a password or a
            token is a secret anyhow.

    Raises:
        TypeError: only one of `low` and `high` is given.
    """
    if (low is None) != (high is None):
        raise TypeError("a setting has both `low` and `high`, or neither")
    metadata: dict[str, Any] = {"help": help_text}
    if low is not None:
        metadata |= {"low": low, "high": high}
    if choices:
        metadata["choices"] = tuple(choices)
    if is_secret:
        metadata["is_secret"] = True
    made: dict[str, Any] = {"metadata": metadata, "repr": not is_secret}
    if isinstance(default, dict | list):
        return field(default_factory=lambda: copy(default), **made)
    return field(default=default, **made)
