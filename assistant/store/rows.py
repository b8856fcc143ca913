"""Reading rows one by one: one that is damaged costs itself, and is told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from cattrs import BaseValidationError

from assistant.runtime.faults import log_location

log = logging.getLogger(__name__)

DAMAGED: Final = (
    *(BaseValidationError, ValueError, TypeError, AttributeError),
    *(LookupError, ArithmeticError, RecursionError),
)
"""What reading a row raises whose content is not what this version writes."""
MOST_TOLD: Final = 256
_told: set[tuple[str, object]] = set()

Row = TypeVar("Row")
Read = TypeVar("Read")


def readable(rows: Iterable[Row], read: Callable[[Row], Read], table: str) -> Iterator[Read]:
    """What the rows hold, without those that cannot be read; each of these is logged once."""
    for row in rows:
        try:
            yield read(row)
        except DAMAGED as error:
            _tell(table, row, error)


def is_damaged(read: Callable[[Row], object], row: Row) -> bool:
    """Whether this row cannot be read."""
    try:
        read(row)
    except DAMAGED:
        return True
    return False


def _tell(table: str, row: object, error: Exception) -> None:
    # The row itself is left out: it holds the elder's words.
    known = (table, hash(repr(row)))
    if known not in _told and len(_told) < MOST_TOLD:
        _told.add(known)
        log.error("a row of %s cannot be read and is left out: %s", table, log_location(error))
