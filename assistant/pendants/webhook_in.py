"""A pendant that reports over the web: a hub, a radio gateway, Home Assistant.

    POST /pendant/pendant-1
    {"event": "press", "battery": 80}

Proved with `Authorization: Bearer TOKEN`, or signed as Standard Webhooks describes, with the token
as the key; a signed report cannot be replayed.  The server in front limits size and pace; this is
what it asks about one report.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from assistant.pendants.facts import PendantError, battery_percent_of, facts_of, is_press

TOKEN_VARIABLE: Final = "ANBAN_PENDANT_TOKEN"  # noqa: S105  (a name, no secret)
MAX_BODY_BYTES: Final = 65_536
"""The largest report: hubs send the whole state of a device beside its event, some kilobytes."""
MIN_TOKEN_CHARACTERS: Final = 20
MAX_AGE_SECONDS: Final = 300.0
"""How far a signed report's clock may be off; an older one is a replay."""
MAX_REMEMBERED: Final = 10_000
_SPOILT_FIELD: Final = re.compile(
    rb"""["']?\b(?P<name>event|device)["']?\s*[:=]\s*["']?(?P<value>[A-Za-z0-9_. -]{1,40})"""
)
"""A field of a report that is no JSON: hubs fill templates in, and write `"battery": unknown`."""


class PendantRefusedError(PendantError):
    """The token is not this home's; answer 401."""


class PendantClockError(PendantError):
    """The report is rightly signed, but of another time: a replay, or a wrong clock; answer 409."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a hub said of one pendant."""

    device: str
    event: str
    """The event: press or seen."""
    battery_percent: int | None = None


class PendantDoor:
    """Checks reports, and knows the signed ones that it took already."""

    def __init__(self, token: str) -> None:
        if len(token) < MIN_TOKEN_CHARACTERS:
            raise ValueError(f"the token of this home needs {MIN_TOKEN_CHARACTERS} characters")
        self._token = token.encode()
        self._taken: dict[str, float] = {}

    def check(
        self, headers: Mapping[str, str], device: str, body: bytes, now: float
    ) -> Report | None:
        """Check a report, to be passed on and then `took`; None for one that was taken already.

        Args:
            headers: of the request, found in any case.
            device: as the address names it.
            body: as it came.
            now: Unix time, seconds.

        Raises:
            PendantRefusedError: a wrong or missing proof.
            PendantClockError: a right one, of another time.
            PendantError: no report; answer 400.
        """
        if "webhook-signature" in headers:
            self._check_signature(headers, body, now)
            if headers["webhook-id"] in self._taken:
                return None
        else:
            self._check_bearer(headers.get("authorization", ""))
        # The signature does not hold the address: such a report names its pendant itself.
        return _report(device, body, must_name="webhook-signature" in headers)

    def took(self, headers: Mapping[str, str], now: float) -> None:
        """Note that the report was passed on: the same one again is a replay."""
        if "webhook-signature" not in headers:
            return
        too_old = now - 2 * MAX_AGE_SECONDS
        self._taken = {key: at for key, at in self._taken.items() if at > too_old}
        if len(self._taken) < MAX_REMEMBERED:
            self._taken[headers["webhook-id"]] = now

    def _check_bearer(self, authorization: str) -> None:
        scheme, _, given = authorization.partition(" ")
        is_right = hmac.compare_digest(given.strip().encode(), self._token)
        if scheme.lower() != "bearer" or not is_right:
            raise PendantRefusedError("a report with a wrong token")

    def _check_signature(self, headers: Mapping[str, str], body: bytes, now: float) -> None:
        stamp = headers.get("webhook-timestamp", "")
        signed = f"{headers.get('webhook-id', '')}.{stamp}.".encode() + body
        wanted = base64.b64encode(hmac.digest(self._token, signed, hashlib.sha256))
        given = headers["webhook-signature"].split()
        # Several may stand there while a key is changed.
        rights = [hmac.compare_digest(one.encode(), b"v1," + wanted) for one in given]
        if not any(rights) or not headers.get("webhook-id"):
            raise PendantRefusedError("a report with a wrong signature")
        if not re.fullmatch(r"[0-9]{1,12}", stamp) or abs(now - int(stamp)) > MAX_AGE_SECONDS:
            raise PendantClockError("a report of another time; set the clock of the hub")


def _report(device: str, body: bytes, *, must_name: bool) -> Report:
    if len(body) > MAX_BODY_BYTES:
        raise PendantError("a report that is too long")
    said = _fields(body)
    event, named = said.get("event"), said.get("device")
    if must_name and named != device:
        raise PendantError("a signed report names its device, as the address does")
    facts_of(event, device)  # raises for what is none
    battery = battery_percent_of(said.get("battery"))
    return Report(device, "press" if is_press(event) else "seen", battery)


def _fields(body: bytes) -> dict[str, Any]:
    try:
        report = json.loads(body)
    except (ValueError, RecursionError):
        found = _SPOILT_FIELD.finditer(body)
        report = {field["name"].decode(): field["value"].decode().strip() for field in found}
    if not isinstance(report, dict) or not report:
        raise PendantError("a report that is no JSON object")
    return report
