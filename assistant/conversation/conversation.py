"""The conversation as one feature: from every hypothesis of the ear to what is answered."""

from __future__ import annotations

from assistant.conversation.hearing import Hearing
from assistant.conversation.implied_cry import ImpliedCries
from assistant.conversation.safety_lane import Alarms, Line, SafetyLane
from assistant.conversation.turns import AdjustVoice, Turns
from assistant.conversation.understanding import Understanding
from assistant.home.camera_privacy import CameraPrivacy
from assistant.home.home import Home
from assistant.runtime.feature import Feature


class Conversation(Feature):
    """Hears, takes one turn after the other, and answers."""

    def __init__(
        self,
        home: Home,
        understanding: Understanding,
        alarms: Alarms,
        line: Line,
        adjust_voice: AdjustVoice,
        camera: CameraPrivacy,
    ) -> None:
        lane = SafetyLane(home.bus, alarms, line)
        implied_cries = ImpliedCries(understanding, alarms)
        self.turns = Turns(
            home.bus,
            home.memory,
            home.speech,
            home.replies,
            understanding,
            adjust_voice,
            lane,
            implied_cries,
            camera,
        )
        self.hearing = Hearing(home.bus, home.speech, lane, implied_cries, self.turns, adjust_voice)

    async def stop(self) -> None:
        """Wait for the turns under way."""
        await self.hearing.finish()
