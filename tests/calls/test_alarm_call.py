"""A cry for help through the whole core: baresip rings a telephone, which answers and presses 1."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.alarm import inbound
from assistant.alarm.answer_code import MOST_WRONG_CODES, AnswerCodes
from assistant.core import Core, CoreOptions, running
from assistant.core.equipment import PHONE_CHILD
from assistant.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmRaised,
    CallBegan,
    Heard,
    Say,
    TurnTaken,
)
from assistant.people.contacts import new_contact
from assistant.services import GetHomeState
from assistant.settings import EmergencySettings, PhoneSettings, Settings
from simulators.sip_dialog import PeerCall
from simulators.sip_manners import Manners
from simulators.sip_peer import SipPeer
from tests.channels.parts import free_port, needs_baresip
from tests.waiting import until

pytestmark = needs_baresip


@asynccontextmanager
async def a_core(home: Path, *addresses: str) -> AsyncIterator[tuple[Core, list[object]]]:
    """A core without ear, mouth and dialogue, with a telephone of its own."""
    port = free_port()
    settings = replace(
        Settings(),
        elder_name="王奶奶",
        emergency=EmergencySettings(address="长安街1号"),
        phone=PhoneSettings(
            account=f"sip:anban@127.0.0.1:{port}",
            register_seconds=0,
            listen=f"127.0.0.1:{port}",
            interface="127.0.0.1",
            control_port=free_port(),
        ),
    )
    options = CoreOptions(home, settings, home / "cache", capabilities=frozenset())
    async with running(options) as core:
        for number, address in enumerate(addresses):
            core.ways.people.add(new_contact(f"联系人{number}", [], [address]))
        told: list[object] = []
        core.bus.listen(told.append)
        assert core.ways.equipment.phone is not None
        await core.ways.equipment.phone.connection.wait_ready(30)
        yield core, told


async def test_a_cord_on_a_serial_receiver_raises_an_alarm(tmp_path: Path) -> None:
    radio, line = os.openpty()
    emergency = EmergencySettings(receiver=os.ttyname(line), pendants={"cord-1": "浴室"})
    options = CoreOptions(
        tmp_path,
        replace(Settings(), emergency=emergency),
        tmp_path / "cache",
        capabilities=frozenset(),
    )
    async with running(options) as core:
        told: list[object] = []
        core.bus.listen(told.append)
        async with asyncio.timeout(60):
            while not has(told, AlarmRaised)():  # the receiver is opened in its own time
                os.write(radio, b"PRESS cord-1 90\r\n")
                await asyncio.sleep(0.2)
        assert [a.place for a in core.alarms.store.open_alarms()] == ["浴室"]
    os.close(radio)
    os.close(line)


async def press_until(
    peer: SipPeer, call: PeerCall, digit: str, condition: Callable[[], bool]
) -> None:
    """As a person does: a key pressed before the sound flows is pressed again."""
    async with asyncio.timeout(60):
        while not condition():
            peer.press(call, digit)
            await asyncio.sleep(0.7)


def hear(core: Core, text: str, uid: str, *, final: bool = False, addressed: bool = False) -> None:
    core.bus.publish(Heard(uid, text, "zh", is_final=final, addressed=addressed))


def has(told: list[object], kind: type) -> Callable[[], bool]:
    return lambda: any(isinstance(event, kind) for event in told)


async def test_a_cry_rings_the_telephone_and_pressing_one_ends_the_calls(tmp_path: Path) -> None:
    async with SipPeer(Manners(press="1")) as peer, a_core(tmp_path, peer.uri) as (core, told):
        hear(core, "我摔倒了", "u1")  # a partial one: the sentence is not over yet
        await until(lambda: any(isinstance(e, Say) and "联系人0" in e.text for e in told))
        await until(has(told, AlarmAcknowledged))
        assert peer.invites == 1
        assert [a.acknowledged_by for a in core.alarms.store.open_alarms()] == ["联系人0"]


async def test_fine_said_twice_in_two_sentences_ends_it_in_the_core(tmp_path: Path) -> None:
    async with (
        SipPeer(Manners(answer_after_seconds=None)) as peer,
        a_core(tmp_path, peer.uri) as (core, told),
    ):
        hear(core, "我摔倒了", "u1", final=True)
        await until(lambda: peer.invites > 0)
        hear(core, "我没事", "u1b", final=True)  # the television
        hear(core, "我没事", "u2", addressed=True)
        hear(core, "我没事", "u2", final=True, addressed=True)
        await until(lambda: any(isinstance(e, Say) and "再说一次" in e.text for e in told))
        hear(core, "不用了", "u3", addressed=True)  # a partial one that rests
        await until(has(told, AlarmClosed))
        assert core.alarms.store.open_alarms() == ()


async def test_a_killed_baresip_is_started_again_and_the_alarm_gets_through(tmp_path: Path) -> None:
    async with SipPeer(Manners(press="1")) as peer, a_core(tmp_path, peer.uri) as (core, told):
        pid = core.supervisor.pid(PHONE_CHILD)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        hear(core, "着火了", "u1", final=True)
        await until(has(told, AlarmAcknowledged))
        assert peer.calls


async def test_a_busy_line_does_not_keep_the_next_one_from_being_called(tmp_path: Path) -> None:
    busy = Manners(status="486 Busy Here")
    async with (
        SipPeer(busy) as first,
        SipPeer(Manners(press="1")) as second,
        a_core(tmp_path, first.uri, second.uri) as (core, told),
    ):
        hear(core, "救命", "u1", final=True)
        await until(has(told, AlarmAcknowledged))
        calls = [e.contact for e in told if isinstance(e, CallBegan)]
        assert calls[:2] == ["联系人0", "联系人1"]


def code_in(core: Core) -> str:
    """What the family reads in the messages of the newest alarm."""
    return AnswerCodes(core.options.home).code(core.alarms.store.open_alarms()[-1].alarm_id)


async def journal(core: Core) -> list[str]:
    def read(connection: sqlite3.Connection) -> list[str]:
        return [row[0] for row in connection.execute("SELECT why FROM journal ORDER BY entry")]

    return await core.database.read(read)


async def until_noted(core: Core, why: str, times: int = 1) -> None:
    """Wait until the alarm's journal says so, so often."""
    async with asyncio.timeout(60):
        while (await journal(core)).count(why) < times:  # noqa: ASYNC110  (a row has no event)
            await asyncio.sleep(0.1)


