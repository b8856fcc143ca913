"""The telephone: calls out and in, over whichever baresip runs at the moment.

It gives every call its own facts and survives baresip being killed: the calls of that moment end,
the next ones go over the new process.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, Self

from assistant.channels.addresses import sip_uri
from assistant.channels.sip.call import (
    CallClosed,
    CallDigit,
    CallEstablished,
    CallRang,
    PhoneCall,
)
from assistant.channels.sip.config import STANDBY_FILE, PhoneSettings
from assistant.channels.sip.connection import SILENT_SPEAKER, Connection, play
from assistant.channels.sip.control import PhoneError
from assistant.runtime.tasks import Tasks

log = logging.getLogger(__name__)

CLOSE_SECONDS: Final = 3.0
"""How long the end of a call may take after hanging up; then the program counts as hanging."""
DECIDE_SECONDS: Final = 1.0
"""How long a call that goes out waits for the decision on one that comes in."""


class Phone:
    """Usage: `async with Phone(settings, folder, on_incoming) as phone: ...`.

    `on_incoming` decides about a call from outside by its `uri` and runs it to its end:
    `phone.accept`, `phone.put_through`, or `phone.hang_up`, which refuses it.  The uri is what
    the caller says of himself, as trustworthy as the network that brought it.
    """

    def __init__(
        self,
        settings: PhoneSettings,
        folder: Path,
        on_incoming: Callable[[PhoneCall], Awaitable[None]] | None = None,
    ) -> None:
        self.folder = folder
        self.line = asyncio.Lock()
        """Held for an outgoing call: one at a time."""
        self._settings = settings
        self._on_incoming = on_incoming
        self._calls: list[PhoneCall] = []
        self.connection = Connection(settings, folder, self._take, self._end_calls)
        self._steering = asyncio.Lock()
        """Held from a look at the calls to the command that acts on the current one."""
        self._tasks = Tasks("a step of the telephone")

    async def __aenter__(self) -> Self:
        self._tasks.spawn(self.connection.keep())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tasks.end()

    @property
    def is_busy(self) -> bool:
        """Whether a call stands, rings or is about to."""
        return any(not c.is_incoming or c.is_accepted for c in self._calls) or self.line.locked()

    async def dial(self, uri: str, sound: str = STANDBY_FILE) -> PhoneCall:
        """Send the INVITE; hold `line` meanwhile.  Once answered, `sound` is heard at first.

        From then on baresip itself tells every other caller that it is busy.

        Raises:
            AddressError: no SIP address.
            PhoneError: the program does not run or refused, or a caller was let in.
        """
        call = PhoneCall(sip_uri(uri), is_incoming=False)
        await self._callers_decided()
        async with self._steering:
            if self._is_in_conversation:
                raise PhoneError("a conversation is on the telephone")
            self._calls.append(call)
            try:
                # A stranger who came in this very moment is refused; with nothing in between.
                await self.connection.commands(("hangup", ""), play(sound), ("dial", call.uri))
            except PhoneError:
                self._close(call, "not dialled")
                raise
        return call

    async def accept(self, call: PhoneCall) -> None:
        """Answer a call from outside.

        Raises:
            PhoneError: the caller is gone, a call goes out meanwhile, or the program ended.
        """
        async with self._steering:
            if call.closed.is_set() or self._others_than(call):
                raise PhoneError("the line is in use")
            call.is_accepted = True
            call.decided.set()
            await self.connection.commands(("accept", ""))

    async def say(self, call: PhoneCall, sound: Path) -> None:
        """Play a file of the phone's folder into a standing call, from its beginning.

        Raises:
            PhoneError: the program ended, or cannot read the file.
        """
        if call.is_established:
            await self.connection.commands(play(sound.name))

    async def put_through(self, call: PhoneCall) -> None:
        """Let the other end hear the microphone and sound from the speaker, from now on.

        Raises:
            PhoneError: no such device, or the program ended; the call stands, and where only the
                microphone is missing the elder hears the other end.
        """
        if call.is_established:
            call.is_put_through = True
            await self.connection.commands(("auplay", f"alsa,{self._settings.speaker or 'null'}"))
            if self._settings.microphone in {"", "null"}:
                # ALSA's null device gives silence as fast as it is read: a flood of packets.
                raise PhoneError("no microphone is set up for calls")
            await self.connection.commands(("ausrc", f"alsa,{self._settings.microphone}"))

    async def hang_up(self, call: PhoneCall) -> None:
        """End a call, or refuse one from outside; does nothing if it is over."""
        async with self._steering:
            if call.closed.is_set():
                return
            try:
                # baresip holds one call: where another stands, this one's end is on its way.
                if not self._others_than(call):
                    await self.connection.commands(("hangup", ""))
                async with asyncio.timeout(CLOSE_SECONDS):
                    await call.closed.wait()
            except (PhoneError, TimeoutError) as error:
                if call.is_incoming and not call.is_accepted:
                    # It went before it was refused; nothing is ended for its sake.
                    log.debug("a caller's end was not told: %s", error)
                    self._close(call, "not told")
                else:
                    log.warning("a call did not end: %s", error)
                    await self.connection.end_program()

    # ------------------------------------------------------------------ within

    @property
    def _is_in_conversation(self) -> bool:
        return any(call.is_accepted or call.is_put_through for call in self._calls)

    def _others_than(self, call: PhoneCall) -> bool:
        """Whether a call that this program made or let in stands beside this one."""
        return any(c is not call and (not c.is_incoming or c.is_accepted) for c in self._calls)

    async def _callers_decided(self) -> None:
        """Wait until callers are decided on: a contact who rings this very moment is let in."""
        undecided = [c for c in self._calls if c.is_incoming and not c.is_accepted]
        deadline = asyncio.get_running_loop().time() + DECIDE_SECONDS
        with contextlib.suppress(TimeoutError):
            for call in undecided:
                async with asyncio.timeout_at(deadline):
                    await call.decided.wait()

    def _take(self, event: dict[str, Any]) -> None:
        kind, parameter = str(event["type"]), str(event.get("param", ""))
        if kind == "CALL_INCOMING":
            self._take_incoming(str(event.get("peeruri", "")), str(event.get("id", "")))
            return
        call = self._of(event)
        if call is None:
            return
        if kind in {"CALL_RINGING", "CALL_PROGRESS"}:
            call.facts.put_nowait(CallRang())
        elif kind == "CALL_ESTABLISHED":
            call.is_established = True
            call.facts.put_nowait(CallEstablished())
            if call.is_incoming and not call.is_accepted:
                # "accept" met another caller than the one who was let in and hung up just then.
                self._tasks.spawn(self.hang_up(call))
        elif kind == "CALL_DTMF_START" and re.fullmatch(r"[0-9*#A-D]", parameter):
            call.facts.put_nowait(CallDigit(parameter))
        elif kind == "CALL_CLOSED":
            self._close(call, parameter)

    def _of(self, event: dict[str, Any]) -> PhoneCall | None:
        call_id = str(event.get("id", ""))
        for call in self._calls:
            if call_id and call.call_id == call_id:
                return call
        if event.get("direction") == "outgoing":
            # The first event with an id after `dial` names the call.
            for call in self._calls:
                if not call.is_incoming and not call.call_id:
                    call.call_id = call_id
                    return call
        return None

    def _take_incoming(self, uri: str, call_id: str) -> None:
        call = PhoneCall(uri, is_incoming=True, call_id=call_id)
        is_busy = self._is_in_conversation
        self._calls.append(call)
        if self._on_incoming is None or is_busy:
            self._tasks.spawn(self.hang_up(call))
        else:
            self._tasks.spawn(self._run_incoming(call, self._on_incoming))

    async def _run_incoming(
        self, call: PhoneCall, handler: Callable[[PhoneCall], Awaitable[None]]
    ) -> None:
        try:
            await handler(call)
        except Exception:  # a fault of the decision must not leave a stranger ringing
            log.exception("a call from outside could not be handled")
        finally:
            await self.hang_up(call)

    def _end_calls(self) -> None:
        for call in list(self._calls):
            self._close(call, "the telephone program ended")

    def _close(self, call: PhoneCall, reason: str) -> None:
        if call in self._calls:
            self._calls.remove(call)
        call.decided.set()
        if not call.closed.is_set():
            call.closed.set()
            call.facts.put_nowait(CallClosed(reason))
        if not self._calls and self.connection.is_open:
            self._tasks.spawn(self._silence())

    async def _silence(self) -> None:
        """Reset the sound between calls: else the next call would begin with the tones."""
        try:
            await self.connection.commands(play(STANDBY_FILE), SILENT_SPEAKER)
        except PhoneError as error:
            log.warning("sound was not reset after a call: %s", error)
