"""The modem channels over every behaviour that real modems were reported to have."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from assistant.channels.api import (
    Acknowledged,
    Answered,
    Dialled,
    DtmfPressed,
    Ended,
    Outcome,
)
from assistant.channels.gsm import IncomingSms, Modem, ModemCall, ModemSettings, Sms, channels
from assistant.channels.gsm import modem as modem_module
from simulators.modem import SimulatedModem
from simulators.modem_quirks import QUIRKS, Quirk
from tests.channels.parts import message, run_attempt
from tests.waiting import LIMIT_SECONDS, until

pytestmark = pytest.mark.timeout(120)
NUMBER = "+8613800138000"
LONG = "我已经出门了，路上有点堵，大概还要二十分钟，门口的密码我记得，先让她别动。" * 4
SHORT = "1 {20} €"


@pytest.fixture(autouse=True)
def polled_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, sooner: a call's state is asked for every 50 ms."""
    monkeypatch.setattr(channels, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(modem_module, "REOPEN_SECONDS", 0.1)


@pytest.fixture(params=list(QUIRKS.values()), ids=list(QUIRKS))
def quirk(request: pytest.FixtureRequest) -> Quirk:
    found: Quirk = request.param
    return found


def has_restarted(simulated: SimulatedModem) -> bool:
    """Whether a modem that restarts in the middle of being set up was set up again."""
    # Of all commands only the first one is sent once whenever the modem is set up.
    return not simulated.manners.restarts_at or simulated.commands.count("ATQ0V1E0") > 1


@asynccontextmanager
async def quirky(
    folder: Path, quirk: Quirk, pin: str = "", **changes: Any
) -> AsyncIterator[tuple[Modem, SimulatedModem, list[IncomingSms]]]:
    received: list[IncomingSms] = []

    async def take(sms: IncomingSms) -> None:
        received.append(sms)

    with SimulatedModem(folder, quirk.applied(**changes)) as simulated:
        async with Modem(ModemSettings(simulated.port, pin=pin), take) as modem:
            await until(lambda: not modem.problem and has_restarted(simulated))
            yield modem, simulated, received
            assert not simulated.messages.deleted_unread


def test_every_quirk_says_where_it_was_reported() -> None:
    assert len({quirk.report for quirk in QUIRKS.values() if "github.com" in quirk.report}) >= 20
    assert all(quirk.what and quirk.report for quirk in QUIRKS.values())


async def test_a_message_goes_out(tmp_path: Path, quirk: Quirk) -> None:
    text = "老人在客厅摔倒了，请尽快回家。" * 8
    async with quirky(tmp_path, quirk) as (modem, simulated, _):
        facts = await run_attempt(Sms(modem, NUMBER), message(text=text))
        health = await Sms(modem, NUMBER).check()
    if quirk.sends:
        assert facts == [Dialled(), Ended(Outcome.DELIVERED, "2 part(s) taken by the network")]
        assert "".join(part.text for part in simulated.messages.sent) == text
    else:
        assert isinstance(facts[-1], Ended)
        assert facts[-1].outcome is Outcome.FAILED
        assert not health.is_well


async def test_a_call_is_answered_and_acknowledged(tmp_path: Path, quirk: Quirk) -> None:
    async with quirky(tmp_path, quirk) as (modem, simulated, _):
        facts: list[object] = []
        async for fact in ModemCall(modem, NUMBER).attempt(message()):
            facts.append(fact)
            if fact == Answered():
                simulated.calls.press("5")
                simulated.calls.press("1")
        assert not simulated.calls.is_in_call
    said = [fact for fact in facts if not isinstance(fact, DtmfPressed)]
    assert said[0] == Dialled()
    assert said[-3:] == [
        *(Answered(), Acknowledged("dtmf")),
        Ended(Outcome.ACKNOWLEDGED, "the key was pressed"),
    ]
    assert simulated.calls.dialled == [NUMBER]


async def test_calls_that_are_not_taken(tmp_path: Path, quirk: Quirk) -> None:
    """One after the other, so that what one left behind meets the next."""
    async with quirky(tmp_path, quirk, call="busy") as (modem, simulated, _):
        for call, ring_seconds, outcomes in (
            # Its list of calls may show that the call is gone before its word for it is read.
            ("busy", LIMIT_SECONDS, {Outcome.BUSY, Outcome.REFUSED}),
            ("no answer", 0.6, {Outcome.NO_ANSWER, Outcome.REFUSED}),
            # Whether it rang before is known only from a list of calls.
            ("decline", LIMIT_SECONDS, {Outcome.REFUSED, Outcome.FAILED}),
            ("for ever", 0.6, {Outcome.NO_ANSWER}),
        ):
            simulated.manners.call = call
            modem_call = ModemCall(modem, NUMBER, ring_seconds=ring_seconds)
            facts = await run_attempt(modem_call, message())
            assert isinstance(facts[-1], Ended)
            assert facts[-1].outcome in outcomes, call
            assert Answered() not in facts
            assert not simulated.calls.is_in_call, "the modem was left ringing"


async def test_two_calls_follow_each_other(tmp_path: Path, quirk: Quirk) -> None:
    async with quirky(tmp_path, quirk) as (modem, simulated, _):
        for _ in range(2):
            simulated.manners.call = "answer"
            facts: list[object] = []
            async for fact in ModemCall(modem, NUMBER).attempt(message()):
                facts.append(fact)
                if fact == Answered():
                    simulated.calls.press("1")
            assert facts[-1] == Ended(Outcome.ACKNOWLEDGED, "the key was pressed")


async def test_answers_are_read_once_and_none_is_lost(tmp_path: Path, quirk: Quirk) -> None:
    async with quirky(tmp_path, quirk) as (modem, simulated, received):
        simulated.messages.receive(NUMBER, "1")
        simulated.messages.receive("10086", LONG)
        simulated.messages.receive(NUMBER, SHORT)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await until(lambda: len(received) == 3)
        # Whether the modem told of them or not: within half a minute it is asked anyhow.
        assert modem.inbox is not None
        await modem.inbox.read()
        drafts = set(simulated.manners.drafts)
        await until(lambda: set(simulated.messages.inbox.values()) <= drafts)
        assert sorted((sms.sender, sms.text) for sms in received) == sorted(
            [(NUMBER, "1"), ("10086", LONG), (NUMBER, SHORT)]
        )
        for sms in received:
            assert sms.sent_at == pytest.approx(time.time(), abs=60)


async def test_somebody_rings_while_an_alarm_must_call(tmp_path: Path, quirk: Quirk) -> None:
    async with quirky(tmp_path, quirk) as (modem, simulated, _):
        simulated.calls.ring("13900139000")
        facts: list[object] = []
        async for fact in ModemCall(modem, NUMBER).attempt(message()):
            facts.append(fact)
            if fact == Answered():
                simulated.calls.press("1")
        assert facts[-1] == Ended(Outcome.ACKNOWLEDGED, "the key was pressed")
        assert simulated.calls.dialled[-1] == NUMBER


async def test_it_is_pulled_out_and_comes_back(tmp_path: Path, quirk: Quirk) -> None:
    async with quirky(tmp_path, quirk) as (modem, simulated, received):
        simulated.unplug()
        await until(lambda: bool(modem.problem))
        simulated.plug()
        await until(lambda: not modem.problem)
        simulated.messages.receive(NUMBER, "1")
        assert modem.inbox is not None
        await asyncio.sleep(0)
        await modem.inbox.read()
        await until(lambda: [sms.text for sms in received] == ["1"])


async def test_the_pin_is_entered_after_every_start(tmp_path: Path, quirk: Quirk) -> None:
    sim = {"sim": "SIM PIN"} if quirk.applied().sim == "READY" else {}
    async with quirky(tmp_path, quirk, pin="4321", **sim) as (modem, simulated, _):
        simulated.unplug()
        await until(lambda: bool(modem.problem))
        simulated.manners.sim = quirk.applied(**sim).sim
        simulated.plug()
        await until(lambda: not modem.problem)
    entered = [command for command in simulated.commands if command.startswith("AT+CPIN=")]
    assert len(entered) == (2 if sim and not quirk.manners.get("restarts_at") else len(entered))
