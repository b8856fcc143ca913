"""What the grammar makes of a sentence: its verdicts on each cry in it, put together."""

from __future__ import annotations

import re
from typing import Final

from assistant.phrases import load
from assistant.safety.frames import Level
from assistant.safety.judgement import UNSPECIFIC, Cry, Doubt, Judgement
from assistant.safety.lexicon import Span
from assistant.safety.meaning import Meaning, Verdict

_NUMBER: Final = re.compile(r"\d+")


def judged(meaning: Meaning, *, is_final: bool) -> Judgement:
    """The most serious of what was found, or the answer to an open alarm that it is."""
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
    asked = load(meaning.languages).services.first_in(meaning.sentence.tokens)
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
    fine = [word for word in words if word.name == "fine"]
    if any(_is_taken_back(word, meaning) for word in fine):
        return Judgement()
    if fine:
        return Judgement(fine=True)
    return Judgement(reflex="deny")


def _is_taken_back(fine: Span, meaning: Meaning) -> bool:
    """Whether "I'm fine" is denied, wished or over: "I'm not all right", 不是没事."""
    sentence = meaning.sentence
    light = {
        i
        for span in sentence.reading.sure("light", "me", "filler")
        for i in range(span.start, span.end)
    }
    others = sentence.reading.sure("fine")  # 不是真的, "not real" are themselves well
    return any(
        span.end <= fine.start
        and all(i in light for i in range(span.end, fine.start))
        and not any(other.start <= span.start and span.end <= other.end for other in others)
        for span in sentence.reading.sure("unfine")
    )
