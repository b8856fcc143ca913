"""Voice calls of one modem: dialled, followed, answered, ended.

Modems differ: some answer ATD at once, some only when the call is taken; some list their calls,
some only say what happens; some tell the end of a call when the next one rings already.  What the
list of calls says counts more than any line.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from assistant.channels.addresses import phone_number
from assistant.channels.gsm.dialogue import ModemError, ModemSilentError
from assistant.channels.gsm.inbox import Ask

log = logging.getLogger(__name__)

DIAL_SECONDS: Final = 90.0
"""How long a call may take to be answered: longer than any telephone rings, since some modems
answer ATD only when the call is taken."""
TAKEN_SECONDS: Final = 2.0
"""How long an answer to ATD may take; a later one came when the other end took the call."""
RING_SECONDS: Final = 7.0
"""How long a caller counts after a RING, which is repeated every 5 s (TS 27.007 section 6.11)."""
DIALLED: Final = "DIALLED"
TAKEN: Final = "TAKEN"
"""The modem dialled, and its answer came so late that it tells that the call was taken."""
ENDED: Final = "ENDED: "
REFUSED: Final = "REFUSED: "
SILENT: Final = "SILENT: "
LOST: Final = "LOST"
_ENDS: Final = re.compile(r"ATD: (NO CARRIER|BUSY|NO ANSWER|NO DIAL ?TONE)")
_LISTED: Final = re.compile(r"\+CLCC: ?\d+, ?([01]), ?(\d), ?0\b")
"""A line of +CLCC of voice calls only (mode 0): a modem may list its data connection too."""
_RINGS: Final = frozenset({4, 5})
"""The states of calls from outside, incoming and waiting: TS 27.007, +CLCC."""


@dataclass(frozen=True, slots=True)
class ListedCall:
    """One voice call as +CLCC lists it."""

    is_incoming: bool
    state: int
    """0 active, 1 held, 2 dialling, 3 alerting, 4 incoming, 5 waiting."""


class CallLine:
    """The voice calls of one modem, one at a time; whoever makes a call holds `line` for it."""

    def __init__(self, ask: Ask, on_ring: Callable[[str], None] | None = None) -> None:
        self.line = asyncio.Lock()
        """Held for a call; messages go out between calls."""
        self._ask, self._on_ring = ask, on_ring
        self._said: asyncio.Queue[str] | None = None
        self._dialling: asyncio.Task[None] | None = None
        self._rang_at = float("-inf")

    def hear(self, line: str) -> None:
        """Take what the modem says unasked."""
        if re.match(r"RING|\+CRING", line):
            self._rang_at = asyncio.get_running_loop().time()
        elif line.startswith("+CLIP:"):
            number = re.search(r'"([+\d*#]*)"', line)
            if self._on_ring is not None:
                self._on_ring(number.group(1) if number else "")
        elif self._said is not None:
            self._said.put_nowait(line)

    def lost(self) -> None:
        """Note that the modem is gone."""
        if self._said is not None:
            self._said.put_nowait(LOST)

    def dial(self, number: str) -> asyncio.Queue[str]:
        """Begin a voice call; what becomes of it comes from the queue.

        `DIALLED` or `TAKEN`, or `ENDED`, `REFUSED`, `SILENT` with the reason; and what the modem
        says of it unasked.

        Raises:
            AddressError: no telephone number.
        """
        command = f"ATD{phone_number(number)};"
        said: asyncio.Queue[str] = asyncio.Queue()
        self._said = None  # what is said before ATD is sent is of an older call
        self._dialling = asyncio.create_task(self._dial(command, said), name="dialling")
        return said

    async def _dial(self, command: str, said: asyncio.Queue[str]) -> None:
        try:
            await self._refuse_caller()
            began = asyncio.get_running_loop().time()
            self._said = said
            try:
                await self._ask(command, seconds=DIAL_SECONDS, call_result=True)
            except ModemSilentError:
                raise
            except ModemError:
                if await self._outgoing_or_none() is not None:
                    pass  # the end of an older call was told late: this one is under way
                elif await self._refuse_caller():
                    await self._ask(command, seconds=DIAL_SECONDS, call_result=True)
                else:
                    raise
        except ModemSilentError as error:
            said.put_nowait(f"{SILENT}{error}")
        except ModemError as error:
            ended = _ENDS.fullmatch(str(error))
            said.put_nowait(f"{ENDED}{ended[1]}" if ended else f"{REFUSED}{error}")
        else:
            took_seconds = asyncio.get_running_loop().time() - began
            said.put_nowait(TAKEN if took_seconds > TAKEN_SECONDS else DIALLED)

    async def _outgoing_or_none(self) -> int | None:
        try:
            return await self.outgoing()
        except ModemSilentError:
            raise
        except ModemError:
            return None

    async def _refuse_caller(self) -> bool:
        """Turn away whoever rings the SIM card right now: an alarm has the line."""
        rings = asyncio.get_running_loop().time() - self._rang_at < RING_SECONDS
        try:
            rings = any(call.is_incoming and call.state in _RINGS for call in await self.listed())
        except ModemSilentError:
            raise
        except ModemError:
            log.debug("the modem does not list calls")
        if rings:
            log.info("a caller is turned away: the line is needed")
            await self._end_calls()
            self._rang_at = float("-inf")
        return rings

    async def listed(self) -> list[ListedCall]:
        """List the voice calls that stand or ring now.

        Raises:
            ModemError: the modem cannot list them, or is silent.
        """
        lines = await self._ask("AT+CLCC", "+CLCC:")
        calls = _LISTED.findall("\n".join(lines))
        return [ListedCall(direction == "1", int(state)) for direction, state in calls]

    async def outgoing(self) -> int | None:
        """Give the state of the call that was dialled; None: there is none. Raises as `listed`."""
        return next((c.state for c in await self.listed() if not c.is_incoming), None)

    async def incoming(self) -> int | None:
        """Give the state of a call from outside; None: there is none. Raises as `listed`."""
        return next((c.state for c in await self.listed() if c.is_incoming), None)

    async def answer(self) -> None:
        """Take a call from outside; raises `ModemError` if nobody calls."""
        self._said = asyncio.Queue()
        await self._ask("ATA", seconds=10.0, call_result=True)

    async def hang_up(self) -> None:
        """End whatever call there is.

        Raises:
            ModemError: the call may still stand.
        """
        if self._dialling is not None:
            dialling, self._dialling = self._dialling, None
            dialling.cancel()
            await asyncio.wait({dialling})
        await self._end_calls()

    async def _end_calls(self) -> None:
        """End calls in three ways, one after the other: modems differ in how."""
        problem = ModemError("the modem did not end the call")
        options: dict[str, Any] = {"call_result": True, "seconds": 5.0, "at_once": True}
        for command in ("AT+CHUP", "ATH", "AT+CHUP"):
            try:
                # At once: ATD may have no answer yet, and any command ends it (V.250, 5.6.1).
                await self._ask(command, **options)
                if await self._is_free():
                    return
            except ModemError as error:
                problem = error
        raise problem

    async def _is_free(self) -> bool:
        try:
            return not await self.listed()
        except ModemSilentError:
            raise
        except ModemError:
            return True  # it cannot list its calls: its OK to hanging up must do
