"""What waits to be said: the most urgent first, then in the order of asking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.events import Say, Urgency


@dataclass(slots=True)
class Utterance:
    """A `Say` on its way: its sentences, and how many sounded to their end."""

    say: Say
    asked_at: float
    """Monotonic seconds."""
    sentences: tuple[str, ...] = ()
    """Empty until it is its turn for the first time."""
    sounded: int = 0
    sound: npt.NDArray[np.int16] | None = None
    """What sounds in the place of words."""

    @property
    def spoken(self) -> tuple[str, ...]:
        """The sentences that sounded to their end."""
        return self.sentences[: self.sounded]

    @property
    def urgency(self) -> Urgency:
        """The urgency of the `Say`."""
        return self.say.urgency


class SpeechQueue:
    """Utterances by urgency; one that is put back stands where it stood before."""

    def __init__(self) -> None:
        self._waiting: list[Utterance] = []

    def put(self, utterance: Utterance) -> None:
        """Add one, or put one back."""
        self._waiting.append(utterance)
        self._waiting.sort(key=lambda u: (-u.urgency.rank, u.asked_at))

    def take(self) -> Utterance:
        """Remove and return the next one; raises `IndexError` when nothing waits."""
        return self._waiting.pop(0)

    def drop_below(self, urgency: Urgency) -> list[Utterance]:
        """Remove and return all that are less urgent."""
        dropped = [u for u in self._waiting if u.urgency.rank < urgency.rank]
        self._waiting = [u for u in self._waiting if u.urgency.rank >= urgency.rank]
        return dropped

    def drop(self, say_id: str) -> list[Utterance]:
        """Remove and return the one of this `Say`, if it waits."""
        dropped = [u for u in self._waiting if u.say.say_id == say_id]
        self._waiting = [u for u in self._waiting if u.say.say_id != say_id]
        return dropped

    def drop_all(self) -> list[Utterance]:
        """Remove and return everything."""
        dropped, self._waiting = self._waiting, []
        return dropped

    def holds(self, say_id: str) -> bool:
        """Whether this `Say` waits."""
        return any(u.say.say_id == say_id for u in self._waiting)

    def __len__(self) -> int:
        return len(self._waiting)
