"""One contact on the telephone network: rung, or written to."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import unicodedata
from collections.abc import AsyncGenerator
from typing import Final

from assistant.care.channels.addresses import phone_number
from assistant.care.channels.api import (
    RING_SECONDS,
    Acknowledged,
    Answered,
    AttemptEvent,
    CallScript,
    Channel,
    Dialled,
    DtmfPressed,
    Ended,
    Health,
    Kind,
    Message,
    Outcome,
    PutThrough,
    Ringing,
)
from assistant.care.channels.gsm.bridge import Bridge, BridgeError
from assistant.care.channels.gsm.dialogue import ModemError, ModemSilentError
from assistant.care.channels.gsm.modem import Modem
from assistant.care.channels.gsm.voice import Voice
from assistant.care.channels.line_call import LineCall

log = logging.getLogger(__name__)

ACKNOWLEDGE: Final = "1"
POLL_SECONDS: Final = 0.25
TALK_SECONDS: Final = 3_600.0
_GIVEN_UP: Final = "GIVEN UP"
_TIME: Final = "TIME"
_GONE: Final = "GONE"
_LOST: Final = "LOST"
_ALERTING: Final = "ALERTING"
_ACTIVE: Final = "ACTIVE"
_STATES: Final = {0: _ACTIVE, 3: _ALERTING, None: _GONE}
"""Of +CLCC, TS 27.007."""


def acknowledgement(text: str) -> int | None:
    """Whether an answering message takes the alarm on: None where it does not.

    "1", in any width, with a stop or blanks: 0.  "1 20": in how many minutes they will be there.
    """
    plain = unicodedata.normalize("NFKC", text).strip(" \t\r\n.。!")
    found = re.fullmatch(rf"{ACKNOWLEDGE}(?:[ ,，]+(\d{{1,3}})(?: ?(?:min|分钟|分))?)?", plain)
    return int(found.group(1) or 0) if found else None


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

    async def check(self) -> Health:
        """SIM, registration and signal."""
        return await _modem_health(self._modem)


class ModemCall(LineCall):
    """A voice call; with the modem's sound port it speaks, without one it rings and waits."""

    def __init__(self, modem: Modem, number: str, ring_seconds: float = RING_SECONDS) -> None:
        super().__init__(modem.line, ring_seconds)
        self.number = phone_number(number)
        self.name = "telephone call"
        self._modem = modem

    @property
    def can_talk(self) -> bool:
        """Only where the modem gives its sound."""
        return self._modem.settings.audio is not None

    async def hang_up(self) -> None:
        """End the call."""
        self._is_given_up.set()

    async def check(self) -> Health:
        """SIM, registration and signal."""
        return await _modem_health(self._modem)

    async def _let_go(self) -> None:
        with contextlib.suppress(ModemError):
            await self._modem.hang_up()

    async def _ring(
        self, script: CallScript | None, *, is_talk: bool
    ) -> AsyncGenerator[AttemptEvent, None]:
        try:
            said = await self._modem.dial(self.number)
        except ModemSilentError as error:
            yield Ended(Outcome.UNKNOWN, str(error))
            return
        except ModemError as error:
            result = str(error).removeprefix("ATD: ")
            yield _ending(result, has_rung=False) or Ended(Outcome.FAILED, str(error))
            return
        yield Dialled()
        has_rung, has_answered = False, False
        deadline = _in(self._ring_seconds)
        async with Voice(self._modem, script) as voice:
            while True:
                said_now = await self._next(said, deadline)
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
                    if has_answered:
                        yield Ended(Outcome.ANSWERED, f"no key was pressed; {ended.detail}")
                    else:
                        yield ended
                    return
        async with contextlib.aclosing(self._talk(said, has_acknowledged=not is_talk)) as facts:
            async for fact in facts:
                yield fact

    async def _talk(
        self, said: asyncio.Queue[str], *, has_acknowledged: bool
    ) -> AsyncGenerator[AttemptEvent, None]:
        """Whoever answered and the elder, until one of them hangs up."""
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
                said_now = await self._next(said, deadline)
                if digit := _digit(said_now):
                    yield DtmfPressed(digit)
                elif ended := _ending(said_now, has_rung=True):
                    yield Ended(outcome, ended.detail)
                    return
        finally:
            await bridge.close()

    async def _next(self, said: asyncio.Queue[str], deadline: float) -> str:
        """What the modem says unasked; where it says nothing, the call's state."""
        if self._is_given_up.is_set():
            return _GIVEN_UP
        if asyncio.get_running_loop().time() > deadline:
            return _TIME
        try:
            async with asyncio.timeout(POLL_SECONDS):
                return await said.get()
        except TimeoutError:
            # The best moment to ask: nothing is on its way.
            try:
                return _STATES.get(await self._modem.call_state(), "")
            except ModemSilentError:
                return _LOST
            except ModemError:
                # It cannot list its calls: then only what it says by itself is known.
                return _LOST if self._modem.problem else ""


async def _modem_health(modem: Modem) -> Health:
    try:
        status = await modem.status()
    except ModemError as error:
        return Health(is_well=False, detail=str(error))
    signal = "unknown" if status.signal_dbm is None else f"{status.signal_dbm} dBm"
    if not status.is_registered:
        return Health(is_well=False, detail=f"not registered in a network (signal {signal})")
    return Health(is_well=True, detail=f"registered, signal {signal}")


def _digit(line: str) -> str:
    """The key in what the modem says: +DTMF: 1, +RXDTMF: 1, ^DTMF: 1, or +QTONEDET: 49."""
    if code := re.fullmatch(r"\+QTONEDET: ?(\d{2})", line):
        return chr(int(code.group(1)))
    match = re.fullmatch(r"(?:\+DTMF|\+RXDTMF|\^DTMF): ?(?:\d,)?\"?([0-9*#A-D])\"?", line)
    return match.group(1) if match else ""


def _ending(line: str, *, has_rung: bool) -> Ended | None:
    """How an unanswered call ended; None where it did not."""
    # A network says NO CARRIER for a declined call as for one that never got through.
    no_carrier = Outcome.REFUSED if has_rung else Outcome.FAILED
    return {
        "BUSY": Ended(Outcome.BUSY, "BUSY"),
        "NO ANSWER": Ended(Outcome.NO_ANSWER, "NO ANSWER"),
        "NO CARRIER": Ended(no_carrier, "NO CARRIER"),
        "NO DIALTONE": Ended(Outcome.FAILED, "NO DIALTONE"),
        _GONE: Ended(no_carrier, "the call was gone"),
        _LOST: Ended(Outcome.UNKNOWN, "the modem was lost in the call"),
        _TIME: Ended(Outcome.NO_ANSWER, "nobody answered in time"),
        _GIVEN_UP: Ended(Outcome.FAILED, "given up"),
    }.get(line)


def _in(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds
