"""Telephone calls through a real baresip, to telephones that behave in every way."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.care.channels.api import (
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
from assistant.care.channels.sip import (
    Phone,
    PhoneCall,
    PhoneSettings,
    SipAccount,
    SipCall,
    control,
    converse,
    write_folder,
)
from assistant.care.simulators.sip_peer import Manners, SipPeer
from tests.care.channels.parts import (
    free_port,
    loudness,
    message,
    needs_baresip,
    run_attempt,
    running_phone,
    script_of,
    tone,
    until,
    write_tone,
)

pytestmark = [needs_baresip, pytest.mark.timeout(40)]


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
            async with asyncio.timeout(10):
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
        async with asyncio.timeout(5):
            await peer.calls[0].ended.wait()
    assert peer.calls[0].ended_by == "BYE"


async def test_baresip_killed_in_a_call(tmp_path: Path) -> None:
    async with running_phone(tmp_path) as running, SipPeer() as peer:
        channel = SipCall(running.phone, peer.uri)
        facts: list[AttemptEvent] = []
        async with asyncio.timeout(15):
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
        await running.phone.wait_ready()
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


async def test_a_contact_who_rings_back_is_answered(tmp_path: Path) -> None:
    facts: list[AttemptEvent] = []

    async def answer(phone: Phone, call: PhoneCall) -> None:
        if "son@" in call.uri:
            async with contextlib.aclosing(converse(phone, call)) as told:
                async for fact in told:
                    facts.append(fact)  # noqa: PERF401  (the test looks while it grows)

    async with (
        running_phone(tmp_path, answer) as running,
        SipPeer(Manners(answer_after_seconds=None)) as daughter,
        SipPeer(Manners(press="1", press_after_seconds=0.3), user="son") as son,
        SipPeer(user="stranger") as stranger,
    ):
        # A call to the daughter rings meanwhile: the son who rings back is worth more.
        ringing = asyncio.create_task(run_attempt(SipCall(running.phone, daughter.uri), message()))
        await daughter.called.wait()
        unknown = await stranger.ring(running.uri)
        async with asyncio.timeout(15):
            await unknown.ended.wait()
            assert not daughter.calls[0].ended.is_set()
            call = await son.ring(running.uri)
            await call.answered.wait()
            await until(lambda: Acknowledged("dtmf") in facts)
            # Nothing interrupts the conversation: not our own call-out, not another caller.
            waiting = await run_attempt(SipCall(running.phone, stranger.uri), message())
            second = await stranger.ring(running.uri)
            await second.ended.wait()
            son.hang_up(call)
            await ringing
            await until(lambda: any(isinstance(fact, Ended) for fact in facts))
    assert waiting == [Ended(Outcome.FAILED, "a conversation is on the telephone")]
    assert not unknown.answered.is_set()
    assert unknown.refused_with >= 400
    assert not second.answered.is_set()
    assert facts[0] == Answered()
    assert isinstance(facts[1], PutThrough)
    assert isinstance(facts[-1], Ended)
    assert facts[-1].outcome is Outcome.ACKNOWLEDGED


async def test_a_stranger_who_still_rings_keeps_no_contact_out(tmp_path: Path) -> None:
    decided = asyncio.Event()

    async def answer(phone: Phone, call: PhoneCall) -> None:
        if "son@" in call.uri:
            async with contextlib.aclosing(converse(phone, call)) as told:
                async for _ in told:
                    pass
        else:
            decided.set()
            await call.closed.wait()

    async with (
        running_phone(tmp_path, answer) as running,
        SipPeer(user="son") as son,
        SipPeer(user="stranger") as stranger,
    ):
        unknown = await stranger.ring(running.uri)
        async with asyncio.timeout(20):
            await decided.wait()
            call = await son.ring(running.uri)
            await call.answered.wait()
            await unknown.ended.wait()
            assert not unknown.answered.is_set()
            assert not call.ended.is_set()
            son.hang_up(call)


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
        async with asyncio.timeout(30):
            await rings.wait()
            attempt = asyncio.create_task(
                run_attempt(SipCall(running.phone, daughter.uri), message())
            )
            is_refused.set()
            await unknown.ended.wait()
            facts = await attempt
    assert facts[-1].outcome is Outcome.ACKNOWLEDGED
    assert not unknown.answered.is_set()


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
            async with asyncio.timeout(25):
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
        assert await running.phone.probe()
        channel = SipCall(running.phone, peer.uri)
        facts: list[AttemptEvent] = []
        async with asyncio.timeout(15):
            async for fact in channel.attempt(message()):
                facts.append(fact)
                if isinstance(fact, Answered):
                    running.process.send_signal(signal.SIGSTOP)
                    await channel.hang_up()
        assert not await running.phone.probe()
        # The supervisor, whose probe this is, puts it down and starts another.
        running.process.kill()
        await running.process.wait()
        await running.restart()
        await running.phone.wait_ready()
        assert await running.phone.probe()
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


class LateProgram:
    """A control connection whose listing is ahead of its events, as baresip's may be."""

    def __init__(self, listing: str) -> None:
        self.listing, self.asked = listing, list[str]()
        self.ended, self.listed = asyncio.Event(), asyncio.Event()

    async def command(self, name: str, parameters: str = "") -> str:
        self.asked.append(f"{name} {parameters}".strip())
        if name == "listcalls":
            self.listed.set()
        return self.listing if name == "listcalls" else ""


