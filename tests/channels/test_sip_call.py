"""Telephone calls through a real baresip, to telephones that behave in every way."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.channels.api import (
    Acknowledged,
    Answered,
    AttemptEvent,
    Dialled,
    DtmfPressed,
    Ended,
    Outcome,
    PutThrough,
    Ringing,
)
from assistant.channels.sip import (
    Phone,
    PhoneCall,
    PhoneSettings,
    SipAccount,
    SipCall,
    control,
    converse,
    guard,
    write_folder,
)
from assistant.channels.sip import phone as phone_module
from assistant.channels.sip.control import PhoneError
from assistant.channels.sip.trouble import why_not_running
from simulators.sip_manners import QUIRKS, Manners
from simulators.sip_peer import SipPeer
from tests.channels.parts import (
    free_port,
    loudness,
    message,
    needs_baresip,
    run_attempt,
    running_phone,
    script_of,
    tone,
    write_tone,
)
from tests.waiting import until

pytestmark = [needs_baresip, pytest.mark.timeout(120)]


async def test_a_call_is_answered_heard_and_acknowledged(tmp_path: Path) -> None:
    speech = write_tone(tmp_path / "speech.wav", 600, 0.6)
    async with running_phone(tmp_path / "phone") as running, SipPeer() as peer:
        told = message(script=script_of(speech))
        attempt = asyncio.create_task(run_attempt(SipCall(running.phone, peer.uri), told))
        await peer.called.wait()
        call = peer.calls[0]
        await until(lambda: loudness(call.heard[-8_000:], 600) > 0.3)
        peer.press(call, "51")
        await until(lambda: loudness(call.heard[-4_000:], 600) < 0.01)
        peer.hang_up(call)
        facts = await attempt
    assert facts[:4] == [Dialled(), Ringing(), Answered(), DtmfPressed("5")]
    assert facts[4:6] == [DtmfPressed("1"), Acknowledged("dtmf")]
    assert facts[6] == PutThrough(is_open=False, detail="no microphone is set up for calls")
    assert len(call.heard) < 16_000 * 20, "sound came faster than time"
    assert facts[-1] == Ended(Outcome.ACKNOWLEDGED, "Connection reset by peer")
    assert not list((tmp_path / "phone").glob("call-*")), "the message's sound was left behind"


async def test_without_the_key_the_call_ends_where_the_message_ends(tmp_path: Path) -> None:
    speech = write_tone(tmp_path / "speech.wav", 600, 0.2)
    script = script_of(speech, repeats=2, pause_seconds=0.1)
    async with running_phone(tmp_path / "phone") as running, SipPeer() as peer:
        facts = await run_attempt(SipCall(running.phone, peer.uri), message(script=script))
        await peer.calls[0].ended.wait()
    assert facts[:3] == [Dialled(), Ringing(), Answered()]
    assert facts[-1] == Ended(Outcome.ANSWERED, "no key was pressed; end of file")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("486 Busy Here", Outcome.BUSY),
        ("600 Busy Everywhere", Outcome.BUSY),
        ("603 Decline", Outcome.REFUSED),
        ("404 Not Found", Outcome.REFUSED),
        ("480 Temporarily Unavailable", Outcome.NO_ANSWER),
        ("503 Service Unavailable", Outcome.FAILED),
        ("500 Oops", Outcome.FAILED),
        ("486 <b>忙</b>", Outcome.BUSY),
    ],
)
async def test_a_call_that_is_not_taken(tmp_path: Path, status: str, outcome: Outcome) -> None:
    async with running_phone(tmp_path) as running, SipPeer(Manners(status=status)) as peer:
        facts = await run_attempt(SipCall(running.phone, peer.uri), message())
    assert facts[-1] == Ended(outcome, status)
    assert facts[-1].detail.isascii()
    assert facts[-1].detail.isprintable()
    assert Answered() not in facts


@pytest.mark.parametrize(
    ("manners", "rang"),
    [(Manners(answer_after_seconds=None), True), (Manners(silent=True), False)],
    ids=["rings for ever", "silent"],
)
async def test_a_peer_that_never_answers_meets_the_ring_timer(
    tmp_path: Path, manners: Manners, *, rang: bool
) -> None:
    async with running_phone(tmp_path) as running, SipPeer(manners) as peer:
        facts = await run_attempt(SipCall(running.phone, peer.uri, 1.0), message(), limit=8)
        assert (Ringing() in facts) is rang
        assert isinstance(facts[-1], Ended)
        assert facts[-1].outcome is Outcome.NO_ANSWER
        # The line is free for the next contact at once.
        async with SipPeer(Manners(status="486 Busy Here")) as other:
            after = await run_attempt(SipCall(running.phone, other.uri), message())
    assert after[-1] == Ended(Outcome.BUSY, "486 Busy Here")


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
async def test_nobody_at_the_address(tmp_path: Path, host: str) -> None:
    uri = f"sip:daughter@{host}:{free_port()}"
    async with running_phone(tmp_path) as running:
        facts = await run_attempt(SipCall(running.phone, uri, 1.5), message(), limit=10)
    assert isinstance(facts[-1], Ended)
    assert facts[-1].outcome in {Outcome.FAILED, Outcome.NO_ANSWER}


_ECHO = "[last_Via:]\n[last_From:]\n[last_To:];tag=[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n"
_SIPP_ANSWER = f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="answer">
<recv request="INVITE"/>
<send><![CDATA[
SIP/2.0 180 Ringing
{_ECHO}Content-Length: 0

]]></send>
<send retrans="500"><![CDATA[
SIP/2.0 200 OK
{_ECHO}Contact: <sip:[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [auto_media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
]]></send>
<recv request="ACK"/>
<recv request="BYE"/>
<send><![CDATA[
SIP/2.0 200 OK
{_ECHO.replace(";tag=[call_number]", "")}Content-Length: 0

]]></send>
</scenario>
"""


