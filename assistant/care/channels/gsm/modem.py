"""The modem: kept open, watched, and taken up again after it was unplugged."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Self

from assistant.care.channels.addresses import phone_number
from assistant.care.channels.gsm.dialogue import Dialogue, ModemError, ModemSilentError
from assistant.care.channels.gsm.pdu import PduError, deliver, submit

log = logging.getLogger(__name__)

REOPEN_SECONDS: Final = 1.0
WATCH_SECONDS: Final = 30.0
"""How often an idle modem is asked whether it still answers."""
SEND_SECONDS: Final = 60.0
"""Networks take up to a minute to accept one part (TS 27.005 gives modems as long)."""
REGISTERED: Final = frozenset({1, 5, 6, 7})
"""TS 27.007, +CREG: home, roaming, and both for short messages only."""


@dataclass(frozen=True, slots=True)
class ModemAudio:
    """A modem that gives the call's sound as raw 8 kHz 16-bit mono on a second serial port."""

    port: str
    start_command: str = "AT+CPCMREG=1"
    """SIMCom's; Quectel's is AT+QPCMV=1,0."""
    stop_command: str = "AT+CPCMREG=0"
    microphone: str = ""
    """Through which the elder speaks in a call, as the ear names it; empty: the default one."""
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class ModemSettings:
    """One modem."""

    port: str
    """Best by its stable name, /dev/serial/by-id/…"""
    baud: int = 115_200
    pin: str = ""
    """Of the SIM card, 4 to 8 digits; it is tried once only, three wrong ones lock the card."""
    audio: ModemAudio | None = None
    """None: a call rings and is silent; the message goes by SMS."""


@dataclass(frozen=True, slots=True)
class ModemStatus:
    """What the modem says of itself."""

    is_registered: bool
    signal_dbm: int | None
    """None: not known."""


@dataclass(frozen=True, slots=True)
class IncomingSms:
    """A message that came in."""

    sender: str
    text: str


