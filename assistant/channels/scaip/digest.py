"""Digest proofs for SIP (RFC 3261 section 22, RFC 7616, RFC 8760).

A server may ask in several ways at once, best first, in headers of their own or in one: the first
one that can be answered is.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_HASHES: Final = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
"""The hash of each algorithm (RFC 8760); MD5 is what most receivers still ask for."""
_SESSION: Final = "-SESS"
_PARAMETER: Final = r'[\w-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s,"]+)'
_CHALLENGE: Final = re.compile(rf"([A-Za-z]+)\s+({_PARAMETER}(?:\s*,\s*{_PARAMETER})*)")
_NAME_VALUE: Final = re.compile(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way in which a server asks who is there."""

    realm: str
    nonce: str
    algorithm: str
    """The name of the hash as the server wrote it; empty: MD5."""
    qualities: tuple[str, ...]
    """The qualities of protection: auth, auth-int; empty: the old form without any."""
    opaque: str | None
    is_stale: bool
    """Whether the proof was right, and its nonce too old: the same again with this one."""


def choose(headers: Iterable[str]) -> Challenge | None:
    """Choose the first challenge that can be answered; None if none can."""
    for header in headers:
        for scheme, parameters in _CHALLENGE.findall(header):
            asked = {
                name.lower(): quoted or plain
                for name, quoted, plain in _NAME_VALUE.findall(parameters)
            }
            if scheme.lower() != "digest" or "nonce" not in asked:
                continue
            challenge = Challenge(
                asked.get("realm", ""),
                asked["nonce"],
                asked.get("algorithm", ""),
                tuple(re.split(r"[, ]+", asked["qop"].lower())) if "qop" in asked else (),
                asked.get("opaque"),
                asked.get("stale", "").lower() == "true",
            )
            if _can_answer(challenge):
                return challenge
    return None


def answer(
    challenge: Challenge, user: str, password: str, *, method: str, uri: str, body: bytes
) -> str:
    """Make the value of the header that proves who is there."""
    base, session, _ = challenge.algorithm.upper().partition(_SESSION)
    function = _HASHES[base or "MD5"]

    def hashed(*parts: str) -> str:
        return function(":".join(parts).encode()).hexdigest()

    own, count = secrets.token_hex(8), "00000001"
    secret = hashed(user, challenge.realm, password)
    if session:
        secret = hashed(secret, challenge.nonce, own)
    quality = next((each for each in ("auth", "auth-int") if each in challenge.qualities), "")
    request = [method, uri, *([function(body).hexdigest()] if quality == "auth-int" else [])]
    middle = [challenge.nonce, count, own, quality] if quality else [challenge.nonce]
    proof = hashed(secret, *middle, hashed(*request))
    header = (
        f'Digest username="{user}", realm="{challenge.realm}", nonce="{challenge.nonce}", '
        f'uri="{uri}", response="{proof}"'
    )
    if challenge.algorithm:
        header += f", algorithm={challenge.algorithm}"
    if challenge.opaque is not None:
        header += f', opaque="{challenge.opaque}"'
    if quality or session:
        header += f', nc={count}, cnonce="{own}"'
    return header + (f", qop={quality}" if quality else "")


def _can_answer(challenge: Challenge) -> bool:
    base = challenge.algorithm.upper().partition(_SESSION)[0] or "MD5"
    known = not challenge.qualities or {"auth", "auth-int"} & set(challenge.qualities)
    return base in _HASHES and bool(known)