async def test_sipp_agrees_about_the_call(tmp_path: Path) -> None:
    """An independent SIP implementation answers: ours on both sides could share a mistake."""
    if shutil.which("sipp") is None:
        pytest.skip("sipp is not installed (apt-get install sip-tester)")
    port = free_port()
    scenario = tmp_path / "answer.xml"
    scenario.write_text(_SIPP_ANSWER)
    sipp = await asyncio.create_subprocess_exec(
        *("sipp", "-sf", str(scenario), "-i", "127.0.0.1", "-p", str(port), "-nostdin"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        script = script_of(write_tone(tmp_path / "s.wav", 600, 0.2), repeats=1, pause_seconds=0.1)
        async with running_phone(tmp_path / "phone") as running:
            uri = f"sip:service@127.0.0.1:{port}"
            facts = await run_attempt(SipCall(running.phone, uri), message(script=script))
            sipp.send_signal(signal.SIGUSR1)  # end once no call is left
            async with asyncio.timeout(60):
                assert await sipp.wait() == 0, "sipp saw an unsuccessful call"
        assert facts == [
            *(Dialled(), Ringing(), Answered()),
            Ended(Outcome.ANSWERED, "no key was pressed; end of file"),
        ]
    finally:
        with contextlib.suppress(ProcessLookupError):
            sipp.kill()


async def test_hanging_up_ends_an_unanswered_call(tmp_path: Path) -> None:
    async with (
        running_phone(tmp_path) as running,
        SipPeer(Manners(answer_after_seconds=None)) as peer,
    ):
        channel = SipCall(running.phone, peer.uri)
        attempt = asyncio.create_task(run_attempt(channel, message()))
        await peer.called.wait()
        await channel.hang_up()
        facts = await attempt
        await peer.calls[0].ended.wait()
    assert peer.calls[0].ended_by == "CANCEL"
    assert isinstance(facts[-1], Ended)
    assert facts[-1].outcome is Outcome.FAILED


async def test_leaving_the_attempt_hangs_up(tmp_path: Path) -> None:
    async with running_phone(tmp_path) as running, SipPeer() as peer:
        async with contextlib.aclosing(
            SipCall(running.phone, peer.uri).attempt(message())
        ) as facts:
            async for fact in facts:
                if isinstance(fact, Answered):
                    break
        async with asyncio.timeout(60):
            await peer.calls[0].ended.wait()
    assert peer.calls[0].ended_by == "BYE"


async def test_baresip_killed_in_a_call(tmp_path: Path) -> None:
    async with running_phone(tmp_path) as running, SipPeer() as peer:
        channel = SipCall(running.phone, peer.uri)
        facts: list[AttemptEvent] = []
        async with asyncio.timeout(60):
            async for fact in channel.attempt(message()):
                facts.append(fact)
                if isinstance(fact, Answered):
                    running.process.kill()
        assert facts[-1] == Ended(
            Outcome.ANSWERED, "no key was pressed; the telephone program ended"
        )
        health = await asyncio.gather(_fails_fast(running.phone))
        assert health == ["the telephone program does not run"]
        await running.process.wait()
        await running.restart()
        await running.phone.connection.wait_ready()
        async with SipPeer(Manners(status="486 Busy Here")) as other:
            after = await run_attempt(SipCall(running.phone, other.uri), message())
    assert after[-1] == Ended(Outcome.BUSY, "486 Busy Here")


async def _fails_fast(phone: Phone) -> str:
    facts = await run_attempt(SipCall(phone, "sip:a@127.0.0.1:9"), message(), limit=2)
    assert len(facts) == 1
    assert isinstance(facts[0], Ended)
    return facts[0].detail


async def test_a_voice_that_fails_leaves_the_tones_and_the_key(tmp_path: Path) -> None:
    missing = script_of(tmp_path / "none.wav")
    manners = Manners(press="1", press_after_seconds=1.0, hang_up_after_seconds=1.8)
    async with running_phone(tmp_path / "phone") as running, SipPeer(manners) as peer:
        facts = await run_attempt(SipCall(running.phone, peer.uri), message(script=missing))
    assert Acknowledged("dtmf") in facts
    assert loudness(peer.calls[0].heard, 800) > 0.05


async def test_one_line_two_attempts_one_after_the_other(tmp_path: Path) -> None:
    manners = Manners(answer_after_seconds=0.3, status="486 Busy Here")
    async with running_phone(tmp_path) as running, SipPeer(manners) as one, SipPeer(manners) as two:
        both = await asyncio.gather(
            run_attempt(SipCall(running.phone, one.uri), message()),
            run_attempt(SipCall(running.phone, two.uri), message()),
        )
    assert [facts[-1] for facts in both] == [Ended(Outcome.BUSY, "486 Busy Here")] * 2
    assert two.calls[0].invited_at > one.calls[0].invited_at + 0.25


async def let_the_son_in(phone: Phone, call: PhoneCall, facts: list[AttemptEvent]) -> None:
    """What decides in these tests: everybody else is refused, which is what returning does."""
    if "son@" in call.uri:
        async with contextlib.aclosing(converse(phone, call)) as told:
            async for fact in told:
                facts.append(fact)  # noqa: PERF401  (the test looks while it grows)


async def test_a_contact_who_rings_back_is_answered(tmp_path: Path) -> None:
    facts: list[AttemptEvent] = []
    async with (
        running_phone(tmp_path, lambda phone, call: let_the_son_in(phone, call, facts)) as running,
        SipPeer(Manners(press="19", press_after_seconds=0.3), user="son") as son,
        SipPeer(user="stranger") as stranger,
    ):
        unknown = await stranger.ring(running.uri)
        async with asyncio.timeout(60):
            await unknown.ended.wait()
            call = await son.ring(running.uri)
            await call.answered.wait()
            await until(lambda: DtmfPressed("9") in facts)
            # Nothing interrupts the conversation: not our own call-out, not another caller.
            waiting = await run_attempt(SipCall(running.phone, stranger.uri), message())
            second = await stranger.ring(running.uri)
            await second.ended.wait()
            assert not call.ended.is_set()
            son.hang_up(call)
            await until(lambda: any(isinstance(fact, Ended) for fact in facts))
    assert waiting == [Ended(Outcome.FAILED, "a conversation is on the telephone")]
    assert not unknown.answered.is_set()
    assert unknown.refused_with >= 400
    assert second.refused_with == 486
    assert facts[0] == Answered()
    assert isinstance(facts[1], PutThrough)
    assert Acknowledged("dtmf") not in facts, "a key proves nothing of who calls"
    assert facts[-1] == Ended(Outcome.ANSWERED, "Connection reset by peer")


async def test_a_caller_hears_the_greeting_before_the_line_is_open(tmp_path: Path) -> None:
    greeting = script_of(write_tone(tmp_path / "hello.wav", 600, 0.5), repeats=1)
    facts: list[AttemptEvent] = []

    async def answer(phone: Phone, call: PhoneCall) -> None:
        async with contextlib.aclosing(converse(phone, call, greeting)) as told:
            async for fact in told:
                facts.append(fact)  # noqa: PERF401

    async with (
        running_phone(tmp_path / "phone", answer) as running,
        SipPeer(user="son") as son,
    ):
        call = await son.ring(running.uri)
        await until(lambda: loudness(call.heard[-8_000:], 600) > 0.3, 15)
        assert facts == [Answered()]
        await until(lambda: len(facts) == 2)
        assert isinstance(facts[1], PutThrough)
        assert not call.ended.is_set()
        son.hang_up(call)


@pytest.mark.parametrize("cancels", [False, True], ids=["who ring", "who take it back at once"])
async def test_a_call_that_goes_out_stands_through_a_flood_of_strangers(
    tmp_path: Path, *, cancels: bool
) -> None:
    facts: list[AttemptEvent] = []
    script = script_of(write_tone(tmp_path / "speech.wav", 600, 0.6))
    async with (
        running_phone(
            tmp_path / "phone", lambda phone, call: let_the_son_in(phone, call, facts)
        ) as running,
        SipPeer() as daughter,
        SipPeer(user="stranger") as stranger,
    ):
        program = running.process.pid
        flood = asyncio.create_task(stranger.flood(running.uri, 40, cancels=cancels))
        try:
            await until(lambda: len(stranger.calls) > 20)
            attempt = asyncio.create_task(
                run_attempt(SipCall(running.phone, daughter.uri), message(script=script), 35)
            )
            await until(lambda: bool(daughter.calls))
            call = daughter.calls[0]
            await until(lambda: loudness(call.heard[-8_000:], 600) > 0.3, 15)
            before = len(stranger.calls)
            await until(lambda: len(stranger.calls) > before + 40)
            assert not call.ended.is_set()
            daughter.press(call, "1")
            await until(lambda: loudness(call.heard[-8_000:], 800) > 0.05)  # no microphone
            daughter.hang_up(call)
            told = await attempt
        finally:
            flood.cancel()
            await asyncio.gather(flood, return_exceptions=True)
        assert running.process.returncode is None
        assert running.process.pid == program
        assert await running.phone.connection.probe()
    assert told[-1] == Ended(Outcome.ACKNOWLEDGED, "Connection reset by peer")
    assert not any(each.answered.is_set() for each in stranger.calls)


async def test_strangers_who_ring_keep_no_contact_out_for_long(tmp_path: Path) -> None:
    facts: list[AttemptEvent] = []
    async with (
        running_phone(tmp_path, lambda phone, call: let_the_son_in(phone, call, facts)) as running,
        SipPeer(user="son") as son,
        SipPeer(user="stranger") as stranger,
    ):
        flood = asyncio.create_task(stranger.flood(running.uri, 10))
        try:
            await until(lambda: len(stranger.calls) > 5)
            async with asyncio.timeout(60):
                call = await son.ring(running.uri)
                while not call.answered.is_set():
                    if call.ended.is_set():  # busy for the moment: he rings again, as people do
                        call = await son.ring(running.uri)
                    await asyncio.sleep(0.1)
            before = len(stranger.calls)
            await until(lambda: len(stranger.calls) > before + 10)
            assert not call.ended.is_set()
        finally:
            flood.cancel()
            await asyncio.gather(flood, return_exceptions=True)
        son.hang_up(call)
    assert not any(each.answered.is_set() for each in stranger.calls)


async def test_a_stranger_who_rings_does_not_keep_a_call_from_going_out(tmp_path: Path) -> None:
    rings, is_refused = asyncio.Event(), asyncio.Event()

    async def answer(phone: Phone, call: PhoneCall) -> None:  # refused where it returns
        rings.set()
        await is_refused.wait()

    async with (
        running_phone(tmp_path, answer) as running,
        SipPeer(Manners(press="1", hang_up_after_seconds=1.0)) as daughter,
        SipPeer(user="stranger") as stranger,
    ):
        unknown = await stranger.ring(running.uri)
        async with asyncio.timeout(60):
            await rings.wait()
            facts = await run_attempt(SipCall(running.phone, daughter.uri), message())
            await unknown.ended.wait()
            is_refused.set()
    assert facts[-1].outcome is Outcome.ACKNOWLEDGED
    assert not unknown.answered.is_set()


@pytest.mark.parametrize("quirk", QUIRKS)
async def test_every_telephone_takes_an_alarm_on(tmp_path: Path, quirk: str) -> None:
    script = script_of(write_tone(tmp_path / "speech.wav", 600, 0.4))
    manners = replace(QUIRKS[quirk], press_after_seconds=0.8, hang_up_after_seconds=2.5)
    async with running_phone(tmp_path / "phone") as running, SipPeer(manners) as peer:
        facts = await run_attempt(SipCall(running.phone, peer.uri), message(script=script))
    assert Acknowledged("dtmf") in facts
    assert facts[-1] == Ended(Outcome.ACKNOWLEDGED, "Connection reset by peer")
    assert len(peer.calls) == 1


async def test_whoever_is_rung_cannot_send_the_call_elsewhere(tmp_path: Path) -> None:
    async with running_phone(tmp_path / "phone") as running, SipPeer(user="toll") as elsewhere:
        manners = Manners(transfers_to=elsewhere.uri, press="1", hang_up_after_seconds=2.0)
        async with SipPeer(manners) as peer:
            facts = await run_attempt(SipCall(running.phone, peer.uri), message())
    assert facts[-1] == Ended(Outcome.ACKNOWLEDGED, "Connection reset by peer")
    assert elsewhere.invites == 0


@pytest.mark.parametrize("quirk", ["is muted and sends no sound"])
async def test_a_telephone_that_sends_no_sound_is_not_cut_off(tmp_path: Path, quirk: str) -> None:
    """15 s without sound ended a call once, with the elder on the line, too."""
    manners = replace(QUIRKS[quirk], hang_up_after_seconds=17.0)
    async with running_phone(tmp_path / "phone") as running, SipPeer(manners) as peer:
        facts = await run_attempt(SipCall(running.phone, peer.uri), message(), 30)
        assert peer.calls[0].ended_by == "here"
    assert facts[-1] == Ended(Outcome.ACKNOWLEDGED, "Connection reset by peer")


_RECORD = ("parec", "-d", "speaker.monitor", "--rate=8000", "--channels=1", "--format=s16le")


@pytest.mark.e2e
async def test_two_way_voice_after_the_key(tmp_path: Path) -> None:
    """Microphone and speaker are PulseAudio's; the contact hears one and sounds from the other."""
    if shutil.which("pulseaudio") is None or shutil.which("paplay") is None:
        pytest.skip("PulseAudio is not installed")
    (tmp_path / "xdg").mkdir(mode=0o700)
    home = {
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path / "xdg"),
        "PATH": "/usr/bin:/bin",
    }
    (tmp_path / "setup.pa").write_text(
        ".fail\n"
        f"load-module module-native-protocol-unix auth-anonymous=1 socket={tmp_path}/sock\n"
        "load-module module-null-sink sink_name=speaker rate=48000 channels=1\n"
        "load-module module-null-sink sink_name=feed rate=16000 channels=1\n"
        "load-module module-remap-source source_name=mic master=feed.monitor\n"
        "set-default-sink speaker\nset-default-source mic\n"
    )
    server = await asyncio.create_subprocess_exec(
        *("pulseaudio", "-n", "-F", str(tmp_path / "setup.pa"), "--daemonize=no"),
        *("--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"),
        env=home,
        stderr=asyncio.subprocess.DEVNULL,
    )
    client = {**home, "PULSE_SERVER": f"unix:{tmp_path}/sock"}
    children = [server]
    try:
        await until((tmp_path / "sock").exists)
        elder = write_tone(tmp_path / "elder.wav", 1_200, 8)
        manners = Manners(press="1", speak=tone(700, 1))
        async with (
            running_phone(
                tmp_path / "phone", environment=client, microphone="pulse", speaker="pulse"
            ) as running,
            SipPeer(manners) as peer,
        ):
            opened = None
            async with asyncio.timeout(60):
                async with contextlib.aclosing(
                    SipCall(running.phone, peer.uri).attempt(message())
                ) as facts:
                    async for fact in facts:
                        if isinstance(fact, PutThrough):
                            opened = fact
                            break
                    assert opened == PutThrough(is_open=True)
                    players = [
                        ("paplay", "-d", "feed", str(elder)),
                        (*_RECORD, str(tmp_path / "speaker.raw")),
                    ]
                    for command in players:
                        child = await asyncio.create_subprocess_exec(*command, env=client)
                        children.append(child)
                    heard = peer.calls[0].heard
                    await until(lambda: loudness(heard[-16_000:], 1_200) > 0.1)
                    sounded = tmp_path / "speaker.raw"
                    await until(lambda: loudness(sounded.read_bytes()[-16_000:], 700) > 0.1)
    finally:
        for child in reversed(children):
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()


@pytest.mark.parametrize(
    ("manners", "is_well"),
    [
        (Manners(), True),
        (Manners(register_status="403 Forbidden"), False),
    ],
)
async def test_registration_is_part_of_health(
    tmp_path: Path, manners: Manners, *, is_well: bool
) -> None:
    async with SipPeer(manners) as provider:
        account = SipAccount(f"sip:anban@127.0.0.1:{provider.port}", register_seconds=60)
        async with running_phone(tmp_path, account=account) as running:
            channel = SipCall(running.phone, "sip:a@127.0.0.1")
            await until(lambda: provider.registrations > 0)
            health = await channel.check()
            while health.is_well is not is_well:  # the answer may be on its way to the program
                health = await channel.check()
    assert health.detail == (
        "the telephone program runs" if is_well else "not registered at the SIP provider"
    )


async def test_a_hanging_baresip_holds_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "ANSWER_SECONDS", 0.5)
    async with running_phone(tmp_path) as running, SipPeer() as peer:
        assert await running.phone.connection.probe()
        channel = SipCall(running.phone, peer.uri)
        facts: list[AttemptEvent] = []
        async with asyncio.timeout(60):
            async for fact in channel.attempt(message()):
                facts.append(fact)
                if isinstance(fact, Answered):
                    running.process.send_signal(signal.SIGSTOP)
                    await channel.hang_up()
        assert not await running.phone.connection.probe()
        # The supervisor, whose probe this is, puts it down and starts another.
        running.process.kill()
        await running.process.wait()
        await running.restart()
        await running.phone.connection.wait_ready()
        assert await running.phone.connection.probe()
    assert isinstance(facts[-1], Ended)
    assert facts[-1].outcome is Outcome.ANSWERED