class Modem:
    """Usage: `async with Modem(settings) as modem: ...`.

    `on_sms` takes every message that came, also those from before the start; only when it has
    returned is the message deleted from the SIM.  `on_ring` hears the number of a caller, empty
    where it is hidden; `answer` or `hang_up` follow.
    """

    def __init__(
        self,
        settings: ModemSettings,
        on_sms: Callable[[IncomingSms], Awaitable[None]] | None = None,
        on_ring: Callable[[str], None] | None = None,
    ) -> None:
        self.settings = settings
        self.line = asyncio.Lock()
        """Held for a call: one at a time.  Messages go out between."""
        self.problem = "the modem was not opened yet"
        """Why it is not ready; empty when it is."""
        self._on_sms = on_sms
        self._on_ring = on_ring
        self._dialogue: Dialogue | None = None
        self._call_lines: asyncio.Queue[str] | None = None
        self._inbox = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._pin_was_tried = False

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
        """One AT command.

        Raises:
            ModemError: refused, silent, or no modem there.
        """
        if self._dialogue is None:
            raise ModemError(self.problem)
        return await self._dialogue.ask(command, prefix, **options)

    async def status(self) -> ModemStatus:
        """Registration and signal.

        Raises:
            ModemError: as `ask`.
        """
        states = []
        for command in ("+CREG", "+CEREG"):
            try:
                lines = await self.ask(f"AT{command}?", f"{command}:", tries=2)
            except ModemSilentError:
                raise
            except ModemError:
                continue  # an old modem knows no LTE registration
            states += [int(n) for line in lines for n in re.findall(r"\d,(\d+)", line)[:1]]
        signal = re.findall(r"\+CSQ: ?(\d+)", "".join(await self.ask("AT+CSQ", "+CSQ:", tries=2)))
        level = int(signal[0]) if signal else 99
        return ModemStatus(
            is_registered=any(state in REGISTERED for state in states),
            # TS 27.007, +CSQ: 0 is -113 dBm, steps of 2 dB, 99 not known.
            signal_dbm=-113 + 2 * level if level <= 31 else None,
        )

    async def battery_percent(self) -> int | None:
        """Of a battery of the modem's own; None where it has none or does not say.

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

    async def dial(self, number: str) -> asyncio.Queue[str]:
        """Begin a voice call; what the modem says of it unasked comes from the queue.

        Raises:
            AddressError: no telephone number.
            ModemError: refused at once; ModemSilentError: it may ring.
        """
        checked = phone_number(number)
        self._call_lines = asyncio.Queue()
        await self.ask(f"ATD{checked};", seconds=10.0, call_result=True)
        return self._call_lines

    async def call_state(self) -> int | None:
        """0 active, 2 dialling, 3 alerting, 4 incoming … (TS 27.007, +CLCC); None: no call.

        Raises:
            ModemError: as `ask`.
        """
        lines = await self.ask("AT+CLCC", "+CLCC:")
        # Voice calls only (mode 0): a modem may list its data connection too.
        states = re.findall(r"\+CLCC: ?\d+,[01],(\d),0,", "\n".join(lines))
        return int(states[0]) if states else None

    async def answer(self) -> None:
        """Take a call from outside; raises `ModemError` where nobody calls."""
        self._call_lines = asyncio.Queue()
        await self.ask("ATA", seconds=10.0, call_result=True)

    async def hang_up(self) -> None:
        """End whatever call there is.  Modems differ in how: three ways are tried.

        Raises:
            ModemError: the call may still stand.
        """
        problem = ModemError("the modem did not end the call")
        for command in ("AT+CHUP", "ATH", "AT+CHUP"):
            try:
                await self.ask(command, call_result=True, seconds=5.0)
                if await self._is_free():
                    return
            except ModemSilentError:
                raise
            except ModemError as error:
                problem = error
        raise problem

    # ------------------------------------------------------------------ within

    async def _is_free(self) -> bool:
        try:
            return await self.call_state() is None
        except ModemSilentError:
            raise
        except ModemError:
            return True  # it cannot list its calls: its OK to hanging up must do

    async def _keep_open(self) -> None:
        while True:
            dialogue = Dialogue(self._hear)
            try:
                await dialogue.line.open(self.settings.port, self.settings.baud)
                await self._start(dialogue)
                self._dialogue, self.problem = dialogue, ""
                self._inbox.set()
                await self._watch(dialogue)
            except (OSError, ModemError) as error:
                self.problem = f"no modem: {error}"
                log.warning("%s", self.problem)
            finally:
                self._dialogue = None
                dialogue.line.close()
                if self._call_lines is not None:
                    self._call_lines.put_nowait("LOST")
            await asyncio.sleep(REOPEN_SECONDS)

    async def _start(self, dialogue: Dialogue) -> None:
        for command in ("AT", "ATE0", "AT+CMEE=1"):
            await dialogue.ask(command, tries=3, seconds=1.0)
        await self._unlock(dialogue)
        await dialogue.ask("AT+CMGF=0", tries=2)
        # Wished for, but not all modems know them: where messages and callers are told, how
        # calls are ended, and three makers' ways to hear keys.
        for command in (
            *("AT+CNMI=2,1,0,0,0", "AT+CLIP=1", "AT+CVHU=0"),
            *("AT+DDET=1", "AT+QTONEDET=1", "AT^DTMF=1"),
        ):
            try:
                await dialogue.ask(command, tries=2)
            except ModemSilentError:
                raise
            except ModemError:
                log.debug("the modem does not know %s", command)

    async def _unlock(self, dialogue: Dialogue) -> None:
        state = "".join(await dialogue.ask("AT+CPIN?", "+CPIN:", tries=2))
        if "READY" in state:
            return
        pin = self.settings.pin
        if "SIM PIN" in state and re.fullmatch(r"[0-9]{4,8}", pin) and not self._pin_was_tried:
            self._pin_was_tried = True
            await dialogue.ask(f'AT+CPIN="{pin}"', seconds=10.0)
            return
        raise ModemError(f"the SIM card is not ready ({state.partition(':')[2].strip()})")

    async def _watch(self, dialogue: Dialogue) -> None:
        """Until the line is gone or the modem no longer answers."""
        while True:
            try:
                async with asyncio.timeout(WATCH_SECONDS):
                    await dialogue.line.lost.wait()
                raise ModemError("unplugged")
            except TimeoutError:
                await dialogue.ask("AT", tries=3)
                # A message that could not be handed over before gets another chance.
                self._inbox.set()

    def _hear(self, line: str) -> None:
        """What the modem says unasked."""
        if line.startswith("+CMTI:"):
            self._inbox.set()
        elif line.startswith("+CLIP:"):
            number = re.search(r'"([+\d*#]*)"', line)
            if self._on_ring is not None:
                self._on_ring(number.group(1) if number else "")
        elif self._call_lines is not None:
            self._call_lines.put_nowait(line)

    async def _empty_inbox(self) -> None:
        while True:
            await self._inbox.wait()
            self._inbox.clear()
            try:
                await self._read_inbox()
            except ModemError as error:
                log.warning("messages could not be read: %s", error)
            except Exception:
                log.exception("a received message could not be handed over; it stays on the SIM")

    async def _read_inbox(self) -> None:
        if self._on_sms is None:
            return
        # 4: all messages, TS 27.005 section 3.4.2 in PDU mode.
        lines = await self.ask("AT+CMGL=4", "+CMGL:", seconds=20.0)
        for head, body in zip(lines[::2], lines[1::2], strict=False):
            index = re.match(r"\+CMGL: ?(\d+)", head)
            if index is None:
                continue
            try:
                received = deliver(body)
                await self._on_sms(IncomingSms(received.sender, received.text))
            except PduError as error:
                log.warning("%s", error)
            await self.ask(f"AT+CMGD={index.group(1)}")
