"""Limits how often somebody may ask: a token bucket for each, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

MAX_KNOWN: Final = 4_096
_HOME_PREFIX_BITS: Final = 64
"""How many bits of an IPv6 address one customer has: the rest is theirs to vary."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Pace:
    """Allows `burst` at once, and one more every `seconds_each`; time is what it is told."""

    def __init__(self, burst: int, seconds_each: float) -> None:
        self._burst, self._seconds_each = burst, seconds_each
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def allows(self, who: str, now: float) -> bool:
        """Whether this one may, which counts; one who asks in vain loses nothing by it."""
        bucket = self._buckets.setdefault(who, _Bucket(float(self._burst), now))
        self._buckets.move_to_end(who)
        if len(self._buckets) > MAX_KNOWN:
            self._buckets.popitem(last=False)
        won = max(now - bucket.at, 0.0) / self._seconds_each
        bucket.tokens = min(bucket.tokens + won, float(self._burst))
        bucket.at = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True


def neighbourhood(host: str) -> str:
    """The address by which a caller is counted."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(int(address) >> (128 - _HOME_PREFIX_BITS))
