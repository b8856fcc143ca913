"""From an address to its channel: by the scheme before the colon.

sip:name@host          a call over SIP
tel:+8613800138000     a call through the modem, or through the SIP provider
sms:+8613800138000     a text message through the modem
https://…              a signed webhook
scaip:centre           the alarm receiving centre of the settings
ntfy://… bark://… …    everything that Apprise understands
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib import import_module
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
    """What this home has to reach people with; None where it has none."""

    phone: Phone | None = None
    trunk_domain: str = ""
    """Of a SIP provider that rings telephone numbers; empty: `sip:` addresses only."""
    modem: Modem | None = None
    centre: CentreSettings | None = None
    webhook_secret: bytes = b""
    numbering: Numbering = field(default_factory=Numbering)


Opener = Callable[[str], Channel]


class Registry:
    """Opens channels.  A new kind of channel is one class and one `add`."""

    def __init__(self, equipment: Equipment, *, may_ring_emergency: bool = False) -> None:
        self._equipment = equipment
        trunk = {equipment.trunk_domain.lower()} - {""}
        known = equipment.numbering
        self._numbering = replace(known, gateways=known.gateways | trunk)
        self._may_ring_emergency = may_ring_emergency
        self._agreed: set[str] = set()
        self._openers: dict[str, Opener] = {
            "sip": self._sip,
            "sips": self._sip,
            "tel": self._tel,
            "sms": self._sms,
            "http": self._web,
            "https": self._web,
            "scaip": self._scaip,
        }

    def add(self, scheme: str, opener: Opener) -> None:
        """Make a scheme known; `opener` raises `AddressError` for what it cannot reach."""
        self._openers[scheme] = opener

    def agree(self, number: str, *, is_agreed: bool) -> None:
        """Let a public emergency number be rung from now on, or no longer."""
        if is_agreed:
            self._agreed.add(number)
        else:
            self._agreed.discard(number)

    def is_public_number(self, address: str) -> bool:
        """Whether a call or text message there goes to a public emergency number."""
        return is_emergency_number(number_at(address, self._numbering))

    def is_message(self, address: str) -> bool:
        """Whether Apprise is to send it."""
        return address.partition(":")[0].lower() not in self._openers

    def open(self, address: str) -> Channel:
        """The channel of an address.

        Raises:
            AddressError: a wrong address, or one that this home cannot reach; says what to do.
        """
        scheme, colon, rest = refuse_controls(address, "the address").partition(":")
        scheme = scheme.lower()
        return self._openers.get(scheme, _apprise)(scheme + colon + rest)

    def check(self, address: str) -> str:
        """The address as it is to be kept; raises as `open`.  Does not reach out."""
        address = refuse_controls(address, "the address")
        self.open(address)
        scheme, colon, rest = address.partition(":")
        scheme = scheme.lower()
        return (
            f"{scheme}:{phone_number(rest)}" if scheme in {"tel", "sms"} else scheme + colon + rest
        )

    def _check_consent(self, address: str) -> None:
        number = number_at(address, self._numbering)
        may_ring = self._may_ring_emergency or number in self._agreed
        if is_emergency_number(number) and not may_ring:
            raise AddressError(
                "a public emergency number needs the elder's consent first; it is a setting"
            )

    # ------------------------------------------------------------------ the openers

    def _sip(self, address: str) -> Channel:
        if self._equipment.phone is None:
            raise AddressError("SIP calls are not set up: [phone] in anban.toml, then baresip")
        self._check_consent(address)
        return SipCall(self._equipment.phone, address)

    def _tel(self, address: str) -> Channel:
        number = phone_number(address)
        self._check_consent(address)
        if self._equipment.modem is not None:
            return ModemCall(self._equipment.modem, number)
        if self._equipment.phone is not None and self._equipment.trunk_domain:
            uri = f"sip:{number}@{self._equipment.trunk_domain}"
            return SipCall(self._equipment.phone, sip_uri(uri))
        raise AddressError("telephone numbers need a GSM modem or a SIP provider in anban.toml")

    def _sms(self, address: str) -> Channel:
        number = phone_number(address)
        self._check_consent(address)
        if self._equipment.modem is None:
            raise AddressError("text messages need a GSM modem in anban.toml")
        return Sms(self._equipment.modem, number)

    def _web(self, address: str) -> Channel:
        if not self._equipment.webhook_secret:
            raise AddressError("webhooks need a secret to sign with, shared with the receiver")
        return Webhook(web_url(address), self._equipment.webhook_secret)

    def _scaip(self, address: str) -> Channel:
        if address != CENTRE_ADDRESS:
            raise AddressError(f"the alarm receiving centre's address is {CENTRE_ADDRESS}")
        if self._equipment.centre is None:
            raise AddressError("no alarm receiving centre is set up in anban.toml")
        return ScaipCentre(self._equipment.centre)


def warm() -> None:
    """Load what sends messages before the first alarm needs it; blocks for a second or two."""
    import_module("assistant.channels.apprise_message")
    MESSENGER.warm()


def _apprise(address: str) -> Channel:
    # Imported when first needed: it takes a second or two to load.
    from assistant.channels.apprise_message import AppriseMessage  # noqa: PLC0415

    return AppriseMessage(address)
