"""Rings one contact on the telephone network, or writes to them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncGenerator
from typing import Final

from assistant.channels.addresses import phone_number
from assistant.channels.api import (
    RING_SECONDS,
    Acknowledged,
    Answered,
    AttemptEvent,
    CallScript,
    Channel,
    ChannelStatus,
    Dialled,
    DtmfPressed,
    Ended,
    Kind,
    Message,
    Outcome,
    PutThrough,
    Ringing,
)
from assistant.channels.gsm.bridge import Bridge, BridgeError
from assistant.channels.gsm.call_line import DIALLED, ENDED, LOST, REFUSED, SILENT, TAKEN
from assistant.channels.gsm.dialogue import ModemError, ModemSilentError
from assistant.channels.gsm.modem import Modem
from assistant.channels.gsm.voice import Voice
from assistant.channels.line_call import LineCall

log = logging.getLogger(__name__)

ACKNOWLEDGE: Final = "1"
POLL_SECONDS: Final = 0.25
TALK_SECONDS: Final = 3_600.0
MOST_SILENCES: Final = 3
"""How often in a row a modem in a call may leave the question for its state unanswered."""
_GIVEN_UP: Final = "GIVEN UP"
_TIME: Final = "TIME"
_GONE: Final = "GONE"
_ALERTING: Final = "ALERTING"
_ACTIVE: Final = "ACTIVE"
_STATES: Final = {0: _ACTIVE, 3: _ALERTING}
"""The states of a call that matter here: TS 27.007, +CLCC."""
_CONNECTED: Final = re.compile(r"\^CONN: ?.*|VOICE CALL: ?BEGIN|CONNECT")
"""What Huawei and SIMCom say when the other end took the call."""
_DISCONNECTED: Final = re.compile(r"\^CEND: ?.*|VOICE CALL: ?END.*|MISSED_CALL: ?.*")


class Sms(Channel):
    """A text message; acknowledged by an answer of "1", which comes in through the modem."""

    kind = Kind.MESSAGE

    def __init__(self, modem: Modem, number: str) -> None:
        self.number = phone_number(number)
        self.name = "SMS"
        self._modem = modem

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        """Hand the message to the network, part by part."""
        text = message.text
        if message.answer_hint:
            text += f" {message.answer_hint}"
        if message.acknowledge_url:
            text += f"\n{message.acknowledge_url}"
        try:
            parts = await self._modem.send_sms(self.number, text, message.attempt_id)
        except ModemSilentError as error:
            yield Ended(Outcome.UNKNOWN, str(error))
        except ModemError as error:
            yield Ended(Outcome.FAILED, str(error))
        else:
            yield Dialled()
            yield Ended(Outcome.DELIVERED, f"{parts} part(s) taken by the network")

    async def check(self) -> ChannelStatus:
        """Check SIM, registration, signal, and whether messages can go out and answers come in."""
        health = await _modem_health(self._modem)
        if health.is_well and self._modem.message_problem:
            return ChannelStatus(is_well=False, detail=self._modem.message_problem)
        return health


class ModemCall(LineCall):
    """A voice call; with the modem's sound port it speaks, without one it rings and waits."""

    def __init__(self, modem: Modem, number: str, ring_seconds: float = RING_SECONDS) -> None:
        super().__init__(modem.calls.line, ring_seconds)
        self.number = phone_number(number)
        self.name = "telephone call"
        self._modem = modem

    @property
    def can_talk(self) -> bool:
        """Whether the elder can speak: only if the modem gives its sound."""
        return self._modem.settings.audio is not None

    async def hang_up(self) -> None:
        """End the call."""
        self._is_given_up.set()

    async def check(self) -> ChannelStatus:
        """Check SIM, registration and signal."""
        return await _modem_health(self._modem)

    async def _let_go(self) -> None:
        with contextlib.suppress(ModemError):
            await self._modem.calls.hang_up()

    async def _ring(
        self, script: CallScript | None, *, is_talk: bool
    ) -> AsyncGenerator[AttemptEvent, None]:
        said = self._modem.calls.dial(self.number)
        is_dialled = has_rung = has_answered = False
        deadline = _in(self._ring_seconds)
        follow = _Follow(self._modem, said)
        async with Voice(self._modem, script) as voice:
            while True:
                said_now = (await self._next(follow, deadline)).removeprefix(ENDED)
                if said_now in {DIALLED, TAKEN} and not is_dialled:
                    is_dialled = follow.may_ask = True
                    yield Dialled()
                    is_taken = said_now == TAKEN or follow.was_connected
                    if is_taken and not await follow.lists_calls():
                        said_now = _ACTIVE
                elif said_now.startswith((REFUSED, SILENT)):
                    what, _, detail = said_now.partition(": ")
                    is_silent = f"{what}: " == SILENT
                    yield Ended(Outcome.UNKNOWN if is_silent else Outcome.FAILED, detail)
                    return
                if said_now == _ALERTING and not has_rung:
                    has_rung = True
                    yield Ringing()
                elif said_now == _ACTIVE and not has_answered:
                    has_answered = True
                    deadline = _in(voice.call_seconds)
                    yield Answered()
                    if is_talk:
                        break
                    voice.begin()
                elif digit := _digit(said_now):
                    yield DtmfPressed(digit)
                    if digit == ACKNOWLEDGE and has_answered:
                        yield Acknowledged("dtmf")
                        await voice.stop()
                        break
                elif ended := _ending(said_now, has_rung=has_rung):
                    if said_now == _TIME and not is_dialled:
                        yield await self._end_of_silence()
                    elif has_answered:
                        yield Ended(Outcome.ANSWERED, f"no key was pressed; {ended.detail}")
                    else:
                        yield ended
                    return
        async with contextlib.aclosing(self._talk(follow, has_acknowledged=not is_talk)) as facts:
            async for fact in facts:
                yield fact

    async def _end_of_silence(self) -> Ended:
        """End a call whose dialling the modem never confirmed: it waits for an answer, or hangs."""
        try:
            await self._modem.calls.hang_up()
        except ModemError:
            return Ended(Outcome.UNKNOWN, "the modem gave no answer to ATD")
        return Ended(Outcome.NO_ANSWER, "nobody answered in time")

    async def _talk(
        self, follow: _Follow, *, has_acknowledged: bool
    ) -> AsyncGenerator[AttemptEvent, None]:
        """Let whoever answered and the elder talk, until one of them hangs up."""
        outcome = Outcome.ACKNOWLEDGED if has_acknowledged else Outcome.ANSWERED
        audio = self._modem.settings.audio
        if audio is None:
            yield Ended(outcome, "the key was pressed")
            return
        bridge = Bridge(audio.port, audio.microphone, audio.speaker)
        try:
            await self._modem.ask(audio.start_command)
            await bridge.open()
        except (ModemError, BridgeError) as error:
            yield PutThrough(is_open=False, detail=str(error))
            yield Ended(outcome, "nobody could speak")
            return
        try:
            yield PutThrough(is_open=True)
            deadline = _in(TALK_SECONDS)
            while True:
                said_now = await self._next(follow, deadline)
                if digit := _digit(said_now):
                    yield DtmfPressed(digit)
                elif ended := _ending(said_now, has_rung=True):
                    yield Ended(outcome, ended.detail)
                    return
        finally:
            await bridge.close()

    async def _next(self, follow: _Follow, deadline: float) -> str:
        """Wait for what happens to the call, or for its state."""
        if self._is_given_up.is_set():
            return _GIVEN_UP
        if asyncio.get_running_loop().time() > deadline:
            return _TIME
        return await follow.next()