def test_the_phones_folder_is_private(tmp_path: Path) -> None:
    account = SipAccount("sip:anban@provider.example", "anban", "s3cret:!", 300)
    write_folder(tmp_path / "phone", PhoneSettings(account, 4444))
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "phone").iterdir()
    }
    assert stat.S_IMODE((tmp_path / "phone").stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}
    text = (tmp_path / "phone" / "accounts").read_text()
    assert "auth_pass=s3cret:!" in text
    config = (tmp_path / "phone" / "config").read_text()
    assert "ctrl_tcp_listen 127.0.0.1:4444" in config
    assert "sndfile" not in config, "a module that records calls"


async def test_key_two_tells_the_details_to_whoever_took_it_on(tmp_path: Path) -> None:
    speech = write_tone(tmp_path / "speech.wav", 600, 0.6)
    details = write_tone(tmp_path / "details.wav", 1_500, 0.6)
    script = replace(script_of(speech), details=script_of(details).speak)
    async with running_phone(tmp_path / "phone") as running, SipPeer() as peer:
        attempt = asyncio.create_task(
            run_attempt(SipCall(running.phone, peer.uri), message(script=script))
        )
        await peer.called.wait()
        call = peer.calls[0]
        await until(lambda: loudness(call.heard[-8_000:], 600) > 0.3)
        peer.press(call, "2")
        await until(lambda: loudness(call.heard[-4_000:], 600) < 0.01)
        assert loudness(call.heard, 1_500) < 0.05, "not before the key 1"
        peer.press(call, "1")
        await until(lambda: loudness(call.heard[-8_000:], 800) > 0.05)  # no microphone: the tones
        peer.press(call, "2")
        await until(lambda: loudness(call.heard[-8_000:], 1_500) > 0.3)
        await until(lambda: loudness(call.heard[-8_000:], 800) > 0.05)
        assert not call.ended.is_set(), "the line is open again"
        peer.hang_up(call)
        facts = await attempt
    assert [fact.digit for fact in facts if isinstance(fact, DtmfPressed)] == ["2", "1", "2"]
    assert facts[-1] == Ended(Outcome.ACKNOWLEDGED, "Connection reset by peer")


