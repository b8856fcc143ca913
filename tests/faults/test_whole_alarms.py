"""Whole alarms through a real core, each taken on in another way; and what is no such thing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from assistant.events import AlarmAcknowledged, CallAnswered
from assistant.settings import CentreSettings, ConsoleSettings, ModemSettings
from simulators.modem import SimulatedModem
from simulators.modem_manners import ModemManners
from simulators.scaip_centre import ScaipReceiver
from simulators.sip_manners import Manners
from simulators.sip_peer import SipPeer
from tests.calls.test_alarm_call import code_in, press_until, ring_through
from tests.channels.parts import free_port, needs_baresip
from tests.faults.parts import a_home, a_phone, receiver
from tests.waiting import until

DAUGHTER, STRANGER = "+8613800138000", "+8613900139000"


async def test_an_answer_to_the_text_message(tmp_path: Path) -> None:
    with SimulatedModem(tmp_path) as modem:
        async with a_home(tmp_path / "home", modem=ModemSettings(modem.port)) as home:
            home.add("大女儿", f"sms:{DAUGHTER}")
            home.cry()
            await until(lambda: "delivered" in home.outcomes("大女儿"))
            told = "".join(part.text for part in modem.messages.sent)
            assert "王奶奶" in told
            assert "回复1" in told
            modem.messages.receive(STRANGER, "1")
            modem.messages.receive(DAUGHTER, "怎么了？我走不开")
            await until(lambda: not modem.messages.inbox)
            assert home.state() == "raised", "a stranger's answer, and one that is no 1"
            modem.messages.receive(DAUGHTER, "１。")
            await until(home.has(AlarmAcknowledged))
            assert home.taken_by() == ["大女儿"]
            assert any("大女儿" in text for text in home.said()[-2:])


async def test_an_answer_that_names_the_code_needs_no_known_time(tmp_path: Path) -> None:
    with SimulatedModem(tmp_path) as modem:
        async with a_home(tmp_path / "home", modem=ModemSettings(modem.port)) as home:
            home.add("大女儿", f"sms:{DAUGHTER}")
            home.cry()
            await until(lambda: "delivered" in home.outcomes("大女儿"))
            code = code_in(home.core)
            modem.messages.receive(STRANGER, code)
            modem.messages.receive("0000000", code)
            modem.messages.receive(DAUGHTER, f"{code} 我走不开")
            await until(lambda: not modem.messages.inbox)
            assert home.state() == "raised", "strangers' answers, and one that says no"
            modem.messages.receive(
                DAUGHTER, "".join(chr(ord(key) + 0xFEE0) for key in code) + " 20分钟"
            )
            await until(home.has(AlarmAcknowledged))
            assert home.taken_by() == ["大女儿"]


async def test_the_key_in_a_call_of_the_modem(tmp_path: Path) -> None:
    with SimulatedModem(tmp_path) as modem:
        async with a_home(tmp_path / "home", modem=ModemSettings(modem.port)) as home:
            home.add("大女儿", f"tel:{DAUGHTER}")
            home.cry()
            await until(home.has(CallAnswered))
            assert home.state() == "delivered"
            modem.calls.press("1")
            await until(home.has(AlarmAcknowledged))
            assert home.taken_by() == ["大女儿"]


async def test_a_modem_that_is_pulled_out_and_back_gets_through(tmp_path: Path) -> None:
    with SimulatedModem(tmp_path, ModemManners(call="for ever")) as modem:
        async with a_home(tmp_path / "home", modem=ModemSettings(modem.port)) as home:
            home.add("大女儿", f"tel:{DAUGHTER}")
            home.cry()
            await until(lambda: bool(modem.calls.dialled))
            modem.unplug()
            await until(lambda: "unknown" in home.outcomes("大女儿"))
            modem.manners.call = "answer"
            modem.plug()
            await until(home.has(CallAnswered))
            modem.calls.press("1")
            await until(home.has(AlarmAcknowledged))


@needs_baresip
async def test_the_operator_of_a_centre_rings_back(tmp_path: Path) -> None:
    async with ScaipReceiver() as centre, SipPeer(Manners(status="480 Offline")) as operator:
        routes = CentreSettings("1234567", centre.uri)
        async with a_home(tmp_path, centre=routes, phone=a_phone()) as home:
            assert home.core.ways.equipment.phone is not None
            await home.core.ways.equipment.phone.connection.wait_ready(30)
            home.add("接警中心", "scaip:centre", operator.uri)
            home.cry()
            await until(lambda: {"delivered", "no_answer"} <= set(home.outcomes("接警中心")))
            assert home.state() == "raised", "snu 0 says that it arrived; nobody comes yet"
            account = home.core.options.settings.phone.account
            assert account in centre.requests[0].values(), "where the operator rings back"
            code = code_in(home.core)
            assert any(code in value for value in centre.requests[0].values()), "told with it"
            call = await ring_through(operator, account)
            await press_until(operator, call, code, home.has(AlarmAcknowledged))
            assert home.taken_by() == ["接警中心"]


@needs_baresip
async def test_an_answering_machine_takes_no_alarm_and_stops_no_round(tmp_path: Path) -> None:
    machine = Manners(hang_up_after_seconds=1.0, speak=b"\x10\x20" * 800)
    async with (
        SipPeer(machine, user="mobile") as mobile,
        SipPeer(Manners(status="486 Busy Here"), user="home") as landline,
        SipPeer(Manners(press="1"), user="son") as son,
        a_home(tmp_path, phone=a_phone()) as home,
    ):
        assert home.core.ways.equipment.phone is not None
        await home.core.ways.equipment.phone.connection.wait_ready(30)
        home.add("大女儿", mobile.uri, landline.uri)
        home.add("儿子", son.uri)
        home.cry()
        await until(home.has(AlarmAcknowledged))
        assert home.outcomes("大女儿")[:2] == ["answered", "busy"], "her other number rings too"
        assert home.taken_by() == ["儿子"]


async def test_whatever_a_webhook_answers_is_no_acknowledgement(tmp_path: Path) -> None:
    answers = (
        (200, b'{"acknowledged": true, "acknowledge": "1", "status": "closed"}'),
        (201, b"1"),
        (204, b""),
        (200, b"\xff\x00" * 50_000),
    )
    with receiver() as daughter:
        async with a_home(tmp_path) as home:
            home.add("大女儿", daughter.url)
            for number, (status, body) in enumerate(answers):
                daughter.manners.status, daughter.manners.body = status, body
                home.cry(("fall", "fire", "gas", "stroke")[number])
                await until(lambda wanted=number + 1: len(daughter.events) == wanted)
            await until(lambda: home.outcomes("大女儿") == ["delivered"] * len(answers))
            states = {alarm.state.value for alarm in home.core.alarms.store.open_alarms()}
            assert states == {"raised"}
            assert home.taken_by() == []


@needs_baresip
async def test_the_button_of_a_link_stops_the_telephones(tmp_path: Path) -> None:
    port = free_port()
    page = ConsoleSettings(f"127.0.0.1:{port}", f"http://127.0.0.1:{port}")
    with receiver() as daughter:
        async with (
            SipPeer(Manners(answer_after_seconds=None)) as son,
            a_home(tmp_path, phone=a_phone(), console=page) as home,
            httpx.AsyncClient() as web,
        ):
            assert home.core.ways.equipment.phone is not None
            await home.core.ways.equipment.phone.connection.wait_ready(30)
            home.add("大女儿", daughter.url)
            home.add("儿子", son.uri)
            async with asyncio.timeout(60):
                await home.core.children.ready("console")
            home.cry()
            await until(lambda: bool(son.calls) and bool(daughter.events))
            link = next(iter(daughter.events.values()))["data"]["acknowledge_url"]
            answer = await web.post(f"{link}/take", data={"do": "take"})
            assert answer.status_code == 303
            assert home.taken_by() == ["大女儿"]
            await until(son.calls[0].ended.is_set)
            assert son.calls[0].ended_by == "CANCEL"
