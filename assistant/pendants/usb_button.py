"""A USB button: Linux shows it as an input device with a key (`/dev/input/by-id/…-event-kbd`).

Anban grabs the device, so that its key types nothing anywhere else.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import struct
from collections.abc import Callable
from typing import Final, NoReturn

from assistant.pendants.facts import ButtonPressed, PendantFact, PendantLost, PendantSeen

log = logging.getLogger(__name__)

REOPEN_SECONDS: Final = 1.0
SEEN_SECONDS: Final = 60.0
"""How often an open device counts as a sign of life: the kernel tells when it is pulled out."""
_EVENT: Final = struct.Struct("llHHi")
"""`struct input_event` of <linux/input.h>: seconds, microseconds, type, code, value."""
_EV_KEY: Final = 1
_PRESSED: Final = 1
"""The value of a pressed key; 0 is released, 2 is repeated while it is held."""
_EVIOCGRAB: Final = 0x40044590


def presses(data: bytes, keys: frozenset[int] | None = None) -> int:
    """Count the presses of a key in whole input events; `keys` are its codes, None: any."""
    whole = data[: len(data) // _EVENT.size * _EVENT.size]
    return sum(
        kind == _EV_KEY and value == _PRESSED and (keys is None or code in keys)
        for _, _, kind, code, value in _EVENT.iter_unpack(whole)
    )


class UsbButton:
    """Reads a button until cancelled; one that is pulled out is told as lost and taken up again."""

    def __init__(self, name: str, path: str, keys: frozenset[int] | None = None) -> None:
        self.name = name
        self._path = path
        self._keys = keys

    async def run(self, on_fact: Callable[[PendantFact], None]) -> NoReturn:
        """Tell every press, and a sign of life every minute."""
        is_told = False
        while True:
            try:
                descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
            except (OSError, ValueError) as error:  # ValueError: no path can be such
                why = error.strerror if isinstance(error, OSError) else "this is no path"
                reason = f"the button cannot be opened ({why})"
            else:
                is_told = False
                try:
                    reason = await self._listen(descriptor, on_fact)
                finally:
                    os.close(descriptor)
            if not is_told:
                is_told = True
                on_fact(PendantLost(self.name, reason))
            await asyncio.sleep(REOPEN_SECONDS)

    async def _listen(self, descriptor: int, on_fact: Callable[[PendantFact], None]) -> str:
        """Listen until the device is gone; says why."""
        try:
            fcntl.ioctl(descriptor, _EVIOCGRAB, 1)
        except OSError as error:
            # Somebody else holds it, or it is a pipe: its presses are heard all the same.
            log.info("the button %s is not ours alone: %s", self.name, error)
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        try:
            loop.add_reader(descriptor, readable.set)
            while True:
                on_fact(PendantSeen(self.name))
                try:
                    async with asyncio.timeout(SEEN_SECONDS):
                        await readable.wait()
                except TimeoutError:
                    continue
                readable.clear()
                data = os.read(descriptor, 64 * _EVENT.size)
                if not data:
                    return "the button was unplugged"
                for _ in range(presses(data, self._keys)):
                    on_fact(ButtonPressed(self.name))
        except BlockingIOError:
            return "the button could not be read"
        except OSError as error:
            return f"the button was unplugged ({error.strerror})"
        finally:
            loop.remove_reader(descriptor)