async def test_an_operator_is_put_through_without_a_key(tmp_path: Path) -> None:
    speech = write_tone(tmp_path / "speech.wav", 600, 0.6)
    script = replace(script_of(speech, repeats=2, pause_seconds=2.0), opens_line=True)
    async with running_phone(tmp_path / "phone") as running, SipPeer() as peer:
        attempt = asyncio.create_task(
            run_attempt(SipCall(running.phone, peer.uri), message(script=script))
        )
        await peer.called.wait()
        call = peer.calls[0]
        await until(lambda: loudness(call.heard[-8_000:], 600) > 0.3)
        await until(lambda: loudness(call.heard[-8_000:], 800) > 0.05, 15)
        assert not call.ended.is_set()
        peer.hang_up(call)
        facts = await attempt
    assert Acknowledged("dtmf") not in facts
    assert any(isinstance(fact, PutThrough) for fact in facts)
    assert facts[-1] == Ended(Outcome.ANSWERED, "Connection reset by peer")


class WrittenProgram:
    """A control connection that answers every command and tells no event by itself."""

    def __init__(self) -> None:
        self.asked = list[str]()
        self.ended = asyncio.Event()

    async def commands(self, *commands: tuple[str, str]) -> str:
        self.asked.append("; ".join(f"{name} {text}".strip() for name, text in commands))
        return ""


