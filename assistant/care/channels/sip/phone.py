"""The telephone: calls out and in, over whichever baresip runs at the moment.

It keeps the control connection, gives every call its own facts, and survives baresip being
killed: the calls of that moment end, the next ones go over the new process.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from assistant.care.channels.addresses import sip_uri
from assistant.care.channels.sip.config import STANDBY_FILE, PhoneSettings
from assistant.care.channels.sip.control import Control, PhoneError
from assistant.tasks import Tasks

log = logging.getLogger(__name__)

RECONNECT_SECONDS: Final = 0.2
CLOSE_SECONDS: Final = 3.0
"""How long the end of a call may take after hanging up; then the program counts as hanging."""
READY_SECONDS: Final = 10.0
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


class CallGoneError(PhoneError):
    """The program knows the call no more: its end was not told yet, or got lost."""


@dataclass(frozen=True, slots=True)
class CallRang:
    """A provisional answer: it rings."""


@dataclass(frozen=True, slots=True)
class CallEstablished:
    """Both ends can hear each other."""


@dataclass(frozen=True, slots=True)
class CallDigit:
    """A key was pressed at the other end."""

    digit: str


@dataclass(frozen=True, slots=True)
class CallClosed:
    """The call is over."""

    reason: str
    """As baresip says it: "486 Busy Here", "Connection reset by peer", "end of file" …"""


@dataclass(frozen=True, slots=True)
class CallSaid:
    """What was to be said has sounded to its end; told by who plays it."""


CallFact = CallRang | CallEstablished | CallDigit | CallSaid | CallClosed


@dataclass(slots=True)
class PhoneCall:
    """One call; its facts come from `facts` in order, `CallClosed` last."""

    uri: str
    is_incoming: bool
    call_id: str = ""
    is_established: bool = False
    is_accepted: bool = False
    """A call from outside that was let in; one that is still decided on, or refused, keeps
    nobody else out."""
    is_ending: bool = False
    is_put_through: bool = False
    """The person at the other end speaks with the elder: nothing may interrupt that."""
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    facts: asyncio.Queue[CallFact] = field(default_factory=asyncio.Queue)


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
        self._control: Control | None = None
        self._calls: list[PhoneCall] = []
        self._last_word = ""
        self._ready = asyncio.Event()
        self._tasks = Tasks("a step of the telephone")

    async def __aenter__(self) -> Self:
        self._tasks.spawn(self._keep_connected())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tasks.end()

    @property
    def is_ready(self) -> bool:
        """Whether a call could be made now."""
        return self._ready.is_set()

    @property
    def is_busy(self) -> bool:
        """Whether a call stands, rings or is about to."""
        return bool(self._calls) or self.line.locked()

    async def probe(self) -> bool:
        """For the supervisor: the program answers."""
        try:
            await self.command("listcalls")
        except PhoneError:
            return False
        return True

    async def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Until calls can be made.

        Raises:
            PhoneError: not within this time.
        """
        try:
            await _within(seconds, self._ready)
        except TimeoutError as error:
            raise PhoneError("the telephone program does not run") from error

    async def registration_problem(self) -> str:
        """Why the provider would pass on no call; empty where all is well or none is used.

        Raises:
            PhoneError: the program does not answer.
        """
        if not self._settings.account.register_seconds:
            return ""
        # "OK", "ERR", or "zzz" while it has not been answered.
        if re.search(r"\bOK\b", _COLOUR.sub("", await self.command("reginfo"))):
            return ""
        return f"not registered at the SIP provider {self._last_word[:60]}".strip()

    async def dial(self, uri: str, sound: str = STANDBY_FILE) -> PhoneCall:
        """Send the INVITE; hold `line` meanwhile.  Once answered, `sound` is heard at first.

        Raises:
            AddressError: no SIP address.
            PhoneError: the program does not run or refused, or a caller is on the telephone:
                baresip would put that conversation on hold.
        """
        call = PhoneCall(sip_uri(uri), is_incoming=False)
        await self._strangers_gone()
        if self._is_in_conversation:
            raise PhoneError("a conversation is on the telephone")
        await self._play(sound)
        self._calls.append(call)
        try:
            await self.command("dial", call.uri)
        except PhoneError:
            self._close(call, "not dialled")
            raise
        return call

    async def accept(self, call: PhoneCall) -> None:
        """Answer a call from outside; one that rings or plays its message elsewhere is given up.

        A person who rings back is surer than a telephone that may be a machine.

        Raises:
            PhoneError: the caller is gone, another was let in meanwhile, or the program ended.
        """
        if self._is_in_conversation:
            raise PhoneError("another caller is on the telephone")
        call.is_accepted = True
        for other in [c for c in self._calls if c is not call and not c.is_put_through]:
            await self.hang_up(other)
        await self._select(call)
        await self.command("accept")

    async def say(self, call: PhoneCall, sound: Path) -> None:
        """Play a file of the phone's folder into a standing call, from its beginning.

        Raises:
            PhoneError: the program ended, or cannot read the file.
        """
        if call.is_established:
            await self._play(sound.name)

    async def put_through(self, call: PhoneCall) -> None:
        """From now on the other end hears the microphone and sounds from the speaker.

        Raises:
            PhoneError: no such device, or the program ended; the call stands, and where only the
                microphone is missing the elder hears the other end.
        """
        if call.is_established:
            call.is_put_through = True
            await self.command("auplay", f"alsa,{self._settings.speaker or 'null'}")
            if self._settings.microphone in {"", "null"}:
                # ALSA's null device gives silence as fast as it is read: a flood of packets.
                raise PhoneError("no microphone is set up for calls")
            await self.command("ausrc", f"alsa,{self._settings.microphone}")

    async def hang_up(self, call: PhoneCall) -> None:
        """End a call, or refuse one from outside; does nothing where it is over."""
        if call.closed.is_set():
            return
        if call.is_ending:  # twice would end whichever call is the current one then
            with contextlib.suppress(TimeoutError):
                await _within(CLOSE_SECONDS, call.closed)
            return
        call.is_ending = True
        try:
            await self._select(call)
            if call.closed.is_set():
                return  # "hangup" would end whichever call is the current one now
            await self.command("hangup")
            await _within(CLOSE_SECONDS, call.closed)
        except CallGoneError as gone:  # the other end was quicker; its event is on the way
            with contextlib.suppress(TimeoutError):
                await _within(CLOSE_SECONDS, call.closed)
            self._close(call, str(gone))
        except (PhoneError, TimeoutError) as error:
            log.warning("a call did not end: %s", error)
            await self._abandon()
        finally:
            call.is_ending = False

    async def command(self, name: str, parameters: str = "") -> str:
        """One command of baresip's menu; raises `PhoneError`."""
        if self._control is None:
            raise PhoneError("the telephone program does not run")
        return await self._control.command(name, parameters)

    # ------------------------------------------------------------------ within

    @property
    def _is_in_conversation(self) -> bool:
        return any(call.is_accepted or call.is_put_through for call in self._calls)

    async def _strangers_gone(self) -> None:
        """Let refusals end: "hangup" ends whichever call is the current one then."""
        refused = [c.closed.wait() for c in self._calls if c.is_incoming and not c.is_accepted]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await asyncio.gather(*refused)

    async def _play(self, name: str) -> None:
        # Relative to the folder in which baresip runs: it cuts device names at 128 bytes.
        await self.command("ausrc", f"aufile,{name}")

    async def _select(self, call: PhoneCall) -> None:
        """Make a call the current one: `hangup` and `accept` know no other."""
        if [c for c in self._calls if not c.closed.is_set()] == [call]:
            return
        listing = await self.command("listcalls")
        states = ("INCOMING",) if call.is_incoming else ("OUTGOING", "RINGING", "EARLY")
        wanted = ("ESTABLISHED",) if call.is_established else states
        if not any(other.uri == call.uri for other in self._calls if other is not call):
            wanted = ("",)  # nobody else it could be; it may have been answered just now
        for line, rest in re.findall(r"\[line (\d+)\](.*)", listing):
            if rest.split()[-1] == call.uri and any(state in rest for state in wanted):
                await self.command("line", line)
                return
        raise CallGoneError("the call is not there any more")

    async def _abandon(self) -> None:
        """The program hangs in a call: end it; it is kept running by its supervisor."""
        if self._control is not None:
            try:
                await self._control.command("quit")
            except PhoneError as error:
                log.warning("the telephone program cannot even quit: %s", error)
            await self._control.close()

    async def _keep_connected(self) -> None:
        while True:
            control = Control(self._take)
            try:
                await control.open(self._settings.control_port)
                self._control = control
                await self._reset_sound()
                self._ready.set()
                await control.ended.wait()
            except (OSError, PhoneError) as error:
                log.debug("no telephone program yet: %s", error)
            finally:
                self._ready.clear()
                self._control = None
                await control.close()
                for call in list(self._calls):
                    self._close(call, "the telephone program ended")
            await asyncio.sleep(RECONNECT_SECONDS)

    def _take(self, event: dict[str, Any]) -> None:
        kind, parameter = str(event["type"]), str(event.get("param", ""))
        if kind.startswith("REGISTER"):
            self._last_word = parameter or kind
            return
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

    def _close(self, call: PhoneCall, reason: str) -> None:
        if call in self._calls:
            self._calls.remove(call)
        if not call.closed.is_set():
            call.closed.set()
            call.facts.put_nowait(CallClosed(reason))
        if not self._calls and self._control is not None and not self._control.ended.is_set():
            self._tasks.spawn(self._silence())

    async def _silence(self) -> None:
        """Between calls the speaker is off and the next call would begin with the tones."""
        try:
            await self._reset_sound()
        except PhoneError as error:
            log.warning("sound was not reset after a call: %s", error)

    async def _reset_sound(self) -> None:
        await self.command("auplay", "alsa,null")
        await self._play(STANDBY_FILE)


async def _within(seconds: float, event: asyncio.Event) -> None:
    async with asyncio.timeout(seconds):
        await event.wait()
