"""Sentences put together from times, doses, medicines, exceptions and fillers, with their truth.

The grammars know what they said, and nothing of the rules that read it: `sentence(lang, seed)` is a
row of FORMAT.md.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from tests.language.canonical import ZONE, Row
from tests.language.grammar import chinese, english
from tests.language.grammar.parts import Said

_GRAMMARS = {"en": english.sentence, "zh": chinese.sentence}
_FIRST = datetime(2026, 11, 30, 7, 0, tzinfo=ZONE)


def sentence(lang: str, seed: int) -> Row:
    """Make one sentence and its meaning."""
    chance = random.Random(f"{lang} {seed}")
    now = _FIRST + timedelta(days=chance.randrange(400), minutes=chance.randrange(16 * 60))
    said: Said = _GRAMMARS[lang](chance, now)
    return Row(lang, now, said.words, said.means)