def written_phone(monkeypatch: pytest.MonkeyPatch, folder: Path) -> tuple[Phone, WrittenProgram]:
    settings = PhoneSettings(SipAccount("sip:anban@127.0.0.1"), control_port=free_port())
    phone = Phone(settings, folder, on_incoming=lambda call: call.closed.wait())
    program = WrittenProgram()
    monkeypatch.setattr(phone.connection, "_control", program)
    return phone, program


async def test_a_caller_who_is_gone_is_refused_at_nobody_elses_cost(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """His end is told late; the alarm's call was dialled meanwhile and is the current one."""
    monkeypatch.setattr(phone_module, "CLOSE_SECONDS", 0.05)
    phone, program = written_phone(monkeypatch, tmp_path)
    phone._take({"type": "CALL_INCOMING", "peeruri": "sip:x@127.0.0.1", "id": "1"})
    (stranger,) = phone._calls
    alarm = await phone.dial("sip:daughter@127.0.0.1:5070")
    phone._take({"type": "CALL_RINGING", "direction": "outgoing", "id": "2"})
    await phone.hang_up(stranger)
    assert stranger.closed.is_set()
    assert not alarm.closed.is_set()
    assert [line for line in program.asked if line in {"hangup", "quit"}] == []
    phone._take({"type": "CALL_CLOSED", "id": "2", "param": ""})


async def test_a_refusal_without_an_end_never_ends_the_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(phone_module, "CLOSE_SECONDS", 0.05)
    phone, program = written_phone(monkeypatch, tmp_path)
    for number in range(20):
        phone._take({"type": "CALL_INCOMING", "peeruri": "sip:x@127.0.0.1", "id": str(number)})
    for call in list(phone._calls):
        await phone.hang_up(call)
    assert phone._calls == []
    assert "quit" not in program.asked


async def test_an_answer_that_met_another_caller_is_hung_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    phone, program = written_phone(monkeypatch, tmp_path)
    phone._take({"type": "CALL_INCOMING", "peeruri": "sip:x@127.0.0.1", "id": "1"})
    phone._take({"type": "CALL_ESTABLISHED", "id": "1"})
    await until(lambda: "hangup" in program.asked)
    phone._take({"type": "CALL_CLOSED", "id": "1", "param": ""})


async def test_nobody_else_can_steer_the_telephone(tmp_path: Path) -> None:
    async with running_phone(tmp_path) as running:
        port = running.phone._settings.control_port
        assert running.phone.connection.open_door == ""
        for source in ("127.0.0.1", "127.0.0.9"):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.5):
                    await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
        assert await running.phone.connection.probe()
        # The connection breaks while the program goes on: this home finds its way back in.
        control = running.phone.connection._control
        assert control is not None
        control._writer.close()
        await control.ended.wait()
        await until(lambda: running.phone.connection._control is not control)
        await running.phone.connection.wait_ready()
        assert await running.phone.connection.probe()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):
                await asyncio.open_connection("127.0.0.1", port)


