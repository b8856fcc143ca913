"""One sentence: its words, its clauses, and how far a word reaches in it.

Words around a cry are cues.  A cue speaks for its clause, and for its neighbours if it has a clause
to itself.  It is confirmed if a second sign says the same: "on television" and "somebody shouted".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from assistant.phrases import Utterance
from assistant.safety.frames import Found, Grammar, Level, Reading
from assistant.safety.lexicon import Span

REACH: Final = 6
"""A subject, or a "not" with words of no weight after it, is looked for so far before a cry."""
SIGNS: Final = {
    "told": ("third", "say", "opinion", "asked", "told", "tense"),
    "past": ("third", "say", "tale", "recovered"),
    "if": ("third", "then", "asked", "say"),
    "asked": ("third", "if", "say"),
}
"""Which second sign makes sure that a cue is meant."""
NEAR: Final = 2
"""Within so many words, a sign belongs to what it stands beside."""
_WEAK: Final = 0.35
"""What a word of little meaning weighs; a character weighs 1."""
_BREAKS: Final = ("break", "now")
_SUBJECTS: Final = ("me", "person", "child", "thing", "third")
_HIDES_NOTHING: Final = ("fine", "deny", "scene", "calm", "long_ago", "remedy")
"""Their words mean what they mean without them: "no pain", "nineteen"."""
_ASIDE: Final = "aside"
"""What is said about the talk itself: "turn that off", "this is no game", "can you hear me"."""


class Sentence:
    """Its words as the grammar finds them, and what they do to each other."""

    def __init__(self, grammar: Grammar, utterance: Utterance, *, is_lenient: bool) -> None:
        self.tokens = utterance.tokens
        found = grammar.find(self.tokens, is_lenient=is_lenient)
        self.asides = [
            span
            for span in found.sure(_ASIDE)
            # "I can't stop laughing" asks nobody to stop.
            if not any(word.start < span.start < word.end for word in found.sure("laugh"))
        ]
        self.reading: Reading = found.without(self.asides)
        self.starts = utterance.starts | {
            start
            for start in (
                *(span.start for span in self.reading.sure(*_BREAKS)),
                *(edge for span in self.asides for edge in (span.start, span.end)),
            )
            if 0 < start < len(self.tokens)
        }
        """Where clauses begin."""
        weak = {i for span in self.reading.sure("weak") for i in range(span.start, span.end)}
        # A word weighs about as much as it has syllables.
        self.weights = [
            _WEAK if i in weak else min(len(token.written) / 3, 2.0) if token.is_word else 1.0
            for i, token in enumerate(self.tokens)
        ]
        self._cues: dict[str, list[Span]] = {}
        self._longer = [
            span
            for spans in self.reading.words.values()
            for span in spans
            if span.end - span.start > 1
        ]
        self.negators = self.unhidden("not")

    def covers(self, spans: list[tuple[int, int]]) -> bool:
        """Whether nothing else of meaning was said."""
        left = set(range(len(self.tokens)))
        for start, end in spans:
            left -= set(range(start, end))
        for span in self.reading.sure("filler", "vocative", "me"):
            left -= set(range(span.start, span.end))
        return not left

    def negated(self) -> list[tuple[int, int]]:
        """Cries that are said not to be, each with its "not"."""
        return [
            (negator.start, found.end)
            for found in self.reading.frames
            if found.frame.level is not Level.NOTHING
            and (negator := self.negator_of(found.start)) is not None
        ]

    def negator_of(self, start: int) -> Span | None:
        """The "not" that reaches to here over words of no weight; not over a new subject."""
        if any(span.start == start for span in self.unhidden("me")):
            return None
        light = {i for span in self.reading.sure("light") for i in range(span.start, span.end)}
        for span in self.negators:
            between = range(span.end, start)
            if (
                span.end <= start <= span.end + REACH
                and all(i in light for i in between)
                and not any(span.end <= s <= start for s in self.starts)
            ):
                return span
        return None

    def subject_of(self, found: Found) -> str:
        """Who or what it is said of: the last one named before it in its clause."""
        if any(span.start == found.start for span in self.reading.sure("me")):
            return "me"
        best: tuple[int, int, str] | None = None
        for name in _SUBJECTS:
            for span in self.reading.sure(name):
                if (
                    span.end <= found.start
                    and not (name == "thing" and self._is_adverbial(span))
                    and found.start - span.end <= REACH
                    and not any(span.end <= s <= found.start for s in self.starts)
                    and (best is None or (span.end, span.end - span.start) > best[:2])
                ):
                    best = (span.end, span.end - span.start, name)
        return best[2] if best else ""

    def _is_adverbial(self, span: Span) -> bool:
        """Whether a thing is where, from what or by what it happened."""
        return any(0 <= span.start - each.end <= 1 for each in self.reading.sure("preposition"))

    def is_end(self, end: int) -> bool:
        """Whether a clause ends here, with or without a sign of it."""
        if end == len(self.tokens) or end in self.starts:
            return True
        return any(
            span.start == end for span in self.reading.sure("joins", "vocative", *SIGNS)
        ) or any(
            each.start == end and each.is_sure(self.weights)
            for each in self.reading.frames
            if each.frame.level is not Level.NOTHING
        )

    def is_before_now(self, span: Span, found: Found) -> bool:
        """Whether a "now" comes between it and the cry: "he got better and now he's collapsed"."""
        return any(
            span.end <= now.start and now.end <= found.start for now in self.reading.sure("now")
        )

    def is_parted(self, start: int, end: int) -> bool:
        """Whether an aside or a "but" comes between: on its other side is another matter."""
        parts = (*self.asides, *self.unhidden("break"))
        return any(start < span.end and span.start < end for span in parts)

    # ------------------------------------------------------------------------- cues

    def beside(self, found: Found, *names: str) -> bool:
        """Whether a word of these classes stands in the sentence, on this side of every aside."""
        return any(
            not self.is_parted(min(span.start, found.start), max(span.end, found.end))
            for span in self.reading.sure(*names)
        )

    def unhidden(self, name: str) -> list[Span]:
        """Words of a class that are no part of a longer word of another: "没" in 没关系."""
        known = self._cues.get(name)
        if known is None:
            known = self._cues[name] = [
                span for span in self.reading.sure(name) if not self._is_hidden(span)
            ]
        return known

    def _is_hidden(self, span: Span) -> bool:
        return any(
            other.start <= span.start
            and span.end <= other.end
            and other.end - other.start > span.end - span.start
            and other.name not in {span.name, *_HIDES_NOTHING}
            for other in self._longer
        )

    def governing(self, name: str, found: Found) -> Iterator[Span]:
        """Cues of a class that speak for the clause of a cry and are not denied."""
        for cue in self.unhidden(name):
            if self.is_denied(cue) or shares(found, cue.start, cue.end):
                continue
            if self.is_one_clause(cue, found.start, found.end):
                yield cue

    def near_cue(self, name: str, found: Found) -> bool:
        """Whether a cue of a class speaks for the clause of a cry, denied or not."""
        return any(
            self.is_one_clause(cue, found.start, found.end)
            for cue in self.unhidden(name)
            if not shares(found, cue.start, cue.end)
        )

    def is_one_clause(self, cue: Span, start: int, end: int) -> bool:
        """A cue that has a clause to itself speaks for its neighbours: "last year, I fell"."""
        if self._is_clause(cue):
            return True
        if cue.end <= start:
            return not any(cue.end <= s <= start for s in self.starts)
        return not any(end <= s <= cue.start for s in self.starts)

    def _is_clause(self, cue: Span) -> bool:
        begin = max((s for s in self.starts if s <= cue.start), default=0)
        close = min((s for s in self.starts if s >= cue.end), default=len(self.tokens))
        return close - begin == cue.end - cue.start

    def is_denied(self, cue: Span) -> bool:
        """Whether it is said not to be so (不是做梦), or only compared ("it's like last time")."""
        return self.negator_of(cue.start) is not None or any(
            span.end == cue.start or (span.name == "like" and 0 <= span.start - cue.end <= NEAR)
            for span in self.reading.sure("like", "since")
        )

    def is_confirmed(self, cue: Span, spans: tuple[Span, ...] = ()) -> bool:
        """Whether another sign says the same; "somebody, call a doctor!" is no sign."""
        pleas = {each.start for each in self.reading.frames if each.frame.kind == "plea"}
        return any(
            not any(own.overlaps(span.start, span.end) for own in spans)
            for name in SIGNS[cue.name]
            for span in self.unhidden(name)
            if not span.overlaps(cue.start, cue.end)
            and not (name == "third" and (span.end in pleas or span.start in pleas))
            and not (name == "tense" and self.unhidden("me"))
        )


def shares(found: Found, start: int, end: int) -> bool:
    """Whether its own words, not the gaps between them, lie in a piece of the sentence."""
    return any(span.overlaps(start, end) for span in found.spans)
