"""Tells who is calling or writing: one rule for calls, call-backs, texts and acknowledgements.

A caller is compared with the addresses of the contacts by parsing both, never by a common ending.
What a caller says of himself is no proof: a SIP `From` and the sender of a text message can be
written by anybody.  Whoever is recognised here may be put through; to end an alarm more is needed
(`assistant.alarm.answer_code`).

Sources: RFC 3261 section 19.1.4 (equal SIP addresses), RFC 3966 (`tel:`, its separators and
parameters), ITU-T E.164 and its list of country codes.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from assistant.channels.addresses import AddressError, is_host, phone_number

MAX_CALLER_CHARACTERS: Final = 300
_TELEPHONE: Final = frozenset({"tel", "sms"})
_SIP: Final = frozenset({"sip", "sips"})
NOBODY: Final = frozenset(
    {"anonymous", "restricted", "unavailable", "unknown", "private", "withheld", "blocked"}
)
"""Names that networks give a caller who hides (RFC 3323 and practice), in lower case."""
_OTHER_PARTY: Final = frozenset({"ext", "postd", "isub"})
"""Parameters that name somebody behind a number: not who is reached at the number itself."""
_ONE_DIGIT_COUNTRIES: Final = frozenset("17")
_TWO_DIGIT_COUNTRIES: Final = re.compile(r"20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")
"""The country codes of two digits; all others have three (ITU-T, list of E.164 country codes)."""
_ABROAD: Final = {"1": "011", "81": "010", "7": "810"}
"""The digits that are dialled before a country code, by country, if they are not 00."""
_TRUNK: Final = {"1": "1", "7": "8", "36": "06"}
"""The digits that are dialled before a number within the country, by country, if they are not 0."""
_SURELY_ABROAD_DIGITS: Final = 12
"""A number without a plus that has so many digits begins with a country code, or with 0."""
_SEPARATORS: Final = re.compile(r"[-.() ]")
_DIGITS: Final = re.compile(r"\+?[0-9]{2,15}")
_NAME_AND_ADDRESS: Final = re.compile(
    r'(?:"(?:[^"\\]|\\.)*"\s*|[^"<>]*)<(?P<address>[^<>]+)>(?:;[^<>"]*)?'
)
_URI: Final = re.compile(
    r"(?P<scheme>sips?):(?P<user>[^@:;?]+)(?P<inner>;[^@:?]*)?@"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::[0-9]{1,5})?(?P<parameters>;[^@?]*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Numbering:
    """What is needed to compare telephone numbers of this home."""

    country: str = ""
    """The country code of the home, like 86; empty: not known."""
    gateways: frozenset[str] = frozenset()
    """Hosts of the home's own SIP provider: a number with one of these is a telephone."""


@dataclass(frozen=True, slots=True)
class _Party:
    """A caller or an address, taken apart."""

    number: str = ""
    """The telephone number; empty: it is none."""
    user: str = ""
    host: str = ""


def is_same_number(one: str, other: str, country: str = "") -> bool:
    """Whether two spellings are one telephone, with and without the country's code.

    Of two forms one may be international (+86 138…, 0086 138…, 86138…) and the other national
    (138…, 0138…): then the national one is completed with the home's country code.  If that is
    not known, the international one is split by the list of country codes; its rest must be the
    whole of the national one.
    """
    first, second = (_SEPARATORS.sub("", text) for text in (one, other))
    if not all(_DIGITS.fullmatch(text) and text.strip("+0") for text in (first, second)):
        return False
    if any(text.startswith("+0") for text in (first, second)):
        return False  # no country has such a code
    if first == second:
        return True
    abroad, away = _international(first, country), _international(second, country)
    if abroad and away:
        return abroad == away
    if abroad or away:
        return _is_at_home(abroad or away, second if abroad else first, country)
    return bool(_national(first, country) & _national(second, country))


def is_same_party(caller: str, address: str, numbering: Numbering = Numbering()) -> bool:
    """Whether a caller is who is reached at a contact's address.

    Args:
        caller: a SIP address with or without a display name, as a call brings it, a `tel:`
            address, or the bare number of a text message's sender.
        address: a contact's, of any kind; only a telephone or a SIP address is ever anybody.
        numbering: the home's country and gateways.

    The port, the transport, `sip` or `sips` and other parameters change from call to call; the
    host never does.  A SIP caller is a telephone number only if the home's own provider says so.
    """
    known = _known(address, numbering)
    calling = _calling(caller, numbering)
    if known is None or calling is None:
        return False
    if known.number and calling.number:
        return is_same_number(calling.number, known.number, numbering.country)
    return bool(known.user) and (known.user, known.host) == (calling.user, calling.host)


def number_at(address: str, numbering: Numbering) -> str:
    """Give the telephone that an address rings: `tel:`, `sms:`, or a number at the home's provider.

    Empty if it rings none.
    """
    party = _known(address, numbering)
    return party.number if party is not None else ""


