"""Rasa's memory of conversations: the last few, in memory, gone with the process.

What the elder said is kept nowhere; Rasa's own in-memory store would keep all of it until the
process ends, and grow.
"""

from __future__ import annotations

from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


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
        """Keep this conversation as the latest one."""
        self.store.pop(tracker.sender_id, None)
        await super().save(tracker)
        while len(self.store) > self._conversations:
            self.store.pop(next(iter(self.store)))
