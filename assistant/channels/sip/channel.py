"""Rings one contact on SIP, tells them, and puts them through once the key is pressed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import secrets
import wave
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

from assistant.channels.addresses import sip_uri
from assistant.channels.api import (
    RING_SECONDS,
    Acknowledged,
    Answered,
    AttemptEvent,
    CallScript,
    ChannelError,
    ChannelStatus,
    Dialled,
    DtmfPressed,
    Ended,
    Outcome,
    PutThrough,
    Ringing,
)
from assistant.channels.call_audio import prepare, sound_seconds
from assistant.channels.line_call import LINE_SECONDS, LineCall
from assistant.channels.sip.call import (
    CallClosed,
    CallDigit,
    CallEstablished,
    CallFact,
    CallRang,
    CallSaid,
    PhoneCall,
)
from assistant.channels.sip.config import QUIET_FILE, STANDBY_FILE
from assistant.channels.sip.control import PhoneError
from assistant.channels.sip.phone import Phone

log = logging.getLogger(__name__)

ACKNOWLEDGE_DIGIT: Final = "1"
DETAILS_DIGIT: Final = "2"
END_SECONDS: Final = 1.0
"""How long is silence at the end of every sound: the line is opened within it."""
GREETING_SECONDS: Final = 12.0
"""How long a caller waits at most to be put through: a voice that fails keeps nobody waiting."""
RESTART_SECONDS: Final = 1.5
UNACKNOWLEDGED_SECONDS: Final = 300.0
"""How long a call stands at most without the key; the sound's end normally comes first."""
TALK_SECONDS: Final = 3_600.0
"""How long a person who acknowledged stays put through at most."""


class SipCall(LineCall):
    """A call to a SIP address, or through a SIP provider to a telephone number."""

    def __init__(self, phone: Phone, uri: str, ring_seconds: float = RING_SECONDS) -> None:
        super().__init__(phone.line, ring_seconds)
        self.uri = sip_uri(uri)
        self.name = "SIP call"
        self._phone = phone
        self._call: PhoneCall | None = None

    @property
    def can_talk(self) -> bool:
        """Whether the elder can speak: microphone and speaker are those of the settings."""
        return True

    async def hang_up(self) -> None:
        """End the call; does nothing if there is none."""
        self._is_given_up.set()
        if self._call is not None:
            await self._phone.hang_up(self._call)

    async def check(self) -> ChannelStatus:
        """Check whether the telephone program runs and the provider has registered it."""
        try:
            await self._phone.connection.wait_ready()
            problem = await self._phone.connection.registration_problem()
        except PhoneError as error:
            return ChannelStatus(is_well=False, detail=str(error))
        return ChannelStatus(is_well=not problem, detail=problem or "the telephone program runs")

    async def _let_go(self) -> None:
        if self._call is not None:
            await self._phone.hang_up(self._call)
            self._call = None

    async def _ring(
        self, script: CallScript | None, *, is_talk: bool
    ) -> AsyncGenerator[AttemptEvent, None]:
        try:
            # A program that was just restarted is ready in a moment.
            await self._phone.connection.wait_ready(RESTART_SECONDS)
            self._call = call = await self._phone.dial(
                self.uri, QUIET_FILE if is_talk else STANDBY_FILE
            )
        except PhoneError as error:
            yield Ended(Outcome.FAILED, str(error))
            return
        if self._is_given_up.is_set():
            await self._phone.hang_up(call)
        yield Dialled()
        deadline = asyncio.get_running_loop().time() + self._ring_seconds
        has_rung = False
        # The voice speaks while it rings; both take seconds.
        async with (
            _Sound(self._phone, script) as sound,
            _Sound(self._phone, _details_of(script)) as details,
        ):
            sound.make()
            while True:
                fact = await _next(call, deadline)
                if fact is None:
                    await self._phone.hang_up(call)
                    seconds = f"{self._ring_seconds:g} s"
                    rang = f"rang for {seconds}" if has_rung else f"no sign of life for {seconds}"
                    yield Ended(Outcome.NO_ANSWER, rang)
                    return
                if isinstance(fact, CallClosed):
                    outcome = (
                        Outcome.FAILED if self._is_given_up.is_set() else _outcome(fact.reason)
                    )
                    yield Ended(outcome, fact.reason)
                    return
                if isinstance(fact, CallRang) and not has_rung:
                    has_rung = True
                    yield Ringing()
                if isinstance(fact, CallEstablished):
                    break
            yield Answered()
            told = _talk(self._phone, call) if is_talk else _tell(self._phone, call, sound, details)
            async with contextlib.aclosing(told) as events:
                async for event in events:
                    yield event


