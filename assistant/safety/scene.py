"""What a whole sentence is about, if not about anybody in need: a game, a match, a film, a guest.

A cue of `assistant.safety.meaning` speaks for its clause; a scene speaks for the sentence, since a
recogniser writes no commas.  It silences only what befalls others; the speaker and the family in it
are asked about, and a "now" ends it.
"""

from __future__ import annotations

from typing import Final

from assistant.safety.frames import Found, Level
from assistant.safety.sentence import Sentence

_HERE: Final = frozenset({"fire", "gas", "intruder"})
"""What needs nobody to befall: 着火了怎么办."""


class Scene:
    """The scene of one sentence."""

    def __init__(self, sentence: Sentence) -> None:
        self._sentence = sentence
        self._cues = [cue for cue in sentence.unhidden("scene") if not sentence.is_denied(cue)]
        self._has_me = any(
            not any(cue.overlaps(span.start, span.end) for cue in self._cues)
            for span in sentence.reading.sure("me")
        )
        """The speaker is in it, and not only in what says which scene it is: "tell me the one"."""
        # The first word is no change: "now then, annie, you're the nurse".
        self._is_set = bool(self._cues) and not any(
            now.start for now in sentence.reading.sure("now")
        )
        self.is_calm = bool(sentence.reading.sure("calm")) and not sentence.reading.sure(
            "sudden", "urgent"
        )
        """A guest is greeted, or all is well again, and nothing is urgent."""

    @property
    def is_elsewhere(self) -> bool:
        """Whether nobody need be asked about it, unless a frame says why."""
        if self.is_calm or (self._is_set and not self._has_me):
            return True
        return not (self._has_me or self._sentence.reading.sure("urgent")) and any(
            self._sentence.is_confirmed(cue)
            for name in ("told", "if")
            for cue in self._sentence.unhidden(name)
            if not self._sentence.is_denied(cue)
        )

    def level_of(self, found: Found, level: Level) -> Level:
        """What is left of a cry: nobody is hurt in a film, but for those who watch it."""
        if level is Level.NOTHING:
            return level
        if found.frame.level is Level.MILD and self.is_calm:
            return Level.NOTHING
        if self._is_set:
            if found.frame.kind == "plea":
                return Level.MILD
            is_ours = self._has_me or self._sentence.reading.sure("kin")
            return min(level, Level.SERIOUS) if is_ours else Level.NOTHING
        return min(level, Level.SERIOUS) if self._is_general(found) else level

    def _is_general(self, found: Found) -> bool:
        """Whether it is asked what to do for something that befell nobody: 骨折了怎么办."""
        return (
            found.frame.kind != "plea"
            and found.frame.reason not in _HERE
            and any(span.start >= found.end for span in self._sentence.unhidden("remedy"))
            and not self._sentence.reading.sure("me", "relative", "kin", "urgent", "now")
        )
