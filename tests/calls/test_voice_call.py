"""Calls by voice through the whole core: baresip, a sound server, and a telephone that answers."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from assistant.core import Core, CoreOptions, running
from assistant.core.equipment import PHONE_CHILD
from assistant.events import (
    AlarmRaised,
    CryForHelpHeard,
    ElderCallChanged,
    Heard,
    HelpPressed,
    Say,
    TurnTaken,
)
from assistant.people.contacts import new_contact
from assistant.services import AgreeToCall, FindCallee, OfferCall
from assistant.settings import Settings
from simulators.sip_manners import Manners
from simulators.sip_peer import SipPeer
from tests.asking import call
from tests.channels.parts import loudness, needs_baresip, tone, write_tone
from tests.faults.parts import a_phone
from tests.headless import PulseServer, needs_pulse
from tests.waiting import until

pytestmark = [needs_baresip, needs_pulse]


@pytest.fixture
def pulse(monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    """A microphone and a speaker for baresip, which inherits this environment."""
    with PulseServer.started() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


@dataclass
class Home:
    core: Core
    told: list[object]

    def said(self) -> str:
        return " ".join(event.text for event in self.told if isinstance(event, Say))

    def stages(self) -> list[str]:
        return [
            event.outcome or event.stage
            for event in self.told
            if isinstance(event, ElderCallChanged)
        ]

    def hear(self, text: str, uid: str, *, addressed: bool = False) -> None:
        self.core.bus.publish(Heard(uid, text, "zh", is_final=True, addressed=addressed))

    async def ring(self, said: str = "大女儿") -> None:
        """What the skill does once it understood, and the elder's yes."""
        found = await call(self.core.bus, "calls.find", names=[said], sentence="")
        (match,) = found["matches"]
        offered = await call(
            self.core.bus, "calls.offer", contact_id=match["contact_id"], name=match["name"]
        )
        assert offered["refused"] == ""
        assert "dialling" not in self.stages(), "nobody is rung before the yes"
        answer = await call(self.core.bus, "turn", text="好")
        assert answer["lane"] == "question"

    async def talk(self) -> None:
        await self.ring()
        await until(lambda: self.core.calls.is_talking)


@asynccontextmanager
async def a_home(folder: Path, *addresses: str, sound: str = "pulse") -> AsyncIterator[Home]:
    options = CoreOptions(
        folder,
        replace(Settings(), phone=a_phone(sound)),
        folder / "cache",
        capabilities=frozenset(),
    )
    async with running(options) as core:
        for name, address in zip(("大女儿", "老李"), addresses, strict=False):
            core.ways.people.add(new_contact(name, [], [address]))
        home = Home(core, [])
        core.bus.listen(home.told.append)
        assert core.ways.equipment.phone is not None
        await core.ways.equipment.phone.connection.wait_ready(30)
        yield home


async def test_they_speak_with_each_other_until_the_elder_hangs_up(
    tmp_path: Path, pulse: PulseServer
) -> None:
    elder = write_tone(tmp_path / "elder.wav", 1_200, 4)
    async with SipPeer(Manners(speak=tone(700, 1))) as peer, a_home(tmp_path, peer.uri) as home:
        with pulse.recording() as speaker:
            await home.talk()
            assert home.stages() == ["dialling", "ringing", "talking"]
            heard = peer.calls[0].heard
            feeding = asyncio.create_task(asyncio.to_thread(pulse.feed, elder))
            await until(lambda: loudness(heard[-16_000:], 1_200) > 0.1)
            await until(lambda: loudness(speaker[-32_000:], 700, 16_000) > 0.05)
            await feeding
        assert loudness(heard[:8_000], 800) < 0.05, "the tones of an alarm are in no other call"
        home.hear("我昨天买了两斤排骨", "u1", addressed=True)
        home.hear("现在几点了", "u2", addressed=True)
        assert not any(
            isinstance(event, TurnTaken) and event.lane != "question" for event in home.told
        )
        home.hear("好了挂了啊", "u3")
        await until(peer.calls[0].ended.is_set)
        assert peer.calls[0].ended_by == "BYE"
        await until(lambda: not home.core.calls.is_under_way)
        assert home.stages()[-1] == "answered"
        assert home.core.alarms.store.open_alarms() == ()


@pytest.mark.parametrize(
    ("manners", "outcome", "words"),
    [
        (Manners(status="486 Busy Here"), "busy", "占线"),
        (Manners(status="603 Decline"), "refused", "不方便"),
        (Manners(status="500 Broken"), "failed", "没打出去"),
    ],
)
async def test_what_became_of_it_is_told(
    tmp_path: Path, manners: Manners, outcome: str, words: str
) -> None:
    async with SipPeer(manners) as peer, a_home(tmp_path, peer.uri) as home:
        await home.ring()
        await until(lambda: outcome in home.stages())
        await until(lambda: words in home.said())
        assert not home.core.calls.is_under_way


async def test_a_call_that_rings_is_given_up_at_a_word(tmp_path: Path) -> None:
    async with (
        SipPeer(Manners(answer_after_seconds=None)) as peer,
        a_home(tmp_path, peer.uri) as home,
    ):
        await home.ring()
        await until(lambda: "ringing" in home.stages())
        home.hear("别打了", "u1")
        await until(peer.calls[0].ended.is_set)
        assert peer.calls[0].ended_by == "CANCEL"
        await until(lambda: not home.core.calls.is_under_way)


