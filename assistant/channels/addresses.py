"""Addresses as people enter them: checked once, at the door, and normalised.

Nothing that passes here can forge an AT command, a SIP header or a line of a configuration file.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

MAX_ADDRESS_CHARACTERS: Final = 500
MAX_SIP_URI_CHARACTERS: Final = 120
"""The longest SIP address: baresip keeps them in buffers of 128 to 256 bytes."""

EMERGENCY_NUMBERS: Final = frozenset(
    {"110", "112", "119", "120", "122", "911", "995", "999", "000", "111", "118", "113"}
)
"""Public emergency numbers of some countries; ringing one needs the elder's consent."""

_ELSEWHERE_IN_CHINA: Final = re.compile(
    r"(?:(?:\+|00)?86|0)(?:10|2\d|[3-9]\d\d)?(?:110|119|120|122)"
)
"""An emergency number with the country's or an area's code before it; an ordinary number is
longer."""
_NUMBER: Final = re.compile(r"\+?[0-9]{3,15}")
"""A telephone number: at most 15 digits, ITU-T E.164."""
_DECORATION: Final = re.compile(r"[ \-.()\u00a0]")
_SIP_USER: Final = re.compile(r"(?:[A-Za-z0-9_.!~*'()&=+$-]|%[0-9A-Fa-f]{2}){1,64}")
_HOST_LABEL: Final = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_SIP_URI: Final = re.compile(
    r"(?P<scheme>sips?):(?P<user>[^@;]+)@(?P<host>\[[0-9A-Fa-f:.]+\]|[^:;@\[\]]+)"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<transport>;transport=(?:udp|tcp|tls))?"
)


class AddressError(ValueError):
    """The address cannot be used; the message says what is wrong and shows a right one."""


def refuse_controls(text: str, what: str) -> str:
    """Give a text stripped of blanks at its ends; raises AddressError for control characters.

    Raises:
        AddressError: a control, line-separating or direction-changing character in it.
    """
    if any(unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"} for character in text):
        raise AddressError(f"{what} has a control character in it; type it again by hand")
    return text.strip()


def phone_number(text: str) -> str:
    """Read a telephone number from forms like "138 0013 8000" and "+44 (0)20 7946".

    Raises:
        AddressError: letters, too short or too long, or control characters.
    """
    text = unicodedata.normalize("NFKC", refuse_controls(text, "the telephone number"))
    text = text.removeprefix("tel:").removeprefix("sms:").strip()
    if text.startswith("+"):
        # The trunk prefix in brackets is for callers inside the country only.
        text = text.replace("(0)", "")
    number = _DECORATION.sub("", text)
    if not _NUMBER.fullmatch(number):
        raise AddressError(
            "a telephone number has 3 to 15 digits and may begin with +, like +8613800138000"
        )
    return number


def is_emergency_number(number: str) -> bool:
    """Whether this is a public emergency number of some country.

    In China such a number is also reached by way of another place: 010120, +8610120.
    """
    return number in EMERGENCY_NUMBERS or _ELSEWHERE_IN_CHINA.fullmatch(number) is not None


def sip_uri(text: str) -> str:
    """Read a SIP address: `sip:user@host`, with an optional port and `;transport=udp|tcp|tls`.

    Raises:
        AddressError: anything else; headers, passwords and other parameters are refused.
    """
    text = refuse_controls(text, "the SIP address")
    match = _SIP_URI.fullmatch(text)
    if (
        match is None
        or len(text) > MAX_SIP_URI_CHARACTERS
        or not _SIP_USER.fullmatch(match["user"])
        or not is_host(match["host"])
        or not 0 < int(match["port"] or 5060) < 65_536
    ):
        raise AddressError("a SIP address looks like sip:name@example.org or sip:12@10.0.0.5:5060")
    return text


def is_host(text: str) -> bool:
    """Whether this is a domain name or an IP address (IPv6 in brackets)."""
    try:
        if text.startswith("["):
            return ipaddress.ip_address(text.strip("[]")).version == 6
        if re.fullmatch(r"[0-9.]+", text):
            return ipaddress.ip_address(text).version == 4
    except ValueError:
        return False
    labels = text.split(".")
    return len(text) <= 253 and all(_HOST_LABEL.fullmatch(label) for label in labels)


def web_url(text: str) -> str:
    """Read an `https` address; plain `http` only inside the home, where no certificate can be had.

    Raises:
        AddressError: another scheme, no host, a password in it, or plain http to the internet.
    """
    text = refuse_controls(text, "the web address")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise AddressError("not a web address; it looks like https://example.org/alarm") from error
    if " " in text or len(text) > MAX_ADDRESS_CHARACTERS or not host:
        raise AddressError("not a web address; it looks like https://example.org/alarm")
    if parts.username is not None or parts.password is not None:
        raise AddressError("a web address with a name or password in it is refused: it would leak")
    if parts.scheme == "https" or (parts.scheme == "http" and _is_at_home(host)):
        return text
    raise AddressError("use https:// (plain http:// only to an address inside the home)")


def _is_at_home(host: str) -> bool:
    if host == "localhost" or host.endswith((".local", ".lan", ".home.arpa")):
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
