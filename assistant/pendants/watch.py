"""Supervision: which pendant has been silent for too long."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.pendants.facts import ButtonPressed, PendantFact, PendantLost, PendantSeen


class PendantWatch:
    """Tells which pendants are silent; pure: the time comes from any clock that never goes back.

    A radio pendant reports by itself, typically every few hours (EN 50134-5 asks that a lost
    trigger device is noticed within 24 h).
    """

    def __init__(self, silence_limits_seconds: Mapping[str, float], now: float) -> None:
        self._limits = dict(silence_limits_seconds)
        self.last_seen: dict[str, float] = dict.fromkeys(self._limits, now)
        """When each was last heard of; its start counts as once."""
        self._told: set[str] = set()

    def note(self, fact: PendantFact, now: float) -> None:
        """Note a fact; a pendant that nobody entered is not watched."""
        if isinstance(fact, PendantSeen | ButtonPressed) and fact.device in self._limits:
            self.last_seen[fact.device] = now
            self._told.discard(fact.device)

    def overdue(self, now: float) -> list[PendantLost]:
        """Give what has become silent since it was last asked; each one once, until it is back."""
        lost = []
        for device, limit in self._limits.items():
            silence = now - self.last_seen[device]
            if silence > limit and device not in self._told:
                self._told.add(device)
                lost.append(PendantLost(device, f"not heard of for {silence / 3600:.1f} h"))
        return lost
