"""The safety lane: cries for help and "stop", decided in the core before anything else.

It works on partial and final hypotheses alike and needs no other process.  A phrase that could
begin a harmless sentence ("help …") is held until the sentence is over or the hypothesis rested
for `REST_SECONDS`; every other fires at once, and once in an utterance.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from assistant.phrases import Phrase, Token, load, tokens_of

_NUMBER: Final = re.compile(r"\d+")
UNSPECIFIC: Final = "other"
"""The reason of a cry that does not say which help is needed."""
REST_SECONDS: Final = 0.6
"""A partial hypothesis that did not change for so long is taken as all that was said."""


@dataclass(frozen=True, slots=True)
class Cry:
    """A cry for help."""

    phrase: str
    reason: str
    is_at_once: bool = False
    """It has no harmless use, whoever says it."""
    service: str = ""
    """ambulance, police or fire, where it is asked for by its number or name."""
    number: str = ""
    """The number that was said: "打120"."""


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
    hang_up: bool = False
    """All that was said is that the call shall end."""


def judge(text: str, *, is_final: bool) -> Judgement:
    """Judge a hypothesis; pure, so that the core decides when and how often."""
    phrases, tokens = load(), tokens_of(text)
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
    if phrases.near_misses.first_in(tokens):
        return Judgement()
    # "I can't breathe" … "a word about it": what could become a near miss waits.
    settled = None if is_final else phrases.near_misses.open_from(tokens)
    at_once = phrases.at_once.first_in(tokens)
    cry = phrases.anywhere.first_in(tokens, settled) or at_once
    if cry is not None:
        return Judgement(cry=_cry(cry, tokens, is_at_once=at_once is not None))
    if settled is not None and phrases.anywhere.first_in(tokens):
        return Judgement(waits=True)
    cry = phrases.whole.all_of(tokens)
    if cry is not None:
        found = _cry(cry, tokens)
        return Judgement(cry=found) if is_final else Judgement(waits=True)
    return Judgement()


def _cry(phrase: Phrase, tokens: tuple[Token, ...], *, is_at_once: bool = False) -> Cry:
    asked = load().services.first_in(tokens)
    if asked is None:
        return Cry(phrase.text, phrase.meaning, is_at_once)
    number = _NUMBER.search(asked.text)
    return Cry(
        phrase.text, phrase.meaning, is_at_once, asked.meaning, number.group() if number else ""
    )


def is_told_of(text: str) -> bool:
    """Whether somebody tells of a cry, and does not cry: a film, the past, a question."""
    return load().near_misses.first_in(tokens_of(text)) is not None


def reason_of(text: str) -> str:
    """Which kind of help a sentence speaks of that no phrase of the list is in."""
    hint = load().hints.first_in(tokens_of(text))
    return hint.meaning if hint is not None else UNSPECIFIC
