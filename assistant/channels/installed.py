"""Channels that other packages bring, found by the entry point group `anban.channels`.

The entry point's name is the scheme; what it names makes a channel of a whole address, most simply
the channel's class.  One that cannot be loaded costs itself alone and is told.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from assistant.channels.addresses import AddressError
from assistant.channels.apart import Apart
from assistant.channels.api import Channel
from assistant.channels.deadline import within
from assistant.channels.registry import OURS, Opener

log = logging.getLogger(__name__)

GROUP: Final = "anban.channels"
IMPORT_SECONDS: Final = 5.0
"""How long all of them together may take to be imported: the start waits for it."""
OPEN_SECONDS: Final = 2.0
"""How long one may look at an address, during which the core waits; it must not reach out."""
AGAIN_SECONDS: Final = 60.0
"""After it took longer: addresses are looked at with every sentence about a contact."""
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*")
"""RFC 3986, section 3.1, in lower case."""


@dataclass(frozen=True, slots=True)
class NotLoaded:
    """An installed channel that cannot be used, and why."""

    scheme: str
    reason: str


def load_channels(
    points: Iterable[EntryPoint] | None = None,
) -> tuple[dict[str, Opener], tuple[NotLoaded, ...]]:
    """What opens each scheme of the installed packages, and what could not be loaded."""
    found = entry_points(group=GROUP) if points is None else points
    openers: dict[str, Opener] = {}
    failed: list[NotLoaded] = []
    until = time.monotonic() + IMPORT_SECONDS
    for point in sorted(found, key=lambda point: (point.name, point.value)):
        try:
            if point.name in openers:
                raise ValueError(f"another package opens {point.name}: already; uninstall one")
            openers[point.name] = _loaded(point, max(until - time.monotonic(), 0.1))
        except TimeoutError:
            failed.append(NotLoaded(point.name, "its import takes too long"))
        except (Exception, SystemExit) as error:  # noqa: BLE001  (another package's code)
            failed.append(NotLoaded(point.name, f"{type(error).__name__}: {error}"))
    for each in failed:
        log.error("the channel %s is left out: %s", each.scheme, each.reason)
    return openers, tuple(failed)


def _loaded(point: EntryPoint, seconds: float) -> Opener:
    if point.name in OURS:
        raise ValueError(f"{point.name}: comes with Anban; choose another scheme")
    if not _SCHEME.fullmatch(point.name):
        raise ValueError("its entry point's name is no scheme like lamp, in lower case")
    make = within(seconds, point.load)
    if not callable(make):
        raise TypeError(f"{point.value} makes no channel of an address")
    return _Opener(point.name, make)


class _Opener:
    """Opens the addresses of one scheme."""

    def __init__(self, scheme: str, make: Callable[[str], object]) -> None:
        self._scheme, self._make = scheme, make
        self._not_before = 0.0

    def __call__(self, address: str) -> Channel:
        """Raises AddressError, whatever the other package does."""
        problem = f"the channel {self._scheme} cannot open its address"
        if time.monotonic() < self._not_before:
            raise AddressError(f"{problem}: it took too long; it is tried again in a minute")
        try:
            return within(OPEN_SECONDS, lambda: Apart(self._make(address)))
        except AddressError:
            raise
        except TimeoutError:
            self._not_before = time.monotonic() + AGAIN_SECONDS
            raise AddressError(f"{problem}: it takes too long") from None
        except (Exception, SystemExit) as error:
            raise AddressError(f"{problem}: {type(error).__name__}; see its manual") from error
