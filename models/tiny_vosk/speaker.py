"""Speech of word sequences that knows which phone belongs to which word."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import soxr
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from models.tiny_vosk.espeak import PhoneMark, shared
from models.tiny_vosk.languages import Written

SAMPLE_RATE_HZ = 16_000
SILENT = frozenset({"", "_", "_:", "_|", "__", "_::", "_!", "_^_"})
# Silences shorter than this before a phone are the closure of a stop.
CLOSURE_SECONDS = 0.07
# One frame of the recogniser is 30 ms; a phone should last one and a half.
SHORTEST_PHONE_SECONDS = 0.045
LONG_PHONE_SECONDS = 0.09


@dataclass(frozen=True, slots=True)
class Segment:
    """One phone (None: silence) in time, and the index of the word it belongs to."""

    phone: str | None
    start_seconds: float
    end_seconds: float
    word: int


@dataclass(frozen=True, slots=True)
class Voice:
    """How a sentence is spoken. `warp` > 1 replays it faster and higher."""

    name: str
    rate_wpm: int = 175
    pitch: int = 50
    pitch_range: int = 50
    warp: float = 1.0


def phone_of(mnemonic: str) -> str | None:
    """Return the phone of an espeak-ng mnemonic; None for silence and markers."""
    if mnemonic in SILENT or mnemonic.startswith("("):  # "(en)": the language changes
        return None
    return mnemonic.strip("'%,=_|;") or None


def say(written: Written, voice: Voice) -> tuple[NDArray[np.float32], list[Segment]] | None:
    """Speak; return 16 kHz samples and their segments, or None.

    None: espeak-ng's words could not be matched to ours.
    """
    text, pieces = written
    speech, marks = shared().speak(
        text,
        voice.name,
        rate_wpm=voice.rate_wpm,
        pitch=voice.pitch,
        pitch_range=voice.pitch_range,
    )
    if not marks:
        return None
    rate = shared().sample_rate * voice.warp
    segments = _split_merged(_segments(marks, len(speech), pieces, rate), written, voice.name)
    if segments is None:
        return None
    return soxr.resample(speech, rate, SAMPLE_RATE_HZ), _tidy(segments)


def phones_by_word(segments: list[Segment], count: int) -> list[tuple[str, ...]]:
    """Return the phones of each of `count` words."""
    phones: list[list[str]] = [[] for _ in range(count)]
    for segment in segments:
        if segment.phone is not None:
            phones[segment.word].append(segment.phone)
    return [tuple(p) for p in phones]


def _segments(
    marks: list[PhoneMark], samples: int, pieces: list[int], rate: float
) -> list[Segment]:
    segments = []
    if marks[0].sample > 0:
        segments.append(Segment(None, 0.0, marks[0].sample / rate, 0))
    ends = [*(mark.sample for mark in marks[1:]), samples]
    for mark, end in zip(marks, ends, strict=True):
        phone = phone_of(mark.mnemonic)
        marker = mark.mnemonic.startswith("(") or (phone is None and mark.mnemonic == ";")
        if marker or end <= mark.sample:
            continue
        word = max(pieces[: mark.character + 1], default=0)
        segments.append(Segment(phone, mark.sample / rate, end / rate, word))
    return segments


@cache
def _alone(token: str, voice_name: str) -> tuple[str, ...]:
    _, marks = shared().speak(token, voice_name.partition("+")[0])
    return tuple(phone for mark in marks if (phone := phone_of(mark.mnemonic)))


def _split_merged(
    segments: list[Segment], written: Written, voice_name: str
) -> list[Segment] | None:
    """Share out phones where espeak-ng spoke neighbours as one word ("on the").

    The cut is the one nearest to the words spoken alone, by edit distance.
    """
    text, pieces = written
    tokens = text.split(" ") if " " in text else [text]
    count = max(pieces) + 1
    have = sorted({s.word for s in segments if s.phone})
    if have == list(range(count)):
        return segments
    if not have or have[0] != 0 or len(tokens) != count:
        return None
    split = list(segments)
    for first, after in zip(have, [*have[1:], count], strict=True):
        if after - first == 1:
            continue
        places = [i for i, s in enumerate(split) if s.word == first and s.phone]
        cuts = _best_cuts(
            [split[i].phone or "" for i in places],
            [_alone(token, voice_name) for token in tokens[first:after]],
        )
        if cuts is None:
            return None
        start = 0
        for word, cut in enumerate(cuts, start=first):
            for place in places[start:cut]:
                split[place] = replace(split[place], word=word)
            start = cut
    return split


def _best_cuts(phones: list[str], words: list[tuple[str, ...]]) -> tuple[int, ...] | None:
    """Return the end of each word in `phones`; None if there are fewer phones than words."""
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for word in words:
        step: dict[int, tuple[int, tuple[int, ...]]] = {}
        for start, (cost, cuts) in best.items():
            for end in range(start + 1, len(phones) + 1):
                path = (cost + Levenshtein.distance(phones[start:end], word), (*cuts, end))
                if end not in step or path < step[end]:
                    step[end] = path
        best = step
    return best[len(phones)][1] if len(phones) in best else None


def _tidy(segments: list[Segment]) -> list[Segment]:
    """Give closures to the stop that follows, and time to phones that are too short."""
    tidy: list[Segment] = []
    closure_start: float | None = None
    for segment in segments:
        if closure_start is not None:
            segment = replace(segment, start_seconds=closure_start)  # noqa: PLW2901
            closure_start = None
        length = segment.end_seconds - segment.start_seconds
        if segment.phone is None and length < CLOSURE_SECONDS:
            closure_start = segment.start_seconds
            continue
        before = tidy[-1] if tidy else None
        if (
            segment.phone is not None
            and length < SHORTEST_PHONE_SECONDS
            and before is not None
            and before.phone is not None
            and before.end_seconds - before.start_seconds > LONG_PHONE_SECONDS
            and before.end_seconds == segment.start_seconds
        ):
            start = segment.end_seconds - SHORTEST_PHONE_SECONDS
            tidy[-1] = replace(before, end_seconds=start)
            segment = replace(segment, start_seconds=start)  # noqa: PLW2901
        tidy.append(segment)
    return tidy
