"""The safety lane: cries for help and "stop", decided in the core before anything else.

`judge` is pure and needs no other process.  It says what a hypothesis asks for: *call now* (a
cry), *ask at once* (a doubt), or nothing; when in doubt it asks.  How long a cry must stand before
anybody is called is decided by whoever judges (`assistant.hearing`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from assistant.phrases import load, tokens_of
from assistant.safety.frames import Level
from assistant.safety.frames import load as load_grammar
from assistant.safety.hypothesis import utterance
from assistant.safety.likeness import likeness
from assistant.safety.likeness import load as load_weights
from assistant.safety.meaning import Meaning, Verdict

_NUMBER: Final = re.compile(r"\d+")
UNSPECIFIC: Final = "other"
"""The reason of a cry that does not say which help is needed."""
ALIKE: Final = "like a cry"
"""The phrase of a doubt that no frame of the data found."""
CALL_FROM: Final = 0.2
"""A cry of the grammar in a whole sentence that is less like one is asked about."""
ASK_FROM: Final = 0.5
"""What is so much like a cry is asked about, though the grammar finds none."""
SERIOUS_FROM: Final = 0.85
"""... and silence calls."""
DROP_BELOW: Final = 0.15
GUESS_FROM: Final = 0.3
"""A doubt falls below, and one for badly heard words alone; never that of a cry which a single cue
made a doubt ("last year", "on television").  How all these were chosen:
`models/cry_likeness/CARD.md`."""
REST_SECONDS: Final = 0.5
"""A cry in a partial hypothesis calls when it stood for so long."""


@dataclass(frozen=True, slots=True)
class Cry:
    """A cry for help."""

    phrase: str
    """The frame of the data that it was found by: no word of the elder."""
    reason: str
    is_at_once: bool = False
    """It was said again and again, or has no harmless use."""
    service: str = ""
    """ambulance, police or fire, where it is asked for by its number or name."""
    number: str = ""
    """The number that was said: "打120"."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What may be a cry for help: the elder is asked."""

    phrase: str
    reason: str
    is_serious: bool
    """Silence after the question calls."""
    may_wait: bool = False
    """It was heard badly, weakened, or is mild: what the dialogue understands may outweigh it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a hypothesis asks for."""

    cry: Cry | None = None
    doubt: Doubt | None = None
    """Only if there is no cry."""
    waits: bool = False
    """A cry, should nothing follow: judge again as final after `REST_SECONDS` without change."""
    is_repeated: bool = False
    """The cry was said twice or more: it need not stand first."""
    reflex: str | None = None
    """stop, repeat, louder, quieter, slower, faster, affirm, deny: all that was said."""
    fine: bool = False
    """All that was said is that no help is needed: an answer to an open alarm."""
    arrived: bool = False
    """A helper says that he is there."""
    hang_up: bool = False
    """All that was said is that the call shall end."""


def prepare() -> None:
    """Read all data, so that the first judgement takes no longer than any other."""
    load()
    load_grammar()
    load_weights()


def judge(text: str, *, is_final: bool, is_tiny: bool = False) -> Judgement:
    """Judge a hypothesis; pure, so that the core decides when and how often.

    Args:
        text: what was heard, or typed.
        is_final: nothing will follow; only then are doubts and badly heard cries looked for.
        is_tiny: a recogniser heard it that does not understand people; it is asked about at most.
    """
    hypothesis = utterance(text)
    phrases, tokens = load(), hypothesis.tokens
    answer = phrases.answers.all_of(tokens)
    reflex = phrases.reflexes.all_of(tokens)
    if answer is not None or reflex is not None:
        return Judgement(
            reflex=reflex.meaning if reflex else None,
            fine=answer is not None and answer.meaning == "fine",
            arrived=answer is not None and answer.meaning == "arrived",
        )
    if phrases.calls.all_of(tokens) is not None:
        return Judgement(hang_up=True)
    meaning = Meaning(load_grammar(), hypothesis, is_lenient=is_final and not is_tiny)
    judgement = _judged(meaning, is_final=is_final)
    if is_tiny:
        return _asked_only(judgement, is_final=is_final)
    return _weighed(judgement, meaning) if is_final else judgement