def _known(address: str, numbering: Numbering) -> _Party | None:
    scheme, _, rest = address.partition(":")
    if scheme.lower() in _TELEPHONE:
        try:
            return _Party(number=phone_number(rest))
        except AddressError:
            return None
    return _sip_party(address, numbering) if scheme.lower() in _SIP else None


def _calling(caller: str, numbering: Numbering) -> _Party | None:
    if len(caller) > MAX_CALLER_CHARACTERS or not caller.isprintable():
        return None
    if "<" in caller or ">" in caller:
        found = _NAME_AND_ADDRESS.fullmatch(caller.strip())
        if found is None:
            return None
        caller = found["address"]
    if not caller.isascii():
        return None
    scheme, colon, rest = caller.partition(":")
    if not colon:
        return _Party(number=caller) if _DIGITS.fullmatch(caller) else None
    if scheme.lower() in _SIP:
        return _sip_party(caller, numbering)
    # A `tel:` caller came over SIP, too: without a provider of one's own anybody writes it.
    if scheme.lower() == "tel" and numbering.gateways:
        number = _subscriber(*_split(rest))
        return _Party(number=number) if number else None
    return None


def _sip_party(uri: str, numbering: Numbering) -> _Party | None:
    found = _URI.fullmatch(uri)
    if found is None:
        return None
    user, host = _unescaped(found["user"]), _host(found["host"])
    if not user or not host or user.lower() in NOBODY or host.endswith(".invalid"):
        return None
    number = ""
    if host in numbering.gateways:
        # Dialled digits and their parameters may stand in the user part (RFC 3261, 19.1.6).
        number = _subscriber(user, _parameters(found["inner"] or ""))
    elif found["inner"]:
        return None
    return _Party(number, user, host)


def _split(rest: str) -> tuple[str, dict[str, str]]:
    number, semicolon, parameters = rest.partition(";")
    return number, _parameters(semicolon + parameters)


def _parameters(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";") if part)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _subscriber(text: str, parameters: dict[str, str]) -> str:
    """Give the number of a `tel:` address; empty if it is none or names somebody behind it."""
    number = _SEPARATORS.sub("", text)
    if not _DIGITS.fullmatch(number) or parameters.keys() & _OTHER_PARTY:
        return ""
    context = parameters.get("phone-context", "")
    if not context or number.startswith("+"):
        return number
    prefix = _SEPARATORS.sub("", context)
    return f"{prefix}{number}" if _DIGITS.fullmatch(prefix) and prefix[0] == "+" else ""


def host_of(uri: str) -> str:
    """Give the host of a SIP address, spelt as `Numbering.gateways` wants it; empty: none."""
    found = _URI.fullmatch(uri)
    return _host(found["host"]) if found is not None else ""


def country_of(numbers: Iterable[str]) -> str:
    """Give the country code of all international numbers among these; empty: none or several."""
    plain = (_SEPARATORS.sub("", number) for number in numbers)
    codes = {_country_of(number[1:]) for number in plain if number.startswith("+")}
    return codes.pop() if len(codes) == 1 else ""


def _unescaped(user: str) -> str:
    """Read %41 as A, once; empty if that hides what no name may hold."""
    if re.search(r"%(?![0-9A-Fa-f]{2})", user):
        return ""
    plain = unquote_to_bytes(user).decode("latin-1")
    is_plain = plain.isascii() and plain.isprintable() and not set(plain) & set(' "<>@\\,;:')
    return plain if is_plain else ""


def _host(text: str) -> str:
    """Spell a host in one way: lower case, no last dot, an IPv6 address in its shortest form."""
    host = text.lower().removesuffix(".")
    if not is_host(host):
        return ""
    if not host.startswith("["):
        return host
    address = ipaddress.IPv6Address(host.strip("[]"))
    return str(address.ipv4_mapped or address)


def _international(number: str, country: str) -> str:
    """Give country code and rest, without a plus; empty for a number within a country."""
    if number.startswith("+"):
        return number[1:]
    if country and number.startswith(country) and len(number) >= _SURELY_ABROAD_DIGITS:
        return number  # 8613800138000: a provider that leaves the plus out
    prefix = _ABROAD.get(country, "00")
    return number.removeprefix(prefix) if number.startswith(prefix) else ""


def _is_at_home(international: str, national: str, country: str) -> bool:
    code = _country_of(international)
    if country and code != country:
        return False
    if international == national and len(national) >= _SURELY_ABROAD_DIGITS:
        return True
    return international.removeprefix(code) in _national(national, country)


def _national(number: str, country: str) -> set[str]:
    """Give the number within the country, with and without what is dialled before it."""
    trunk = _TRUNK.get(country, "0")
    return {number, number.removeprefix(trunk)} - {""}


def _country_of(international: str) -> str:
    if international[:1] in _ONE_DIGIT_COUNTRIES:
        return international[:1]
    return international[: 2 if _TWO_DIGIT_COUNTRIES.match(international) else 3]
