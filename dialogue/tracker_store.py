"""Rasa's memory of conversations: the last few, in memory, gone with the process.

What the elder said is kept nowhere; Rasa's own in-memory store would keep all of it until the
process ends, and grow.
"""

from __future__ import annotations

from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

EVENTS_LONGEST = 300
"""Of a conversation; each turn has about eight, and every one makes the next turn slower."""


class RecentTrackerStore(InMemoryTrackerStore):
    """Forgets the conversation that was silent longest once there are too many."""

    def __init__(
        self,
        domain: Domain,
        host: Any = None,
        event_broker: EventBroker | None = None,
        conversations: int = 16,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._conversations = conversations

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep this conversation as the latest one, and short."""
        self.store.pop(tracker.sender_id, None)
        await super().save(self._shortened(tracker))
        while len(self.store) > self._conversations:
            self.store.pop(next(iter(self.store)))

    def _shortened(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """A long conversation between two turns, as its slots alone; a form is waited for."""
        if len(tracker.events) <= EVENTS_LONGEST or tracker.active_loop_name:
            return tracker
        slots = [
            SlotSet(name, slot.value)
            for name, slot in tracker.slots.items()
            if slot.value is not None
        ]
        return DialogueStateTracker.from_events(
            tracker.sender_id, [*slots, ActionExecuted(ACTION_LISTEN_NAME)], self.domain.slots
        )
