"""The internet for a skill: nobody is asked without the elder's yes, and every answer has its age.

Anban works without the internet, so a skill that asks there names whom (`Skill(…, web=…)`), asks
the elder first, and has something to say if nothing comes:

1. Without the elder's yes nothing leaves the home.  The yes is kept; it can be taken back.
2. An answer that is still fresh is not asked for again.
3. If nobody answers in time, an answer that is old but still of use stands for it, with its age.
4. Else there is none, and the skill says what still works.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import tzlocal

from assistant.services import GetStored, SetStored

if TYPE_CHECKING:
    from skills.home import Outside

log = logging.getLogger(__name__)

CONSENT: Final = "web:consent"
KEPT: Final = "web:kept"
RESERVED: Final = "web:"
"""How the keys in a skill's storage begin that are not the skill's."""
FETCH_SECONDS: Final = 3.0
"""For one request, all of it: an action has 4.5 s by default."""
MOST_BYTES: Final = 262_144
"""Of one answer."""
_KEPT_BYTES: Final = 49_152
"""Of all answers that are kept, as JSON: one value of a skill's storage has at most 64 kB."""
_PAUSE_SECONDS: Final = 30.0
"""How long after a failure nobody is asked: an elder who is offline is not kept waiting twice."""


class WebError(Exception):
    """The internet is of no help now; `ConsentMissingError` or `OfflineError`."""


class ConsentMissingError(WebError):
    """The elder did not agree that this skill asks on the internet; nothing was sent."""


class OfflineError(WebError):
    """Nobody answered in time with something of use, and no answer is kept that is young enough."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer from the internet."""

    value: Any
    """JSON."""
    fetched_at: datetime
    """When it was given, with the home's time zone."""
    is_fresh: bool
    """Whether it is as young as was asked for; if not, it was kept from before."""


class Web:
    """`home.web`: the internet, as far as the skill named whom it asks and the elder agreed."""

    def __init__(self, outside: Outside, skill: str, origins: Sequence[str]) -> None:
        self._outside, self._skill, self._origins = outside, skill, frozenset(origins)
        self._failed_at = float("-inf")

    async def consent(self) -> bool | None:
        """Whether the elder agreed; None: nobody asked yet."""
        answer = await self._get(CONSENT)
        return answer if isinstance(answer, bool) else None

    async def set_consent(self, is_given: bool) -> None:
        """Keep what the elder answered; a no forgets every answer that was kept, too."""
        await self._set(CONSENT, is_given)
        if not is_given:
            await self._set(KEPT, {})

    async def get_json(
        self, url: str, *, fresh_seconds: float = 600.0, usable_seconds: float = 0.0
    ) -> Fetched:
        """Ask for JSON.

        Args:
            url: at one of the skill's origins; it is the whole of what is sent, so it must hold
                nothing that the elder said or that names the elder.
            fresh_seconds: how old an answer may be to stand without asking again.
            usable_seconds: how old one may be if nobody answers.

        Raises:
            ConsentMissingError: the elder did not agree, or was not asked yet.
            OfflineError: there is no answer, and none that is kept is young enough.
            ValueError: the address is at none of the skill's origins.
        """
        if origin_of(url) not in self._origins:
            named = ", ".join(sorted(self._origins)) or "none"
            raise ValueError(f"{origin_of(url)} is not in Skill(…, web=…), which names {named}")
        if not await self.consent():
            raise ConsentMissingError
        kept = (await self._kept()).get(url)
        if kept is not None and self._age(kept) <= fresh_seconds:
            return _fetched(kept, is_fresh=True)
        try:
            value = await self._ask(url)
        except (OSError, ValueError, RecursionError) as error:  # the last: [[[[…
            self._failed_at = self._outside.now()
            if kept is not None and self._age(kept) <= usable_seconds:
                await self._require_consent()
                return _fetched(kept, is_fresh=False)
            raise OfflineError from error
        answer = {"at": self._outside.now(), "value": value}
        await self._require_consent()
        await self._keep_if_possible(url, answer)
        return _fetched(answer, is_fresh=True)

    async def _require_consent(self) -> None:
        """Look again after the wait for the internet: the elder may have said no meanwhile."""
        if not await self.consent():
            raise ConsentMissingError

    async def _keep_if_possible(self, url: str, answer: dict[str, Any]) -> None:
        """Keep an answer; one that cannot be kept is given all the same."""
        try:
            await self._keep(url, answer)
        except Exception as error:  # noqa: BLE001  (a full disk, a core that ends, a deep answer)
            log.warning("an answer from the internet is not kept: %r", error)
        if not await self.consent():  # taken back while it was written
            await self._set(KEPT, {})
            raise ConsentMissingError

    async def _get(self, key: str) -> Any:
        return await self._outside.request(GetStored(self._skill, key))

    async def _set(self, key: str, value: Any) -> None:
        await self._outside.request(SetStored(self._skill, key, value))

    async def _ask(self, url: str) -> Any:
        if abs(self._outside.now() - self._failed_at) < _PAUSE_SECONDS:
            raise OSError("nobody answered a moment ago")
        return json.loads(await self._outside.fetch(url))

    def _age(self, kept: dict[str, Any]) -> float:
        """Its age in seconds; a clock that was set back makes nothing young for ever."""
        return abs(self._outside.now() - float(kept["at"]))

    async def _kept(self) -> dict[str, Any]:
        kept = await self._get(KEPT)
        return kept if isinstance(kept, dict) else {}

    async def _keep(self, url: str, answer: dict[str, Any]) -> None:
        """Keep an answer, and of the older ones as many as there is room for."""
        kept: dict[str, Any] = {}
        size = 0
        others = (await self._kept()) | {url: answer}
        for each, item in sorted(others.items(), key=lambda pair: -float(pair[1]["at"])):
            size += len(json.dumps({each: item}, ensure_ascii=False).encode())
            if size <= _KEPT_BYTES:
                kept[each] = item
        await self._set(KEPT, kept)


def _fetched(kept: dict[str, Any], *, is_fresh: bool) -> Fetched:
    at = datetime.fromtimestamp(kept["at"], tzlocal.get_localzone())
    return Fetched(kept["value"], at, is_fresh)


def origin_of(url: str) -> str:
    """Give `https://host` or `https://host:port` of an address, in small letters."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def require_origin(origin: str) -> None:
    """Check how a skill names whom it asks.

    Raises:
        ValueError: it is no `https://host`, or this machine itself; `http` is for what stands in
            the home.
    """
    parts = urlsplit(origin)
    is_plain = re.fullmatch(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?", origin)
    if not is_plain or parts.hostname is None:
        raise ValueError(f"web: write {origin!r} like https://api.example.org, without a path")
    if _is_this_machine(parts.hostname):
        raise ValueError(f"web: {origin} is this machine, or no address to ask; name another")
    if parts.scheme == "http" and not _is_at_home(parts.hostname):
        raise ValueError(f"web: {origin} is not encrypted; http is for what stands in the home")


def _is_at_home(host: str) -> bool:
    address = _address(host)
    if address is not None:
        return address.is_private
    return host.endswith((".local", ".lan", ".home.arpa"))


def _is_this_machine(host: str) -> bool:
    """Whether no other machine is meant: Anban's own services are not for skills to call."""
    if f".{host.rstrip('.')}".endswith((".localhost", ".localdomain", ".ip6-localhost")):
        return True
    a = _address(host)
    return a is not None and (a.is_loopback or a.is_link_local or a.is_unspecified)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an address as the system would, which takes 127.1 and 0x7f000001, too."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
        except (OSError, ValueError):
            return None
    return getattr(address, "ipv4_mapped", None) or address