def _judged(meaning: Meaning, *, is_final: bool) -> Judgement:
    verdicts = [verdict for verdict in meaning.verdicts if verdict.level is not Level.NOTHING]
    if not verdicts:
        return _answer(meaning) if is_final else Judgement()
    best = max(verdicts, key=_rank)
    phrase, reason = best.found.frame.text, best.found.frame.reason
    if best.level is Level.CALL:
        if not is_final and all(
            _may_go_on(v, len(meaning.sentence.tokens)) for v in verdicts if v.level is Level.CALL
        ):
            return Judgement(waits=True)
        is_repeated = _is_repeated(verdicts)
        return Judgement(
            cry=_cry(
                phrase, reason, meaning, is_at_once=is_repeated or best.found.frame.is_at_once
            ),
            is_repeated=is_repeated,
        )
    if not is_final:
        return Judgement()
    is_serious = best.level is Level.SERIOUS
    may_wait = not any(v.is_clear and v.level is Level.SERIOUS for v in verdicts)
    return Judgement(doubt=Doubt(phrase, reason, is_serious, may_wait))


def _weighed(judgement: Judgement, meaning: Meaning) -> Judgement:
    """The grammar's judgement of a whole sentence, held against how much it is like cries."""
    alike = likeness(meaning)
    if cry := judgement.cry:
        if judgement.is_repeated or alike >= CALL_FROM:
            return judgement
        return Judgement(doubt=Doubt(cry.phrase, cry.reason, is_serious=True))
    if judgement.doubt is not None:
        least = GUESS_FROM if meaning.is_guess else 0.0 if meaning.is_weakened else DROP_BELOW
        return judgement if alike >= least else Judgement()
    if judgement == Judgement() and alike >= ASK_FROM and not meaning.is_elsewhere:
        return Judgement(doubt=Doubt(ALIKE, UNSPECIFIC, alike >= SERIOUS_FROM, may_wait=True))
    return judgement


def _rank(verdict: Verdict) -> tuple[int, bool, int]:
    """The kind of help tells more than the call for it, and the first one is the cause."""
    frame = verdict.found.frame
    return verdict.level, frame.reason != UNSPECIFIC, -verdict.found.start


def _may_go_on(verdict: Verdict, size: int) -> bool:
    """Whether more words could make it harmless: "help me", "I can't stand"."""
    frame = verdict.found.frame
    return frame.is_whole or (frame.is_end and verdict.found.end == size)


def _is_repeated(verdicts: list[Verdict]) -> bool:
    """Whether the same plea was said at two places: 救命救命, help help."""
    starts: dict[str, set[int]] = {}
    for verdict in verdicts:
        if verdict.level is Level.CALL and verdict.found.frame.kind == "plea":
            starts.setdefault(verdict.found.frame.text, set()).add(verdict.found.start)
    return any(len(places) > 1 for places in starts.values())


def _cry(phrase: str, reason: str, meaning: Meaning, *, is_at_once: bool) -> Cry:
    asked = load().services.first_in(meaning.sentence.tokens)
    if asked is None:
        return Cry(phrase, reason, is_at_once)
    number = _NUMBER.search(asked.text)
    return Cry(phrase, reason, is_at_once, asked.meaning, number.group() if number else "")


def _answer(meaning: Meaning) -> Judgement:
    """That no help is needed, in other words than the listed ones: "stop, i don't need help"."""
    words = meaning.sentence.reading.sure("fine", "deny")
    negated = meaning.sentence.negated()
    if not words and not negated:
        return Judgement()
    if not meaning.sentence.covers([*((w.start, w.end) for w in words), *negated]):
        return Judgement()
    if any(word.name == "fine" for word in words):
        return Judgement(fine=True)
    return Judgement(reflex="deny")


def _asked_only(judgement: Judgement, *, is_final: bool) -> Judgement:
    if not is_final:
        return replace(judgement, cry=None, waits=False, is_repeated=False)
    if judgement.cry is None:
        return replace(judgement, doubt=None)
    doubt = Doubt(judgement.cry.phrase, judgement.cry.reason, is_serious=True)
    return replace(judgement, cry=None, doubt=doubt, is_repeated=False)


def is_told_of(text: str) -> bool:
    """Whether somebody surely tells of a cry, and does not cry: a film, a figure of speech."""
    return Meaning(load_grammar(), utterance(text), is_lenient=False).is_told_of()


def reason_of(text: str) -> str:
    """Which kind of help a sentence speaks of."""
    judgement = judge(text, is_final=True)
    found = judgement.cry or judgement.doubt
    if found is not None and found.reason != UNSPECIFIC:
        return found.reason
    hint = load().hints.first_in(tokens_of(text))
    return hint.meaning if hint is not None else UNSPECIFIC
