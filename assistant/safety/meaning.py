"""How a cry is meant: by whom, when, of whom, in earnest.

Words around a cry are cues.  A near miss takes away what it overlaps; a cue weakens what stands in
its clause, and takes it away only if a second sign says the same: "on television" and "somebody
shouted"; "if" and "what would you do".  A past never touches what is asked for or what is so now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from assistant.phrases import Token, Utterance
from assistant.safety.frames import Found, Grammar, Level, Reading
from assistant.safety.lexicon import Span

_REACH: Final = 6
"""A subject, or a "not" with words of no weight after it, is looked for so far before a cry."""
_SIGNS: Final = {
    "told": ("third", "say", "opinion", "asked", "told", "tense"),
    "past": ("third", "say", "tale", "recovered"),
    "if": ("third", "then", "asked", "say"),
    "asked": ("third", "if", "say"),
}
"""Which second sign makes sure that a cue is meant."""
_WEAKENED: Final = {
    "told": Level.MILD,
    "past": Level.SERIOUS,
    "if": Level.MILD,
    "asked": Level.SERIOUS,
}
_UNTOUCHED: Final = {"plea": frozenset({"past", "asked"})}
"""What the past or a question never weakens: "why does nobody help me"."""
_NEAR: Final = 2
_SHORT: Final = 2
"""Words of so few syllables sound like others: 婚 is no 昏."""
_MOST_OF_IT: Final = 0.4
"""A figure of speech that is so much of a sentence is what it is about."""
_WHOLE_SHARE: Final = 0.35
"""So much of a cry may differ, for each token, where it is all that was said."""
_WEAK: Final = 0.35
"""What a word of little meaning weighs; a Han syllable weighs 1."""
_BREAKS: Final = ("break", "now")
_SUBJECTS: Final = ("me", "person", "child", "thing", "third")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one cry in a sentence comes to."""

    found: Found
    level: Level
    why: str = ""
    """The cue that weakened it; empty if nothing did."""
    is_clear: bool = True
    """It was heard as it is written, and nothing weakened it."""


