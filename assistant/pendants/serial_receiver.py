"""A receiver on a serial line: one line of text for each report of its pendants and cords.

    PRESS bathroom-cord 87*7F        pressed or pulled, battery 87 %
    SEEN pendant-1 64                a sign of life

The battery may be missing; one that is no percentage is unknown, and the press counts.  `*HH` is
the exclusive or of all characters before it, as in NMEA 0183; if it is there it must be right.
9,600 baud, 8N1, unless set otherwise.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from typing import Final, NoReturn

from assistant.channels.gsm.line import SerialLine
from assistant.pendants.facts import (
    PendantError,
    PendantFact,
    PendantLost,
    PendantSeen,
    facts_of,
)

log = logging.getLogger(__name__)

REOPEN_SECONDS: Final = 1.0
MAX_LINE_BYTES: Final = 200
_REPORT: Final = re.compile(
    r"(?P<said>(?P<event>PRESS|SEEN)(?: +(?P<device>[^ *]+)(?: +(?P<battery>[^*]*))?)?)"
    r"(?:\*(?P<sum>[0-9A-Fa-f]{2}))?"
)


def parse_line(line: bytes) -> list[PendantFact]:
    """Read the facts in one line.

    Raises:
        PendantError: not a report, or its check sum is wrong.
    """
    report = _REPORT.fullmatch(line.decode("ascii", "replace").strip())
    if report is None:
        raise PendantError("a line that is no report")
    said = 0
    for octet in report["said"].encode():
        said ^= octet
    if report["sum"] and int(report["sum"], 16) != said:
        raise PendantError("a report with a wrong check sum")
    return facts_of(report["event"], report["device"] or "", report["battery"])


class SerialReceiver:
    """Reads a receiver until cancelled; one that is pulled out is told and taken up again."""

    def __init__(self, name: str, port: str, baud: int = 9_600) -> None:
        self.name = name
        self._port = port
        self._baud = baud

    async def run(self, on_fact: Callable[[PendantFact], None]) -> NoReturn:
        """Tell every fact."""
        is_told = False
        while True:
            buffer = bytearray()

            def take(data: bytes, buffer: bytearray = buffer) -> None:
                _take(data, buffer, on_fact)

            line = SerialLine(take)
            try:
                await line.open(self._port, self._baud)
                is_told = False
                on_fact(PendantSeen(self.name))
                await line.lost.wait()
                reason = "the receiver was unplugged"
            except OSError as error:
                reason = f"the receiver cannot be opened ({error})"
            finally:
                line.close()
            if not is_told:
                is_told = True
                on_fact(PendantLost(self.name, reason))
            await asyncio.sleep(REOPEN_SECONDS)


def _take(data: bytes, buffer: bytearray, on_fact: Callable[[PendantFact], None]) -> None:
    buffer += data
    *lines, rest = re.split(rb"[\r\n]+", bytes(buffer))
    buffer[:] = rest[-MAX_LINE_BYTES:]
    for line in lines:
        if not line.strip():
            continue
        try:
            facts = parse_line(line)
        except PendantError as error:
            log.warning("dropped: %s", error)
            continue
        for fact in facts:
            on_fact(fact)
