"""Opens the channel of an address, by the scheme before the colon.

sip:name@host          a call over SIP
tel:+8613800138000     a call through the modem, or through the SIP provider
sms:+8613800138000     a text message through the modem
https://…              a signed webhook
scaip:centre           the alarm receiving centre of the settings
ntfy://… bark://… …    everything that Apprise understands

Other packages bring channels for schemes of their own (`assistant.channels.installed`).  Ours are a
table here and no entry points: an installation whose metadata is stale must still ring people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from types import MappingProxyType
from typing import Final

from assistant.channels.addresses import (
    AddressError,
    is_emergency_number,
    phone_number,
    refuse_controls,
    sip_uri,
    web_url,
)
from assistant.channels.api import Channel
from assistant.channels.callers import Numbering, number_at
from assistant.channels.gsm import Modem, ModemCall, Sms
from assistant.channels.messenger import MESSENGER
from assistant.channels.scaip import CentreSettings, ScaipCentre
from assistant.channels.sip import Phone, SipCall
from assistant.channels.webhook import Webhook

CENTRE_ADDRESS: Final = "scaip:centre"


@dataclass(frozen=True, slots=True)
class Equipment:
    """The equipment that this home has to reach people with; None for what it has not got."""

    phone: Phone | None = None
    trunk_domain: str = ""
    """The domain of a SIP provider that rings telephone numbers; empty: `sip:` addresses only."""
    modem: Modem | None = None
    centre: CentreSettings | None = None
    webhook_secret: bytes = b""
    numbering: Numbering = field(default_factory=Numbering)


Opener = Callable[[str], Channel]
"""Makes the channel of a whole address; raises AddressError for what it cannot reach."""

_PARTS: Final = re.compile(r"[/@?;,&=:]+")
"""The separators between which a number may stand in the address of an added scheme."""


class Registry:
    """Opens channels by the scheme of the address."""

    def __init__(self, equipment: Equipment, *, may_ring_emergency: bool = False) -> None:
        self._equipment = equipment
        trunk = {equipment.trunk_domain.lower()} - {""}
        known = equipment.numbering
        self._numbering = replace(known, gateways=known.gateways | trunk)
        self._may_ring_emergency = may_ring_emergency
        self._agreed: set[str] = set()
        self._added: dict[str, Opener] = {}

    def add(self, scheme: str, opener: Opener) -> None:
        """Open the addresses of a scheme, in lower case, with `opener` from now on."""
        self._added[scheme] = opener

    def agree(self, number: str, *, is_agreed: bool) -> None:
        """Let a public emergency number be rung from now on, or no longer."""
        if is_agreed:
            self._agreed.add(number)
        else:
            self._agreed.discard(number)

    def is_public_number(self, address: str) -> bool:
        """Whether a call or text message there goes to a public emergency number."""
        return bool(self._public_number(address))

    def is_message(self, address: str) -> bool:
        """Whether Apprise is to send it."""
        scheme = _scheme_of(address)
        return scheme not in self._added and scheme not in OURS

    def open(self, address: str) -> Channel:
        """Open the channel of an address.

        Raises:
            AddressError: a wrong address, or one that this home cannot reach; says what to do.
        """
        scheme, colon, rest = refuse_controls(address, "the address").partition(":")
        scheme = scheme.lower()
        address = scheme + colon + rest
        number = self._public_number(address)
        if number and not self._may_ring_emergency and number not in self._agreed:
            raise AddressError(
                "a public emergency number needs the elder's consent first; it is a setting"
            )
        if scheme in self._added:
            return self._added[scheme](address)
        return OURS.get(scheme, _apprise)(address, self._equipment)

    def check(self, address: str) -> str:
        """Give the address as it is to be kept; raises as `open`. Does not reach out."""
        address = refuse_controls(address, "the address")
        self.open(address)
        scheme, colon, rest = address.partition(":")
        scheme = scheme.lower()
        return (
            f"{scheme}:{phone_number(rest)}" if scheme in {"tel", "sms"} else scheme + colon + rest
        )

    def _public_number(self, address: str) -> str:
        """Give the public emergency number that an address rings; empty: none.

        What an added channel does with a number in its address is not known: it is taken to ring.
        """
        address = address.strip()
        numbers = [number_at(address, self._numbering)]
        if _scheme_of(address) in self._added:
            numbers += map(_number_in, _PARTS.split(address)[1:])
        return next(filter(is_emergency_number, numbers), "")


def warm() -> None:
    """Load what sends messages before the first alarm needs it; blocks for a second or two."""
    import_module("assistant.channels.apprise_message")
    MESSENGER.warm()


def _scheme_of(address: str) -> str:
    return address.partition(":")[0].strip().lower()


def _number_in(part: str) -> str:
    try:
        return phone_number(part)
    except AddressError:
        return ""


def _sip(address: str, equipment: Equipment) -> Channel:
    if equipment.phone is None:
        raise AddressError("SIP calls are not set up: [phone] in anban.toml, then baresip")
    return SipCall(equipment.phone, address)


def _tel(address: str, equipment: Equipment) -> Channel:
    number = phone_number(address)
    if equipment.modem is not None:
        return ModemCall(equipment.modem, number)
    if equipment.phone is not None and equipment.trunk_domain:
        return SipCall(equipment.phone, sip_uri(f"sip:{number}@{equipment.trunk_domain}"))
    raise AddressError("telephone numbers need a GSM modem or a SIP provider in anban.toml")


def _sms(address: str, equipment: Equipment) -> Channel:
    number = phone_number(address)
    if equipment.modem is None:
        raise AddressError("text messages need a GSM modem in anban.toml")
    return Sms(equipment.modem, number)


def _web(address: str, equipment: Equipment) -> Channel:
    if not equipment.webhook_secret:
        raise AddressError("webhooks need a secret to sign with, shared with the receiver")
    return Webhook(web_url(address), equipment.webhook_secret)


def _scaip(address: str, equipment: Equipment) -> Channel:
    if address != CENTRE_ADDRESS:
        raise AddressError(f"the alarm receiving centre's address is {CENTRE_ADDRESS}")
    if equipment.centre is None:
        raise AddressError("no alarm receiving centre is set up in anban.toml")
    return ScaipCentre(equipment.centre)


def _apprise(address: str, _: Equipment) -> Channel:
    # Imported when first needed: it takes a second or two to load.
    from assistant.channels.apprise_message import AppriseMessage  # noqa: PLC0415

    return AppriseMessage(address)


OURS: Final[Mapping[str, Callable[[str, Equipment], Channel]]] = MappingProxyType(
    {
        "sip": _sip,
        "sips": _sip,
        "tel": _tel,
        "sms": _sms,
        "http": _web,
        "https": _web,
        "scaip": _scaip,
    }
)
"""The schemes that come with Anban; no other package can claim one."""
