"""How Anban hears itself, and the drill."""

from __future__ import annotations

from assistant.events.line import event


@event
class Chime:
    """Mouth: sound the chime, ended by `Said` with this id; anything to say breaks it off."""

    say_id: str


@event
class ListenForChime:
    """Ear: look for the chime in the sound from now on, although deaf to it otherwise."""

    say_id: str
    seconds: float


@event
class ChimeLookedFor:
    """The ear's answer; the sound itself is forgotten."""

    say_id: str
    is_heard: bool
    level_dbfs: float | None
    """The level where it fits best (RMS); None for digital silence."""
    share: float
    """How clearly it was heard: 0 to 1, see `chime.Found`."""
    delay_seconds: float | None
    """How long after `ListenForChime` it was heard; None if it was not."""


@event
class DrillCryHeard:
    """A cry was heard in a drill; nobody is called."""

    room: str
    phrase: str
    """As in `CryForHelpHeard`."""


@event
class DrillEnded:
    """The drill was over: cries are real again."""

    is_real: bool
    """Whether something real ended it: a second cry, a pendant, a sensor."""
