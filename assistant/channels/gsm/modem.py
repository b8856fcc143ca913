"""The modem: kept open, watched, and taken up again after it was unplugged."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Self

from assistant.channels.addresses import phone_number
from assistant.channels.gsm.call_line import CallLine
from assistant.channels.gsm.dialogue import Dialogue, ModemError, ModemSilentError
from assistant.channels.gsm.inbox import Inbox, IncomingSms, Journal, MemoryJournal
from assistant.channels.gsm.pdu import submit
from assistant.channels.gsm.port_name import present, stable_name
from assistant.channels.gsm.startup import MESSAGES, Pin, set_up
from assistant.runtime.tasks import race

log = logging.getLogger(__name__)

REOPEN_SECONDS: Final = 1.0
WATCH_SECONDS: Final = 30.0
"""How often an idle modem is asked whether it still answers."""
SEND_SECONDS: Final = 60.0
"""How long a network may take to accept one part of a message (TS 27.005 gives modems as long)."""
REGISTERED: Final = frozenset({1, 5, 6, 7})
"""The values of +CREG (TS 27.007) that mean registered: home, roaming, and both for short messages
only."""


@dataclass(frozen=True, slots=True)
class ModemAudio:
    """A modem that gives the call's sound as raw 8 kHz 16-bit mono on a second serial port."""

    port: str
    start_command: str = "AT+CPCMREG=1"
    """The command that starts the sound: SIMCom's; Quectel's is AT+QPCMV=1,0."""
    stop_command: str = "AT+CPCMREG=0"
    microphone: str = ""
    """The microphone through which the elder speaks in a call, as the ear names it; empty: the
    default one."""
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class ModemSettings:
    """One modem."""

    port: str
    """The serial port, best by its stable name, /dev/serial/by-id/…"""
    baud: int = 115_200
    pin: str = ""
    """The PIN of the SIM card, 4 to 8 digits; three wrong ones lock the card, so one is never
    repeated."""
    audio: ModemAudio | None = None
    """How the modem gives its sound; None: a call rings and is silent, and the message goes by
    SMS."""


@dataclass(frozen=True, slots=True)
class ModemStatus:
    """What the modem says of itself."""

    is_registered: bool
    signal_dbm: int | None
    """The strength of the signal; None: not known."""


