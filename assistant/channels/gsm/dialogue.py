"""The AT dialogue: one command at a time, its answer kept apart from what the modem says unasked.

3GPP TS 27.007 and 27.005; answers end with a final result.  Unsolicited lines come at any moment,
also in the middle of an answer; a line may carry junk of the radio part; and an answer may come
after its time, when another command is under way already.  So a line belongs to an answer only if
it has the form of that answer, and after a command that was not answered in time the dialogue
finds its step again before the next one is sent (`_find_step`).
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from assistant.channels.api import ChannelError
from assistant.channels.gsm.line import SerialLine
from assistant.runtime.tasks import race

COMMAND_SECONDS: Final = 3.0
PROMPT_SECONDS: Final = 5.0
_MAX_BUFFER_BYTES: Final = 65_536
_FINAL: Final = re.compile(
    # Huawei's two are among the final results, too (gammu issues 138 and 126).
    r"OK|ERROR|\+CM[ES] ?ERROR: ?.*|COMMAND NOT SUPPORT(?:ED)?|TOO MANY PARAMETERS"
)
_CALL_FINAL: Final = re.compile(r"NO CARRIER|BUSY|NO ANSWER|NO DIAL ?TONE")
_STARTED_ANEW: Final = re.compile(r"RDY|START|\^SYSSTART|NORMAL POWER DOWN|MODEM:STARTUP")
"""The first lines of a modem that was switched on or reset itself.  Huawei's ^BOOT is none: its
modems say it every few seconds."""
_PDU: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}")
"""A message in hexadecimal: the shortest has more octets, and no other answer is so long."""
_CARRIES_PDU: Final = re.compile(r"\+(?:CMT|CDS|CBM): ?.*")
"""The unsolicited lines after which a message follows: a flash message, a report, a broadcast."""
_UNPRINTABLE: Final = re.compile(rb"[^\x20-\x7e\r\n]")
_STEPS: Final = (("AT+CSQ", "+CSQ:"), ("AT+CREG?", "+CREG:"), ("AT+CPIN?", "+CPIN:"))
"""Questions that are answered with a line of their own, which no late answer has."""


class ModemError(ChannelError):
    """The modem refused, is not ready or does not answer; the message says which."""


class ModemSilentError(ModemError):
    """No final answer came: what was asked may or may not have happened."""


@dataclass(slots=True)
class _Pending:
    command: str
    prefix: str = ""
    wants_prompt: bool = False
    takes_call_result: bool = False
    needs_line: bool = False
    """Whether an answer needs a line of the prefix: without one it is another command's, come
    late."""
    takes_errors: bool = True
    lines: list[str] = field(default_factory=list)
    late_finals: int = 0
    result: asyncio.Future[str] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def name(self) -> str:
        """The command without any number: those stay out of logs and journals."""
        name = self.command.split("=", maxsplit=1)[0][:12]
        return "ATD" if name.startswith("ATD") else name


class Dialogue:
    """The AT dialogue over one open line.

    `on_unsolicited` hears every line that answers nothing; `on_message` the protocol data unit of
    a message that the modem gives at once, without storing it.
    """

    def __init__(
        self,
        on_unsolicited: Callable[[str], None],
        on_message: Callable[[str, str], None] | None = None,
    ) -> None:
        self.line = SerialLine(self._take)
        self.started_anew = asyncio.Event()
        """Set when the modem has reset itself: its settings are gone."""
        self._on_unsolicited = on_unsolicited
        self._on_message = on_message
        self._buffer = b""
        self._pending: _Pending | None = None
        self._carrier = ""
        """The unsolicited line after which a message is to follow."""
        self._late: set[str] = set()
        """The commands that were not answered in time: their answers may come yet."""
        self._turn = asyncio.Lock()

    async def ask(
        self,
        command: str,
        prefix: str = "",
        *,
        seconds: float = COMMAND_SECONDS,
        tries: int = 1,
        call_result: bool = False,
        needs_line: bool = False,
        at_once: bool = False,
    ) -> list[str]:
        """Send a command; gives the lines of its answer that begin with `prefix`.

        Only what may safely happen twice is given more than one try.  `needs_line`: the answer
        surely has such a line, if it is no error.  `at_once`: what was not answered yet is not
        waited for; its answer may be taken for this one's.

        Raises:
            ModemError: refused; ModemSilentError: no answer in time, or the line broke.
        """
        async with self._turn:
            if not at_once:
                await self._find_step()
            for left in reversed(range(tries)):
                pending = _Pending(
                    command, prefix, takes_call_result=call_result, needs_line=needs_line
                )
                try:
                    await self._exchange(pending, command.encode("ascii") + b"\r", seconds)
                except ModemSilentError:
                    if left == 0:
                        raise
                else:
                    return pending.lines
        raise AssertionError("unreachable")

    async def send_pdu(self, length_octets: int, hexadecimal: str, seconds: float) -> None:
        """Hand one part of a message to the network.

        Raises:
            ModemError: surely not sent; ModemSilentError: perhaps sent.
        """
        async with self._turn:
            await self._find_step()
            command = f"AT+CMGS={length_octets:d}"
            try:
                prompt = _Pending(command, wants_prompt=True)
                await self._exchange(prompt, command.encode() + b"\r", PROMPT_SECONDS)
            except ModemSilentError as error:
                # Without a prompt nothing was sent; ESC ends a prompt that came unseen.
                await self._write(b"\x1b")
                raise ModemError("the modem gave no prompt for a message") from error
            body = hexadecimal.encode("ascii") + b"\x1a"
            await self._exchange(_Pending(command, "+CMGS:"), body, seconds)

    async def _exchange(self, pending: _Pending, data: bytes, seconds: float) -> None:
        self._pending = pending
        try:
            await self._write(data)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await race(asyncio.shield(pending.result), self.line.lost.wait())
            if not pending.result.done():
                is_lost = self.line.lost.is_set()
                what = "the modem was unplugged" if is_lost else "the modem gave no answer"
                raise ModemSilentError(f"{what} to {pending.name}")
            result = pending.result.result()
        finally:
            self._pending = None
            if not pending.result.done():  # no answer in time, or nobody waits for it any more
                self._late.add(pending.prefix)
        if _STARTED_ANEW.fullmatch(result):
            raise ModemSilentError(f"the modem started anew at {pending.name}")
        if _CALL_FINAL.fullmatch(result):
            self._late.add("")  # it may be the end of an older call: then OK is still to come
        if result not in {"OK", "> "}:
            raise ModemError(f"{pending.name}: {result}")

    async def _find_step(self) -> None:
        """Let late answers come in before the next command is sent.

        A question is asked whose answer is known by its line; what comes before it is late.

        Raises:
            ModemSilentError: no answer to that, either.
        """
        if not self._late:
            return
        command, prefix = next((s for s in _STEPS if s[1] not in self._late), _STEPS[0])
        pending = _Pending(command, prefix, needs_line=True, takes_errors=False)
        try:
            await self._exchange(pending, command.encode() + b"\r", COMMAND_SECONDS)
        except ModemSilentError:
            # A modem that knows the question not has answered with an error: it is in step.
            if not pending.late_finals or self.line.lost.is_set():
                raise
        self._late.clear()

    async def _write(self, data: bytes) -> None:
        try:
            await self.line.write(data)
        except OSError as error:
            raise ModemSilentError("the line to the modem is broken") from error

    # ------------------------------------------------------------------ what comes in

    def _take(self, data: bytes) -> None:
        self._buffer += _UNPRINTABLE.sub(b"", data)
        *lines, self._buffer = re.split(rb"[\r\n]+", self._buffer[-_MAX_BUFFER_BYTES:])
        for line in lines:
            if line.strip():
                self._take_line(line.decode("ascii").strip())
        # The prompt is the only thing that ends without an end of line.
        if self._buffer.lstrip().startswith(b">") and self._gives_prompt():
            self._buffer = self._buffer.lstrip().lstrip(b"> ")

    def _gives_prompt(self) -> bool:
        pending = self._pending
        if pending is None or not pending.wants_prompt:
            return False
        self._finish(pending, "> ")
        return True

    def _take_line(self, line: str) -> None:
        if line.startswith(">"):  # with an end of line after it, or something else behind it
            self._gives_prompt()
            line = line.lstrip("> ")
        pending = self._pending
        if pending is not None and line.startswith(pending.command):
            line = line.removeprefix(pending.command).strip()  # the echo, until ATE0 has worked
        if not line:
            return
        if self._carrier and _PDU.fullmatch(line):
            carrier, self._carrier = self._carrier, ""
            if self._on_message is not None:
                self._on_message(carrier, line)
        elif pending is None or pending.result.done():
            self._take_unsolicited(line)
        elif _STARTED_ANEW.fullmatch(line):
            self._finish(pending, line)
            self._take_unsolicited(line)
        elif _FINAL.fullmatch(line):
            self._take_final(pending, line)
        elif pending.takes_call_result and _CALL_FINAL.fullmatch(line):
            self._finish(pending, line)
        elif pending.prefix and line.startswith(pending.prefix):
            pending.lines.append(line)
        elif pending.lines and _PDU.fullmatch(line):
            # The second line of an answer: the PDU under +CMGL or +CMGR.
            pending.lines.append(line)
        else:
            self._take_unsolicited(line)

    def _take_final(self, pending: _Pending, line: str) -> None:
        is_late = pending.needs_line and not pending.lines
        if is_late and (line == "OK" or not pending.takes_errors):
            pending.late_finals += 1
        else:
            self._finish(pending, line)

    def _take_unsolicited(self, line: str) -> None:
        self._carrier = line if _CARRIES_PDU.fullmatch(line) else ""
        if _STARTED_ANEW.fullmatch(line):
            self.started_anew.set()
        self._on_unsolicited(line)

    def _finish(self, pending: _Pending, result: str) -> None:
        if not pending.result.done():
            pending.result.set_result(result)
