"""The drill's calls and messages, over real lines: named a drill, acknowledged, never an alarm."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from assistant.drill.store import last_drill
from assistant.events import AlarmRaised, HelpPressed, PutThroughChanged, new_id
from assistant.settings import CentreSettings, EmergencySettings, ModemSettings
from simulators.modem import SimulatedModem
from simulators.scaip_centre import ScaipReceiver
from simulators.sip_manners import Manners
from simulators.sip_peer import SipPeer
from tests.asking import call
from tests.channels.parts import needs_baresip
from tests.faults.parts import SECRET, Home, a_home, a_phone, receiver
from tests.waiting import until


async def drill(home: Home, name: str, drill_id: str = "") -> list[dict[str, Any]]:
    (contact,) = (c for c in home.core.ways.people.all if c.name == name)
    answer = await call(
        home.core.bus, "drill.contact", contact_id=contact.contact_id, drill_id=drill_id or new_id()
    )
    assert isinstance(answer, list)
    return answer


async def phone_ready(home: Home) -> None:
    assert home.core.ways.equipment.phone is not None
    await home.core.ways.equipment.phone.connection.wait_ready(30)


async def modem_ready(home: Home) -> None:
    equipment = home.core.ways.equipment
    await until(lambda: equipment.modem is not None and not equipment.modem.problem)


@needs_baresip
async def test_a_call_is_acknowledged_with_one_and_hung_up(tmp_path: Path) -> None:
    async with SipPeer(Manners(press="1")) as peer, a_home(tmp_path, phone=a_phone()) as home:
        await phone_ready(home)
        home.add("大女儿", peer.uri)
        (found,) = await drill(home, "大女儿", "d1")
        assert found["verdict"] == "well"
        assert "key 1" in found["detail"]
        await until(peer.calls[0].ended.is_set)
        assert home.core.alarms.store.open_alarms() == ()
        assert not home.has(AlarmRaised)()
        assert not home.has(PutThroughChanged)(), "nobody listens into the room"
        run = await home.core.database.read(last_drill)
        assert run is not None
        assert [finding.subject for finding in run.findings] == ["大女儿: 1. SIP call"]


@needs_baresip
@pytest.mark.parametrize(
    ("manners", "verdict", "detail"),
    [
        (Manners(status="486 Busy Here"), "broken", "busy"),
        (Manners(status="603 Decline"), "broken", "refused"),
        (Manners(hang_up_after_seconds=1.0), "poor", "nobody pressed 1"),
    ],
)
async def test_a_call_that_is_not_acknowledged_is_told(
    tmp_path: Path, manners: Manners, verdict: str, detail: str
) -> None:
    async with SipPeer(manners) as peer, a_home(tmp_path, phone=a_phone()) as home:
        await phone_ready(home)
        home.add("大女儿", peer.uri)
        (found,) = await drill(home, "大女儿")
        assert found["verdict"] == verdict
        assert detail in found["detail"]


@needs_baresip
async def test_a_real_alarm_ends_the_call_and_has_the_line(tmp_path: Path) -> None:
    async with (
        SipPeer(Manners(answer_after_seconds=None), user="fang") as rings,
        a_home(tmp_path, phone=a_phone()) as home,
    ):
        await phone_ready(home)
        home.add("大女儿", rings.uri)
        drilling = asyncio.create_task(drill(home, "大女儿"))
        await until(lambda: len(rings.calls) == 1)
        with pytest.raises(Exception, match="no moment for a drill"):
            await drill(home, "大女儿")
        home.core.bus.publish(HelpPressed("red"))
        with pytest.raises(Exception, match="there is a real alarm"):
            await drilling
        await until(rings.calls[0].ended.is_set)
        await until(lambda: len(rings.calls) == 2)
        assert home.state() == "raised"
        with pytest.raises(Exception, match="no moment for a drill"):
            await drill(home, "大女儿")


async def test_messages_say_in_their_first_words_that_it_is_a_drill(tmp_path: Path) -> None:
    with SimulatedModem(tmp_path) as modem, receiver() as web:
        settings = ModemSettings(modem.port)
        async with a_home(tmp_path / "home", modem=settings) as home:
            await modem_ready(home)
            home.add("大女儿", "sms:+8613800138000", web.url)
            found = await drill(home, "大女儿", "d1")
            assert [each["verdict"] for each in found] == ["well", "well"]
            text = "".join(part.text for part in modem.messages.sent)
            assert text.index("演练") < 4
            assert "请回复1" in text
            assert "http" not in text, "no link: there is no alarm to take on"
            (event,) = web.events.values()
            assert event["type"] == "alarm.test"
            assert event["data"]["text"].startswith("这是演练")
            assert event["data"]["acknowledge_url"] is None

            modem.messages.receive("+8613800138000", "1")
            await until(lambda: not modem.messages.inbox)
            await until(lambda: not home.core.drills.calls._told)
            await home.core.drills.calls._tasks.finish()
            run = await home.core.database.read(last_drill)
            assert run is not None
            assert "acknowledged with an answer" in {f.detail for f in run.findings}


async def test_no_emergency_number_and_no_centre_is_alarmed(tmp_path: Path) -> None:
    with SimulatedModem(tmp_path) as modem:
        async with ScaipReceiver() as centre:
            emergency = EmergencySettings(webhook_secret=SECRET, may_ring_number=True)
            async with a_home(
                tmp_path / "home",
                modem=ModemSettings(modem.port),
                centre=CentreSettings("1234567", centre.uri),
                emergency=emergency,
            ) as home:
                home.add("急救", "tel:120", "sms:120", "scaip:centre")
                found = await drill(home, "急救")
                assert [each["verdict"] for each in found] == ["well"] * 3
            assert modem.calls.dialled == []
            assert list(modem.messages.sent) == []
            assert {request["mty"] for request in centre.requests} == {"PI"}


async def test_a_way_that_this_home_does_not_have_is_told(tmp_path: Path) -> None:
    async with a_home(tmp_path) as home:
        home.add("大女儿", "sip:fang@10.0.0.7", "sms:+8613800138000")
        found = await drill(home, "大女儿")
        assert [each["verdict"] for each in found] == ["broken", "broken"]
        assert "not set up" in found[0]["detail"]
        with pytest.raises(Exception, match="no such contact"):
            await call(home.core.bus, "drill.contact", contact_id="x", drill_id="y")
