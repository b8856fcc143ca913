"""Sentences put together from times, doses, medicines, exceptions and fillers, with their truth.

The grammars know what they said, and nothing of the rules that read it: `sentence(lang, seed)` is a
row of FORMAT.md.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from tests.language.canonical import ZONE, Row
from tests.language.grammar import chinese, chinese_kinds, english, english_kinds
from tests.language.grammar.parts import Said

_GRAMMARS = {"en": english.sentence, "zh": chinese.sentence}
_KINDS = {"en": english_kinds.sentence, "zh": chinese_kinds.sentence}
_OF_A_KIND = 0.15
"""How many of the sentences are of a kind in which an unseen list was misread."""
_FIRST = datetime(2026, 11, 30, 7, 0, tzinfo=ZONE)


def sentence(lang: str, seed: int) -> Row:
    """Make one sentence and its meaning."""
    chance = random.Random(f"{lang} {seed}")
    now = _FIRST + timedelta(days=chance.randrange(400), minutes=chance.randrange(16 * 60))
    grammar = (_KINDS if chance.random() < _OF_A_KIND else _GRAMMARS)[lang]
    said: Said = grammar(chance, now)
    return Row(lang, now, said.words, said.means)
