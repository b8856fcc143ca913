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
from assistant.care.channels.sip import guard
from assistant.care.channels.sip.config import STANDBY_FILE, PhoneSettings
from assistant.care.channels.sip.control import Control, PhoneError
from assistant.care.channels.sip.trouble import why_not_running
from assistant.tasks import Tasks

log = logging.getLogger(__name__)

RECONNECT_SECONDS: Final = 0.2
CLOSE_SECONDS: Final = 3.0
"""How long the end of a call may take after hanging up; then the program counts as hanging."""
DECIDE_SECONDS: Final = 1.0
"""How long a call that goes out waits for the decision on one that comes in."""
READY_SECONDS: Final = 10.0
NOT_RUNNING: Final = "the telephone program does not run"
LOOK_SECONDS: Final = 1.0
"""How often it is found out why it does not run."""
_SILENT_SPEAKER: Final = ("auplay", "alsa,null")
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


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
    is_put_through: bool = False
    """The person at the other end speaks with the elder: nothing may interrupt that."""
    decided: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a call from outside was let in or is over."""
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
        self._problem = ""
        self._is_door_closed = False
        self.open_door = ""
        """Why other users of the machine can steer the telephone; empty: they cannot."""
        self._ready = asyncio.Event()
        self._steering = asyncio.Lock()
        """Held from a look at the calls to the command that acts on the current one."""
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
    def problem(self) -> str:
        """Why no call can be made; empty while one can, or where the cause is not known yet."""
        return "" if self.is_ready else self._problem

    @property
    def is_busy(self) -> bool:
        """Whether a call stands, rings or is about to."""
        return any(not c.is_incoming or c.is_accepted for c in self._calls) or self.line.locked()

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
            raise PhoneError(self.problem or NOT_RUNNING) from error

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
                await self._commands(("hangup", ""), _source(sound), ("dial", call.uri))
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
            await self.command("accept")

    async def say(self, call: PhoneCall, sound: Path) -> None:
        """Play a file of the phone's folder into a standing call, from its beginning.

        Raises:
            PhoneError: the program ended, or cannot read the file.
        """
        if call.is_established:
            await self._commands(_source(sound.name))

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
        async with self._steering:
            if call.closed.is_set():
                return
            try:
                # baresip holds one call: where another stands, this one's end is on its way.
                if not self._others_than(call):
                    await self.command("hangup")
                await _within(CLOSE_SECONDS, call.closed)
            except (PhoneError, TimeoutError) as error:
                if call.is_incoming and not call.is_accepted:
                    # It went before it was refused; nothing is ended for its sake.
                    log.debug("a caller's end was not told: %s", error)
                    self._close(call, "not told")
                else:
                    log.warning("a call did not end: %s", error)
                    await self._abandon()

    async def command(self, name: str, parameters: str = "") -> str:
        """One command of baresip's menu; raises `PhoneError`."""
        return await self._commands((name, parameters))

    async def _commands(self, *commands: tuple[str, str]) -> str:
        if self._control is None:
            raise PhoneError(NOT_RUNNING)
        return await self._control.commands(*commands)

    # ------------------------------------------------------------------ within

    @property
    def _is_in_conversation(self) -> bool:
        return any(call.is_accepted or call.is_put_through for call in self._calls)

    def _others_than(self, call: PhoneCall) -> bool:
        """Whether a call that this program made or let in stands beside this one."""
        return any(c is not call and (not c.is_incoming or c.is_accepted) for c in self._calls)

    async def _callers_decided(self) -> None:
        """A contact who rings this very moment is let in rather than cut off."""
        undecided = [c for c in self._calls if c.is_incoming and not c.is_accepted]
        deadline = asyncio.get_running_loop().time() + DECIDE_SECONDS
        with contextlib.suppress(TimeoutError):
            for call in undecided:
                async with asyncio.timeout_at(deadline):
                    await call.decided.wait()

    async def _abandon(self) -> None:
        """The program hangs in a call: end it; it is kept running by its supervisor."""
        if self._control is not None:
            try:
                await self._control.command("quit")
            except PhoneError as error:
                log.warning("the telephone program cannot even quit: %s", error)
            await self._control.close()

    async def _keep_connected(self) -> None:
        look_at = asyncio.get_running_loop().time() + LOOK_SECONDS
        while True:
            control = Control(self._take)
            try:
                await self._connect(control)
                self._ready.set()
                self._problem = ""
                await control.ended.wait()
            except (OSError, PhoneError, guard.GuardError) as error:
                log.debug("no telephone program yet: %s", error)
                if not isinstance(error, OSError):
                    self._tell_problem(str(error))
                elif asyncio.get_running_loop().time() > look_at:
                    look_at = asyncio.get_running_loop().time() + LOOK_SECONDS
                    why = await asyncio.to_thread(why_not_running, self.folder, self._settings)
                    self._tell_problem(why)
            finally:
                self._ready.clear()
                self._control = None
                await control.close()
                for call in list(self._calls):
                    self._close(call, "the telephone program ended")
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _connect(self, control: Control) -> None:
        """Raises OSError, PhoneError, GuardError."""
        port = self._settings.control_port
        await asyncio.to_thread(guard.check_ours, port)
        if self._is_door_closed:  # the program may have gone on without this connection
            self._is_door_closed = False
            await asyncio.to_thread(guard.open_again, port)
        await control.open(port)
        self._control = control
        try:
            # What is left of before a broken connection is over, and the speaker is off.
            await self._commands(("hangup", ""), _SILENT_SPEAKER, _source(STANDBY_FILE))
        except PhoneError as error:
            raise PhoneError(
                f"what answers on port {port} is no baresip; set control_port of [phone] to a free"
                f" one ({error})"
            ) from error
        await self._close_door()

    async def _close_door(self) -> None:
        """From now on nobody else can connect; asked for anew with each connection."""
        try:
            await asyncio.to_thread(guard.close_to_others, self._settings.control_port)
        except guard.GuardError as error:
            if not self.open_door:
                log.warning("%s", error)
            self.open_door = str(error)
        else:
            self.open_door, self._is_door_closed = "", True

    def _tell_problem(self, problem: str) -> None:
        if problem and problem != self._problem:
            log.error("%s: %s", NOT_RUNNING, problem)
        self._problem = f"{NOT_RUNNING}: {problem}" if problem else self._problem

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

    def _close(self, call: PhoneCall, reason: str) -> None:
        if call in self._calls:
            self._calls.remove(call)
        call.decided.set()
        if not call.closed.is_set():
            call.closed.set()
            call.facts.put_nowait(CallClosed(reason))
        if not self._calls and self._control is not None and not self._control.ended.is_set():
            self._tasks.spawn(self._silence())

    async def _silence(self) -> None:
        """Between calls the speaker is off and the next call would begin with the tones."""
        try:
            await self._commands(_source(STANDBY_FILE), _SILENT_SPEAKER)
        except PhoneError as error:
            log.warning("sound was not reset after a call: %s", error)


def _source(sound: str) -> tuple[str, str]:
    # Relative to the folder in which baresip runs: it cuts device names at 128 bytes.
    return ("ausrc", f"aufile,{sound}")


async def _within(seconds: float, event: asyncio.Event) -> None:
    async with asyncio.timeout(seconds):
        await event.wait()
