"""The clock of the demo, which can run ahead: nobody waits a night for the next dose."""

from __future__ import annotations

from assistant.reminders import SystemClock


class DemoClock(SystemClock):
    """The machine's clock, and what was jumped over."""

    def __init__(self) -> None:
        self._ahead_seconds = 0.0

    def now(self) -> float:
        """Unix time, seconds."""
        return super().now() + self._ahead_seconds

    def jump_to(self, at: float) -> None:
        """Let time pass until then; whoever waits on this clock must be woken."""
        self._ahead_seconds += max(0.0, at - self.now())
