"""The safety lane: cries for help and "stop", decided in the core before anything else.

`judge` is pure and needs no other process.  It says what a hypothesis asks for: *call now* (a
cry), *ask at once* (a doubt), or nothing; when in doubt it asks.  How long a cry must stand before
anybody is called is decided by whoever judges (`assistant.conversation.hearing`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from assistant.phrases import load, tokens_of
from assistant.safety.frames import load as load_grammar
from assistant.safety.hypothesis import utterance
from assistant.safety.judgement import UNSPECIFIC, Cry, Doubt, Judgement
from assistant.safety.likeness import likeness_of
from assistant.safety.likeness import load as load_weights
from assistant.safety.meaning import Meaning
from assistant.safety.verdicts import judged
from assistant.safety.weighing import weighed

REST_SECONDS: Final = 0.5
"""How long a cry in a partial hypothesis must have stood before it calls."""

__all__ = [
    "REST_SECONDS",
    "UNSPECIFIC",
    "Cry",
    "Doubt",
    "Judgement",
    "is_told_of",
    "judge",
    "prepare",
    "reason_of",
]


def prepare(lang: str = "") -> None:
    """Read all data of a language, so that the first judgement takes no longer than any other."""
    load(lang)
    load_grammar(lang)
    load_weights()


def judge(text: str, *, is_final: bool, is_tiny: bool = False, lang: str = "") -> Judgement:
    """Judge a hypothesis; pure, so that the core decides when and how often.

    Args:
        text: what was heard, or typed.
        is_final: nothing will follow; only then are doubts and badly heard cries looked for.
        is_tiny: a recogniser heard it that does not understand people; it is asked about at most.
        lang: the language it was said in; empty: the first one of `assistant.packs`.
    """
    hypothesis = utterance(text, lang)
    phrases, tokens = load(lang), hypothesis.tokens
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
    meaning = Meaning(load_grammar(lang), hypothesis, is_lenient=is_final and not is_tiny)
    judgement = judged(meaning, is_final=is_final)
    if is_tiny:
        return _asked_only(judgement, is_final=is_final)
    return weighed(judgement, meaning, likeness_of(meaning)) if is_final else judgement


def _asked_only(judgement: Judgement, *, is_final: bool) -> Judgement:
    if not is_final:
        return replace(judgement, cry=None, waits=False, is_repeated=False)
    if judgement.cry is None:
        return replace(judgement, doubt=None)
    doubt = Doubt(judgement.cry.phrase, judgement.cry.reason, is_serious=True)
    return replace(judgement, cry=None, doubt=doubt, is_repeated=False)


def is_told_of(text: str, lang: str = "") -> bool:
    """Whether somebody surely tells of a cry, and does not cry: a film, a figure of speech."""
    return Meaning(load_grammar(lang), utterance(text, lang), is_lenient=False).is_told_of()


def reason_of(text: str, lang: str = "") -> str:
    """Tell which kind of help a sentence speaks of."""
    judgement = judge(text, is_final=True, lang=lang)
    found = judgement.cry or judgement.doubt
    if found is not None and found.reason != UNSPECIFIC:
        return found.reason
    hint = load(lang).hints.first_in(tokens_of(text, lang))
    return hint.meaning if hint is not None else UNSPECIFIC