class Modem:
    """Usage: `async with Modem(settings) as modem: ...`.

    `on_sms` takes every message that came, also those from before the start, each once; only when
    it has returned and the journal has it is the message deleted.  `on_ring` hears the number of
    a caller, empty if it is hidden; `calls.answer` or `calls.hang_up` follow.
    """

    def __init__(
        self,
        settings: ModemSettings,
        on_sms: Callable[[IncomingSms], Awaitable[None]] | None = None,
        on_ring: Callable[[str], None] | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.settings = settings
        self.calls = CallLine(self.ask, on_ring)
        self.problem = "the modem was not opened yet"
        """Why it is not ready; empty if it is."""
        self.inbox = Inbox(self.ask, on_sms, journal or MemoryJournal()) if on_sms else None
        self._dialogue: Dialogue | None = None
        self._refused: frozenset[str] = frozenset()
        self._has_news = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._pin = Pin(settings.pin)
        self._stable_name = ""

    async def __aenter__(self) -> Self:
        for work in (self._keep_open(), self._empty_inbox()):
            task = asyncio.create_task(work)
            self._tasks.add(task)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def ask(self, command: str, prefix: str = "", **options: Any) -> list[str]:
        """Send one AT command.

        Raises:
            ModemError: refused, silent, or no modem there.
        """
        if self._dialogue is None:
            raise ModemError(self.problem)
        return await self._dialogue.ask(command, prefix, **options)

    async def status(self) -> ModemStatus:
        """Ask for registration and signal.

        Raises:
            ModemError: as `ask`.
        """
        states: list[int] = []
        for command in ("+CREG", "+CEREG"):
            try:
                lines = await self.ask(f"AT{command}?", f"{command}:", tries=2)
            except ModemSilentError:
                if not states:
                    raise
            except ModemError:
                continue  # an old modem knows no LTE registration
            else:
                states += [int(n) for line in lines for n in re.findall(r"\d ?, ?(\d+)", line)[:1]]
        said = "".join(await self.ask("AT+CSQ", "+CSQ:", tries=2))
        signal = re.findall(r"\+CSQ: ?(\d+)", said)
        level = int(signal[0]) if signal else 99
        return ModemStatus(
            is_registered=any(state in REGISTERED for state in states),
            # TS 27.007, +CSQ: 0 is -113 dBm, steps of 2 dB, 99 not known.
            signal_dbm=-113 + 2 * level if level <= 31 else None,
        )

    @property
    def message_problem(self) -> str:
        """Why messages cannot go out or come in although calls can; empty if they can."""
        if MESSAGES in self._refused:
            return "this modem sends no messages as protocol data units (AT+CMGF=0); use another"
        return self.inbox.problem if self.inbox is not None else ""

    async def battery_percent(self) -> int | None:
        """Ask for the charge of the modem's own battery; None if it has none or does not say.

        Raises:
            ModemSilentError: no answer.
        """
        try:
            lines = await self.ask("AT+CBC", "+CBC:", tries=2)
        except ModemSilentError:
            raise
        except ModemError:
            return None
        # TS 27.007, +CBC: 0 runs on it, 1 has one and does not, 2 none; 0 percent runs nothing.
        found = re.search(r"\+CBC: ?[01],(\d+)", "".join(lines))
        return (int(found[1]) or None) if found else None

    async def send_sms(self, number: str, text: str, message_id: str) -> int:
        """Send a text in as many parts as it needs; gives their number.

        Raises:
            AddressError: no telephone number.
            ModemError: surely not all sent; ModemSilentError: perhaps all sent.
        """
        if self._dialogue is None:
            raise ModemError(self.problem)
        if MESSAGES in self._refused:
            raise ModemError(self.message_problem)
        # The same message sent again keeps its reference: telephones show it once.
        reference = hashlib.sha256(message_id.encode()).digest()[0]
        parts = submit(phone_number(number), text, reference)
        for sent, part in enumerate(parts):
            try:
                await self._dialogue.send_pdu(part.length_octets, part.hexadecimal, SEND_SECONDS)
            except ModemError as error:
                if sent:
                    raise ModemSilentError(f"{sent} of {len(parts)} parts went: {error}") from error
                raise
        return len(parts)

    # ------------------------------------------------------------------ within

    async def _keep_open(self) -> None:
        while True:
            dialogue = Dialogue(self._hear, self._take_message)
            try:
                port = present(self.settings.port, self._stable_name)
                await dialogue.line.open(port, self.settings.baud)
                self._stable_name = await asyncio.to_thread(stable_name, port) or self._stable_name
                self._refused = await set_up(dialogue, self._pin)
                self._dialogue, self.problem = dialogue, ""
                self._has_news.set()
                await self._watch(dialogue)
            except (OSError, ModemError) as error:
                self.problem = f"no modem: {error}"
                log.warning("%s", self.problem)
            except Exception as error:  # whatever it is: the modem is taken up again
                self.problem = f"no modem: {type(error).__name__}"
                log.exception("the modem failed")
            finally:
                self._dialogue = None
                dialogue.line.close()
                self.calls.lost()
            await asyncio.sleep(REOPEN_SECONDS)

    async def _watch(self, dialogue: Dialogue) -> None:
        """Watch until the line is gone, the modem has reset itself, or it no longer answers."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await race(dialogue.line.lost.wait(), dialogue.started_anew.wait())
            if dialogue.line.lost.is_set():
                raise ModemError("unplugged")
            if dialogue.started_anew.is_set():
                raise ModemError("it started anew")
            await dialogue.ask("AT", tries=3)
            # A message that could not be handed over before gets another chance.
            self._has_news.set()

    def _hear(self, line: str) -> None:
        """Take what the modem says unasked."""
        if line.startswith(("+CMTI:", "+CDSI:")):
            if self.inbox is not None:
                self.inbox.notice(line)
            self._has_news.set()
        else:
            self.calls.hear(line)

    def _take_message(self, carrier: str, pdu: str) -> None:
        if self.inbox is not None:
            self.inbox.take(carrier, pdu)
            self._has_news.set()

    async def _empty_inbox(self) -> None:
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            if self.inbox is None:
                continue
            try:
                await self.inbox.read()
            except ModemError as error:
                log.warning("messages could not be read: %s", error)
            except Exception:
                log.exception("the messages of the modem could not be read")
