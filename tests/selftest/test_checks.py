"""What the self-test finds of a real home's parts, well and broken."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path

import pytest

from assistant.channels.apprise_message import AppriseMessage
from assistant.channels.server import look_at, server_of
from assistant.core.selftest_assembly import SelfTestAssembly
from assistant.pendants import BatteryLow, PendantLost, PendantSeen
from assistant.pendants.service import BUTTON, PendantService
from assistant.selftest import machine
from assistant.selftest.wording import REPLIES
from assistant.services.findings import CheckResult
from assistant.settings import (
    CentreSettings,
    ConsoleSettings,
    EmergencySettings,
    ModemSettings,
    SelfTestSettings,
)
from simulators.modem import SimulatedModem
from simulators.modem_manners import ModemManners
from simulators.scaip_centre import ScaipReceiver
from simulators.sip_manners import Manners
from simulators.sip_peer import SipPeer
from tests.channels.parts import free_port, needs_baresip
from tests.faults.parts import SECRET, Home, a_home, a_phone, receiver
from tests.waiting import until


async def look(home: Home) -> dict[str, CheckResult]:
    selftest = home.core.of(SelfTestAssembly)
    findings = await selftest.api.run_now(with_chime=False)
    keys = [f"{finding.part} {finding.subject}".strip() for finding in findings]
    assert len(set(keys)) == len(keys), "each has a place of its own in the database"
    return dict(zip(keys, findings, strict=True))


@needs_baresip
async def test_every_way_of_a_well_home_is_tried_and_nobody_is_alarmed(tmp_path: Path) -> None:
    with SimulatedModem(tmp_path) as modem, receiver() as web:
        async with (
            ScaipReceiver() as centre,
            SipPeer(Manners(press="1")) as peer,
            a_home(
                tmp_path / "home",
                phone=a_phone(),
                modem=ModemSettings(modem.port),
                centre=CentreSettings("1234567", centre.uri),
            ) as home,
        ):
            home.add("大女儿", peer.uri, "tel:+8613800138000", "sms:+8613800138000", web.url)
            home.add("接警中心", "scaip:centre")
            equipment = home.core.ways.equipment
            assert equipment.phone is not None
            await equipment.phone.connection.wait_ready(30)
            await until(lambda: equipment.modem is not None and not equipment.modem.problem)
            found = await look(home)
            assert [key for key, finding in found.items() if not finding.is_well] == []
            assert sum(key.startswith("channel 大女儿") for key in found) == 4
            assert "channel 接警中心: alarm receiving centre" in found
            assert found["internet"].detail.startswith("1 of 1")
            assert "by the clock of a server" in found["clock"].detail
            assert "modem_battery" not in found
            assert peer.calls == []
            assert modem.calls.dialled == []
            assert list(modem.messages.sent) == []
            assert {event["type"] for event in web.events.values()} == {"anban.check"}
            assert {request["mty"] for request in centre.requests} == {"PI"}


async def test_what_is_broken_is_found_and_what_is_well_beside_it(tmp_path: Path) -> None:
    port = free_port()
    with (
        SimulatedModem(tmp_path, ModemManners(registration=2, battery="0,12")) as modem,
        receiver() as web,
        receiver() as stranger,
    ):
        stranger.secret = b"another"
        async with a_home(
            tmp_path / "home",
            modem=ModemSettings(modem.port),
            console=ConsoleSettings("", f"http://127.0.0.1:{port}"),
            selftest=SelfTestSettings(heartbeat_url="http://127.0.0.1:1/x"),
            emergency=EmergencySettings(
                webhook_secret=SECRET, button="/dev/input/none", pendants={"cord-1": "卫生间"}
            ),
        ) as home:
            home.add("大女儿", "sms:+8613800138000", "sip:fang@10.0.0.7")
            home.add("儿子", "http://127.0.0.1:1/alarm", web.url)
            equipment = home.core.ways.equipment
            await until(lambda: equipment.modem is not None and not equipment.modem.problem)
            selftest = home.core.of(SelfTestAssembly)
            await until(lambda: not selftest.heartbeat.findings()[0].is_well)
            found = await look(home)
            bad = {key for key, finding in found.items() if not finding.is_well}
            assert bad == {
                "channel 大女儿: SMS",
                "modem_battery",
                "channel 大女儿: sip",
                "channel 儿子: webhook at 127.0.0.1",
                "page",
                "heartbeat web",
                f"pendant {BUTTON}",
            }
            assert found["internet"].is_well, "one of the servers answers"
            assert "not registered" in found["channel 大女儿: SMS"].detail
            assert found["channel 儿子: webhook at 127.0.0.1 +"].is_well


async def test_pendants_tell_how_they_are(tmp_path: Path) -> None:
    emergency = EmergencySettings(pendants={"cord-1": "卫生间", "red": ""})
    async with a_home(tmp_path, emergency=emergency) as home:
        buttons = home.core.of(PendantService)
        buttons.take(BatteryLow("cord-1", 9))
        buttons.take(PendantLost("red", "not heard of for 25.0 h"))
        found = {f.subject: f for f in await buttons.findings()}
        assert "9 %" in found["卫生间"].detail
        assert "25.0 h" in found["red"].detail
        buttons.take(PendantSeen("red", 80))
        assert {f.subject for f in await buttons.findings() if f.is_well} == {"red"}


async def test_the_line_is_down_where_no_server_answers(tmp_path: Path) -> None:
    async with a_home(tmp_path) as home:
        home.add("大女儿", "http://127.0.0.1:1/alarm", "ntfy://127.0.0.1:2/topic")
        found = await look(home)
        assert not found["internet"].is_well
        assert found["internet"].detail.startswith("0 of 2")


async def test_a_hanging_server_is_found_and_holds_up_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.channels.server.DEADLINE_SECONDS", 1.0)
    monkeypatch.setattr("assistant.channels.webhook.READ_SECONDS", 1.0)
    server = await asyncio.start_server(lambda *_: asyncio.Event().wait(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with a_home(tmp_path) as home:
        home.add("大女儿", f"http://127.0.0.1:{port}/alarm")
        found = await look(home)
        assert not found["channel 大女儿: webhook at 127.0.0.1"].is_well
        assert not found["internet"].is_well
        assert found["disk"].is_well
    server.close()


# ---------------------------------------------------------------------------- the machine


def test_the_clock() -> None:
    now = time.time()
    assert machine.look_at_clock(now, None, []).is_well
    assert machine.look_at_clock(now, now - 86_400, []).is_well
    assert not machine.look_at_clock(now, now + 3_600, []).is_well
    assert not machine.look_at_clock(1_000_000.0, None, []).is_well
    assert not machine.look_at_clock(now, None, [300.0]).is_well
    assert machine.look_at_clock(now, now + 3_600, [1.0, -5_000.0]).is_well, "a server knows better"


@pytest.mark.parametrize(
    ("percent", "online", "status", "bad"),
    [
        (90, "1", "Charging", set()),
        (90, "0", "Discharging", {"mains"}),
        (10, "0", "Discharging", {"mains", "battery"}),
        (10, "1", "Charging", set()),
        (10, "", "Unknown", {"battery"}),
    ],
)
def test_mains_and_battery(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    percent: int,
    online: str,
    status: str,
    bad: set[str],
) -> None:
    monkeypatch.setattr("psutil._pslinux.POWER_SUPPLY_PATH", str(tmp_path))
    battery = tmp_path / "BAT0"
    battery.mkdir()
    (battery / "capacity").write_text(f"{percent}\n")
    (battery / "status").write_text(f"{status}\n")
    if online:
        (tmp_path / "AC0").mkdir()
        (tmp_path / "AC0" / "online").write_text(f"{online}\n")
    found = list(machine.look_at_power())
    assert {finding.part for finding in found if not finding.is_well} == bad
    assert ("mains" in {finding.part for finding in found}) == bool(online)
    assert any(f"{percent} %" in finding.detail for finding in found)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_machine_without_a_battery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    path = tmp_path if is_there else tmp_path / "none"
    monkeypatch.setattr("psutil._pslinux.POWER_SUPPLY_PATH", str(path))
    assert list(machine.look_at_power()) == []


def test_a_full_disk_and_a_damaged_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.look_at_disk(tmp_path / "not" / "yet").is_well
    monkeypatch.setattr(machine, "LEAST_FREE_BYTES", 1e18)
    assert not machine.look_at_disk(tmp_path).is_well
    assert machine.look_at_memory(tmp_path).is_well
    sqlite3.connect(tmp_path / "anban.sqlite").close()
    (tmp_path / "anban.sqlite").write_bytes(b"no database" * 1_000)
    assert not machine.look_at_memory(tmp_path).is_well


# ---------------------------------------------------------------------------- the servers


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("https://u:p@example.org:8443/secret?x=1", "https://example.org:8443"),
        ("http://[::1]:80/x", "http://[::1]:80"),
        ("https://{host}/x", ""),
        ("ftp://x/", ""),
        ("https://x:99999/", ""),
        ("", ""),
        ("//", ""),
    ],
)
def test_a_server_has_no_secret_in_it(url: str, server: str) -> None:
    assert server_of(url) == server


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("ntfy://topic", "https://ntfy.sh"),
        ("ntfy://127.0.0.1:8080/t", "http://127.0.0.1:8080"),
        ("barks://api.day.app/KEY", "https://api.day.app"),
        ("wecombot://botkey", "https://qyapi.weixin.qq.com"),
        ("dingtalk://token", "https://oapi.dingtalk.com"),
        ("mailtos://u:p@mail.example.org:465?smtp=smtp.example.org", "smtp://smtp.example.org:465"),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", "https://api.telegram.org"),
    ],
)
def test_where_a_messaging_service_sends_to(url: str, server: str) -> None:
    assert AppriseMessage(url).server == server


async def test_a_messaging_service_is_well_while_its_server_answers() -> None:
    with receiver() as web:
        port = int(web.url.split(":")[2].partition("/")[0])
        assert (await look_at(f"http://127.0.0.1:{port}")).ahead_seconds is not None
        channel = AppriseMessage(f"ntfy://127.0.0.1:{port}/topic")
        assert (await channel.check()).is_well
        assert web.posts == 0
    health = await channel.check()
    assert not health.is_well
    assert "topic" not in health.detail


def test_every_part_has_its_words() -> None:
    keys = REPLIES.keys()
    parts = {key.removeprefix("bad_") for key in keys if key.startswith("bad_")}
    assert keys >= {f"{what}_{part}" for what in ("fix", "name") for part in parts}
    assert parts >= {"microphone", "speaker", "chime", "channel", "clock", "mains", "other"}