class _Follow:
    """Follows one call, by what the modem says and by what it lists."""

    def __init__(self, modem: Modem, said: asyncio.Queue[str]) -> None:
        self._modem, self._said = modem, said
        self.may_ask = False
        """Whether the modem may be asked: a command before ATD was answered would end the call."""
        self.was_connected = False
        """Whether the modem said that the other end took the call."""
        self._end = ""
        """An end that was told and is not known to be this call's."""
        self._was_listed = False
        self._silences = self._absences = 0
        self._ask_at = _in(POLL_SECONDS)

    async def next(self) -> str:
        """Wait for what the modem says unasked; from time to time, give the call's state."""
        if asyncio.get_running_loop().time() >= self._ask_at:
            self._ask_at = _in(POLL_SECONDS)
            if not self.may_ask:
                return ""
            if self._end and self._said.empty():  # else the reason may be under way
                end, self._end = self._end, ""
                if not await self._stands():
                    return end
            return await self._state()
        try:
            async with asyncio.timeout_at(self._ask_at):
                said = await self._said.get()
        except TimeoutError:
            return ""  # the best moment to ask: nothing is on its way
        if _CONNECTED.fullmatch(said):
            self.was_connected = True
            # What the list says counts more: SIMCom's modems say BEGIN when it only rings.
            return _ACTIVE if self.may_ask and not await self.lists_calls() else ""
        if _DISCONNECTED.fullmatch(said):
            self._end = self._end or "NO CARRIER"
            return ""  # the reason follows, or none
        if said != LOST and _ending(said, has_rung=False):
            self._end = said
            if not self.may_ask or await self._stands():
                return ""  # it may be the end of an older call
        return said

    async def lists_calls(self) -> bool:
        """Whether the modem shows the call among its calls."""
        return self._was_listed or await self._stands()

    async def _stands(self) -> bool:
        """Whether the call is listed."""
        try:
            is_listed = await self._modem.calls.outgoing() is not None
        except ModemError:
            return False
        self._was_listed = self._was_listed or is_listed
        return is_listed

    async def _state(self) -> str:
        try:
            state = await self._modem.calls.outgoing()
        except ModemSilentError:
            self._silences += 1
            return LOST if self._modem.problem or self._silences >= MOST_SILENCES else ""
        except ModemError:
            # It cannot list its calls: then only what it says by itself is known.
            return LOST if self._modem.problem else ""
        self._silences = 0
        if state is not None:
            self._was_listed, self._absences = True, 0
            return _STATES.get(state, "")
        # One empty list may be an answer gone astray, and some modems list calls late.
        self._absences += 1
        return _GONE if self._was_listed and self._absences > 1 else ""


