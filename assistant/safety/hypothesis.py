"""A hypothesis as the safety lane reads it: cut to a length, without stammering, one spelling."""

from __future__ import annotations

import re
from typing import Final

from assistant.phrases import Utterance, utterance_of
from assistant.safety.frames import load as load_grammar

_MOST_CHARACTERS: Final = 1_200
_MOST_TOKENS: Final = 64
"""More of one utterance is not judged: its beginning and its end are."""
_HEAD_TOKENS: Final = 16


def utterance(text: str, lang: str = "") -> Utterance:
    """Its beginning and its end: one endless sentence may not hold up the core."""
    if len(text) > _MOST_CHARACTERS:
        text = f"{text[: _MOST_CHARACTERS // 4]}. {text[-_MOST_CHARACTERS * 3 // 4 :]}"
    grammar = load_grammar(lang)
    text = grammar.stammered.sub(_once, text)
    text = grammar.languages.word.sub(lambda word: grammar.spellings.get(word[0], word[0]), text)
    whole = utterance_of(text, lang)
    tokens = whole.tokens
    if len(tokens) <= _MOST_TOKENS:
        return whole
    cut = len(tokens) - (_MOST_TOKENS - _HEAD_TOKENS)
    starts = {s if s < _HEAD_TOKENS else s - cut + _HEAD_TOKENS for s in whole.starts}
    kept = (*tokens[:_HEAD_TOKENS], *tokens[cut:])
    return Utterance(kept, frozenset({s for s in starts if s > 0} | {_HEAD_TOKENS}))


def _once(said: re.Match[str]) -> str:
    return next(part for part in said.groups() if part)
