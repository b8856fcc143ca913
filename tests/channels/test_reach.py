"""Which address may be used for what, and one attempt to its end whatever the channel does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from assistant.channels import (
    Acknowledged,
    AddressError,
    Answered,
    AttemptEvent,
    Channel,
    ChannelError,
    ChannelStatus,
    Dialled,
    Ended,
    Equipment,
    Kind,
    Message,
    Numbering,
    Outcome,
    Purpose,
    Registry,
    objection,
    reach,
    status_of,
    try_once,
    ways,
)
from assistant.channels.gsm import Modem, ModemAudio, ModemSettings
from assistant.channels.scaip import CentreSettings
from assistant.channels.sip import Phone, PhoneSettings, SipAccount
from tests.channels.parts import message

PEOPLE = {
    "a SIP telephone": "sip:fang@10.0.0.7",
    "a telephone": "tel:+8613800138000",
    "a telephone over the provider": "sip:13800138000@provider.example",
    "an extension that only looks like an emergency number": "sip:120@10.0.0.7",
    "a text message": "sms:13800138000",
    "a webhook": "https://example.org/120",
    "a messenger": "ntfy://ntfy.example/120",
}
ALARMS_ONLY = {
    "the alarm receiving centre": "scaip:centre",
    "the same in capitals": "SCAIP:centre",
    "the public number": "tel:120",
    "another country's": "tel:112",
    "with separators": "tel: 1-2-0",
    "with the country's code": "tel:+86120",
    "that of another city": "tel:010120",
    "by text message": "sms:110",
    "over the provider": "sip:120@provider.example",
    "over the provider, written oddly": "SIP:%31%32%30@Provider.Example:5060;transport=udp",
    "over the account's own host": "sip:999@registrar.example",
}
CALLS = {"a SIP telephone", "a telephone", "a telephone over the provider"} | {
    "an extension that only looks like an emergency number"
}


def equipped(folder: Path, *, may_ring: bool = True) -> Registry:
    phone = PhoneSettings(SipAccount("sip:anban@registrar.example"), 4444)
    modem = ModemSettings(str(folder / "modem"), audio=ModemAudio(str(folder / "sound")))
    return Registry(
        Equipment(
            phone=Phone(phone, folder),
            trunk_domain="provider.example",
            modem=Modem(modem),
            centre=CentreSettings("26317", ("sip:alarm@arc.example",)),
            webhook_secret=bytes(32),
            numbering=Numbering("86", frozenset({"registrar.example"})),
        ),
        may_ring_emergency=may_ring,
    )


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("kind", [*PEOPLE, *ALARMS_ONLY])
async def test_every_purpose_and_every_kind_of_address(
    tmp_path: Path, purpose: Purpose, kind: str
) -> None:
    address = (PEOPLE | ALARMS_ONLY)[kind]
    registry = equipped(tmp_path)
    is_of_an_alarm = purpose in {Purpose.ALARM, Purpose.OUTLOOK}
    may_be_used = is_of_an_alarm or kind in PEOPLE
    assert (objection(address, purpose, registry) == "") is may_be_used
    is_right = purpose is not Purpose.TALK or kind in CALLS
    expected = [address] if may_be_used and is_right else []
    assert [way.address for way in ways([address], registry, purpose)] == expected
    for wanted in Kind:
        found = list(ways([address], registry, purpose, wanted))
        assert all(way.channel.kind is wanted for way in found)
        assert len(found) <= len(expected)


@pytest.mark.parametrize("kind", [k for k, a in ALARMS_ONLY.items() if "centre" not in a])
async def test_without_consent_no_public_number_is_rung_by_any_way(
    tmp_path: Path, kind: str
) -> None:
    registry = equipped(tmp_path, may_ring=False)
    with pytest.raises(AddressError, match="consent"):
        registry.open(ALARMS_ONLY[kind])


async def test_what_cannot_be_opened_leaves_the_others(tmp_path: Path) -> None:
    addresses = ["tel:nobody", "sip:x", "scaip:elsewhere", "sip:fang@10.0.0.7"]
    found = list(ways(addresses, equipped(tmp_path), Purpose.NOTICE))
    assert [way.address for way in found] == ["sip:fang@10.0.0.7"]


class Scripted(Channel):
    """A channel that tells what it was given; None hangs, an exception is raised."""

    name = "scripted"

    def __init__(self, *facts: AttemptEvent | Exception | None, kind: Kind = Kind.CALL) -> None:
        self._facts, self.kind = facts, kind
        self.was_left = False

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        try:
            for fact in self._facts:
                if fact is None:
                    await asyncio.Event().wait()
                elif isinstance(fact, Exception):
                    raise fact
                else:
                    yield fact
        finally:
            self.was_left = True

    async def check(self) -> ChannelStatus:
        return ChannelStatus(is_well=True, detail="")


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ((Dialled(), Ended(Outcome.BUSY)), Outcome.BUSY),
        ((Dialled(), Ended(Outcome.DELIVERED)), Outcome.DELIVERED),
        ((Dialled(), Answered(), Ended(Outcome.ANSWERED)), Outcome.ANSWERED),
        ((Dialled(), Answered(), Acknowledged("dtmf"), None), Outcome.ACKNOWLEDGED),
        ((Dialled(), Answered(), None), Outcome.ANSWERED),
        ((Dialled(), None), Outcome.UNKNOWN),
        ((None,), Outcome.UNKNOWN),
        ((Dialled(), Answered(), Acknowledged("dtmf"), RuntimeError("x")), Outcome.ACKNOWLEDGED),
        ((Dialled(), RuntimeError("broken")), Outcome.UNKNOWN),
        ((RuntimeError("broken"),), Outcome.FAILED),
        ((), Outcome.UNKNOWN),
    ],
)
@pytest.mark.parametrize("ends_with_key", [False, True])
@pytest.mark.parametrize("kind", Kind)
async def test_one_attempt_always_ends(
    monkeypatch: pytest.MonkeyPatch,
    facts: tuple[AttemptEvent, ...],
    outcome: Outcome,
    kind: Kind,
    *,
    ends_with_key: bool,
) -> None:
    for name in ("CALL_SECONDS", "MESSAGE_SECONDS", "TALK_SECONDS"):
        monkeypatch.setattr(reach, name, 0.05)
    channel = Scripted(*facts, kind=kind)
    async with asyncio.timeout(60):
        ended = await try_once(channel, message(), ends_with_key=ends_with_key)
    assert ended.outcome is outcome
    assert channel.was_left


class Looked(Scripted):
    """A channel whose check ends as it was told."""

    def __init__(self, how: ChannelStatus | Exception | None) -> None:
        super().__init__()
        self._how = how

    async def check(self) -> ChannelStatus:
        if self._how is None:
            await asyncio.Event().wait()
        if isinstance(self._how, Exception):
            raise self._how
        assert self._how is not None
        return self._how


@pytest.mark.parametrize(
    ("how", "detail"),
    [
        (ChannelStatus(is_well=True, detail="rings"), "rings"),
        (ChannelStatus(is_well=False, detail="no SIM"), "no SIM"),
        (ChannelError("no modem"), "no modem"),
        (RuntimeError("password"), "its check failed: RuntimeError"),
        (None, "no sign for 0 s"),
    ],
)
async def test_whatever_a_check_does_it_is_told(
    how: ChannelStatus | Exception | None, detail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "CHECK_SECONDS", 0.05 if how is None else 60.0)
    status = await status_of(Looked(how))
    assert status.detail == detail
    assert status.is_well is (detail == "rings")
