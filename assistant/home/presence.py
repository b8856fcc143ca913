"""Whether the elder can be spoken to: awake, and not in the middle of talk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from assistant.events import (
    AlarmClosed,
    AlarmOpened,
    ElderCallChanged,
    Heard,
    Said,
    Say,
    Sensed,
    SpeechEnded,
    SpeechStarted,
    TurnTaken,
)
from assistant.home.clock import Clock
from assistant.home.questions import OpenQuestions, Rank
from assistant.language import Habits
from assistant.runtime.bus import Bus
from perception.events import BedLeft, GaitSpeed

PAUSE_SECONDS: Final = 15.0
"""After how much silence talk is taken to pause; longer than the pauses elders make within it."""
TALK_LIMIT_SECONDS: Final = 120.0
"""After how long a beginning whose end never came (its child died) is forgotten."""
AWAKE_SECONDS: Final = 900.0
"""How long somebody who spoke to Anban counts as awake, whatever the hour."""
EARLY_SECONDS: Final = 7200.0
"""Who is on their feet so short a time before they usually wake is up; before that, on an errand
of the night, on which nobody should be startled."""
_ON_FEET: Final = frozenset({BedLeft.__name__, GaitSpeed.__name__})
"""What perception tells of somebody who walks.  It cannot tell who sleeps: lying is not sleeping,
and a medicine must not wait because of a nap.  Nor who is out: it sees one room."""
_NO_TALK: Final = frozenset({Rank.DIALOGUE, Rank.REMINDER})
"""Whose open questions do not keep a reminder waiting: a form that the elder left may wait on for
minutes, and which reminders wait for each other is their own affair."""
FALLING_ASLEEP_MINUTES: Final = 30
"""How long after bedtime the elder counts as asleep, in minutes."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Whether the elder can be spoken to now."""

    is_asleep: bool = False
    is_talking: bool = False
    is_alarm: bool = False
    is_asking: bool = False
    """Whether a question of a reminder is still open."""


class Presence:
    """Learns from the bus who speaks, and from the elder's habits when they sleep."""

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        zone: ZoneInfo,
        habits: Habits,
        questions: OpenQuestions,
    ) -> None:
        self._clock, self._zone, self._questions = clock, zone, questions
        self.habits = habits
        self._voice_until = self._talk_until = self._awake_until = float("-inf")
        self._sounding: dict[str, float] = {}
        self._is_on_telephone = False
        self._alarms: set[str] = set()
        bus.subscribe(SpeechStarted, lambda _: self._voice(TALK_LIMIT_SECONDS))
        bus.subscribe(SpeechEnded, lambda _: self._voice(PAUSE_SECONDS))
        bus.subscribe(Heard, self._heard)
        bus.subscribe(TurnTaken, lambda _: self._talk())
        bus.subscribe(Say, lambda say: self._sounding.update({say.say_id: clock.now()}))
        bus.subscribe(Said, self._said)
        bus.subscribe(Sensed, self._sensed)
        bus.subscribe(ElderCallChanged, self._call_changed)
        bus.subscribe(AlarmOpened, lambda opened: self._alarms.add(opened.alarm_id))
        bus.subscribe(AlarmClosed, lambda closed: self._alarms.discard(closed.alarm_id))

    def situation(self, *, is_asking: bool) -> Situation:
        """Say how it is now."""
        now = self._clock.now()
        self._sounding = {
            say_id: at
            for say_id, at in self._sounding.items()
            if 0 <= now - at < TALK_LIMIT_SECONDS
        }
        # A clock that was set back must not keep Anban silent for long.
        limit = now + TALK_LIMIT_SECONDS
        self._voice_until = min(self._voice_until, limit)
        self._talk_until = min(self._talk_until, limit)
        self._awake_until = min(self._awake_until, now + AWAKE_SECONDS)
        return Situation(
            is_asleep=self._is_asleep(now),
            is_talking=bool(
                self._sounding or self._questions.ranks - _NO_TALK or self._is_on_telephone
            )
            or now < max(self._voice_until, self._talk_until),
            is_alarm=bool(self._alarms),
            is_asking=is_asking,
        )

    def is_night_time(self, at: time) -> bool:
        """Whether a time of day lies in the elder's sleep."""
        return _is_night(at, self.habits)

    def is_night_at(self, now: float) -> bool:
        """Whether a moment lies in the elder's sleep."""
        return _is_night(datetime.fromtimestamp(now, self._zone).time(), self.habits)

    def _is_asleep(self, now: float) -> bool:
        return now >= self._awake_until and self.is_night_at(now)

    def _sensed(self, sensed: Sensed) -> None:
        now = self._clock.now()
        if sensed.kind in _ON_FEET and not self.is_night_at(now + EARLY_SECONDS):
            self._awake_until = now + AWAKE_SECONDS

    def _voice(self, seconds: float) -> None:
        self._voice_until = self._clock.now() + seconds

    def _call_changed(self, changed: ElderCallChanged) -> None:
        self._is_on_telephone = changed.stage != "ended"

    def _heard(self, heard: Heard) -> None:
        if heard.is_final and heard.addressed and heard.text.strip():
            self._talk()

    def _talk(self) -> None:
        now = self._clock.now()
        self._talk_until, self._awake_until = now + PAUSE_SECONDS, now + AWAKE_SECONDS

    def _said(self, said: Said) -> None:
        if self._sounding.pop(said.say_id, None) is not None:
            self._talk_until = self._clock.now() + PAUSE_SECONDS


def _is_night(at: time, habits: Habits) -> bool:
    clock, end = _minutes(at), _minutes(habits.waking)
    begin = (_minutes(habits.bedtime) + FALLING_ASLEEP_MINUTES) % (24 * 60)
    return begin <= clock < end if begin < end else clock >= begin or clock < end


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
