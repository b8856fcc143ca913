"""The AT dialogue: one command at a time, its answer kept apart from what the modem says unasked.

3GPP TS 27.007 and 27.005; answers end with a final result, unsolicited lines come at any moment,
also in the middle of an answer, and a line may carry junk of the radio part.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from assistant.care.channels.api import ChannelError
from assistant.care.channels.gsm.line import SerialLine

COMMAND_SECONDS: Final = 3.0
_MAX_BUFFER_BYTES: Final = 65_536
_FINAL: Final = re.compile(r"OK|ERROR|\+CM[ES] ERROR: ?.*")
_CALL_FINAL: Final = re.compile(r"NO CARRIER|BUSY|NO ANSWER|NO DIALTONE|NO DIAL TONE")
_UNSOLICITED: Final = re.compile(
    r"RING|NO CARRIER|BUSY|NO ANSWER|NO DIALTONE"
    r"|\+(?:CRING|CLIP|CMTI|CDSI|DTMF|RXDTMF|QTONEDET|CUSD|CALV|CCWA|COLP): ?.*|\^DTMF: ?.*"
)
_UNPRINTABLE: Final = re.compile(rb"[^\x20-\x7e\r\n]")


class ModemError(ChannelError):
    """The modem refused, is not ready or does not answer; the message says which."""


class ModemSilentError(ModemError):
    """No final answer came: what was asked may or may not have happened."""


@dataclass(slots=True)
class _Pending:
    command: str
    prefix: str
    wants_prompt: bool
    takes_call_result: bool
    lines: list[str] = field(default_factory=list)
    result: asyncio.Future[str] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Dialogue:
    """Over one open line."""

    def __init__(self, on_unsolicited: Callable[[str], None]) -> None:
        self.line = SerialLine(self._take)
        self._on_unsolicited = on_unsolicited
        self._buffer = b""
        self._pending: _Pending | None = None
        self._turn = asyncio.Lock()

    async def ask(
        self,
        command: str,
        prefix: str = "",
        *,
        seconds: float = COMMAND_SECONDS,
        tries: int = 1,
        call_result: bool = False,
    ) -> list[str]:
        """Send a command; gives the lines of its answer that begin with `prefix`.

        Only what may safely happen twice is given more than one try.

        Raises:
            ModemError: refused; ModemSilentError: no answer in time, or the line broke.
        """
        async with self._turn:
            for left in reversed(range(tries)):
                try:
                    pending = _Pending(command, prefix, False, call_result)
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
            command = f"AT+CMGS={length_octets:d}"
            try:
                await self._exchange(
                    _Pending(command, "", True, False), command.encode() + b"\r", 5.0
                )
            except ModemSilentError as error:
                # Without a prompt nothing was sent; ESC ends a prompt that came unseen.
                await self._write(b"\x1b")
                raise ModemError("the modem gave no prompt for a message") from error
            body = hexadecimal.encode("ascii") + b"\x1a"
            await self._exchange(_Pending(command, "+CMGS:", False, False), body, seconds)

    async def _exchange(self, pending: _Pending, data: bytes, seconds: float) -> None:
        self._pending = pending
        lost = asyncio.create_task(self.line.lost.wait())
        name = pending.command.split("=", maxsplit=1)[0][:12]
        # A number stays out of logs and journals.
        name = "ATD" if name.startswith("ATD") else name
        try:
            await self._write(data)
            ends: list[asyncio.Future[Any]] = [pending.result, lost]
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if not pending.result.done():
                what = "the modem was unplugged" if lost.done() else "the modem gave no answer"
                raise ModemSilentError(f"{what} to {name}")
            result = pending.result.result()
        finally:
            self._pending = None
            lost.cancel()
        if result not in {"OK", "> "}:
            raise ModemError(f"{name}: {result}")

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
        pending = self._pending
        if pending is not None and pending.wants_prompt and self._buffer.startswith(b">"):
            self._buffer = b""
            self._finish(pending, "> ")

    def _take_line(self, line: str) -> None:
        pending = self._pending
        if pending is None:
            self._on_unsolicited(line)
        elif line.startswith("AT"):
            return  # the echo, until ATE0 has worked
        elif _FINAL.fullmatch(line) or (pending.takes_call_result and _CALL_FINAL.match(line)):
            self._finish(pending, line)
        elif pending.prefix and line.startswith(pending.prefix):
            pending.lines.append(line)
        elif _UNSOLICITED.fullmatch(line):
            self._on_unsolicited(line)
        elif pending.lines:
            # The second line of an answer: the PDU under +CMGL or +CMGR.
            pending.lines.append(line)

    def _finish(self, pending: _Pending, result: str) -> None:
        if not pending.result.done():
            pending.result.set_result(result)