async def test_without_a_microphone_the_call_ends_and_is_told(tmp_path: Path) -> None:
    async with SipPeer() as peer, a_home(tmp_path, peer.uri, sound="") as home:
        await home.ring()
        await until(lambda: "没打出去" in home.said())
        await until(peer.calls[0].ended.is_set)


async def test_an_alarm_takes_the_line(tmp_path: Path, pulse: PulseServer) -> None:
    async with (
        SipPeer() as neighbour,
        SipPeer(Manners(press="1")) as daughter,
        a_home(tmp_path, daughter.uri, neighbour.uri) as home,
    ):
        await home.ring("老李")
        await until(lambda: home.core.calls.is_talking)
        home.core.bus.publish(HelpPressed("cord"))
        await until(neighbour.calls[0].ended.is_set)
        await until(lambda: bool(daughter.calls))
        found = await call(home.core.bus, "calls.find", names=["老李"], sentence="")
        offered = await call(
            home.core.bus, "calls.offer", contact_id=found["matches"][0]["contact_id"]
        )
        alarm = home.core.alarms.store.open_alarms()[0]
        assert offered["refused"] == ("alarm" if alarm.state.calls_out else "")


async def test_talk_of_a_fall_is_asked_about_and_a_cry_rings_at_once(
    tmp_path: Path, pulse: PulseServer
) -> None:
    async with SipPeer() as peer, a_home(tmp_path, peer.uri) as home:
        await home.talk()
        home.hear("老王上午在楼下摔了一跤", "u1")
        await until(lambda: any("我没事" in e.text for e in home.told if isinstance(e, Say)))
        assert home.core.calls.is_talking, "nobody is cut off for what was only spoken of"
        home.hear("我没事", "u2")
        await until(lambda: any("再说一次" in e.text for e in home.told if isinstance(e, Say)))
        home.hear("我没事", "u2b")  # whose words they are, nobody knows: it takes two
        await until(lambda: home.core.alarms.store.open_alarms() == ())
        assert home.core.calls.is_talking
        home.hear("救命啊", "u3")
        await until(peer.calls[0].ended.is_set)
        assert any(isinstance(event, AlarmRaised) for event in home.told)
        cries = [event for event in home.told if isinstance(event, CryForHelpHeard)]
        assert [cry.is_at_once for cry in cries] == [True], "what was spoken of was no cry"


async def test_a_killed_telephone_program_is_told_and_the_call_offered_again(
    tmp_path: Path, pulse: PulseServer
) -> None:
    async with SipPeer() as peer, a_home(tmp_path, peer.uri) as home:
        await home.talk()
        pid = home.core.supervisor.pid(PHONE_CHILD)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: "断了" in home.said())
        assert not home.core.calls.is_talking
        assert home.core.ways.equipment.phone is not None
        await home.core.ways.equipment.phone.connection.wait_ready(30)
        await call(home.core.bus, "turn", text="好")
        await until(lambda: home.core.calls.is_talking)


async def test_nobody_is_rung_at_a_no_or_without_an_answer(tmp_path: Path) -> None:
    async with SipPeer() as peer, a_home(tmp_path, peer.uri) as home:
        found = await call(home.core.bus, "calls.find", names=[], sentence="给我大闺女打个电话")
        await call(home.core.bus, "calls.offer", contact_id=found["matches"][0]["contact_id"])
        await call(home.core.bus, "turn", text="不用了")
        await call(home.core.bus, "turn", text="好")
        assert peer.invites == 0
        assert not home.core.calls.is_under_way


async def test_one_who_is_taken_back_before_the_dialling_is_not_rung(tmp_path: Path) -> None:
    async with SipPeer() as peer, a_home(tmp_path, peer.uri) as home:
        home.core.speech._has_mouth = True  # one that never comes to the end of its words
        await home.ring()
        await until(lambda: home.stages() == ["dialling"])
        home.hear("算了别打了", "u1")
        home.hear("别打了", "u2")
        await until(lambda: home.stages()[-1] == "failed")
        assert peer.invites == 0
        assert not home.core.calls.is_under_way


async def test_another_name_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    async with (
        SipPeer() as daughter,
        SipPeer(Manners(status="486 Busy Here")) as neighbour,
        a_home(tmp_path, daughter.uri, neighbour.uri) as home,
    ):
        calls = home.core.calls
        for said in ("大女儿", "老李"):
            (match,) = (await calls.find(FindCallee((said,), ""))).matches
            await calls.offer(OfferCall(match.contact_id, match.name))
        assert "没听见" not in home.said()
        again = await calls.find(FindCallee(("她",), "给她打吧"))
        assert again.is_offered, "nobody else was named"
        assert await calls.agree(AgreeToCall())
        await until(lambda: neighbour.invites > 0)
        assert daughter.invites == 0
        await until(lambda: not calls.is_under_way)
        (once_more,) = (await calls.find(FindCallee((), "再打一次"))).matches
        assert once_more.name == "老李"
        assert (await calls.find(FindCallee((), "打个电话"))).matches == ()
