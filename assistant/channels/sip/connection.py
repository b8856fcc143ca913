"""The connection to whichever baresip runs at the moment.

It is made again whenever baresip was killed and started anew, is closed to other users of the
machine, and knows why it is missing.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from assistant.channels.sip import guard
from assistant.channels.sip.config import STANDBY_FILE, PhoneSettings
from assistant.channels.sip.control import Control, PhoneError
from assistant.channels.sip.trouble import why_not_running

log = logging.getLogger(__name__)

RECONNECT_SECONDS: Final = 0.2
READY_SECONDS: Final = 10.0
NOT_RUNNING: Final = "the telephone program does not run"
LOOK_SECONDS: Final = 1.0
"""How often is looked why it does not run."""
SILENT_SPEAKER: Final = ("auplay", "alsa,null")
"""The command after which the elder hears nothing of a call."""
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


class Connection:
    """The way to baresip, kept by `keep`.

    `on_event` is given what baresip tells of calls; `on_lost` is called each time the program or
    the connection ended, after the last event.
    """

    def __init__(
        self,
        settings: PhoneSettings,
        folder: Path,
        on_event: Callable[[dict[str, Any]], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._on_event = on_event
        self._on_lost = on_lost
        self._control: Control | None = None
        self._ready = asyncio.Event()
        self._problem = ""
        self._last_word = ""
        self._is_door_closed = False
        self.open_door = ""
        """Why other users of the machine can steer the telephone; empty: they cannot."""

    @property
    def is_ready(self) -> bool:
        """Whether a call could be made now."""
        return self._ready.is_set()

    @property
    def is_open(self) -> bool:
        """Whether a command would reach the program."""
        return self._control is not None and not self._control.ended.is_set()

    @property
    def problem(self) -> str:
        """Why no call can be made; empty while one can, or if the cause is not known yet."""
        return "" if self.is_ready else self._problem

    async def probe(self) -> bool:
        """Whether the program answers; for the supervisor."""
        try:
            await self.commands(("listcalls", ""))
        except PhoneError:
            return False
        return True

    async def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until calls can be made.

        Raises:
            PhoneError: not within this time.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._ready.wait()
        except TimeoutError as error:
            raise PhoneError(self.problem or NOT_RUNNING) from error

    async def registration_problem(self) -> str:
        """Why the provider would pass on no call; empty if all is well or no provider is used.

        Raises:
            PhoneError: the program does not answer.
        """
        if not self._settings.account.register_seconds:
            return ""
        # "OK", "ERR", or "zzz" while it has not been answered.
        if re.search(r"\bOK\b", _COLOUR.sub("", await self.commands(("reginfo", "")))):
            return ""
        return f"not registered at the SIP provider {self._last_word[:60]}".strip()

    async def commands(self, *commands: tuple[str, str]) -> str:
        """Run commands of baresip's menu with nothing in between; gives the text of the last.

        Raises:
            PhoneError: the program does not run, refused the last one, or gave no answer.
        """
        if self._control is None:
            raise PhoneError(NOT_RUNNING)
        return await self._control.commands(*commands)

    async def end_program(self) -> None:
        """End a program that hangs in a call; its supervisor starts another."""
        if self._control is not None:
            try:
                await self._control.command("quit")
            except PhoneError as error:
                log.warning("the telephone program cannot even quit: %s", error)
            await self._control.close()

    async def keep(self) -> None:
        """Connect, and connect again whenever the connection ends; runs until it is cancelled."""
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
                    why = await asyncio.to_thread(why_not_running, self._folder, self._settings)
                    self._tell_problem(why)
            finally:
                self._ready.clear()
                self._control = None
                await control.close()
                self._on_lost()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _connect(self, control: Control) -> None:
        """Connect; raises OSError, PhoneError, GuardError."""
        port = self._settings.control_port
        await asyncio.to_thread(guard.check_ours, port)
        if self._is_door_closed:  # the program may have gone on without this connection
            self._is_door_closed = False
            await asyncio.to_thread(guard.open_again, port)
        await control.open(port)
        self._control = control
        try:
            # What is left of before a broken connection is over, and the speaker is off.
            await self.commands(("hangup", ""), SILENT_SPEAKER, play(STANDBY_FILE))
        except PhoneError as error:
            raise PhoneError(
                f"what answers on port {port} is no baresip; set control_port of [phone] to a free"
                f" one ({error})"
            ) from error
        await self._close_door()

    async def _close_door(self) -> None:
        """Let nobody else connect from now on; asked for anew with each connection."""
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
        kind = str(event["type"])
        if kind.startswith("REGISTER"):
            self._last_word = str(event.get("param", "")) or kind
        else:
            self._on_event(event)


def play(sound: str) -> tuple[str, str]:
    """Make the command that plays a file of the phone's folder into the call from its start."""
    # Relative to the folder in which baresip runs: it cuts device names at 128 bytes.
    return ("ausrc", f"aufile,{sound}")
