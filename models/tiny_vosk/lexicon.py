"""Pronunciations, taken from how espeak-ng says the phrases."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np

from models.tiny_vosk.languages import LANGUAGES
from models.tiny_vosk.phrases import PhraseList, Sentence
from models.tiny_vosk.speaker import Voice, phones_by_word, say

Pronunciation = tuple[str, ...]
Lexicon = dict[str, list[tuple[Pronunciation, float]]]
"""word -> [(phones, cost)]; the cost is relative to the commonest, as in Kaldi's lexicons."""

MAX_PRONUNCIATIONS = 4
RAREST_SHARE = 0.05
# A word is heard at least this often, in different sentences where there are as many.
HEARINGS = 3
# Brisk, for time; espeak-ng chooses the same phones at every rate in common use.
RATE_WPM = 250
ALONE_WEIGHT = 0.5


class LexiconError(ValueError):
    """A word that espeak-ng does not say, or says with a phone the network does not know."""


def make_lexicon(lang: str, phrases: PhraseList, seed: int) -> Lexicon:
    """Listen to the phrases, plainly spoken, and count how each word is said.

    Raises:
        LexiconError: a word has no pronunciation.
    """
    language = LANGUAGES[lang]
    heard: defaultdict[str, Counter[Pronunciation]] = defaultdict(Counter)
    for sentence, weight in _sentences(phrases, np.random.default_rng(seed)):
        for voice, voice_share in language.voices.items():
            for spelling, spelling_share in language.spellings.items():
                spoken = say(spelling(sentence), Voice(voice, rate_wpm=RATE_WPM))
                if spoken is None:
                    continue
                phones = phones_by_word(spoken[1], len(sentence))
                for word, pronunciation in zip(sentence, phones, strict=True):
                    if pronunciation:
                        heard[word][pronunciation] += weight * voice_share * spelling_share  # type: ignore[assignment] # Counter adds floats as well
    missing = set(phrases.words()) - set(heard)
    if missing:
        raise LexiconError(f"espeak-ng gives no pronunciation for: {' '.join(sorted(missing))}")
    return {word: _commonest(heard[word]) for word in sorted(heard)}


def phones_of(lexicon: Lexicon) -> list[str]:
    """Return every phone of a lexicon, sorted."""
    return sorted({phone for said in lexicon.values() for phones, _ in said for phone in phones})


def known_phones_only(lexicon: Lexicon, phones: set[str]) -> Lexicon:
    """Keep the pronunciations that a trained network can hear.

    Raises:
        LexiconError: none is left of a word: the network has to be trained again.
    """
    kept = {word: [p for p in said if phones.issuperset(p[0])] for word, said in lexicon.items()}
    deaf = sorted(word for word, said in kept.items() if not said)
    if deaf:
        raise LexiconError(
            f"these words have phones the network never heard: {' '.join(deaf)}; train again"
        )
    return kept


def _sentences(phrases: PhraseList, rng: np.random.Generator) -> Iterator[tuple[Sentence, float]]:
    times: Counter[str] = Counter()
    for pattern in (*phrases.openings, *phrases.patterns):
        for sentence in (phrases.sample(pattern, rng), *phrases.members(pattern)):
            if min(times[word] for word in sentence) < HEARINGS:
                times.update(sentence)
                yield sentence, 1.0
    for word in phrases.words():
        yield (word,), ALONE_WEIGHT


def _commonest(counts: Counter[Pronunciation]) -> list[tuple[Pronunciation, float]]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    best = ordered[0][1]
    return [
        (phones, -math.log(count / best))
        for phones, count in ordered[:MAX_PRONUNCIATIONS]
        if count / best >= RAREST_SHARE
    ]
