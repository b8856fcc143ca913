"""The ear in real rooms: single words in echo, noise, a television, pauses within a sentence.

Human words and noises are recordings of `../shared/data/speech`; the television is human speech of
the same; what the elder says to Anban is spoken by eSpeak NG, since the shipped models understand
no people.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from assistant.conversation.joining import PATIENCE_SECONDS
from assistant.ear.listener import Listener
from assistant.ear.recognizer import SpeechModel, load
from assistant.ear.sound import BYTES_PER_SECOND, SAMPLE_RATE_HZ
from assistant.settings import LANGUAGES, EarSettings
from benchmarks import table, take_no_arguments, write_result
from benchmarks._one_ear import OneEar
from benchmarks._rooms import (
    DATA,
    Sound,
    active_rms,
    at_level,
    decaying_response,
    hiss,
    in_room,
    mixed,
    recording,
    say,
    silence,
    t60_of,
    to_pcm,
)
from models import find

VOICE_DBFS: Final = -25.0
HISSES_DBFS: Final = (-90.0, -66.0, -50.0)
ANSWER_SECONDS: Final = 0.5
"""Words to first sound, generously: benchmarks/results/voice.md."""
GOAL_SECONDS: Final = 3.0
WAKE: Final = {"zh": "小安小安", "en": "hello anban"}
SENTENCES: Final = {
    "zh": [
        "现在几点了",
        "今天几号",
        "你会做什么",
        "再说一遍",
        "提醒我明天早上八点吃药",
        "给女儿打电话",
    ],
    "en": [
        "what time is it",
        "what's the date",
        "what can you do",
        "say that again",
        "call my daughter",
        "remind me to take my pills at eight",
    ],
}
TELEVISION: Final = {
    "zh": "aishell1_zh_10utt_MNN/*.wav",
    "en": "pocketsphinx_en/sense*.wav",
}
TELEVISIONS_DB: Final = (10, 15, 20)
SEEDS: Final = (1, 2, 3)


# ------------------------------------------------------------------------- words and noise


def rooms() -> Iterator[tuple[str, Sound]]:
    """Rooms up to a T60 of 1 s, measured and by rule."""
    yield "none (dry)", np.ones(1, np.float32)
    for name in ("speechbrain_rir_noise/RIRs_rir1.wav", "rir_audiomentations/demo_ir_rir48000.wav"):
        response = recording(DATA / name)
        yield f"{Path(name).stem}, T60 {t60_of(response):.1f} s", response
    for t60, direct_db in ((0.6, 0), (0.8, -6), (1.0, 0), (1.0, -6)):
        response = decaying_response(t60, direct_db, seed=int(10 * t60) - direct_db)
        yield f"by rule, T60 {t60:.1f} s, direct {direct_db} dB", response


def words() -> list[Sound]:
    """Every second human word that there is: Mandarin, and English at the end."""
    mandarin = sorted((DATA / "audio_cmn_zh_words").glob("*.mp3"))[::2]
    english = sorted((DATA / "precise_not_wake_words_en").glob("*.wav"))[::2]
    return [recording(path)[: 2 * SAMPLE_RATE_HZ] for path in (*mandarin, *english)]


@dataclass
class Counter:
    """Counts what begins; keeps no sound."""

    begun: int = 0

    def started(self, utterance_id: str) -> None:
        self.begun += 1

    def audio(self, chunk: bytes, *, is_speech: bool) -> None:
        pass

    def ended(self, utterance_id: str, duration_seconds: float) -> None:
        pass

    def listened(self, seconds: float) -> None:
        pass


def words_begun(response: Sound, hiss_dbfs: float) -> tuple[int, int]:
    """Of how many words an utterance began, one after the other in one room; and of how many."""
    counter = Counter()
    listener = Listener(EarSettings(), counter)
    found = 0
    spoken = words()
    for seed, word in enumerate(spoken):
        wet = in_room(word, response)
        wet = np.concatenate([silence(3), wet * np.float32(0.2 / np.max(np.abs(wet))), silence(2)])
        before = counter.begun
        listener.feed(to_pcm(wet + hiss(len(wet) / SAMPLE_RATE_HZ, hiss_dbfs, seed)[: len(wet)]))
        found += counter.begun > before
    return found, len(spoken)


def noises() -> Iterator[Sound]:
    """Recordings in which nobody speaks, at two levels and in a room."""
    files = [
        *sorted((DATA / "noise_gsc_howl").glob("*.wav")),
        *sorted((DATA / "picovoice_noise_kitchen").glob("*.wav")),
        *sorted((DATA / "rir_audiomentations").glob("*.ogg")),
        *sorted((DATA / "speechbrain_rir_noise").glob("noise*.wav")),
    ]
    response = decaying_response(0.8, -6, seed=2)
    for file in files:
        sound = recording(file)
        for loudness in (-25.0, -40.0):
            yield at_level(sound, loudness)
        yield at_level(in_room(sound, response), -30.0)


def false_starts() -> tuple[int, float]:
    """Utterances begun by noise, and how many seconds of it there were."""
    begun, seconds = 0, 0.0
    for noise in noises():
        counter = Counter()
        Listener(EarSettings(), counter).feed(to_pcm(noise))
        begun += counter.begun
        seconds += len(noise) / SAMPLE_RATE_HZ
    return begun, seconds


# ------------------------------------------------------------------------------ television


@cache
def model(lang: str) -> SpeechModel:
    """The shipped one."""
    return load(lang, "tiny", find(lang, Path("/nonexistent")).path)


def television(lang: str, seed: int, seconds: float) -> Sound:
    """Human speech without a pause between the speakers, from another corner of the room."""
    files = sorted(DATA.glob(TELEVISION[lang]))
    order = np.random.default_rng(seed).permutation(len(files))
    spoken = np.concatenate([at_level(recording(files[i]), VOICE_DBFS) for i in order])
    spoken = np.tile(spoken, int(seconds * SAMPLE_RATE_HZ / len(spoken)) + 1)
    return in_room(spoken[: int(seconds * SAMPLE_RATE_HZ)], decaying_response(0.4, -3, seed))


@dataclass(frozen=True, slots=True)
class Trial:
    """One sentence beside a television."""

    wait_seconds: float | None
    """From the elder's last word until the sentence was over; None if it never was taken."""
    is_right: bool
    """Word by word."""
    has_foreign_words: bool
    """A word that was taken was spoken after the elder's last, or before the wake phrase."""