async def ring_through(peer: SipPeer, account: str, claims: str = "") -> PeerCall:
    """As people do: while the line is busy with a call-out they ring again."""
    async with asyncio.timeout(60):
        while True:
            call = await peer.ring(account, claims)
            while not call.answered.is_set():
                if call.ended.is_set():
                    break
                await asyncio.sleep(0.05)
            else:
                return call


async def test_a_contact_who_calls_back_is_put_through_and_the_code_takes_it_on(
    tmp_path: Path,
) -> None:
    busy = Manners(status="486 Busy Here")
    async with (
        SipPeer(busy) as daughter,
        SipPeer(user="daughter") as other_port,
        SipPeer(user="stranger") as stranger,
        a_core(tmp_path, daughter.uri) as (core, told),
    ):
        account = core.options.settings.phone.account
        early = await daughter.ring(account)
        await until(early.ended.is_set)
        assert not early.answered.is_set(), "no alarm is open"
        hear(core, "我摔倒了", "u1", final=True)
        await until(lambda: len(core.alarms.store.open_alarms()) == 1)
        refused = await stranger.ring(account)
        await until(refused.ended.is_set)
        assert not refused.answered.is_set()
        # From another port than the one that is known, with a name before the address.
        call = await ring_through(other_port, account, f'"Fang" <{other_port.uri};ob>')
        for key in ("1", "9", "1"):  # what anybody would try
            other_port.press(call, key)
        await until(lambda: other_port._dialogs[call.call_id].sound.to_press == "")
        code = code_in(core)
        wrong = "".join("3" if key == "2" else "2" for key in code)
        other_port.press(call, wrong)
        await until_noted(core, "pressed a wrong code")
        assert core.alarms.store.open_alarms()[0].state.calls_out
        await press_until(other_port, call, f"1{code}", has(told, AlarmAcknowledged))
        await press_until(other_port, call, "9", has(told, AlarmClosed))


