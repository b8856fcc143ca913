"""Acknowledgement links: signed, for one alarm and one contact, expiring, good once.

The link leads to a page with a button, and only pressing it (a POST) acknowledges: messengers
fetch links by themselves to show a preview, and no machine may end an alarm.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import Final

KEY_FILE: Final = "link.key"
"""The file of the home's secret, in the data folder."""
TEST_PREFIX: Final = "setup-"
"""How the id begins that stands for an alarm in the link of set-up's test: there is none."""
SECRET_BYTES: Final = 32
VALID_SECONDS: Final = 24 * 3600.0
MAX_TOKEN_CHARACTERS: Final = 400
TOO_OLD: Final = "this link is too old; please telephone"
_PURPOSE: Final = b"anban acknowledge 1:"
_DIGEST_BYTES: Final = 16
"""The length of a token's digest: 128 bits of HMAC-SHA-256, as RFC 2104 section 5 allows; so the
link stays short enough for SMS."""


class TokenError(ValueError):
    """The link is not good; the message may be shown to whoever pressed it."""


class TokenExpiredError(TokenError):
    """The token is this home's, and too old."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a good token says."""

    alarm_id: str
    contact_id: str
    token_id: str
    """The identity to be remembered once the token was used: it is then spent."""
    expires_at: float
    """When it expires (Unix time, seconds): after it a spent token may be forgotten."""


class Acknowledger:
    """Makes and checks tokens with the home's secret."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < SECRET_BYTES:
            raise ValueError(f"the secret needs {SECRET_BYTES} bytes")
        self._secret = secret

    def token(self, alarm_id: str, contact_id: str, now: float) -> str:
        """Make a fresh token; it goes into a link as it is."""
        claims = [alarm_id, contact_id, secrets.token_urlsafe(6), int(now + VALID_SECONDS)]
        body = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
        return _encode(self._sign(body) + body)

    def check(self, token: str, now: float, spent: Container[str] = ()) -> Acknowledgement:
        """Check what a token acknowledges; the caller records its `token_id` as spent.

        Raises:
            TokenError: forged, damaged, expired (`TokenExpiredError`), or spent.
        """
        found = self.read(token)
        if now > found.expires_at:
            raise TokenExpiredError(TOO_OLD)
        if found.token_id in spent:
            raise TokenError("this link was used already")
        return found

    def read(self, token: str) -> Acknowledgement:
        """Read what a token says, however old it is; raises TokenError: forged or damaged."""
        raw = _decode(token)
        signature, body = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
        if not hmac.compare_digest(signature, self._sign(body)):
            raise TokenError("this link was not made by this home")
        alarm_id, contact_id, token_id, expires_at = json.loads(body)
        return Acknowledgement(alarm_id, contact_id, token_id, float(expires_at))

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._secret, _PURPOSE + body, hashlib.sha256)[:_DIGEST_BYTES]


def load_secret(path: Path) -> bytes:
    """Read the home's secret, made at the first time; readable by this user alone.

    Raises:
        OSError: it can be neither read nor written.
    """
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        secret = b""
    if len(secret) >= SECRET_BYTES:
        return secret
    secret = secrets.token_bytes(SECRET_BYTES)
    draft = path.with_suffix(".part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return secret


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(token: str) -> bytes:
    """Decode strictly: one token has one spelling."""
    problem = TokenError("this link is damaged; open it from the message again")
    if not 0 < len(token) <= MAX_TOKEN_CHARACTERS or not token.isascii():
        raise problem
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError) as error:
        raise problem from error
    if _encode(raw) != token or len(raw) <= _DIGEST_BYTES:
        raise problem
    return raw
