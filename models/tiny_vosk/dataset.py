"""Training speech: every pattern in many voices, rooms and noises."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.tiny_vosk.audio import NOISES, record
from models.tiny_vosk.features import SILENCE, SUBSAMPLING, frame_labels, mfcc
from models.tiny_vosk.grammar import OPENING_PROBABILITY
from models.tiny_vosk.languages import LANGUAGES, TRAIN_VARIANTS
from models.tiny_vosk.phrases import PhraseList, Sentence
from models.tiny_vosk.speaker import Segment, Voice, say

# A fixed number of parts, each in a process of its own: espeak-ng carries state from one
# sentence to the next, and neither timing nor the number of processes may change the result.
SHARDS = 24
BABBLE_VOICES = 12


@dataclass(frozen=True, slots=True)
class Amount:
    """How much speech is made of a phrase list."""

    renderings: int  # of each pattern
    random_strings: int  # of words, so that phones are heard in other company
    views: int  # noisy copies of each rendering


@dataclass(frozen=True, slots=True)
class Utterance:
    """One noisy copy: features (frames, 40), and the phone ("": silence) of each 30 ms frame."""

    features: NDArray[np.float32]
    phones: list[str]


def make_dataset(
    lang: str,
    phrases: PhraseList,
    amount: Amount,
    seed: int,
    processes: int,
    progress: Callable[[float], None],
) -> list[Utterance]:
    """Speak the list. The result depends on the arguments, not on timing.

    `progress` is told the share that is done, from 0 to 1.
    """
    rng = np.random.default_rng(seed)
    sentences = [
        _with_opening(phrases, phrases.sample(pattern, rng), rng)
        for pattern in phrases.patterns
        for _ in range(amount.renderings)
    ]
    vocabulary = phrases.words()
    for _ in range(amount.random_strings):
        picks = rng.integers(len(vocabulary), size=rng.integers(1, 6))
        sentences.append(tuple(vocabulary[i] for i in picks))
    jobs = [(lang, sentences[k::SHARDS], [seed, k], amount.views) for k in range(SHARDS)]
    utterances: list[Utterance] = []
    spawn = multiprocessing.get_context("spawn")  # espeak-ng does not survive a fork
    with ProcessPoolExecutor(processes, spawn, max_tasks_per_child=1) as pool:
        for done, shard in enumerate(pool.map(_speak_shard, jobs), start=1):
            utterances += shard
            progress(done / SHARDS)
    return utterances


def _with_opening(phrases: PhraseList, sentence: Sentence, rng: np.random.Generator) -> Sentence:
    if not phrases.openings or rng.random() >= OPENING_PROBABILITY:
        return sentence
    return phrases.openings[int(rng.integers(len(phrases.openings)))] + sentence


def random_voice(rng: np.random.Generator, lang: str) -> Voice:
    """Return a training voice at a random rate, pitch and length of the vocal tract."""
    voices = LANGUAGES[lang].voices
    base = str(rng.choice(list(voices), p=list(voices.values())))
    variant = TRAIN_VARIANTS[int(rng.integers(len(TRAIN_VARIANTS)))]
    return Voice(
        f"{base}+{variant}" if variant else base,
        rate_wpm=int(rng.integers(115, 235)),
        # A lower pitch with a wider range crashes espeak-ng 1.51 in some variants ("rob").
        pitch=int(rng.integers(25, 85)),
        pitch_range=int(rng.integers(20, 71)),
        warp=float(rng.uniform(0.88, 1.14)),
    )


def _speak_shard(job: tuple[str, list[Sentence], list[int], int]) -> list[Utterance]:
    lang, sentences, seed, views = job
    rng = np.random.default_rng(seed)
    spellings = LANGUAGES[lang].spellings
    utterances: list[Utterance] = []
    others: list[NDArray[np.float32]] = []
    for sentence in sentences:
        pick = int(rng.choice(len(spellings), p=list(spellings.values())))
        spoken = say(list(spellings)[pick](sentence), random_voice(rng, lang))
        if spoken is None:
            continue
        speech, segments = spoken
        others = [*others, speech][-BABBLE_VOICES:]
        utterances += [_view(rng, speech, segments, others) for _ in range(views)]
    return utterances


def _view(
    rng: np.random.Generator,
    speech: NDArray[np.float32],
    segments: list[Segment],
    others: list[NDArray[np.float32]],
) -> Utterance:
    before_seconds = float(rng.uniform(0.03, 0.7))
    clean = rng.random() < 0.2  # digital silence has features of its own: it must be heard too
    pcm = record(
        rng,
        speech,
        before_seconds=before_seconds,
        after_seconds=float(rng.uniform(0.1, 0.8)),
        snr_db=None if clean else float(rng.uniform(0, 32)),
        kind=str(rng.choice(NOISES)),
        peak=float(np.exp(rng.uniform(np.log(0.02), np.log(0.98)))),
        others=others,
        in_room=not clean,
    )
    features = mfcc(pcm)
    labels = frame_labels(segments, -(-len(features) // SUBSAMPLING), before_seconds)
    phones = ["" if i == SILENCE else segments[i].phone or "" for i in labels.tolist()]
    return Utterance(features.astype(np.float32), phones)
