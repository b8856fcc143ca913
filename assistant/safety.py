"""The safety lane: cries for help and "stop", decided in the core before anything else.

It works on partial and final hypotheses alike and needs no other process.  A phrase that could
begin a harmless sentence ("help …") is held until the sentence is over or the hypothesis rested
for `REST_SECONDS`; every other fires at once, and once in an utterance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from assistant.phrases import load, tokens_of

UNSPECIFIC: Final = "other"
"""The reason of a cry that does not say which help is needed."""
REST_SECONDS: Final = 0.6
"""A partial hypothesis that did not change for so long is taken as all that was said."""


@dataclass(frozen=True, slots=True)
class Cry:
    """A cry for help."""

    phrase: str
    reason: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a hypothesis asks for."""

    cry: Cry | None = None
    waits: bool = False
    """A cry, should nothing follow: judge again as final after `REST_SECONDS` without change."""
    reflex: str | None = None
    """stop, repeat, louder, quieter, slower, faster, affirm, deny: all that was said."""
    fine: bool = False
    """All that was said is that no help is needed: an answer to an open alarm."""
    arrived: bool = False
    """A helper says that he is there."""


def judge(text: str, *, is_final: bool) -> Judgement:
    """Judge a hypothesis; pure, so that the core decides when and how often."""
    phrases = load()
    tokens = tokens_of(text)
    answer = phrases.answers.all_of(tokens)
    reflex = phrases.reflexes.all_of(tokens)
    if answer is not None or reflex is not None:
        return Judgement(
            reflex=reflex.meaning if reflex else None,
            fine=answer is not None and answer.meaning == "fine",
            arrived=answer is not None and answer.meaning == "arrived",
        )
    if phrases.near_misses.first_in(tokens):
        return Judgement()
    # "I can't breathe" … "a word about it": what could become a near miss waits.
    settled = None if is_final else phrases.near_misses.open_from(tokens)
    cry = phrases.anywhere.first_in(tokens, settled) or phrases.at_once.first_in(tokens)
    if cry is not None:
        return Judgement(cry=Cry(cry.text, cry.meaning))
    if settled is not None and phrases.anywhere.first_in(tokens):
        return Judgement(waits=True)
    cry = phrases.whole.all_of(tokens)
    if cry is not None:
        found = Cry(cry.text, cry.meaning)
        return Judgement(cry=found) if is_final else Judgement(waits=True)
    return Judgement()
