"""The modem driver against a modem on a real pseudo-terminal that misbehaves in every way."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from assistant.channels.addresses import AddressError
from assistant.channels.api import (
    Acknowledged,
    Answered,
    Dialled,
    DtmfPressed,
    Ended,
    Outcome,
    PutThrough,
    Ringing,
)
from assistant.channels.gsm import (
    IncomingSms,
    Modem,
    ModemAudio,
    ModemCall,
    ModemError,
    ModemSettings,
    Sms,
)
from simulators.modem import SimulatedModem
from simulators.modem_manners import ModemManners
from tests.channels.parts import (
    loudness,
    message,
    run_attempt,
    script_of,
    tone,
    write_tone,
)
from tests.headless import PulseServer, needs_pulse
from tests.waiting import until

pytestmark = pytest.mark.timeout(120)
NUMBER = "+8613800138000"


@asynccontextmanager
async def running_modem(
    folder: Path,
    manners: ModemManners | None = None,
    audio: ModemAudio | None = None,
    pin: str = "",
) -> AsyncIterator[tuple[Modem, SimulatedModem, list[IncomingSms], list[str]]]:
    received: list[IncomingSms] = []
    rings: list[str] = []

    async def take(sms: IncomingSms) -> None:
        received.append(sms)

    with SimulatedModem(folder, manners) as simulated:
        settings = ModemSettings(simulated.port, pin=pin, audio=audio)
        async with Modem(settings, take, rings.append) as modem:
            yield modem, simulated, received, rings


def told(received: list[IncomingSms]) -> list[tuple[str, str]]:
    return [(sms.sender, sms.text) for sms in received]


async def ready(modem: Modem) -> None:
    await until(lambda: not modem.problem)


async def test_a_chinese_message_goes_out_in_parts(tmp_path: Path) -> None:
    text = "老人在客厅摔倒了，请尽快回家。" * 8
    async with running_modem(tmp_path) as (modem, simulated, _, _):
        await ready(modem)
        facts = await run_attempt(Sms(modem, NUMBER), message(text=text))
    assert facts == [Dialled(), Ended(Outcome.DELIVERED, "2 part(s) taken by the network")]
    assert "".join(part.text for part in simulated.messages.sent) == text
    assert {part.number for part in simulated.messages.sent} == {NUMBER}


async def test_the_same_attempt_sent_again_is_the_same_message(tmp_path: Path) -> None:
    told = message(text="老" * 80)
    async with running_modem(tmp_path) as (modem, simulated, _, _):
        await ready(modem)
        await run_attempt(Sms(modem, NUMBER), told)
        await run_attempt(Sms(modem, NUMBER), told)
    assert len({part.reference for part in simulated.messages.sent}) == 1


@pytest.mark.parametrize(
    ("manners", "outcome", "word"),
    [
        (ModemManners(refuse_sms="+CMS ERROR: 38"), Outcome.FAILED, "38"),
        (ModemManners(refuse_sms="ERROR"), Outcome.FAILED, "ERROR"),
        (ModemManners(noise=b"\xff\x00\x80"), Outcome.DELIVERED, "1 part"),
        (ModemManners(noise=b"\r\n+CREG: 5\r\n"), Outcome.DELIVERED, "1 part"),
        (ModemManners(noise=b"\r\nRING\r\n\r\n+CSQ: 3,99\r\n"), Outcome.DELIVERED, "1 part"),
        (ModemManners(noise=b"\r\nNO CARRIER\r\n"), Outcome.DELIVERED, "1 part"),
    ],
)
async def test_a_message_and_what_the_modem_says(
    tmp_path: Path, manners: ModemManners, outcome: Outcome, word: str
) -> None:
    async with running_modem(tmp_path, manners) as (modem, _, _, _):
        await ready(modem)
        ended = (await run_attempt(Sms(modem, NUMBER), message()))[-1]
    assert isinstance(ended, Ended)
    assert ended.outcome is outcome
    assert word in ended.detail


async def test_a_modem_pulled_out_while_it_sends(tmp_path: Path) -> None:
    manners = ModemManners(swallow_sms=True)
    async with running_modem(tmp_path, manners) as (modem, simulated, _, _):
        await ready(modem)
        attempt = asyncio.create_task(run_attempt(Sms(modem, NUMBER), message()))
        await until(lambda: bool(simulated.messages.sent))
        simulated.unplug()
        # It may have gone out: to be sent again, never to be forgotten.
        assert (await attempt)[-1] == Ended(Outcome.UNKNOWN, "the modem was unplugged to AT+CMGS")
        gone = (await run_attempt(Sms(modem, NUMBER), message()))[-1]
        assert isinstance(gone, Ended)
        assert gone.outcome is Outcome.FAILED
        simulated.manners.swallow_sms = False
        simulated.plug()
        await ready(modem)
        assert (await run_attempt(Sms(modem, NUMBER), message()))[0] == Dialled()


async def test_a_dead_modem_is_said_so(tmp_path: Path) -> None:
    async with running_modem(tmp_path, ModemManners(is_dead=True)) as (modem, _, _, _):
        await until(lambda: "no answer" in modem.problem)
        ended = (await run_attempt(ModemCall(modem, NUMBER), message()))[-1]
        health = await Sms(modem, NUMBER).check()
    assert isinstance(ended, Ended)
    assert ended.outcome is Outcome.FAILED
    assert not health.is_well
    assert "no answer" in health.detail


async def test_no_modem_at_all(tmp_path: Path) -> None:
    async with Modem(ModemSettings(str(tmp_path / "none"))) as modem:
        await until(lambda: "No such file" in modem.problem)
        with pytest.raises(ModemError):
            await modem.status()


async def test_signal_and_registration(tmp_path: Path) -> None:
    async with running_modem(tmp_path) as (modem, simulated, _, _):
        await ready(modem)
        assert (await Sms(modem, NUMBER).check()).detail == "registered, signal -73 dBm"
        simulated.manners.registration, simulated.manners.signal = 2, 99
        health = await ModemCall(modem, NUMBER).check()
    assert not health.is_well
    assert health.detail == "not registered in a network (signal unknown)"


async def test_the_pin_is_entered_once(tmp_path: Path) -> None:
    async with running_modem(tmp_path, ModemManners(sim="SIM PIN"), pin="4321") as (modem, *_):
        await ready(modem)
    manners = ModemManners(sim="SIM PIN")
    async with running_modem(tmp_path, manners, pin="9999") as (modem, simulated, _, _):
        await until(lambda: "SIM PIN" in modem.problem)
        assert sum('="9999"' in command for command in simulated.commands) == 1


async def test_a_call_is_answered_and_acknowledged(tmp_path: Path) -> None:
    async with running_modem(tmp_path) as (modem, simulated, _, _):
        await ready(modem)
        facts = []
        async with asyncio.timeout(60):
            async for fact in ModemCall(modem, NUMBER).attempt(message()):
                facts.append(fact)
                if fact == Answered():
                    simulated.calls.press("5")
                    simulated.calls.press("49", "+QTONEDET: {}")
        assert facts == [
            *(Dialled(), Ringing(), Answered(), DtmfPressed("5"), DtmfPressed("1")),
            *(Acknowledged("dtmf"), Ended(Outcome.ACKNOWLEDGED, "the key was pressed")),
        ]
        assert not simulated.calls.is_in_call
    assert simulated.calls.dialled == [NUMBER]


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        ("busy", Outcome.BUSY),
        ("no answer", Outcome.NO_ANSWER),
        ("no carrier", Outcome.FAILED),
        ("decline", Outcome.REFUSED),
        ("for ever", Outcome.NO_ANSWER),
    ],
)
async def test_a_call_that_is_not_taken(tmp_path: Path, call: str, outcome: Outcome) -> None:
    async with running_modem(tmp_path, ModemManners(call=call)) as (modem, simulated, _, _):
        await ready(modem)
        facts = await run_attempt(ModemCall(modem, NUMBER, ring_seconds=1.2), message())
        assert not simulated.calls.is_in_call, "the modem was left ringing"
    assert isinstance(facts[-1], Ended)
    assert facts[-1].outcome is outcome
    assert Answered() not in facts


async def test_a_modem_that_cannot_list_its_calls_still_rings(tmp_path: Path) -> None:
    manners = ModemManners(call="for ever", knows_clcc=False)
    async with running_modem(tmp_path, manners) as (modem, simulated, _, _):
        await ready(modem)
        ended = (await run_attempt(ModemCall(modem, NUMBER, ring_seconds=0.6), message()))[-1]
        assert not simulated.calls.is_in_call
        manners.call, manners.answer_after_seconds = "busy", 0.1
        busy = (await run_attempt(ModemCall(modem, NUMBER), message()))[-1]
    assert ended == Ended(Outcome.NO_ANSWER, "nobody answered in time")
    assert busy == Ended(Outcome.BUSY, "BUSY")


async def test_the_other_end_hangs_up_without_the_key(tmp_path: Path) -> None:
    async with running_modem(tmp_path) as (modem, simulated, _, _):
        await ready(modem)
        facts = []
        async for fact in ModemCall(modem, NUMBER).attempt(message()):
            facts.append(fact)
            if fact == Answered():
                simulated.calls.end()
    assert facts[-1] == Ended(Outcome.ANSWERED, "no key was pressed; NO CARRIER")


async def test_hanging_up_where_the_modem_does_not_know_chup(tmp_path: Path) -> None:
    manners = ModemManners(call="for ever", knows_chup=False)
    async with running_modem(tmp_path, manners) as (modem, simulated, _, _):
        await ready(modem)
        channel = ModemCall(modem, NUMBER)
        facts = []
        async for fact in channel.attempt(message()):
            facts.append(fact)
            if fact == Ringing():
                await channel.hang_up()
        assert facts[-1] == Ended(Outcome.FAILED, "given up")
        assert not simulated.calls.is_in_call
    assert "ATH" in simulated.commands


async def test_a_modem_pulled_out_in_a_call(tmp_path: Path) -> None:
    async with running_modem(tmp_path) as (modem, simulated, _, _):
        await ready(modem)
        facts = []
        async with asyncio.timeout(60):
            async for fact in ModemCall(modem, NUMBER).attempt(message()):
                facts.append(fact)
                if fact == Ringing():
                    simulated.unplug()
        assert facts[-1] == Ended(Outcome.UNKNOWN, "the modem was lost in the call")
        simulated.plug()
        await ready(modem)
        simulated.manners.call = "busy"
        assert (await run_attempt(ModemCall(modem, NUMBER), message()))[-1] == Ended(
            Outcome.BUSY, "BUSY"
        )


async def test_a_call_speaks_through_the_sound_port(tmp_path: Path) -> None:
    here, there = os.openpty()
    tty.setraw(there)
    heard = bytearray()
    loop = asyncio.get_running_loop()
    loop.add_reader(here, lambda: heard.extend(os.read(here, 65_536)))
    script = script_of(write_tone(tmp_path / "speech.wav", 600, 0.5))
    audio = ModemAudio(os.ttyname(there))
    try:
        async with running_modem(tmp_path, audio=audio) as (modem, simulated, _, _):
            await ready(modem)
            call = ModemCall(modem, NUMBER)
            attempt = asyncio.create_task(run_attempt(call, message(script=script)))
            await until(lambda: loudness(heard[-16_000:], 600) > 0.3)
            simulated.calls.press("1")
            facts = await attempt
            # No sound device here: the key counts all the same.
            assert facts[-1] == Ended(Outcome.ACKNOWLEDGED, "nobody could speak")
            assert isinstance(facts[-2], PutThrough)
            assert not facts[-2].is_open
    finally:
        loop.remove_reader(here)
        os.close(here)
        os.close(there)
    assert "AT+CPCMREG=1" in simulated.commands


@needs_pulse
@pytest.mark.timeout(120)
async def test_the_elder_speaks_through_the_sound_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = os.openpty()
    tty.setraw(there)
    heard = bytearray()
    loop = asyncio.get_running_loop()
    loop.add_reader(here, lambda: heard.extend(os.read(here, 65_536)))
    elder = write_tone(tmp_path / "elder.wav", 1_200, 8)
    audio = ModemAudio(os.ttyname(there), microphone="pulse", speaker="pulse")
    facts: list[object] = []
    with PulseServer.started() as pulse, pulse.recording() as speaker:
        for name, value in pulse.environment.items():
            monkeypatch.setenv(name, value)
        async with running_modem(tmp_path, audio=audio) as (modem, simulated, _, _):
            await ready(modem)
            call = ModemCall(modem, NUMBER)
            assert call.can_talk

            async def talk() -> None:
                async with contextlib.aclosing(call.talk()) as told:
                    async for fact in told:
                        facts.append(fact)  # noqa: PERF401  (looked at as they come)

            talking = asyncio.create_task(talk())
            await until(lambda: PutThrough(is_open=True) in facts, 30)
            feeding = asyncio.create_task(asyncio.to_thread(pulse.feed, elder))
            await until(lambda: loudness(heard[-16_000:], 1_200) > 0.1, 15)

            def relative_speaks() -> bool:
                os.write(here, tone(700, 0.1))
                return loudness(speaker[-32_000:], 700, 16_000) > 0.05

            await until(relative_speaks, 15)
            await call.hang_up()
            await talking
            await feeding
    loop.remove_reader(here)
    os.close(here)
    os.close(there)
    assert facts[:3] == [Dialled(), Ringing(), Answered()]
    assert facts[-1] == Ended(Outcome.ANSWERED, "given up")
    assert "AT+CHUP" in simulated.commands


async def test_without_a_sound_port_nobody_can_speak_over_the_modem(tmp_path: Path) -> None:
    async with running_modem(tmp_path) as (modem, *_):
        assert not ModemCall(modem, NUMBER).can_talk


async def test_answers_by_message_come_in_also_from_before_the_start(tmp_path: Path) -> None:
    with SimulatedModem(tmp_path) as simulated:
        simulated.messages.receive(NUMBER, "1")
        simulated.messages.inbox[7] = "0000"  # junk on the SIM
        received: list[IncomingSms] = []

        async def take(sms: IncomingSms) -> None:
            received.append(sms)

        async with Modem(ModemSettings(simulated.port), take) as modem:
            await until(lambda: len(received) == 1)
            simulated.messages.receive("10086", "我马上到，二十分钟")
            await until(lambda: len(received) == 2)
            # What cannot be read stays: it may be the answer that somebody waits for.
            await until(lambda: simulated.messages.inbox == {7: "0000"})
            assert not modem.problem
    assert told(received) == [(NUMBER, "1"), ("10086", "我马上到，二十分钟")]


async def test_a_message_that_could_not_be_kept_stays_on_the_sim(tmp_path: Path) -> None:
    tries = 0

    async def fail_once(sms: IncomingSms) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OSError("the disk is full")

    with SimulatedModem(tmp_path) as simulated:
        async with Modem(ModemSettings(simulated.port), fail_once):
            simulated.messages.receive(NUMBER, "1")
            await until(lambda: tries == 1)
            assert simulated.messages.inbox
            simulated.wire.say('+CMTI: "SM",9')
            await until(lambda: not simulated.messages.inbox)
    assert tries == 2


async def test_somebody_rings(tmp_path: Path) -> None:
    async with running_modem(tmp_path) as (modem, simulated, _, rings):
        await ready(modem)
        simulated.calls.ring("13800138000")
        await until(lambda: rings == ["13800138000"])
        await modem.calls.answer()
        assert await modem.calls.incoming() == 0
        await modem.calls.hang_up()
        assert not simulated.calls.is_in_call


@pytest.mark.parametrize("number", ["Mum\r\nATD999;", "1380013800\x1a", "138;AT+CFUN=0", "", "老"])
async def test_no_name_or_number_forges_a_command(tmp_path: Path, number: str) -> None:
    with SimulatedModem(tmp_path) as simulated:
        async with Modem(ModemSettings(simulated.port)) as modem:
            await ready(modem)
            before = len(simulated.commands)
            with pytest.raises(AddressError):
                Sms(modem, number)
            with pytest.raises(AddressError):
                ModemCall(modem, number)
            with pytest.raises(AddressError):
                modem.calls.dial(number)
            told = message(contact=number, text=f"help\x1a\r\nATD999;\r{number}", headline=number)
            await run_attempt(Sms(modem, NUMBER), told)
            assert [c.partition("=")[0] for c in simulated.commands[before:]] == ["AT+CMGS"]
    assert not simulated.calls.dialled
    assert "".join(part.text for part in simulated.messages.sent) == told.text