def late_phone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, listing: str
) -> tuple[Phone, LateProgram]:
    settings = PhoneSettings(SipAccount("sip:anban@127.0.0.1"), control_port=free_port())
    phone = Phone(settings, tmp_path, on_incoming=lambda call: call.closed.wait())
    program = LateProgram(listing)
    monkeypatch.setattr(phone, "_control", program)
    return phone, program


async def test_a_call_that_ended_by_itself_does_not_take_the_program_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """She was busy and rings back: her own call is in the listing, and stays."""
    uri = "sip:daughter@127.0.0.1:5070"
    phone, program = late_phone(monkeypatch, tmp_path, f"[line 2]  0:00:00  INCOMING  {uri}")
    gone = await phone.dial(uri)
    phone._take({"type": "CALL_RINGING", "direction": "outgoing", "id": "1"})
    phone._take({"type": "CALL_INCOMING", "peeruri": uri, "id": "2"})
    hanging = asyncio.create_task(phone.hang_up(gone))
    await program.listed.wait()
    phone._take({"type": "CALL_CLOSED", "id": "1", "param": "486 Busy Here"})
    await asyncio.wait_for(hanging, 30)
    assert gone.closed.is_set()
    assert not {"quit", "hangup"} & set(program.asked)
    phone._take({"type": "CALL_CLOSED", "id": "2", "param": ""})


async def test_a_call_that_was_answered_just_now_is_hung_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    daughter, son = "sip:daughter@127.0.0.1:5070", "sip:son@127.0.0.1:5071"
    listing = f"[line 1]  0:00:01  ESTABLISHED  {daughter}\n[line 2]  0:00:00  INCOMING  {son}"
    phone, program = late_phone(monkeypatch, tmp_path, listing)
    call = await phone.dial(daughter)
    phone._take({"type": "CALL_RINGING", "direction": "outgoing", "id": "1"})
    phone._take({"type": "CALL_INCOMING", "peeruri": son, "id": "2"})
    hanging = asyncio.create_task(phone.hang_up(call))
    await until(lambda: "hangup" in program.asked)
    phone._take({"type": "CALL_CLOSED", "id": "1", "param": "Connection reset by peer"})
    await asyncio.wait_for(hanging, 30)
    assert program.asked[-2:] == ["line 1", "hangup"]
    phone._take({"type": "CALL_CLOSED", "id": "2", "param": ""})