class Meaning:
    """One sentence, its words, and what they do to each other."""

    def __init__(self, grammar: Grammar, utterance: Utterance, *, is_lenient: bool) -> None:
        self.tokens = utterance.tokens
        self.reading: Reading = grammar.find(self.tokens, is_lenient=is_lenient)
        self._starts = utterance.starts | {
            span.start for span in self.reading.sure(*_BREAKS) if span.start
        }
        weak = {i for span in self.reading.sure("weak") for i in range(span.start, span.end)}
        self._weights = [
            _WEAK
            if i in weak
            else min(len(token.written) / 3, 2.0)
            if token.written.isascii()
            else 1.0
            for i, token in enumerate(self.tokens)
        ]
        self._harmless = [
            found
            for found in self.reading.frames
            if found.frame.level is Level.NOTHING
            and all(span in self.reading.words[span.name] for span in found.spans)
            and not self._goes_over_to_me(found)
        ]
        self._cues: dict[str, list[Span]] = {}
        self._longer = [
            span
            for spans in self.reading.words.values()
            for span in spans
            if span.end - span.start > 1
        ]
        self._negators = self._unhidden("not")
        self._plain = {i for span in self._unhidden("plain") for i in range(span.start, span.end)}
        self.verdicts = [
            self._judge(found)
            for found in self.reading.frames
            if found.frame.level is not Level.NOTHING
        ]

    # ----------------------------------------------------------------------- the whole

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
            and (negator := self._negator_of(found.start)) is not None
        ]

    def is_told_of(self) -> bool:
        """Whether the sentence is surely a tale or a figure of speech, whatever it tells."""
        size = len(self.tokens)
        return any(
            self._is_confirmed(cue)
            for name in _SIGNS
            for cue in self._unhidden(name)
            if not self._is_denied(cue)
        ) or any(each.end - each.start >= _MOST_OF_IT * size for each in self._harmless)

    # --------------------------------------------------------------------- one cry

    def _judge(self, found: Found) -> Verdict:
        level = found.frame.level
        is_sure = found.is_sure(self._weights)
        is_homophone = is_sure and not all(
            span.end - span.start > _SHORT or self._is_written(span) for span in found.spans
        )
        if (is_homophone or not is_sure) and self._is_plain(found):
            return Verdict(found, Level.NOTHING, "plain")
        if is_homophone:  # 离婚了 sounds as 昏了: nobody is called for that
            is_sure, level = False, min(level, Level.SERIOUS)
        elif not is_sure:
            if not found.is_forgivable(self._weights) and not self._is_all(found):
                return Verdict(found, Level.NOTHING, "unclear")
            level = min(level, Level.SERIOUS)
            if found.frame.level is Level.MILD:
                return Verdict(found, Level.NOTHING, "unclear")
        if found.frame.is_whole and not self._is_alone(found):
            return Verdict(found, Level.NOTHING, "part")
        if found.frame.is_end and not self._is_end(found.end):
            return Verdict(found, Level.NOTHING, "part")
        for harmless in self._harmless:
            if _takes(harmless, found):
                return Verdict(found, Level.NOTHING, "harmless")
        if self._is_negated(found):
            return Verdict(found, Level.NOTHING, "not")
        if found.frame.is_figure and self.reading.sure("joy") and found.frame.kind != "plea":
            return Verdict(found, Level.NOTHING, "joy")
        if found.frame.kind == "plea" and self.reading.sure("joy", "play"):
            level = min(level, Level.MILD)
        if found.frame.kind == "plea" and self._is_for_a_chore(found):
            return Verdict(found, Level.NOTHING, "chore")
        if found.frame.kind == "plea" and self._is_quoted(found):
            return Verdict(found, Level.NOTHING, "quoted")
        if self.reading.sure("laugh"):
            return Verdict(found, min(level, Level.MILD), "laugh", is_clear=False)
        level = self._by_subject(found, level)
        if self._is_little(found):
            level = Level.SERIOUS if level is Level.CALL else Level.NOTHING
        verdict = self._by_cues(found, level)
        return replace(verdict, is_clear=is_sure and not verdict.why)

    def _is_plain(self, found: Found) -> bool:
        """Whether a word that had to be forgiven is an everyday word, heard as it is written."""
        return any(
            not self._is_written(span)
            and any(i in self._plain for i in range(span.start, span.end))
            for span in found.spans
        )

    def _is_written(self, span: Span) -> bool:
        return span in self.reading.words.get(span.name, ())

    def _is_little(self, found: Found) -> bool:
        """Whether it is told calmly: "my knee hurts a little"; what is so now is never little."""
        return (
            found.frame.kind != "plea"
            and self._near_cue("little", found)
            and not self.reading.sure("now", "sudden")
        )

    def _goes_over_to_me(self, found: Found) -> bool:
        """Whether the speaker comes between a thing and its deed: "phone dead, i'm stuck"."""
        return found.frame.names[0] == "thing" and any(
            start <= span.start < end
            for start, end in found.holes()
            # Also within a longer phrase, such as "i've fallen".
            for name in ("ego", "me")
            for span in self.reading.words.get(name, ())
        )

    def _is_all(self, found: Found) -> bool:
        """Heard badly, but all that was said: "揪命", "elp elp"."""
        is_short = found.frame.is_whole or found.frame.kind == "plea"
        return (
            is_short
            and found.cost <= _WHOLE_SHARE * found.size
            and self.covers(
                [
                    (f.start, f.end)
                    for f in self.reading.frames
                    if f.frame.names == found.frame.names
                ]
            )
        )

    def _is_end(self, end: int) -> bool:
        """Whether a clause ends here, with or without a sign of it."""
        if end == len(self.tokens) or end in self._starts:
            return True
        return any(
            span.start == end for span in self.reading.sure("joins", "vocative", *_SIGNS)
        ) or any(
            each.start == end and each.is_sure(self._weights)
            for each in self.reading.frames
            if each.frame.level is not Level.NOTHING
        )

    def _is_alone(self, found: Found) -> bool:
        others = [
            (each.start, each.end)
            for each in self.reading.frames
            if each.frame.level is not Level.NOTHING and each.is_sure(self._weights)
        ]
        return self.covers([(found.start, found.end), *others])

    def _is_negated(self, found: Found) -> bool:
        if self._negator_of(found.start) is not None:
            return True
        return any(
            start <= span.start and span.end <= end
            for start, end in found.holes()
            for span in self._negators
        )

    def _negator_of(self, start: int) -> Span | None:
        """The "not" that reaches to here over words of no weight; not over a new subject."""
        if any(span.start == start for span in self._unhidden("me")):
            return None
        light = {i for span in self.reading.sure("light") for i in range(span.start, span.end)}
        for span in self._negators:
            between = range(span.end, start)
            if (
                span.end <= start <= span.end + _REACH
                and all(i in light for i in between)
                and not any(span.end <= s <= start for s in self._starts)
            ):
                return span
        return None

    def _by_subject(self, found: Found, level: Level) -> Level:
        if found.frame.kind == "plea":
            return level
        subject = self._subject_of(found)
        is_other = self._is_other(found, subject)
        if is_other and any(
            not self._is_before_now(span, found)
            for span in self.reading.sure("far", "recovered", "sport")
        ):
            return Level.NOTHING
        if found.frame.is_anyone or found.frame.kind == "noun":
            return level
        if subject == "thing":
            return level if self._is_mine(found) else Level.NOTHING
        if subject == "child":
            return Level.NOTHING if self.reading.sure("joy", "play") else min(level, Level.MILD)
        return level

    def _is_mine(self, found: Found) -> bool:
        """Whether the speaker comes in after the last thing: "i have my phone, i've fallen"."""
        words = self.reading.words
        things = [span.end for span in words.get("thing", ()) if span.end <= found.start]
        return any(
            max(things, default=0) <= span.start <= found.start
            for name in ("ego", "me")
            for span in words.get(name, ())
        )

    def _is_other(self, found: Found, subject: str) -> bool:
        return subject in {"person", "third"} or any(
            span.start == found.start for span in self.reading.sure("relative", "person", "third")
        )

    def _subject_of(self, found: Found) -> str:
        """Who or what it is said of: the last one named before it in its clause."""
        best: tuple[int, int, str] | None = None
        for name in _SUBJECTS:
            for span in self.reading.sure(name):
                if (
                    span.end <= found.start
                    and not (name == "thing" and self._is_adverbial(span))
                    and found.start - span.end <= _REACH
                    and not any(span.end <= s <= found.start for s in self._starts)
                    and (best is None or (span.end, span.end - span.start) > best[:2])
                ):
                    best = (span.end, span.end - span.start, name)
        return best[2] if best else ""

    def _is_adverbial(self, span: Span) -> bool:
        """Whether a thing is where, from what or by what it happened."""
        return any(0 <= span.start - each.end <= 1 for each in self.reading.sure("preposition"))

    def _by_cues(self, found: Found, level: Level) -> Verdict:
        why = ""
        untouched = _UNTOUCHED.get(found.frame.kind, frozenset())
        if self._is_only_spoken_of(found):
            return Verdict(found, Level.NOTHING, "spoken of")
        for name, weakened in _WEAKENED.items():
            if name in untouched:
                continue
            for cue in self._governing(name, found):
                if name == "past" and self._near_cue("now", found):
                    continue
                if self._is_confirmed(cue, found.spans) and not (
                    name == "past" and self._is_since(cue, found)
                ):
                    if found.frame.kind == "state" and (
                        name in {"past", "asked"} or found.frame.names[0] == "mine"
                    ):
                        level = min(level, Level.MILD)
                        continue
                    return Verdict(found, Level.NOTHING, name)
                if name == "asked" and found.frame.kind == "noun":
                    return Verdict(found, Level.NOTHING, name)
                if found.frame.level is Level.MILD:
                    return Verdict(found, Level.NOTHING, name)
                if level > weakened:
                    level, why = weakened, name
        return Verdict(found, level, why)

    def _is_since(self, cue: Span, found: Found) -> bool:
        """Whether it came after that past: "i was fine before, i've fallen"."""
        return cue.end <= found.start and any(
            span.start == found.start for span in self.reading.words.get("perfect", ())
        )

    def _is_for_a_chore(self, found: Found) -> bool:
        """Whether help is wanted with something: "help me with the jar", and not "turn it off"."""
        return any(
            cue.start >= found.start and self._is_one_clause(cue, found.start, found.end)
            for cue in self._unhidden("chore")
            if not _shares(found, cue.start, cue.end)
        )

    def _is_quoted(self, found: Found) -> bool:
        """Whether a child at play, a parrot, a player shouts it: 孙子喊救我, in a game."""
        is_said = any(0 <= found.start - span.end <= 1 for span in self._unhidden("say"))
        subject = self._subject_of(found)
        return is_said and (
            subject == "thing" or (subject in {"child", "third", "person"} and self._is_play())
        )

    def _is_play(self) -> bool:
        return bool(self.reading.sure("joy", "play", "laugh", "opinion"))

    def _is_only_spoken_of(self, found: Found) -> bool:
        """Whether one cue is enough: feared, asked about in general, or long past for another."""
        if any(span.end == found.start for span in self._unhidden("fear")):
            return True
        if self._near_cue("dream", found):
            return True
        if self._near_cue("fiction", found) and self.reading.sure("role"):
            return True
        if self._is_mended(found):
            return True
        if self._near_cue("now", found):
            return False
        if not self._unhidden("me") and self._near_cue("query", found):
            return True
        if found.frame.kind == "plea":
            return False
        if self._subject_of(found) == "third" or not self._is_other(found, self._subject_of(found)):
            return False
        return any(self._near_cue(name, found) for name in ("past", "hearsay", "fiction"))

    def _is_mended(self, found: Found) -> bool:
        """Whether a past beside it came to a good end: "i broke my hip in 2009 and it healed"."""
        if found.frame.kind == "plea":
            return False
        if not any(span.start >= found.end for span in self.reading.sure("mended")):
            return False
        return any(
            past.start - found.end <= _NEAR
            if past.start >= found.start
            else found.start - past.end <= _REACH and not self._is_before_now(past, found)
            for past in self._governing("past", found)
        )

    def _is_before_now(self, span: Span, found: Found) -> bool:
        """Whether a "now" comes between it and the cry: "he got better and now he's collapsed"."""
        return any(
            span.end <= now.start and now.end <= found.start for now in self.reading.sure("now")
        )

    # ------------------------------------------------------------------------- cues

    def _unhidden(self, name: str) -> list[Span]:
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
            and other.name not in {span.name, "fine", "deny"}
            for other in self._longer
        )

    def _governing(self, name: str, found: Found) -> Iterator[Span]:
        for cue in self._unhidden(name):
            if self._is_denied(cue) or _shares(found, cue.start, cue.end):
                continue
            if self._is_one_clause(cue, found.start, found.end):
                yield cue

    def _near_cue(self, name: str, found: Found) -> bool:
        return any(
            self._is_one_clause(cue, found.start, found.end)
            for cue in self._unhidden(name)
            if not _shares(found, cue.start, cue.end)
        )

    def _is_one_clause(self, cue: Span, start: int, end: int) -> bool:
        """A cue that has a clause to itself speaks for its neighbours: "last year, I fell"."""
        if self._is_clause(cue):
            return True
        if cue.end <= start:
            return not any(cue.end <= s <= start for s in self._starts)
        return not any(end <= s <= cue.start for s in self._starts)

    def _is_clause(self, cue: Span) -> bool:
        begin = max((s for s in self._starts if s <= cue.start), default=0)
        close = min((s for s in self._starts if s >= cue.end), default=len(self.tokens))
        return close - begin == cue.end - cue.start

    def _is_denied(self, cue: Span) -> bool:
        """Whether it is said not to be so (不是做梦), or only compared ("it's like last time")."""
        return self._negator_of(cue.start) is not None or any(
            span.end == cue.start or (span.name == "like" and 0 <= span.start - cue.end <= _NEAR)
            for span in self.reading.sure("like", "since")
        )

    def _is_confirmed(self, cue: Span, spans: tuple[Span, ...] = ()) -> bool:
        """Whether another sign says the same; "somebody, call a doctor!" is no sign."""
        pleas = {each.start for each in self.reading.frames if each.frame.kind == "plea"}
        return any(
            not any(own.overlaps(span.start, span.end) for own in spans)
            for name in _SIGNS[cue.name]
            for span in self._unhidden(name)
            if not span.overlaps(cue.start, cue.end)
            and not (name == "third" and (span.end in pleas or span.start in pleas))
            and not (name == "tense" and self._unhidden("me"))
        )


def _weight(token: Token) -> float:
    """A Han syllable weighs 1, a Latin word about as much as it has syllables."""
    return min(len(token.written) / 3, 2.0) if token.written.isascii() else 1.0


def _shares(found: Found, start: int, end: int) -> bool:
    """Whether its own words, not the gaps between them, lie in a piece of the sentence."""
    return any(span.overlaps(start, end) for span in found.spans)


def _takes(harmless: Found, found: Found) -> bool:
    """Whether a harmless reading covers a word of a cry, and is not itself a part of that word."""
    return any(
        span.overlaps(harmless.start, harmless.end)
        and not (
            span.start <= harmless.start
            and harmless.end <= span.end
            and span.end - span.start > harmless.end - harmless.start
        )
        for span in found.spans
    )