async def converse(
    phone: Phone, call: PhoneCall, greeting: CallScript | None = None
) -> AsyncGenerator[AttemptEvent, None]:
    """Take a call from outside: the caller hears the greeting and is put through.

    Whether the caller may speak with the elder is decided before, from `call.uri`.  No key
    acknowledges by itself: what a caller says of himself is no proof of who it is, so the keys are
    told and judged by whoever let the call in.
    """
    try:
        await phone.accept(call)
        while not isinstance(fact := await _next(call, _in(LINE_SECONDS)), CallEstablished):
            if fact is None or isinstance(fact, CallClosed):
                yield Ended(Outcome.FAILED, fact.reason if fact else "the call never stood")
                return
        yield Answered()
        async with (
            _Sound(phone, greeting) as sound,
            contextlib.aclosing(_greet(call, sound)) as greeted,
        ):
            async for event in greeted:
                yield event
        async with contextlib.aclosing(_talk(phone, call, is_trusted=False)) as talk:
            async for event in talk:
                yield event
    except PhoneError as error:
        yield Ended(Outcome.FAILED, str(error))
    finally:
        await phone.hang_up(call)


async def _greet(call: PhoneCall, sound: _Sound) -> AsyncGenerator[AttemptEvent, None]:
    """Say the greeting until it was heard; whoever presses a key knows it already."""
    sound.play(call)
    deadline = _in(GREETING_SECONDS if sound.has_words else 0.0)
    while (fact := await _next(call, deadline)) is not None:
        if isinstance(fact, CallClosed):
            call.facts.put_nowait(fact)  # the talk that follows ends with it
            return
        if isinstance(fact, CallSaid):
            return
        if isinstance(fact, CallDigit):
            yield DtmfPressed(fact.digit)
            return


async def _tell(
    phone: Phone, call: PhoneCall, sound: _Sound, details: _Sound
) -> AsyncGenerator[AttemptEvent, None]:
    """Say the message, until the key is pressed, the line is opened or the call ends."""
    sound.play(call)
    is_acknowledged = False
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
            is_acknowledged = fact.digit == ACKNOWLEDGE_DIGIT
        if is_acknowledged or (isinstance(fact, CallSaid) and sound.opens_line):
            break
    await sound.stop()
    if is_acknowledged:
        yield Acknowledged("dtmf")
    async for event in _talk(phone, call, details, has_acknowledged=is_acknowledged):
        yield event


async def _talk(
    phone: Phone,
    call: PhoneCall,
    details: _Sound | None = None,
    *,
    has_acknowledged: bool = False,
    is_trusted: bool = True,
) -> AsyncGenerator[AttemptEvent, None]:
    """Let contact and elder talk, until one of them hangs up.

    `is_trusted`: Anban placed the call, so the key that acknowledges is the contact's.
    """
    yield await _open_line(phone, call)
    deadline = _in(TALK_SECONDS)
    while (fact := await _next(call, deadline)) is not None:
        if isinstance(fact, CallClosed):
            break
        if isinstance(fact, CallSaid):
            await _open_line(phone, call)
        if isinstance(fact, CallDigit):
            yield DtmfPressed(fact.digit)
            if fact.digit == DETAILS_DIGIT and has_acknowledged and details is not None:
                details.play(call)
            if fact.digit == ACKNOWLEDGE_DIGIT and is_trusted and not has_acknowledged:
                has_acknowledged = True
                yield Acknowledged("dtmf")
    detail = fact.reason if isinstance(fact, CallClosed) else "the longest talk was over"
    yield Ended(Outcome.ACKNOWLEDGED if has_acknowledged else Outcome.ANSWERED, detail)