def trial(lang: str, sentence: str, below_db: float | None, seed: int) -> Trial:
    """Say it, with a television so many dB below (None: none)."""
    random = np.random.default_rng(seed)
    spoken = at_level(say(f"{WAKE[lang]}, {sentence}", lang, "", 130), VOICE_DBFS)
    at = 2.5 + random.uniform(0, 2)
    end = at + len(spoken) / SAMPLE_RATE_HZ
    scene = [np.concatenate([silence(at), spoken]), hiss(end + 32, -66.0, seed)]
    if below_db is not None:
        other = television(lang, seed, end + 32)
        level = active_rms(spoken) / active_rms(other) * 10 ** (-below_db / 20)
        scene.append(other * np.float32(level))
    pcm = to_pcm(mixed(*scene))
    ear = OneEar(model(lang))
    for start in range(0, len(pcm), BYTES_PER_SECOND):
        ear.feed(pcm[start : start + BYTES_PER_SECOND])
        taken = [told for told in ear.told if told.heard.addressed and told.at_seconds > end - 0.5]
        if taken:
            break
    else:
        return Trial(None, is_right=False, has_foreign_words=False)
    text = taken[0].heard.text
    wanted, got = _tokens(sentence), _tokens(text)
    return Trial(
        taken[0].at_seconds - end,
        got == wanted,
        bool(set(got) - set(wanted)) or len(got) > len(wanted),
    )


