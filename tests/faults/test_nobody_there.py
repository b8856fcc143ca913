"""All lines busy, and nobody entered at all: the elder is told the truth, and it goes on."""

from __future__ import annotations

from pathlib import Path

from assistant.events import AlarmAcknowledged, Heard, NobodyReached
from simulators.sip_manners import Manners
from simulators.sip_peer import SipPeer
from tests.channels.parts import needs_baresip
from tests.faults.parts import a_home, a_phone, receiver
from tests.waiting import until


@needs_baresip
async def test_everybody_is_busy_until_one_is_not(tmp_path: Path) -> None:
    busy = "486 Busy Here"
    async with (
        SipPeer(Manners(status=busy), user="daughter") as daughter,
        SipPeer(Manners(status=busy), user="son") as son,
        SipPeer(Manners(status="600 Busy Everywhere"), user="neighbour") as neighbour,
        a_home(tmp_path, phone=a_phone()) as home,
    ):
        assert home.core.ways.equipment.phone is not None
        await home.core.ways.equipment.phone.connection.wait_ready(30)
        for name, peer in (("大女儿", daughter), ("儿子", son), ("邻居", neighbour)):
            home.add(name, peer.uri)
        home.cry()
        await until(home.has(NobodyReached))
        for name in ("大女儿", "儿子", "邻居"):
            assert set(home.outcomes(name)) == {"busy"}
        # Soon, and not in the middle of who is being called.
        await until(lambda: any("120" in text for text in home.said()))
        await until(lambda: len(home.outcomes("邻居")) == 2)
        assert home.state() == "raised"
        son.manners = Manners(press="1")
        await until(home.has(AlarmAcknowledged))
        assert home.taken_by() == ["儿子"]


async def test_nobody_was_ever_entered(tmp_path: Path) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path) as home:
            home.core.bus.publish(Heard("u", "救命", "zh", is_final=False, addressed=False))
            await until(lambda: bool(home.said()))  # once it stood
            first = home.said()[0]
            assert "120" in first, "first of all, with the number"
            assert "打电话" not in first.replace("打不了电话", "")
            await until(lambda: home.state() == "raised")
            await until(home.has(NobodyReached))
            assert all(not event.had_way for event in home.told if isinstance(event, NobodyReached))
            home.add("大女儿", daughter.url)  # entered meanwhile
            await until(lambda: len(daughter.events) == 1)
            assert home.state() == "raised"
