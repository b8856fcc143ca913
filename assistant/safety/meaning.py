"""How a cry is meant: by whom, when, of whom, in earnest.

Words around a cry are cues.  A near miss takes away what it overlaps; a cue weakens what stands in
its clause, and takes it away only if a second sign says the same: "on television" and "somebody
shouted"; "if" and "what would you do".  A past never touches what is asked for or what is so now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from assistant.phrases import Utterance
from assistant.safety.frames import Found, Grammar, Level
from assistant.safety.lexicon import Span
from assistant.safety.scene import Scene
from assistant.safety.sentence import NEAR, REACH, SIGNS, Sentence, shares

_WEAKENED: Final = {
    "told": Level.MILD,
    "past": Level.SERIOUS,
    "if": Level.MILD,
    "asked": Level.SERIOUS,
}
_UNTOUCHED: Final = {"plea": frozenset({"past", "asked"})}
"""What the past or a question never weakens: "why does nobody help me"."""
_OVER: Final = frozenset({"past", "told"})
"""What was over when it happened: "i was watching the match and i've fallen"."""
_RESCUER: Final = "ambulance"
"""Called for no chore."""
_WEIGHED: Final = frozenset({"", "long_ago", "joy"})
"""Reasons for a doubt that what a whole sentence is like may outweigh."""
_SHORT: Final = 2
"""Words of so few syllables sound like others: 婚 is no 昏."""
_MOST_OF_IT: Final = 0.4
"""A figure of speech that is so much of a sentence is what it is about."""
_WHOLE_SHARE: Final = 0.35
"""So much of a cry may differ, for each token, where it is all that was said."""


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
    """What the cries of one sentence come to."""

    def __init__(self, grammar: Grammar, utterance: Utterance, *, is_lenient: bool) -> None:
        self.languages = grammar.languages
        self.sentence = Sentence(grammar, utterance, is_lenient=is_lenient)
        self.scene = Scene(self.sentence)
        reading = self.sentence.reading
        self._harmless = [
            found
            for found in reading.frames
            if found.frame.level is Level.NOTHING
            and all(span in reading.words[span.name] for span in found.spans)
            and not self._goes_over_to_me(found)
            and not self.sentence.is_parted(found.start, found.end)
        ]
        self._plain = {
            i for span in self.sentence.unhidden("plain") for i in range(span.start, span.end)
        }
        self.verdicts = [
            self._judge(found) for found in reading.frames if found.frame.level is not Level.NOTHING
        ]

    @property
    def is_guess(self) -> bool:
        """Whether every cry that was found is badly heard, and a part of more that was said."""
        cries = [each for each in self.verdicts if each.level is not Level.NOTHING]
        return bool(cries) and not any(
            each.is_clear or each.why or self._is_all(each.found) for each in cries
        )

    @property
    def is_weakened(self) -> bool:
        """Whether a cue, or bad hearing of all that was said, made less of a cry."""
        cries = [each for each in self.verdicts if each.level is not Level.NOTHING]
        return any(
            each.why not in _WEIGHED or (not each.is_clear and self._is_all(each.found))
            for each in cries
        )

    @property
    def has_harmless(self) -> bool:
        """Whether a figure of speech, or another harmless use of its words, stands in it."""
        return bool(self._harmless)

    def is_told_of(self) -> bool:
        """Whether the sentence is surely a tale or a figure of speech, whatever it tells."""
        size = len(self.sentence.tokens)
        return any(
            self.sentence.is_confirmed(cue)
            for name in SIGNS
            for cue in self.sentence.unhidden(name)
            if not self.sentence.is_denied(cue)
        ) or any(each.end - each.start >= _MOST_OF_IT * size for each in self._harmless)

    def _judge(self, found: Found) -> Verdict:
        level = found.frame.level
        is_sure = found.is_sure(self.sentence.weights)
        is_homophone = is_sure and not all(
            span.end - span.start > _SHORT or self._is_written(span) for span in found.spans
        )
        if (is_homophone or not is_sure) and self._is_plain(found):
            return Verdict(found, Level.NOTHING, "plain")
        if is_homophone:  # 离婚了 sounds as 昏了: nobody is called for that
            is_sure, level = False, min(level, Level.SERIOUS)
        elif not is_sure:
            if not found.is_forgivable(self.sentence.weights) and not self._is_all(found):
                return Verdict(found, Level.NOTHING, "unclear")
            level = min(level, Level.SERIOUS)
            if found.frame.level is Level.MILD:
                return Verdict(found, Level.NOTHING, "unclear")
        if found.frame.is_whole and not self._is_alone(found):
            return Verdict(found, Level.NOTHING, "part")
        if found.frame.is_end and not self.sentence.is_end(found.end):
            return Verdict(found, Level.NOTHING, "part")
        for harmless in self._harmless:
            if _takes(harmless, found):
                return Verdict(found, Level.NOTHING, "harmless")
        if self._is_negated(found):
            return Verdict(found, Level.NOTHING, "not")
        if (
            found.frame.is_figure
            and self.sentence.beside(found, "joy")
            and found.frame.kind != "plea"
        ):  # "delicious, I'm dying": what it is like as a whole decides
            return Verdict(found, min(level, Level.MILD), "joy", is_clear=False)
        is_played = found.frame.kind == "plea" and self.sentence.beside(found, "joy", "play")
        if is_played:
            level = min(level, Level.MILD)
        if found.frame.kind == "plea" and (distance := self._from_its_chore(found)) is not None:
            if distance <= NEAR:
                return Verdict(found, Level.NOTHING, "chore")
            level = min(level, Level.MILD)
        if found.frame.kind == "plea" and self._is_quoted(found):
            return Verdict(found, Level.NOTHING, "quoted")
        if found.frame.kind == "plea" and self._is_to_call(found):
            level = min(level, Level.SERIOUS)
        if self.sentence.beside(found, "laugh"):
            return Verdict(found, min(level, Level.MILD), "laugh", is_clear=False)
        plain = self._by_subject(found, level)
        level = self.scene.level_of(found, plain)
        why = "scene" if level < plain else ""
        if self._is_little(found):
            level = Level.SERIOUS if level is Level.CALL else Level.NOTHING
        verdict = self._by_cues(found, level)
        if not verdict.why:
            verdict = replace(verdict, why=why or ("play" if is_played and is_sure else ""))
        return replace(verdict, is_clear=is_sure and not verdict.why)

    def _is_plain(self, found: Found) -> bool:
        """Whether a word that had to be forgiven is an everyday word, heard as it is written."""
        return any(
            not self._is_written(span)
            and any(i in self._plain for i in range(span.start, span.end))
            for span in found.spans
        )

    def _is_written(self, span: Span) -> bool:
        return span in self.sentence.reading.words.get(span.name, ())

    def _is_to_call(self, found: Found) -> bool:
        """Whether help is wanted to call somebody: "help me call james"."""
        return any(span.start == found.end for span in self.sentence.reading.sure("call")) and (
            found.end + 1 < len(self.sentence.tokens)
        )

    def _is_little(self, found: Found) -> bool:
        """Whether it is told calmly: "my knee hurts a little"; what is so now is never little."""
        return (
            found.frame.kind != "plea"
            and self.sentence.near_cue("little", found)
            and not self.sentence.reading.sure("now", "sudden")
        )

    def _goes_over_to_me(self, found: Found) -> bool:
        """Whether the speaker comes between: "phone dead, i'm stuck", "cake, i can't breathe"."""
        return found.frame.names[0] in {"thing", "joy"} and any(
            start <= span.start < end
            for start, end in found.holes()
            # Also within a longer phrase, such as "i've fallen".
            for name in ("ego", "me", "kin")
            for span in self.sentence.reading.words.get(name, ())
        )

    def _is_all(self, found: Found) -> bool:
        """Heard badly, but all that was said: "揪命", "elp elp"."""
        is_short = found.frame.is_whole or found.frame.kind == "plea"
        return (
            is_short
            and found.cost <= _WHOLE_SHARE * found.size
            and self.sentence.covers(
                [
                    (f.start, f.end)
                    for f in self.sentence.reading.frames
                    if f.frame.names == found.frame.names
                ]
            )
        )

    def _is_alone(self, found: Found) -> bool:
        others = [
            (each.start, each.end)
            for each in self.sentence.reading.frames
            if each.frame.level is not Level.NOTHING and each.is_sure(self.sentence.weights)
        ]
        return self.sentence.covers([(found.start, found.end), *others])

    def _is_negated(self, found: Found) -> bool:
        if self.sentence.negator_of(found.start) is not None:
            return True
        return any(
            start <= span.start and span.end <= end
            for start, end in found.holes()
            for span in self.sentence.negators
        )

    def _by_subject(self, found: Found, level: Level) -> Level:
        if found.frame.kind == "plea":
            return level
        subject = self.sentence.subject_of(found)
        is_other = self._is_other(found, subject)
        elsewhere = ("far", "recovered", *(() if self.sentence.reading.sure("kin") else ("sport",)))
        if is_other and any(
            not self.sentence.is_before_now(span, found)
            for span in self.sentence.reading.sure(*elsewhere)
        ):
            return Level.NOTHING
        if found.frame.is_anyone or found.frame.kind == "noun":
            return level
        if subject == "thing":
            return level if self._is_mine(found) else Level.NOTHING
        if subject == "child":
            return (
                Level.NOTHING
                if self.sentence.reading.sure("joy", "play")
                and not self.sentence.reading.sure("choked")
                else min(level, Level.MILD)
            )
        return level

    def _is_mine(self, found: Found) -> bool:
        """Whether the speaker comes in after the last thing: "i have my phone, i've fallen"."""
        words = self.sentence.reading.words
        things = [span.end for span in words.get("thing", ()) if span.end <= found.start]
        return any(
            max(things, default=0) <= span.start <= found.start
            for name in ("ego", "me")
            for span in words.get(name, ())
        )

    def _is_other(self, found: Found, subject: str) -> bool:
        return subject in {"person", "third"} or any(
            span.start == found.start
            for span in self.sentence.reading.sure("relative", "person", "third")
        )

    def _by_cues(self, found: Found, level: Level) -> Verdict:
        why = ""
        untouched = _UNTOUCHED.get(found.frame.kind, frozenset())
        if self._is_only_spoken_of(found):
            return Verdict(found, Level.NOTHING, "spoken of")
        for name, weakened in _WEAKENED.items():
            if name in untouched:
                continue
            for cue in self.sentence.governing(name, found):
                if name == "past" and self.sentence.near_cue("now", found):
                    continue
                if self.sentence.is_confirmed(cue, found.spans) and not (
                    name in _OVER and self._is_since(cue, found)
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
        if self._is_long_ago(found):
            return Verdict(found, min(level, Level.MILD), "long_ago")
        return Verdict(found, level, why)

    def _is_long_ago(self, found: Found) -> bool:
        return (
            found.frame.kind in {"event", "noun"}
            and not self.sentence.near_cue("now", found)
            and any(
                not self._is_since(cue, found) for cue in self.sentence.governing("long_ago", found)
            )
        )

    def _is_since(self, cue: Span, found: Found) -> bool:
        """Whether it came after that past: "i was fine before, i've fallen"."""
        return cue.end <= found.start and any(
            span.start == found.start for span in self.sentence.reading.words.get("perfect", ())
        )

    def _from_its_chore(self, found: Found) -> int | None:
        """How many words on the chore is: "help me with the jar"; nobody rescues for a chore."""
        if any(shares(found, s.start, s.end) for s in self.sentence.reading.sure(_RESCUER)):
            return None
        return min(
            (
                max(cue.start - found.end, 0)
                for cue in self.sentence.unhidden("chore")
                if cue.start >= found.start
                and not shares(found, cue.start, cue.end)
                and self.sentence.is_one_clause(cue, found.start, found.end)
            ),
            default=None,
        )

    def _is_quoted(self, found: Found) -> bool:
        """Whether a child at play, a parrot, a player shouts it: 孙子喊救我, in a game."""
        is_said = any(0 <= found.start - span.end <= 1 for span in self.sentence.unhidden("say"))
        subject = self.sentence.subject_of(found)
        return is_said and (
            subject == "thing" or (subject in {"child", "third", "person"} and self._is_play())
        )

    def _is_play(self) -> bool:
        return bool(self.sentence.reading.sure("joy", "play", "laugh", "opinion"))

    def _is_only_spoken_of(self, found: Found) -> bool:
        """Whether one cue is enough: feared, asked about in general, or long past for another."""
        starts = {span.start for span in found.spans}
        if any(span.end in starts for span in self.sentence.reading.sure("fear")):
            return not self._has_happened(found)
        if self.sentence.near_cue("dream", found):
            return True
        if self.sentence.near_cue("fiction", found) and self.sentence.reading.sure("role"):
            return True
        if self._is_mended(found):
            return True
        if self.sentence.near_cue("now", found):
            return False
        if not self.sentence.unhidden("me") and self.sentence.near_cue("query", found):
            return True
        if found.frame.kind == "plea":
            return False
        if self.sentence.subject_of(found) == "third" or not self._is_other(
            found, self.sentence.subject_of(found)
        ):
            return False
        if any(
            found.start <= span.start < found.end
            for span in self.sentence.reading.words.get("perfect", ())
        ):  # "my wife's fainted" is so now, whatever was before
            return False
        return any(self.sentence.near_cue(name, found) for name in ("past", "hearsay", "fiction"))

    def _has_happened(self, found: Found) -> bool:
        """Whether what is feared is told as done: "i'm afraid i've fallen", 我担心煤气漏了."""
        return any(
            span.start in {found.start, found.end - 1, found.end}
            for span in self.sentence.reading.words.get("done", ())
        ) and bool(self.sentence.reading.sure("me", "kin"))

    def _is_mended(self, found: Found) -> bool:
        """Whether a past beside it came to a good end: "i broke my hip in 2009 and it healed"."""
        if found.frame.kind == "plea":
            return False
        if not any(span.start >= found.end for span in self.sentence.reading.sure("mended")):
            return False
        return any(
            past.start - found.end <= NEAR
            if past.start >= found.start
            else found.start - past.end <= REACH and not self.sentence.is_before_now(past, found)
            for past in self.sentence.governing("past", found)
        )


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
