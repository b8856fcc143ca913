"""The grammar's judgement, held against how much the whole sentence is like cries."""

from __future__ import annotations

from typing import Final

from assistant.safety.judgement import UNSPECIFIC, Doubt, Judgement
from assistant.safety.meaning import Meaning

ALIKE: Final = "like a cry"
"""The phrase of a doubt that no frame of the data found."""
CALL_FROM: Final = 0.5
"""A cry of the grammar in a whole sentence that is less like one is asked about."""
ASK_FROM: Final = 0.45
"""What is so much like a cry is asked about, though the grammar finds none."""
SERIOUS_FROM: Final = 0.85
"""... and silence calls."""
DROP_BELOW: Final = 0.15
GUESS_FROM: Final = 0.5
"""A doubt falls below, and one for badly heard words alone; never that of a cry which a single cue
made a doubt ("last year", "on television").  How all these were chosen:
`models/cry_likeness/CARD.md`."""


def weighed(judgement: Judgement, meaning: Meaning, alike: float | None) -> Judgement:
    """What is done about a whole sentence; `alike` as `likeness` gives it, None without weights."""
    if alike is None:
        return judgement
    if cry := judgement.cry:
        if judgement.is_repeated or alike >= CALL_FROM:
            return judgement
        return Judgement(doubt=Doubt(cry.phrase, cry.reason, is_serious=True))
    if judgement.doubt is not None:
        least = GUESS_FROM if meaning.is_guess else 0.0 if meaning.is_weakened else DROP_BELOW
        return judgement if alike >= least else Judgement()
    if judgement == Judgement() and alike >= ASK_FROM and not meaning.scene.is_elsewhere:
        return Judgement(doubt=Doubt(ALIKE, UNSPECIFIC, alike >= SERIOUS_FROM, may_wait=True))
    return judgement
