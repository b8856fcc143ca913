"""A hypothesis as the safety lane reads it: cut to a length, without stammering, one spelling."""

from __future__ import annotations

import re
from typing import Final

from assistant.phrases import Utterance, utterance_of
from assistant.safety.frames import load as load_grammar

_LATIN: Final = re.compile(r"[a-z']+")
_STAMMERED: Final = re.compile(
    r"\b(can't|cannot|won't|don't|my|i|i'm|it|it's|the|he|he's|she|she's|me)(?:[ ,.]+\1\b)+"
    r"|([我他她它])\2+",
    re.IGNORECASE,
)
"""A word of no weight, said again for want of breath: "my my my arm", 我我我."""
_MOST_CHARACTERS: Final = 1_200
_MOST_TOKENS: Final = 64
"""More of one utterance is not judged: its beginning and its end are."""
_HEAD_TOKENS: Final = 16


def utterance(text: str) -> Utterance:
    """Its beginning and its end: one endless sentence may not hold up the core."""
    if len(text) > _MOST_CHARACTERS:
        text = f"{text[: _MOST_CHARACTERS // 4]}. {text[-_MOST_CHARACTERS * 3 // 4 :]}"
    spellings = load_grammar().spellings
    text = _STAMMERED.sub(lambda said: said[1] or said[2], text)
    text = _LATIN.sub(lambda word: spellings.get(word[0], word[0]), text)
    whole = utterance_of(text)
    tokens = whole.tokens
    if len(tokens) <= _MOST_TOKENS:
        return whole
    cut = len(tokens) - (_MOST_TOKENS - _HEAD_TOKENS)
    starts = {s if s < _HEAD_TOKENS else s - cut + _HEAD_TOKENS for s in whole.starts}
    kept = (*tokens[:_HEAD_TOKENS], *tokens[cut:])
    return Utterance(kept, frozenset({s for s in starts if s > 0} | {_HEAD_TOKENS}))
