"""Checks whether the family's phones can open the page: asked at its own address, as they would."""

from __future__ import annotations

import http.client
import ipaddress
import ssl
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from assistant.services.findings import CheckResult, Verdict, found
from assistant.settings import ConsoleSettings

CONNECT_SECONDS: Final = 8.0
RENEW_DAYS: Final = 14.0
_PAGE_BYTES: Final = 16_384
_DAY_SECONDS: Final = 86_400.0
_NO_PAGE: Final = "url is set in [console] and listen is not: nobody serves the page"
_AT_HOME: Final = (".local", ".lan", ".home.arpa", ".internal")
_ONLY_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class PageCheck:
    """What was found."""

    is_well: bool
    detail: str
    """How it is and, if it is not well, what to do."""
    part: str = "page"
    """What is not well: a page that opens, but not as it should, is another fault than one that
    does not."""


def check_page(wanted: ConsoleSettings) -> PageCheck:
    """Look at the settings, then ask the page for a link that is none."""
    if not wanted.listen:
        return PageCheck(not wanted.url, _NO_PAGE if wanted.url else "none; messages have no links")
    if not wanted.url:
        return PageCheck(is_well=False, detail="messages have no links; set url in [console]")
    url = _address(wanted.url)
    if url is None:
        return PageCheck(is_well=False, detail=f"{wanted.url!r} in [console] is no web address")
    if url.hostname in _ONLY_HERE:
        return PageCheck(is_well=False, detail=f"{wanted.url} opens on this machine alone")
    try:
        days_left, is_ours = _ask(url)
    except ssl.SSLCertVerificationError as error:
        problem = f"phones refuse the certificate of {wanted.url}: {error.verify_message}"
        return PageCheck(is_well=False, detail=problem)
    except (OSError, http.client.HTTPException, ValueError) as error:
        problem = f"{wanted.url} cannot be reached from here ({type(error).__name__})"
        return PageCheck(is_well=False, detail=f"{problem}; does Anban run, is the way open?")
    if not is_ours:
        return PageCheck(is_well=False, detail=f"somebody else answers at {wanted.url}")
    if days_left is None and is_at_home(str(url.hostname)):
        opens = f"{wanted.url} opens in the home's own network alone, and is not encrypted there"
        return PageCheck(is_well=True, detail=opens)
    if days_left is None:
        problem = f"{wanted.url} is not secret on its way; use https"
        return PageCheck(is_well=False, detail=problem, part="page_secrecy")
    if days_left < RENEW_DAYS:
        problem = f"the certificate of {wanted.url} ends in {days_left:.0f} days; renew it"
        return PageCheck(is_well=False, detail=problem, part="page_certificate")
    return PageCheck(is_well=True, detail=f"{wanted.url}, certificate for {days_left:.0f} days")


def page_finding(wanted: ConsoleSettings) -> CheckResult | None:
    """Check as `check_page` does, for the self-test; None if there is to be no page."""
    if not wanted.listen and not wanted.url:
        return None
    check = check_page(wanted)
    if check.part != "page":  # it opens all the same
        return CheckResult(check.part, Verdict.POOR, check.detail)
    return found("page", is_well=check.is_well, detail=check.detail)


def is_at_home(host: str) -> bool:
    """Whether a host is of the home's own network: nobody outside can open it."""
    host = host.strip("[]").lower()
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host.endswith(_AT_HOME) or "." not in host


def _address(text: str) -> SplitResult | None:
    try:
        url = urlsplit(text)
    except ValueError:
        return None
    return url if url.scheme in {"http", "https"} and url.hostname else None


def _ask(url: SplitResult) -> tuple[float | None, bool]:
    """Ask for how many days the certificate is good (None: no TLS), and if it is our page."""
    host = str(url.hostname)
    line = (
        http.client.HTTPSConnection(host, url.port, timeout=CONNECT_SECONDS)
        if url.scheme == "https"
        else http.client.HTTPConnection(host, url.port, timeout=CONNECT_SECONDS)
    )
    try:
        line.connect()
        days_left = None
        if isinstance(line.sock, ssl.SSLSocket):
            ends = str((line.sock.getpeercert() or {}).get("notAfter", ""))
            days_left = (ssl.cert_time_to_seconds(ends) - time.time()) / _DAY_SECONDS
        line.request("GET", f"{url.path.rstrip('/')}/a/check", headers={"User-Agent": "Anban"})
        answer = line.getresponse()
        page = answer.read(_PAGE_BYTES).decode("utf-8", "replace")
        return days_left, answer.status == http.client.NOT_FOUND and "安伴" in page
    finally:
        line.close()