def test_a_kernel_without_signatures_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_TCP_MD5SIG_EXT", 9_999)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        try:
            guard.close_to_others(port)
        except guard.GuardError as error:  # only root may filter here; it is told
            assert "can steer the telephone" in str(error)  # noqa: PT017
        else:
            with pytest.raises(TimeoutError):
                socket.create_connection(("127.0.0.1", port), 0.5)
        guard.open_again(port)
        socket.create_connection(("127.0.0.1", port), 5).close()


_TABLE = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid …
   0: 0100007F:115C 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001        0 4242 1
   1: 0100007F:115C 0100007F:8A2E 01 00000000:00000000 00:00000000 00000000  1002        0 4343 1
   2: 0100007F:115D 0100007F:8A2F 01 00000000:00000000 00:00000000 00000000  1002        0 4444 1
"""


def test_whose_port_it_is_stands_in_the_kernels_table() -> None:
    assert guard.listener(4444, _TABLE) == guard.Listener("4242", 1001)
    assert guard.listener(4445, _TABLE) is None, "a connection listens to nobody"


async def test_another_users_program_is_not_taken_for_the_telephone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(guard, "listener", lambda port: guard.Listener("1", os.getuid() + 1))
    settings = PhoneSettings(SipAccount("sip:anban@127.0.0.1"), control_port=free_port())
    async with Phone(settings, tmp_path) as phone:
        await until(lambda: "another user" in phone.connection.problem)
        with pytest.raises(PhoneError, match="control_port"):
            await phone.connection.wait_ready(0.01)


async def test_a_program_that_is_no_baresip_on_the_port_is_named(tmp_path: Path) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await reader.read()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with Phone(PhoneSettings(SipAccount("sip:a@127.0.0.1"), port), tmp_path) as phone:
        await until(lambda: f"port {port} is no baresip" in phone.connection.problem)
    server.close()


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (
            "\x1b[31mua: SIP Transport failed: Address already in use\n\x1b[;m",
            "the port of listen (0.0.0.0:5060) of [phone] is taken",
        ),
        (
            "ua: SIP/TLS transport failed: Address already in use",
            "the port after that of listen (0.0.0.0:5060) of [phone] is taken",
        ),
        (
            "ua: SIP Transport failed: Cannot assign requested address",
            "listen (0.0.0.0:5060) of [phone] is no address",
        ),
        ("ua: SIP Transport failed: Permission denied", "above 1023"),
        ("ua: no network", "interface"),
        ("conf: failed to frobnicate", "baresip said: failed to frobnicate"),
        ("baresip is ready.", ""),
        (None, ""),
    ],
)
def test_why_the_telephone_program_does_not_run(
    tmp_path: Path, said: str | None, cause: str
) -> None:
    if said is not None:
        (tmp_path / "baresip.log").write_text(said)
    settings = PhoneSettings(SipAccount("sip:anban@127.0.0.1"), 4444)
    why = why_not_running(tmp_path, settings)
    assert cause in why
    assert bool(why) is bool(cause)


def test_a_missing_program_or_module_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = PhoneSettings(SipAccount("sip:anban@127.0.0.1"), 4444)
    (tmp_path / "g711.so").touch()
    missing = why_not_running(tmp_path, settings, tmp_path)
    assert "aufile, alsa, account, menu, ctrl_tcp is missing" in missing
    assert "apt-get install" in missing
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "baresip is not installed" in why_not_running(tmp_path, settings)


async def test_a_taken_port_is_told_by_whoever_waits_for_the_telephone(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        settings = PhoneSettings(
            SipAccount("sip:anban@127.0.0.1"), free_port(), taken, "127.0.0.1", "", ""
        )
        process = write_folder(tmp_path, settings)
        with (tmp_path / "baresip.log").open("wb") as log:
            program = await asyncio.create_subprocess_exec(
                *process.command, cwd=tmp_path, stdout=log, stderr=log
            )
            await program.wait()
        async with Phone(settings, tmp_path) as phone:
            await until(lambda: bool(phone.connection.problem))
            health = await SipCall(phone, "sip:a@127.0.0.1").check()
    assert not health.is_well
    assert health.detail.startswith("the telephone program does not run: the port of listen")
