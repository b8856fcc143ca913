"""Says when a self-test may run: no alarm, no call, no talk; and when in the day it begins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from assistant.events import (
    AlarmRaised,
    CallBegan,
    CryForHelpHeard,
    DangerSensed,
    Heard,
    HelpPressed,
    Say,
    TurnTaken,
    Woken,
)
from assistant.home.clock import Clock
from assistant.language import Habits
from assistant.runtime.bus import Bus

PAUSE_SECONDS: Final = 60.0
"""How long there must be no word to or from Anban."""
AFTER_WAKING_HOURS: Final = 3.0
"""How long after waking the test begins: mid-morning the elder has had breakfast, and the family
can be told and has a day to mend."""
BEFORE_BED_HOURS: Final = 1.0


class Quiet:
    """Learns from the bus whether it is quiet."""

    def __init__(self, bus: Bus, clock: Clock, is_busy: Callable[[], bool]) -> None:
        """`is_busy`: whether an alarm is open, a call stands or a drill is on."""
        self._clock, self._is_busy = clock, is_busy
        self._talk_at = float("-inf")
        self.disturbed = asyncio.Event()
        """Set when something begins that a self-test must give way to."""
        for kind in (AlarmRaised, CallBegan, CryForHelpHeard, DangerSensed, HelpPressed):
            bus.subscribe(kind, lambda _: self.disturbed.set())
        for talk in (Say, TurnTaken, Woken):
            bus.subscribe(talk, lambda _: self._talk())
        bus.subscribe(Heard, self._heard)

    @property
    def is_busy(self) -> bool:
        """Whether nothing at all may be tested now."""
        return self._is_busy()

    @property
    def is_quiet(self) -> bool:
        """Whether nobody speaks with Anban either."""
        passed = self._clock.now() - self._talk_at
        # A clock that was set back says nothing of a pause.
        return not self._is_busy() and not 0 <= passed < PAUSE_SECONDS

    def _talk(self) -> None:
        self._talk_at = self._clock.now()
        self.disturbed.set()

    def _heard(self, heard: Heard) -> None:
        # A television speaks all day: only what is meant for Anban is talk.
        if heard.addressed and heard.text.strip():
            self._talk()


def hours(day: date, habits: Habits, zone: ZoneInfo) -> tuple[float, float]:
    """Give from when to when the chime wakes nobody, Unix seconds; the nap aside."""
    begin = datetime.combine(day, habits.waking, zone) + timedelta(hours=AFTER_WAKING_HOURS)
    bed = datetime.combine(day, habits.bedtime, zone)
    if habits.bedtime <= habits.waking:  # after midnight
        bed += timedelta(days=1)
    return begin.timestamp(), (bed - timedelta(hours=BEFORE_BED_HOURS)).timestamp()


def is_nap(at: float, habits: Habits, zone: ZoneInfo) -> bool:
    """Whether the elder lies down after lunch."""
    moment = datetime.fromtimestamp(at, zone)
    begin = datetime.combine(moment.date(), habits.nap, zone)
    return begin <= moment < begin + timedelta(minutes=habits.nap_minutes)
