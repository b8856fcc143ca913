"""Every child killed in turn while an alarm is open: it stays open, and a human can take it on."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.core import CoreOptions, running
from assistant.core.equipment import PHONE_CHILD
from assistant.demo.room import FileRoom
from assistant.events import (
    AlarmAcknowledged,
    Capability,
    ChildDied,
    CryForHelpHeard,
    Heard,
    NobodyReached,
)
from assistant.settings import ConsoleSettings, EmergencySettings, Settings
from simulators.sip_manners import Manners
from simulators.sip_peer import SipPeer
from tests.channels.parts import free_port, needs_baresip
from tests.faults.parts import Home, a_phone
from tests.waiting import until

CHILDREN = ("ear", "mouth", "skills", PHONE_CHILD, "console")


@needs_baresip
@pytest.mark.e2e
@pytest.mark.timeout(400)
async def test_each_child_is_killed_in_an_open_alarm_that_a_human_then_takes_on(
    tmp_path: Path,
) -> None:
    room = FileRoom(tmp_path, fast=True)
    port = free_port()
    settings = replace(
        Settings(),
        emergency=EmergencySettings(),
        phone=a_phone(),
        console=ConsoleSettings(f"127.0.0.1:{port}", f"http://127.0.0.1:{port}"),
    )
    wanted = frozenset({Capability.EAR, Capability.MOUTH, Capability.SKILLS})
    options = CoreOptions(tmp_path / "home", settings, tmp_path / "cache", capabilities=wanted)
    async with (
        SipPeer(Manners(status="486 Busy Here")) as daughter,
        running(room.furnish(options)) as core,
    ):
        told: list[object] = []
        core.bus.listen(told.append)
        home = Home(core, told)
        home.add("大女儿", daughter.uri)
        async with asyncio.timeout(180):
            await core.children.ready(*CHILDREN)
        core.bus.publish(Heard("u1", "救命", "zh", is_final=False, addressed=False))
        await until(home.has(NobodyReached))
        for name in CHILDREN:
            await kill(home, name)
            assert home.state() == "raised"
            # Cried again while it is down: heard by the core, and still the same alarm.
            core.bus.publish(CryForHelpHeard("救命", "other", 0.0))
            async with asyncio.timeout(120):
                await core.children.ready(name)
        assert len(core.alarms.store.open_alarms()) == 1
        daughter.manners = Manners(press="1")
        await until(home.has(AlarmAcknowledged))
        assert home.taken_by() == ["大女儿"]
        await room.close()


async def kill(home: Home, name: str) -> None:
    deaths = sum(isinstance(event, ChildDied) and event.name == name for event in home.told)
    pid = home.core.supervisor.pid(name)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await until(
        lambda: sum(isinstance(e, ChildDied) and e.name == name for e in home.told) > deaths
    )