async def _open_line(phone: Phone, call: PhoneCall) -> PutThrough:
    try:
        await phone.put_through(call)
    except PhoneError as error:
        # Without any source the other end hears dead silence and hangs up.
        with contextlib.suppress(PhoneError):
            await phone.say(call, phone.folder / STANDBY_FILE)
        return PutThrough(is_open=False, detail=str(error))
    return PutThrough(is_open=True)


class _Sound:
    """A sound of the call: made in time, played, and gone when the call is over."""

    def __init__(self, phone: Phone, script: CallScript | None) -> None:
        self._phone = phone
        self._script = script
        self._file = phone.folder / f"call-{secrets.token_hex(6)}.wav"
        self._making: asyncio.Task[None] | None = None
        self._playing: asyncio.Task[None] | None = None

    @property
    def opens_line(self) -> bool:
        """Whether the elder is put through once it has sounded."""
        return self._script is not None and self._script.opens_line

    @property
    def has_words(self) -> bool:
        """Whether there is anything to say."""
        return self._script is not None

    async def __aenter__(self) -> _Sound:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        if self._making is not None:
            self._making.cancel()
            await asyncio.gather(self._making, return_exceptions=True)
        self._file.unlink(missing_ok=True)
        Path(self._file.with_suffix(".part")).unlink(missing_ok=True)

    def make(self) -> None:
        """Begin to make it, once."""
        if self._making is None and self._script is not None:
            self._making = asyncio.create_task(prepare(self._script, self._file))

    def play(self, call: PhoneCall) -> None:
        """Play it once it is made, from its beginning; `CallSaid` comes shortly before its end."""
        self.make()
        if self._playing is not None:
            self._playing.cancel()
        self._playing = asyncio.create_task(self._play(call))

    async def stop(self) -> None:
        """Stop: tell of no end any more."""
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.gather(self._playing, return_exceptions=True)
            self._playing = None

    async def _play(self, call: PhoneCall) -> None:
        """Play once it is made; if it cannot be made, what was heard before goes on."""
        if self._making is None:
            return
        try:
            await asyncio.shield(self._making)
            await self._phone.say(call, self._file)
            # The call would end where the file does.
            await asyncio.sleep(max(0.0, sound_seconds(self._file) - END_SECONDS))
            call.facts.put_nowait(CallSaid())
        except (ChannelError, OSError, wave.Error) as error:
            log.warning("a call goes on without its words: %s", error)


async def _next(call: PhoneCall, deadline: float) -> CallFact | None:
    """Wait for the call's next fact; None if none came in time."""
    try:
        async with asyncio.timeout_at(deadline):
            return await call.facts.get()
    except TimeoutError:
        return None


def _details_of(script: CallScript | None) -> CallScript | None:
    if script is None or script.details is None:
        return None
    return CallScript(script.details, repeats=1)


def _in(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


def _outcome(reason: str) -> Outcome:
    """Tell what a call that was never answered came to, from its final SIP status."""
    status = re.match(r"(\d{3})\b", reason)
    code = int(status.group(1)) if status else 0
    if code in {486, 600}:
        return Outcome.BUSY
    if code in {403, 404, 410, 484, 603, 604, 607}:
        return Outcome.REFUSED
    if code in {408, 480, 487}:
        return Outcome.NO_ANSWER
    return Outcome.FAILED
