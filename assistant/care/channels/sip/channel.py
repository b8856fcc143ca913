"""One contact on SIP: rung, told, and put through to the elder once the key is pressed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import secrets
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

from assistant.care.channels.addresses import sip_uri
from assistant.care.channels.api import (
    RING_SECONDS,
    Acknowledged,
    Answered,
    AttemptEvent,
    CallScript,
    Channel,
    ChannelError,
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
from assistant.care.channels.call_audio import prepare
from assistant.care.channels.sip.control import PhoneError
from assistant.care.channels.sip.phone import (
    CallClosed,
    CallDigit,
    CallEstablished,
    CallFact,
    CallRang,
    Phone,
    PhoneCall,
)

log = logging.getLogger(__name__)

ACKNOWLEDGE_DIGIT: Final = "1"
LINE_SECONDS: Final = 30.0
"""How long an attempt waits for the line while another call rings."""
RESTART_SECONDS: Final = 1.5
UNACKNOWLEDGED_SECONDS: Final = 300.0
"""The longest that a call stands without the key; the sound's end normally comes first."""
TALK_SECONDS: Final = 3_600.0
"""The longest that a person who acknowledged stays put through."""

_LINE_IN_USE: Final = "the telephone line was in use"


class SipCall(Channel):
    """A call to a SIP address, or through a SIP provider to a telephone number."""

    kind = Kind.CALL

    def __init__(self, phone: Phone, uri: str, ring_seconds: float = RING_SECONDS) -> None:
        self.uri = sip_uri(uri)
        self.name = "SIP call"
        self._phone = phone
        self._ring_seconds = ring_seconds
        self._call: PhoneCall | None = None
        self._is_given_up = False

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        """Ring, say the message, wait for the key, put through."""
        self._is_given_up = False
        try:
            async with asyncio.timeout(LINE_SECONDS):
                await self._phone.line.acquire()
        except TimeoutError:
            yield Ended(Outcome.FAILED, _LINE_IN_USE)
            return
        try:
            if self._is_given_up:
                yield Ended(Outcome.FAILED, "given up before it was dialled")
                return
            async with contextlib.aclosing(self._ring(message)) as facts:
                async for fact in facts:
                    yield fact
        finally:
            if self._call is not None:
                await self._phone.hang_up(self._call)
                self._call = None
            self._phone.line.release()

    async def hang_up(self) -> None:
        """End the call; nothing happens where none is."""
        self._is_given_up = True
        if self._call is not None:
            await self._phone.hang_up(self._call)

    async def check(self) -> Health:
        """Whether the telephone program runs and the provider has registered it."""
        try:
            await self._phone.wait_ready()
            problem = await self._phone.registration_problem()
        except PhoneError as error:
            return Health(is_well=False, detail=str(error))
        return Health(is_well=not problem, detail=problem or "the telephone program runs")

    async def _ring(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        try:
            # A program that was just restarted is ready in a moment.
            await self._phone.wait_ready(RESTART_SECONDS)
            self._call = call = await self._phone.dial(self.uri)
        except PhoneError as error:
            yield Ended(Outcome.FAILED, str(error))
            return
        if self._is_given_up:
            await self._phone.hang_up(call)
        yield Dialled()
        deadline = asyncio.get_running_loop().time() + self._ring_seconds
        has_rung = False
        # The voice speaks while it rings; both take seconds.
        async with _Sound(self._phone, message.script) as sound:
            while True:
                fact = await _next(call, deadline)
                if fact is None:
                    await self._phone.hang_up(call)
                    seconds = f"{self._ring_seconds:g} s"
                    rang = f"rang for {seconds}" if has_rung else f"no sign of life for {seconds}"
                    yield Ended(Outcome.NO_ANSWER, rang)
                    return
                if isinstance(fact, CallClosed):
                    outcome = Outcome.FAILED if self._is_given_up else _outcome(fact.reason)
                    yield Ended(outcome, fact.reason)
                    return
                if isinstance(fact, CallRang) and not has_rung:
                    has_rung = True
                    yield Ringing()
                if isinstance(fact, CallEstablished):
                    break
            yield Answered()
            async with contextlib.aclosing(_tell(self._phone, call, sound)) as events:
                async for event in events:
                    yield event


async def converse(phone: Phone, call: PhoneCall) -> AsyncGenerator[AttemptEvent, None]:
    """Take a call from outside: the caller is put through at once, and may press the key.

    Whether the caller may speak with the elder is decided before, from `call.uri`.
    """
    try:
        await phone.accept(call)
        while not isinstance(fact := await _next(call, _in(LINE_SECONDS)), CallEstablished):
            if fact is None or isinstance(fact, CallClosed):
                yield Ended(Outcome.FAILED, fact.reason if fact else "the call never stood")
                return
        yield Answered()
        async for event in _talk(phone, call, has_acknowledged=False):
            yield event
    except PhoneError as error:
        yield Ended(Outcome.FAILED, str(error))
    finally:
        await phone.hang_up(call)


async def _tell(phone: Phone, call: PhoneCall, sound: _Sound) -> AsyncGenerator[AttemptEvent, None]:
    """The message, until the key is pressed or the call ends."""
    playing = asyncio.create_task(sound.play(call))
    try:
        deadline = _in(UNACKNOWLEDGED_SECONDS)
        while True:
            fact = await _next(call, deadline)
            if fact is None:
                yield Ended(Outcome.ANSWERED, "nobody pressed the key")
                return
            if isinstance(fact, CallClosed):
                yield Ended(Outcome.ANSWERED, f"no key was pressed; {fact.reason}")
                return
            if isinstance(fact, CallDigit):
                yield DtmfPressed(fact.digit)
                if fact.digit == ACKNOWLEDGE_DIGIT:
                    break
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
    yield Acknowledged("dtmf")
    async for event in _talk(phone, call, has_acknowledged=True):
        yield event


async def _talk(
    phone: Phone, call: PhoneCall, *, has_acknowledged: bool
) -> AsyncGenerator[AttemptEvent, None]:
    """Contact and elder, until one of them hangs up."""
    try:
        await phone.put_through(call)
        yield PutThrough(is_open=True)
    except PhoneError as error:
        yield PutThrough(is_open=False, detail=str(error))
        # Without any source the other end hears dead silence and hangs up.
        with contextlib.suppress(PhoneError):
            await phone.say(call, phone.folder / "standby.wav")
    deadline = _in(TALK_SECONDS)
    while (fact := await _next(call, deadline)) is not None:
        if isinstance(fact, CallClosed):
            break
        if isinstance(fact, CallDigit):
            yield DtmfPressed(fact.digit)
            if fact.digit == ACKNOWLEDGE_DIGIT and not has_acknowledged:
                has_acknowledged = True
                yield Acknowledged("dtmf")
    detail = fact.reason if isinstance(fact, CallClosed) else "the longest talk was over"
    yield Ended(Outcome.ACKNOWLEDGED if has_acknowledged else Outcome.ANSWERED, detail)


class _Sound:
    """The call's sound file: made while it rings, gone when the call is over."""

    def __init__(self, phone: Phone, script: CallScript | None) -> None:
        self._phone = phone
        self._script = script
        self._file = phone.folder / f"call-{secrets.token_hex(6)}.wav"
        self._making: asyncio.Task[None] | None = None

    async def __aenter__(self) -> _Sound:
        if self._script is not None:
            self._making = asyncio.create_task(prepare(self._script, self._file))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._making is not None:
            self._making.cancel()
            await asyncio.gather(self._making, return_exceptions=True)
        self._file.unlink(missing_ok=True)
        Path(self._file.with_suffix(".part")).unlink(missing_ok=True)

    async def play(self, call: PhoneCall) -> None:
        """As soon as it is made; until then, and where it cannot be made, the tones go on."""
        if self._making is None:
            return
        try:
            await self._making
            await self._phone.say(call, self._file)
        except (ChannelError, OSError) as error:
            log.warning("a call goes on with tones only: %s", error)


async def _next(call: PhoneCall, deadline: float) -> CallFact | None:
    """The call's next fact; None where none came in time."""
    try:
        async with asyncio.timeout_at(deadline):
            return await call.facts.get()
    except TimeoutError:
        return None


def _in(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


def _outcome(reason: str) -> Outcome:
    """What a call that was never answered came to, from its final SIP status."""
    status = re.match(r"(\d{3})\b", reason)
    code = int(status.group(1)) if status else 0
    if code in {486, 600}:
        return Outcome.BUSY
    if code in {403, 404, 410, 484, 603, 604, 607}:
        return Outcome.REFUSED
    if code in {408, 480, 487}:
        return Outcome.NO_ANSWER
    return Outcome.FAILED
