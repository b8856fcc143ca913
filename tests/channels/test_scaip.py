"""SCAIP over SIP MESSAGE: only snu 0 is success; hold, busy, loss and hostile answers."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.channels.addresses import AddressError
from assistant.channels.api import Dialled, Ended, Outcome
from assistant.channels.scaip import CentreSettings, ScaipCentre
from assistant.channels.scaip.xml import Request, ScaipError, build, parse, parse_answer
from assistant.channels.sip_text import SipTextError
from assistant.channels.sip_text import build as build_sip
from assistant.channels.sip_text import parse as parse_sip
from simulators.scaip_centre import (
    QUIRK_WORD,
    QUIRKS,
    CentreManners,
    ScaipReceiver,
)
from tests.channels.parts import free_port, message, run_attempt

pytestmark = pytest.mark.timeout(120)

QUICK = CentreSettings(
    "26317", ("sip:alarm@127.0.0.1:9",), answer_seconds=4.0, hold_seconds=(0.05, 0.1), holds=2
)


def centre(*uris: str, **changes: object) -> ScaipCentre:
    return ScaipCentre(replace(QUICK, routes=uris, **changes))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("in_final", [False, True])
async def test_an_alarm_is_handled(transport: str, *, in_final: bool) -> None:
    async with ScaipReceiver(CentreManners(in_final=in_final), transport) as receiver:
        told = message(reason="fall", is_automatic=True)
        facts = await run_attempt(centre(receiver.uri), told)
    assert facts == [Dialled(), Ended(Outcome.DELIVERED, "handled by route 1 (snu 0)")]
    request = receiver.requests[0]
    assert request["cid"] == "26317"
    assert request["dty"] == "0005"
    assert request["stc"] == "0009"
    assert request["mty"] == "ME"
    assert request["ite"] == told.text
    assert 1 <= len(request["ref"]) <= 16
    assert request["ref"].isalnum()
    # Receivers require that the SIP user is the controller.
    assert "sip:26317@" in receiver.senders[0]


async def test_the_repeat_of_an_attempt_has_its_reference() -> None:
    async with ScaipReceiver() as receiver:
        channel = centre(receiver.uri)
        await run_attempt(channel, message())
        await run_attempt(channel, message())
        await run_attempt(channel, message(attempt_id="another"))
    first, second, third = (request["ref"] for request in receiver.requests)
    assert first == second != third


@pytest.mark.parametrize(
    ("manners", "outcome", "detail", "asked"),
    [
        (CentreManners(statuses=(4, 4, 0)), Outcome.DELIVERED, "handled", 3),
        (CentreManners(statuses=(4,)), Outcome.FAILED, "snu 4", 3),
        (CentreManners(statuses=(5,)), Outcome.FAILED, "snu 5", 1),
        (CentreManners(statuses=(6,)), Outcome.FAILED, "snu 6", 1),
        (CentreManners(statuses=(3,)), Outcome.FAILED, "controller", 1),
        (CentreManners(statuses=(7,)), Outcome.FAILED, "missing", 1),
        (CentreManners(sip_status="404 Not Found"), Outcome.FAILED, "SIP 404 Not Found", 1),
        (CentreManners(sip_status="503 Unavailable"), Outcome.FAILED, "SIP 503", 1),
        (CentreManners(mute=True), Outcome.UNKNOWN, "no answer", 1),
        (CentreManners(is_silent=True), Outcome.UNKNOWN, "no answer", 0),
    ],
)
async def test_what_a_centre_answers(
    manners: CentreManners, outcome: Outcome, detail: str, asked: int
) -> None:
    seconds = 0.5 if manners.mute or manners.is_silent else 5.0
    async with ScaipReceiver(manners) as receiver:
        ended = (await run_attempt(centre(receiver.uri, answer_seconds=seconds), message()))[-1]
    assert isinstance(ended, Ended)
    assert ended.outcome is outcome
    assert detail in ended.detail
    assert len(receiver.requests) == asked


async def test_a_busy_route_gives_way_to_the_next() -> None:
    nobody = f"sip:alarm@127.0.0.1:{free_port()};transport=tcp"
    async with ScaipReceiver(CentreManners(statuses=(6,))) as busy, ScaipReceiver() as free:
        facts = await run_attempt(centre(nobody, busy.uri, free.uri), message())
    assert facts[-1] == Ended(Outcome.DELIVERED, "handled by route 3 (snu 0)")
    assert busy.requests[0]["ref"] == free.requests[0]["ref"]


async def test_lost_datagrams_are_sent_again() -> None:
    async with ScaipReceiver(CentreManners(swallow=2)) as receiver:
        facts = await run_attempt(centre(receiver.uri), message())
    assert facts[-1] == Ended(Outcome.DELIVERED, "handled by route 1 (snu 0)")
    assert receiver.datagrams >= 3


async def test_a_challenge_is_answered() -> None:
    async with ScaipReceiver(CentreManners(password="s3cret")) as receiver:
        good = await run_attempt(centre(receiver.uri, password="s3cret"), message())
        bad = await run_attempt(centre(receiver.uri, password="wrong"), message())
        none = await run_attempt(centre(receiver.uri), message())
    assert good[-1] == Ended(Outcome.DELIVERED, "handled by route 1 (snu 0)")
    for facts in (bad, none):
        assert facts[-1] == Ended(Outcome.FAILED, "route 1: SIP 401 Unauthorized")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("quirk", QUIRKS)
async def test_every_centre_takes_an_alarm(quirk: str, transport: str) -> None:
    async with ScaipReceiver(replace(QUIRKS[quirk]), transport) as receiver:
        facts = await run_attempt(centre(receiver.uri, password=QUIRK_WORD), message())
        assert facts[-1] == Ended(Outcome.DELIVERED, "handled by route 1 (snu 0)")
        assert (await centre(receiver.uri, password=QUIRK_WORD).check()).is_well


@pytest.mark.parametrize(
    ("manners", "detail"),
    [
        (
            CentreManners(password="s3cret", challenges=('algorithm=SHA-512-256, qop="auth"',)),
            "route 1: the centre asks for a proof that Anban cannot give",
        ),
        (
            CentreManners(password="s3cret", challenges=('qop="confidential"',)),
            "route 1: the centre asks for a proof that Anban cannot give",
        ),
        (CentreManners(password="s3cret", stale_answers=9), "route 1: SIP 401 Unauthorized"),
        (CentreManners(password="another"), "route 1: SIP 401 Unauthorized"),
    ],
)
async def test_a_challenge_that_cannot_be_met_ends(manners: CentreManners, detail: str) -> None:
    async with ScaipReceiver(manners) as receiver:
        facts = await run_attempt(centre(receiver.uri, password="s3cret"), message())
    assert facts[-1] == Ended(Outcome.FAILED, detail)


async def test_the_heartbeat() -> None:
    async with ScaipReceiver() as receiver:
        health = await centre(receiver.uri).check()
        assert health.is_well
        assert receiver.requests[0]["mty"] == "PI"
        receiver.manners.statuses = (5,)
        assert not (await centre(receiver.uri).check()).is_well


_SIPP = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="centre">
<recv request="MESSAGE"><action>
<ereg regexp="&lt;ref>([0-9a-zA-Z]+)" search_in="body" assign_to="whole,ref"/>
<log message="[$whole]"/>
</action></recv>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Type: application/scaip+xml
Content-Length: [len]

<mrs><ref>[$ref]</ref><snu>0</snu></mrs>]]></send>
</scenario>
"""


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_sipp_understands_the_message(tmp_path: Path, transport: str) -> None:
    """An independent SIP implementation takes the MESSAGE: our parser is not on both sides."""
    if shutil.which("sipp") is None:
        pytest.skip("sipp is not installed (apt-get install sip-tester)")
    scenario = tmp_path / "centre.xml"
    scenario.write_text(_SIPP)
    port = free_port()
    sipp = await asyncio.create_subprocess_exec(
        *("sipp", "-sf", str(scenario), "-i", "127.0.0.1", "-p", str(port), "-nostdin"),
        *("-t", "t1" if transport == "tcp" else "u1"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        channel = centre(f"sip:alarm@127.0.0.1:{port};transport={transport}")
        async with asyncio.timeout(60):
            while (await run_attempt(channel, message()))[-1] != Ended(
                Outcome.DELIVERED, "handled by route 1 (snu 0)"
            ):
                assert sipp.returncode is None, "sipp ended"
    finally:
        with contextlib.suppress(ProcessLookupError):
            sipp.kill()
        await sipp.wait()


BOMB = b"""<?xml version="1.0"?><!DOCTYPE mrs [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><mrs><ref>REF</ref><snu>0</snu><ste>&b;</ste></mrs>"""
OUTSIDE = b"""<!DOCTYPE mrs [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<mrs><ref>REF</ref><snu>0</snu><ste>&x;</ste></mrs>"""


@pytest.mark.parametrize(
    "document",
    [
        *(BOMB, OUTSIDE, b"", b"<mrs>", b"<mrs><ref>REF</ref></mrs>", b"junk", b"\xff\xfe<\x00"),
        b"<mrs><ref>REF</ref><snu>-1</snu></mrs>",
        b"<mrs><ref>REF</ref><snu>0 </snu><x><y/></x></mrs>",
        b"<mrq><ref>REF</ref><snu>0</snu></mrq>",
        b"<mrs><ref>REF</ref><snu>0</snu><ste>" + b"x" * 20_000 + b"</ste></mrs>",
        b"<mrs><ref>another</ref><snu>0</snu></mrs>",
    ],
)
@pytest.mark.parametrize("in_final", [False, True])
async def test_a_hostile_answer_is_no_success(document: bytes, *, in_final: bool) -> None:
    manners = CentreManners(document=document or b" ", in_final=in_final)
    async with ScaipReceiver(manners) as receiver:
        ended = (await run_attempt(centre(receiver.uri, answer_seconds=0.15), message()))[-1]
    assert isinstance(ended, Ended)
    assert ended.outcome is Outcome.UNKNOWN


@given(st.binary(max_size=300))
def test_junk_is_no_answer(junk: bytes) -> None:
    with pytest.raises(ScaipError):
        parse_answer(junk)


@given(st.text(max_size=300), st.sampled_from(["ME", "PI"]))
def test_every_text_makes_a_document_that_reads_back(text: str, kind: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    data = build(Request("ab12", "26317", "0003", kind, text=text))
    fields = parse(data, "mrq")
    assert len(data) < 1_300 + 5 * len(text)
    assert (fields["ref"], fields["cid"], fields["mty"]) == ("ab12", "26317", kind)


def test_markup_in_a_text_stays_text() -> None:
    data = build(Request("a", "1", "0003", text="</ite><snu>0</snu>&amp;\x00\r\nEvil: x"))
    assert parse(data, "mrq")["ite"].startswith("</ite><snu>0</snu>&amp;")


@given(st.binary(max_size=300))
def test_junk_is_no_sip(junk: bytes) -> None:
    with pytest.raises(SipTextError):
        parse_sip(junk)


@given(st.text(max_size=80))
def test_no_header_forges_another(value: str) -> None:
    value = value.encode("utf-8", "replace").decode()
    try:
        data = build_sip("MESSAGE sip:a@b SIP/2.0", [("Subject", value)])
    except SipTextError:
        return
    assert len(parse_sip(data).headers) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"controller": "26317\r\nVia: x"},
        {"controller": ""},
        {"routes": ()},
        {"routes": ("sip:a@b\r\nVia: x",)},
        {"callback": "sip:a@b>\r\nX: y"},
    ],
)
def test_settings_that_would_forge_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(AddressError):
        ScaipCentre(replace(QUICK, **changes))
