"""From an address to its channel; what this home cannot reach is refused with the way out."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from assistant.channels import (
    AddressError,
    AttemptEvent,
    Channel,
    ChannelStatus,
    Ended,
    Equipment,
    Kind,
    Message,
    Outcome,
    Registry,
)
from assistant.channels.apprise_message import AppriseMessage
from assistant.channels.gsm import Modem, ModemCall, ModemSettings, Sms
from assistant.channels.scaip import CentreSettings, ScaipCentre
from assistant.channels.sip import Phone, PhoneSettings, SipAccount, SipCall
from assistant.channels.webhook import Webhook
from tests.channels.parts import message, run_attempt

PHONE = PhoneSettings(SipAccount("sip:anban@127.0.0.1"), 4444)


def equipped(folder: Path) -> Registry:
    return Registry(
        Equipment(
            phone=Phone(PHONE, folder),
            trunk_domain="provider.example",
            modem=Modem(ModemSettings(str(folder / "modem"))),
            centre=CentreSettings("26317", ("sip:alarm@arc.example",)),
            webhook_secret=bytes(32),
        )
    )


@pytest.mark.parametrize(
    ("address", "kept", "kind"),
    [
        ("sip:daughter@127.0.0.1", "sip:daughter@127.0.0.1", SipCall),
        ("tel:138 0013 8000", "tel:13800138000", ModemCall),
        ("SMS:+86-13800138000", "sms:+8613800138000", Sms),
        ("https://example.org/alarm", "https://example.org/alarm", Webhook),
        ("scaip:centre", "scaip:centre", ScaipCentre),
        ("ntfy://ntfy.example/topic", "ntfy://ntfy.example/topic", AppriseMessage),
    ],
)
async def test_every_scheme_opens_its_channel(
    tmp_path: Path, address: str, kept: str, kind: type[Channel]
) -> None:
    registry = equipped(tmp_path)
    assert registry.check(address) == kept
    assert type(registry.open(kept)) is kind


async def test_without_a_modem_numbers_are_rung_through_the_provider(tmp_path: Path) -> None:
    phone = Phone(PHONE, tmp_path)
    registry = Registry(Equipment(phone=phone, trunk_domain="provider.example"))
    channel = registry.open("tel:+8613800138000")
    assert isinstance(channel, SipCall)
    assert channel.uri == "sip:+8613800138000@provider.example"


@pytest.mark.parametrize(
    ("address", "way_out"),
    [
        ("sip:daughter@127.0.0.1", "baresip"),
        ("tel:13800138000", "GSM modem or a SIP provider"),
        ("sms:13800138000", "GSM modem"),
        ("https://example.org", "secret"),
        ("scaip:centre", "alarm receiving centre"),
        ("tel:Mum\r\nATD999;", "control character"),
        ("", "no messaging service"),
        ("daughter", "no messaging service"),
        ("tel:120", "consent"),
    ],
)
def test_what_cannot_be_reached_is_refused_with_the_way_out(address: str, way_out: str) -> None:
    with pytest.raises(AddressError, match=way_out):
        Registry(Equipment()).check(address)


async def test_an_emergency_number_is_rung_with_consent_only(tmp_path: Path) -> None:
    equipment = Equipment(modem=Modem(ModemSettings(str(tmp_path / "modem"))))
    with pytest.raises(AddressError, match="consent"):
        Registry(equipment).open("tel:120")
    assert Registry(equipment, may_ring_emergency=True).open("tel:120").kind is Kind.CALL


class _Lamp(Channel):
    name = "lamp in the porch"
    kind = Kind.MESSAGE

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        yield Ended(Outcome.DELIVERED, "on")

    async def check(self) -> ChannelStatus:
        return ChannelStatus(is_well=True, detail="")


async def test_a_new_channel_is_one_small_class() -> None:
    registry = Registry(Equipment())
    registry.add("lamp", lambda _: _Lamp())
    assert await run_attempt(registry.open("lamp:porch"), message()) == [
        Ended(Outcome.DELIVERED, "on")
    ]


def test_a_detail_is_short_and_plain_whatever_the_other_end_says() -> None:
    detail = Ended(Outcome.FAILED, "\x1b[31m忙\r\n" + "x" * 900).detail
    assert detail.startswith("?[31m???x")
    assert len(detail) == 300
