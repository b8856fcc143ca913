"""Which intent a sentence has, once each is weighed: the best one, unless a vital one is near.

Every skill that is installed pulls sentences to itself, also those that were a cry for help or told
of a dose taken before: "I took my pills with a glass of water", once a skill counts glasses of
water.  So a vital intent wins a tie against any other skill.  A cry that wins is asked about; a
dose that wins is counted only if one was announced, and its name is said.

How near is near was measured with our own skills alone and beside a skill for glasses of water; the
sentences at the border stand, with their shares, in `tests/dialogue/ties.yml`:

- What stood within 0.2, and was itself at least 0.35, was a cry or a dose about as often as not; at
  0.3, and with less, it seldom was, and every such sentence costs a question.
- What belongs to no skill is no rival: against it the same margin asked about five ordinary
  sentences for each cry that it gave back.
- No margin gives back the pills beside the glass of water (0.11 against 0.88), since glasses of
  water alone come as near.  The words tell them apart: where a medicine is named, and taking it is
  told of as past (no joke about pills, nothing that is to come, was not done or is asked), the
  intent wins with any share that is more than noise, if it is the best one about medicines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

FALLBACK = "nlu_fallback"
MARGIN = 0.2
"""How far a vital intent may be behind its rival."""
LEAST_IN_A_TIE = 0.35
"""The least share that a vital intent wins a tie with."""
LEAST_WITH_WORDS = 0.05
"""The least share with which it wins if the words for it are there."""

Ranking = Sequence[tuple[str, float]]
"""Intents with their confidence, the best first."""


def decide(
    text: str,
    ranking: Ranking,
    vital: Mapping[str, str],
    *,
    threshold: float,
    ambiguity: float,
) -> tuple[str, float]:
    """Give the intent of a sentence, and how sure it is; FALLBACK if nobody can say.

    Args:
        text: The sentence.
        ranking: What the classifier found.
        vital: The intents that win ties, the most urgent first, each with the words that decide a
            tie for it, a regular expression; empty: there are none.
        threshold: Below it an intent is not believed; a vital one and its rival are added up, since
            the question is only whether the sentence is for any skill.
        ambiguity: The best two must be so far apart.
    """
    best, confidence = ranking[0]
    for intent, words in vital.items():
        share = dict(ranking).get(intent, 0.0)
        rival, of_rival = next(((n, c) for n, c in ranking if n != intent), (FALLBACK, 0.0))
        if not share or rival == FALLBACK or _is_of_same_skill(rival, intent, vital):
            continue
        is_near = share >= LEAST_IN_A_TIE and of_rival - share <= MARGIN
        if is_near and share + of_rival >= threshold:
            return intent, share
        if words and share >= LEAST_WITH_WORDS and re.search(words, text.lower()):
            own = next(name for name, _ in ranking if _skill(name) == _skill(intent))
            if own == intent:
                return intent, share
    second = ranking[1][1] if len(ranking) > 1 else 0.0
    if confidence < threshold or confidence - second < ambiguity:
        return FALLBACK, threshold
    return best, confidence


def _is_of_same_skill(rival: str, intent: str, vital: Mapping[str, str]) -> bool:
    """Whether the rival needs no such rule: its own skill weighs the two, or it is more urgent."""
    order = list(vital)
    if rival in vital and order.index(rival) < order.index(intent):
        return True
    return _skill(rival) == _skill(intent)


def _skill(intent: str) -> str:
    return intent.partition("_")[0]