async def test_who_tries_codes_ends_no_alarm(tmp_path: Path) -> None:
    """After six wrong ones even the right one is nothing any more: it could be a guess."""
    async with (
        SipPeer(Manners(status="486 Busy Here")) as daughter,
        a_core(tmp_path, daughter.uri) as (core, told),
    ):
        hear(core, "我摔倒了", "u1", final=True)
        await until(lambda: len(core.alarms.store.open_alarms()) == 1)
        call = await ring_through(daughter, core.options.settings.phone.account)
        code = code_in(core)
        wrong = "".join("3" if key == "2" else "2" for key in code)
        for tried in range(MOST_WRONG_CODES):
            daughter.press(call, wrong)
            await until_noted(core, "pressed a wrong code", tried + 1)
        daughter.press(call, f"0{code}9")
        await until_noted(core, "pressed a wrong code", MOST_WRONG_CODES + 1)
        assert not has(told, AlarmAcknowledged)()
        assert core.alarms.store.open_alarms()[0].state.calls_out


async def test_a_caller_without_the_code_frees_the_line_for_those_who_are_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound, "UNPROVEN_SECONDS", 1.0)
    async with (
        SipPeer(Manners(status="486 Busy Here")) as daughter,
        a_core(tmp_path, daughter.uri) as (core, told),
    ):
        hear(core, "我摔倒了", "u1", final=True)
        await until(lambda: len(core.alarms.store.open_alarms()) == 1)
        call = await ring_through(daughter, core.options.settings.phone.account)
        await until(call.ended.is_set)
        assert call.ended_by == "BYE"
        called = len(daughter.calls)
        await until(lambda: len(daughter.calls) > called)
        assert not has(told, AlarmAcknowledged)()


async def test_settings_with_secrets_go_to_no_child(tmp_path: Path) -> None:
    async with a_core(tmp_path) as (core, _):
        settings = (await core.bus.ask(GetHomeState())).settings
        ours = core.home.settings
        assert ours.emergency != Settings().emergency
        assert (settings.emergency, settings.phone) == (Settings().emergency, Settings().phone)


@pytest.mark.parametrize("text", ["有人来吗", "打通了没有", "is anybody coming?"])
async def test_who_comes_is_the_reply_of_the_turn(tmp_path: Path, text: str) -> None:
    async with (
        SipPeer(Manners(answer_after_seconds=None)) as peer,
        a_core(tmp_path, peer.uri) as (core, told),
    ):
        hear(core, "我摔倒了", "u1", final=True)
        await until(lambda: peer.invites > 0)
        typed = await core.conversation.turns.take(text)
        assert typed.intent == "emergency_status"
        assert "联系人0" in typed.reply
        told.clear()
        hear(core, text, "u2", final=True)
        heard = [event for event in told if isinstance(event, TurnTaken)]
        assert [turn.intent for turn in heard] == ["emergency_status"]
        assert heard[0].reply in [event.text for event in told if isinstance(event, Say)]


async def test_what_is_only_asked_about_is_asked_in_the_reply(tmp_path: Path) -> None:
    async with SipPeer() as peer, a_core(tmp_path, peer.uri) as (core, told):
        doubted = await core.conversation.turns.take("老王上午在楼下摔了一跤")
        assert doubted.intent == "emergency_help"
        assert "我没事" in doubted.reply
        assert doubted.reply in [event.text for event in told if isinstance(event, Say)]
        fine = await core.conversation.turns.take("我没事")
        assert fine.reply, "that it is over"
        assert peer.invites == 0
