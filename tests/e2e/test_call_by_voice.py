"""A call asked for in words: real Rasa, real skill host, real baresip, a telephone that answers."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.core import TEXT_ONLY, running
from assistant.demo.scratch import scratch_options
from assistant.events import ChildDied, Heard, Say
from assistant.people.contacts import new_contact
from simulators.sip_peer import SipPeer
from tests.asking import call
from tests.channels.parts import needs_baresip
from tests.faults.parts import a_phone
from tests.headless import PulseServer, needs_pulse
from tests.waiting import until

pytestmark = [needs_baresip, needs_pulse]


@pytest.mark.parametrize(
    ("lang", "wish", "yes", "question", "hang_up"),
    [
        ("zh", "给我闺女打个电话", "好的", "女儿", "好了挂了吧"),
        pytest.param(
            *("en", "give my daughter a ring", "yes please", "your daughter", "hang up"),
            marks=pytest.mark.soak,
        ),
    ],
)
async def test_the_daughter_is_rung_by_voice(
    lang: str, wish: str, yes: str, question: str, hang_up: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PulseServer.started() as pulse, scratch_options(lang, TEXT_ONLY) as options:
        for name, value in pulse.environment.items():
            monkeypatch.setenv(name, value)
        settings = replace(options.settings, phone=a_phone("pulse"))
        async with (
            SipPeer() as peer,
            running(replace(options, settings=settings)) as core,
        ):
            called = {"zh": "女儿", "en": "my daughter"}[lang]
            core.ways.people.add(new_contact("王小芳", [called], [peer.uri]))
            told: list[object] = []
            core.bus.listen(told.append)
            await core.children.dialogue_ready()
            assert core.ways.equipment.phone is not None
            await core.ways.equipment.phone.connection.wait_ready(30)

            asked = await call(core.bus, "turn", text=wish)
            assert asked["intent"] == "emergency_contact"
            assert question in asked["reply"]
            assert peer.invites == 0
            await call(core.bus, "turn", text=yes)
            await until(lambda: core.calls.is_talking)

            pid = core.supervisor.pid("skills")
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            await until(lambda: any(isinstance(e, ChildDied) and e.name == "skills" for e in told))
            assert core.calls.is_talking, "no child of the dialogue ends a call"

            core.bus.publish(Heard("u1", hang_up, lang, is_final=True, addressed=False))
            await until(peer.calls[0].ended.is_set)
            await until(lambda: not core.calls.is_under_way)
            assert peer.calls[0].ended_by == "BYE"
            assert any(isinstance(e, Say) for e in told)


async def test_a_roundabout_cry_is_asked_about_and_silence_calls_the_family(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("assistant.alarm.confirmation.ANSWER_SECONDS", 2.0)
    with scratch_options("zh", TEXT_ONLY) as options:
        async with running(options) as core:
            await core.children.dialogue_ready()
            asked = await call(core.bus, "turn", text="你能不能找个人来把我弄起来")
            assert asked["intent"] == "emergency_help"
            assert asked["lane"] == "safety"
            await until(
                lambda: [a.state.value for a in core.alarms.store.open_alarms()] == ["raised"]
            )
            # Merely heard in the room, an answer in other words: it is asked back.
            heard = Heard("u1", "虚惊一场不用叫人了", "zh", is_final=True, addressed=True)
            core.bus.publish(heard)
            await until(lambda: core.alarms.store.open_alarms()[0].denied_count == 1)
