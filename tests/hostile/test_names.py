"""Every text that somebody can write, in every message that goes out: none forges a command.

`tests/faults/test_names.py` sends an alarm with hostile names over every channel at once.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.channels import Outcome
from assistant.channels.api import Ended
from assistant.channels.gsm.pdu import submit
from assistant.channels.webhook import Webhook
from assistant.core import CoreOptions, running
from assistant.events import HelpPressed
from assistant.settings import EmergencySettings, Settings
from simulators.scaip_centre import ScaipReceiver
from simulators.webhook import WebhookReceiver
from tests.channels.parts import message, run_attempt
from tests.channels.test_scaip import centre
from tests.faults.parts import Home
from tests.hostile.parts import until_open

HOSTILE = [
    "\r\nAT+CFUN=0\r",
    "\x1aAT+CPWROFF\r\x1b",
    "+++\rATH\r",
    '";AT+CMGD=1,4;+CMGS="',
    "\r\nVia: SIP/2.0/UDP evil\r\n\r\nINVITE sip:x SIP/2.0",
    "<sip:x@evil.example>;tag=1",
    "]]><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>&a;",
    "</ite><ste>0</ste><ite>",
    "<?xml version='1.0'?>&#0;&#x1b;",
    '{"data": 1}"\\',
    "%s%n{elder}{0}{elder.__class__}",
    "\x00\x01\x02\x7f\x85\u2028\u2029",
    "\u202e\u2066\ufeff\u200b",
    "\ud800x\udfff",
    "٣" * 50,
    "👵🏻" * 200,
    "x" * 30_000,
]
FIELDS = ["text", "contact", "headline", "reason", "answer_hint", "lang"]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
@pytest.mark.parametrize("field", FIELDS)
async def test_no_field_must_forge_a_webhook(field: str, text: str) -> None:
    with WebhookReceiver(b"s" * 32) as receiver:
        told = message(**{field: text})
        facts = await run_attempt(Webhook(receiver.url, b"s" * 32), told)
    assert isinstance(facts[-1], Ended)
    assert facts[-1].outcome is Outcome.DELIVERED
    assert receiver.forged == 0
    (event,) = receiver.events.values()
    assert set(event) == {"type", "timestamp", "data"}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
async def test_no_text_must_forge_what_a_centre_reads(text: str) -> None:
    async with ScaipReceiver() as receiver:
        for field in ("text", "contact", "headline"):
            facts = await run_attempt(centre(receiver.uri), message(**{field: text}))
            assert isinstance(facts[-1], Ended)
            assert facts[-1].outcome is Outcome.DELIVERED, facts
    for request in receiver.requests:
        assert request["cid"] == "26317"
        assert request["dty"] == "0004" or request["dty"] == "0005"
        assert "root:" not in json.dumps(request)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
def test_no_text_must_forge_a_command_to_the_modem(text: str) -> None:
    parts = submit("+8613800138000", text, 7)
    assert len(parts) < 20, "nor cost the family a fortune"
    for part in parts:
        written = (getattr(part, name) for name in part.__slots__)
        lines = [value for value in written if isinstance(value, str)]
        assert lines
        assert all(re.fullmatch("[0-9A-F]+", line) for line in lines)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
@pytest.mark.parametrize("where", ["elder", "address", "place", "device", "door", "health"])
async def test_no_setting_must_forge_a_message_or_a_line_of_a_log(
    tmp_path: Path, where: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    emergency = EmergencySettings(
        address=text if where == "address" else "幸福里3号",
        door_code=text if where == "door" else "4711",
        health=text if where == "health" else "高血压",
        pendants={"cord-1": text if where == "place" else "浴室"},
    )
    wanted = replace(
        Settings(), elder_name=text if where == "elder" else "王奶奶", emergency=emergency
    )
    options = CoreOptions(tmp_path, wanted, tmp_path / "cache", capabilities=frozenset())
    async with running(options) as core:
        home = Home(core, [])
        home.add("大女儿", "tel:13800138000")
        device = text if where == "device" else "cord-1"
        core.bus.publish(HelpPressed(device, emergency.pendants.get(device, "")))
        await until_open(home)
        (alarm,), (contact,) = (
            core.alarms.store.open_alarms(),
            core.ways.people.all,
        )
        attempt = await core.alarms.store.begin_attempt(
            alarm.alarm_id, contact.contact_id, "tel:13800138000", 1
        )
        told = core.alarms._wording.message(alarm, contact, attempt)
        assert "求救" in told.text, "what matters is said whatever else stands there"
        assert "\r" not in told.text
        assert "\n" not in told.text
        details = core.alarms._wording.details(alarm, "zh")
        if where not in {"door", "health"}:
            assert "4711" in details
    for record in caplog.records:
        assert "AT+CFUN" not in record.getMessage()
        assert "INVITE sip:x" not in record.getMessage()
        assert "4711" not in record.getMessage()
