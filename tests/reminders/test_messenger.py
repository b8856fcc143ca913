"""Whom a notice reaches: the family, and never those who are for alarms alone."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant.channels import (
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
from assistant.channels.call_voice import CallVoice
from assistant.people.contacts import People, new_contact
from assistant.reminders.family import Messenger
from assistant.reminders.wording import Wording

ZONE = ZoneInfo("Asia/Shanghai")
NOW = 1_770_000_000.0


class Telephone(Channel):
    """Rings whoever it is bound to, and is always answered."""

    kind, name = Kind.CALL, "telephone"

    def __init__(self, address: str, rung: list[str]) -> None:
        self._address, self._rung = address, rung

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        self._rung.append(self._address)
        yield Ended(Outcome.ANSWERED)

    async def check(self) -> ChannelStatus:
        return ChannelStatus(is_well=True, detail="")


@pytest.mark.parametrize("public", ["tel:120", "tel:999", "tel:+86120", "tel: 1-1-0"])
@pytest.mark.parametrize("is_first", [True, False])
async def test_a_notice_rings_no_public_number_even_with_consent(
    tmp_path: Path, public: str, *, is_first: bool
) -> None:
    rung: list[str] = []
    registry = Registry(Equipment(), may_ring_emergency=True)
    registry.add("tel", lambda address: Telephone(address, rung))
    people = People(tmp_path)
    order = [("急救", public), ("大女儿", "tel:13800138000")]
    for name, address in order if is_first else reversed(order):
        people.add(new_contact(name, [], [address]))
    messenger = Messenger(
        people,
        registry,
        Wording(ZONE, lambda: "zh"),
        CallVoice(tmp_path),
        lambda: "zh",
        lambda: "王奶奶",
        ZONE,
    )
    reached = await messenger.write("n1", lambda lang: ("药", "该吃药了"), NOW)
    assert reached == "大女儿"
    assert rung == ["tel:13800138000"]
    people.remove("大女儿")
    assert await messenger.write("n2", lambda lang: ("药", "该吃药了"), NOW) is None
    assert rung == ["tel:13800138000"]
