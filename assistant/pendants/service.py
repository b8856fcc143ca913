"""Pendants, cords and the button: each press is a cry for help, and each is supervised."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from assistant.events import HelpPressed, Urgency
from assistant.home.home import Home
from assistant.pendants import (
    BatteryLow,
    ButtonPressed,
    PendantError,
    PendantFact,
    PendantLost,
    PendantSeen,
    PendantWatch,
    SerialReceiver,
    UsbButton,
    facts_of,
)
from assistant.runtime.feature import Feature
from assistant.services import ReportPendant
from assistant.services.errors import Refused
from assistant.services.findings import CheckResult, found

log = logging.getLogger(__name__)

BUTTON: Final = "button"
RECEIVER: Final = "receiver"
SILENCE_LIMIT_SECONDS: Final = 24 * 3_600.0
"""How long a pendant may be silent; EN 50134-5 asks that a lost trigger device is noticed within 24
h."""
WATCH_SECONDS: Final = 600.0
REOPEN_SECONDS: Final = 1.0
TELL_AGAIN_SECONDS: Final = 24 * 3_600.0
RECORD_SECONDS: Final = 2.0
"""For a report's alarm to be on the disk: until then the hub may have to send it again."""


class PendantService(Feature):
    """Everything that is pressed: listened to, supervised, and made a cry for help."""

    def __init__(self, home: Home, recorded: Callable[[float], Awaitable[object]]) -> None:
        """`recorded` waits at most so many seconds until the alarms are on the disk."""
        self._bus, self._speech = home.bus, home.speech
        self._memory, self._replies = home.memory, home.replies
        self._settings = home.settings.emergency
        self._recorded = recorded
        self._told_at: dict[tuple[str, str], float] = {}
        self._problems: dict[str, str] = {}
        """What is wrong with each device since it was last heard of."""
        self._watch: PendantWatch
        self._tasks: list[asyncio.Task[Any]] = []
        home.bus.serve(ReportPendant.answered_by(self._serve_report))

    async def start(self) -> None:
        """Listen to what the settings name, from now on."""
        now = asyncio.get_running_loop().time()
        limits = dict.fromkeys(self._settings.pendants, SILENCE_LIMIT_SECONDS)
        self._watch = PendantWatch(limits, now)
        if self._settings.button:
            button = UsbButton(BUTTON, self._settings.button)
            self._tasks.append(asyncio.create_task(self._keep(button)))
        if self._settings.receiver:
            receiver = SerialReceiver(RECEIVER, self._settings.receiver)
            self._tasks.append(asyncio.create_task(self._keep(receiver)))
        if limits:
            self._tasks.append(asyncio.create_task(self._look_out()))

    async def stop(self) -> None:
        """Stop listening."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, driver: UsbButton | SerialReceiver) -> None:
        """Run a driver again if it fails: no fault ends it for good."""
        while True:
            try:
                await driver.run(self.take)
            except Exception as error:
                log.exception("the driver of %s failed; it begins again", driver.name)
                self._problems[driver.name] = f"its driver failed ({type(error).__name__})"
            await asyncio.sleep(REOPEN_SECONDS)

    def take(self, fact: PendantFact) -> None:
        """Take a fact of a pendant, from wherever it came."""
        self._watch.note(fact, asyncio.get_running_loop().time())
        if isinstance(fact, ButtonPressed | PendantSeen):
            self._problems.pop(fact.device, None)
        match fact:
            case ButtonPressed(device=device):
                place = self._settings.pendants.get(device, "")
                self._bus.publish(HelpPressed(device, place))
            case BatteryLow(device=device, battery_percent=percent):
                self._problems[device] = f"battery at {percent} %; change it"
                self._tell("pendant_battery_low", device)
            case PendantLost(device=device, reason=reason):
                log.error("%s: %s", device, reason)
                self._problems[device] = reason
                self._tell("pendant_lost", device)
            case PendantSeen():
                pass

    async def findings(self) -> list[CheckResult]:
        """Say how every pendant, cord and button is, as far as it said."""
        settings = self._settings
        devices = {name: place or name for name, place in settings.pendants.items()}
        devices |= {BUTTON: BUTTON} if settings.button else {}
        devices |= {RECEIVER: RECEIVER} if settings.receiver else {}
        return [
            found(
                "pendant",
                is_well=device not in self._problems,
                detail=self._problems.get(device, "heard of, or not overdue yet"),
                subject=shown,
            )
            for device, shown in devices.items()
        ]

    async def _serve_report(self, wish: ReportPendant) -> None:
        """Take a pendant's report over the web; answered once the alarm is written down."""
        await self.report(wish.device, wish.event, wish.battery_percent)
        await self._recorded(RECORD_SECONDS)

    async def report(self, device: str, event: str, battery_percent: int | None = None) -> None:
        """Take a report that came over the web; raises Refused for what is none."""
        try:
            facts = facts_of(event, device, battery_percent)
        except PendantError as error:
            raise Refused(str(error)) from error
        for fact in facts:
            self.take(fact)

    def _tell(self, key: str, device: str) -> None:
        """Tell something once a day: it is not urgent, and it must not become noise."""
        now = asyncio.get_running_loop().time()
        if now - self._told_at.get((key, device), float("-inf")) < TELL_AGAIN_SECONDS:
            return
        self._told_at[key, device] = now
        place = self._settings.pendants.get(device, "") or device
        text = self._replies.render(key, self._memory.lang, pendant=place)
        self._speech.say(text, Urgency.REMINDER)

    async def _look_out(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            for lost in self._watch.overdue(asyncio.get_running_loop().time()):
                self.take(lost)