def _tokens(text: str) -> list[str]:
    return text.split() if " " in text else list(text)


def trials(lang: str, below_db: float | None) -> list[Trial]:
    """All sentences, with each seed."""
    return [
        trial(lang, sentence, below_db, 100 * seed + number)
        for seed in SEEDS
        for number, sentence in enumerate(SENTENCES[lang])
    ]


# ---------------------------------------------------------------------------------- report


def _share(found: int, count: int) -> str:
    return f"{found}/{count} ({found / count:.1%})"


def _words_table() -> str:
    rows = []
    total = [0, 0]
    for name, response in rooms():
        counts = [words_begun(response, level) for level in HISSES_DBFS]
        rows.append([name, *(_share(*count) for count in counts)])
        total = [total[0] + sum(c[0] for c in counts), total[1] + sum(c[1] for c in counts)]
        print(rows[-1], flush=True)
    rows.append(["**all**", _share(*total), "", ""])
    return table(["room", *(f"noise {level:.0f} dBFS" for level in HISSES_DBFS)], rows)


def _television_rows() -> list[list[str]]:
    rows = []
    for lang in LANGUAGES:
        for below_db in (None, *reversed(TELEVISIONS_DB)):
            found = trials(lang, below_db)
            waits = [one.wait_seconds for one in found if one.wait_seconds is not None]
            answers = [wait + PATIENCE_SECONDS + ANSWER_SECONDS for wait in waits]
            soon = sum(answer <= GOAL_SECONDS for answer in answers)
            rows.append(
                [
                    lang,
                    "none" if below_db is None else f"{below_db} dB below",
                    f"{statistics.median(waits):.1f} s" if waits else "–",
                    _share(soon, len(found)),
                    _share(sum(not one.has_foreign_words for one in found), len(found)),
                    _share(sum(one.is_right for one in found), len(found)),
                ]
            )
            print(rows[-1], flush=True)
    return rows


def main() -> None:
    if not DATA.is_dir():
        sys.exit(f"there are no recordings in {DATA}: nothing was measured")
    begun, seconds = false_starts()
    print(begun, seconds, flush=True)
    sections: list[tuple[str, Callable[[], str]]] = [
        (
            "**Single human words of which an utterance begins**, one after the other in one room, "
            "3 s of the room's noise before each (goal: 95 %)",
            _words_table,
        ),
        (
            "**False starts**: utterances begun in recordings in which nobody speaks (dishes, a "
            "cat, an exercise bike, a kitchen, hens, sheep and others), at two levels and in an "
            "echoing room (goal: at most 4 an hour)",
            lambda: table(
                ["noise", "false starts", "an hour"],
                [[f"{seconds / 60:.0f} min", str(begun), f"{begun / seconds * 3600:.1f}"]],
            ),
        ),
        (
            "**A television (human speech) while the elder speaks.** The shipped models know some "
            "hundred words of eSpeak NG's and no people: of human speech they make noise or wrong "
            "words, and with 10 dB of it they often misread the elder, too. So only the columns of "
            "time tell of the product; with a model of people the text is as good as that model. "
            f"The answer is the sentence's end and {PATIENCE_SECONDS + ANSWER_SECONDS:.1f} s (the "
            "wait for more, understanding, the voice)",
            lambda: table(
                [
                    "language",
                    "television",
                    "words → sentence over",
                    f"answer within {GOAL_SECONDS:.0f} s",
                    "no foreign word",
                    "every word right",
                ],
                _television_rows(),
            ),
        ),
    ]
    body = "\n\n".join(f"{title}:\n\n{make()}" for title, make in sections)
    write_result("ear_rooms", "The ear in real rooms", "python -m benchmarks.ear_rooms", body)
    print(body)


if __name__ == "__main__":
    take_no_arguments(__doc__)
    main()