async def _modem_health(modem: Modem) -> ChannelStatus:
    try:
        status = await modem.status()
    except ModemError as error:
        return ChannelStatus(is_well=False, detail=str(error))
    signal = "unknown" if status.signal_dbm is None else f"{status.signal_dbm} dBm"
    if not status.is_registered:
        return ChannelStatus(is_well=False, detail=f"not registered in a network (signal {signal})")
    return ChannelStatus(is_well=True, detail=f"registered, signal {signal}")


def _digit(line: str) -> str:
    """Read the key in what the modem says: +DTMF: 1, +RXDTMF: 1, ^DTMF: 1, or +QTONEDET: 49."""
    if code := re.fullmatch(r"\+QTONEDET: ?(\d{2})", line):
        return chr(int(code.group(1)))
    match = re.fullmatch(r"(?:\+DTMF|\+RXDTMF|\^DTMF): ?(?:\d, ?)?\"?([0-9*#A-D])\"?(?:,.*)?", line)
    return match.group(1) if match else ""


def _ending(line: str, *, has_rung: bool) -> Ended | None:
    """Tell how an unanswered call ended; None if it did not."""
    # A network says NO CARRIER for a declined call as for one that never got through.
    no_carrier = Outcome.REFUSED if has_rung else Outcome.FAILED
    return {
        "BUSY": Ended(Outcome.BUSY, "BUSY"),
        "NO ANSWER": Ended(Outcome.NO_ANSWER, "NO ANSWER"),
        "NO CARRIER": Ended(no_carrier, "NO CARRIER"),
        "NO DIALTONE": Ended(Outcome.FAILED, "NO DIALTONE"),
        "NO DIAL TONE": Ended(Outcome.FAILED, "NO DIALTONE"),
        _GONE: Ended(no_carrier, "the call was gone"),
        LOST: Ended(Outcome.UNKNOWN, "the modem was lost in the call"),
        _TIME: Ended(Outcome.NO_ANSWER, "nobody answered in time"),
        _GIVEN_UP: Ended(Outcome.FAILED, "given up"),
    }.get(line)


def _in(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds
