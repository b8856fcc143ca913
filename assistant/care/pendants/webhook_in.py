"""A pendant that reports over the web: a hub, a radio gateway, Home Assistant.

    POST, Authorization: Bearer TOKEN
    {"device": "pendant-1", "event": "press", "battery": 80}

The server in front limits size and pace; this is what it asks about one report.
"""

from __future__ import annotations

import hmac
import json
from typing import Any, Final

from assistant.care.pendants.facts import PendantError, PendantFact, facts_of

MAX_BODY_BYTES: Final = 4_096
MIN_TOKEN_CHARACTERS: Final = 20


class PendantRefusedError(PendantError):
    """The token is not this home's; answer 401."""


def take(authorization: str, body: bytes, token: str) -> list[PendantFact]:
    """The facts in one report.

    Raises:
        PendantRefusedError: a wrong or missing token.
        PendantError: no report; answer 400.
    """
    if len(token) < MIN_TOKEN_CHARACTERS:
        raise ValueError(f"the token of this home needs {MIN_TOKEN_CHARACTERS} characters")
    scheme, _, given = authorization.partition(" ")
    is_right = hmac.compare_digest(given.strip().encode(), token.encode())
    if scheme.lower() != "bearer" or not is_right:
        raise PendantRefusedError("a report with a wrong token")
    if len(body) > MAX_BODY_BYTES:
        raise PendantError("a report that is too long")
    report = _object(body)
    device, event, battery = (report.get(name) for name in ("device", "event", "battery"))
    if not isinstance(device, str) or not isinstance(event, str):
        raise PendantError("a report names its device and its event")
    if battery is not None and (isinstance(battery, bool) or not isinstance(battery, int)):
        raise PendantError("a battery is a whole number of percent")
    return facts_of(event, device, battery)


def _object(body: bytes) -> dict[str, Any]:
    try:
        report = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise PendantError("a report that is not JSON") from error
    if not isinstance(report, dict):
        raise PendantError("a report that is no object")
    return report
