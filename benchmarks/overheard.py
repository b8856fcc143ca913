"""What other people's talk makes the ear and the safety lane do: `python -m benchmarks.overheard`.

Every recording of human speech in ../shared/data/speech, shuffled and joined with pauses until it
is at least half an hour, is heard by each model that comes with Anban.  Nobody cries and nobody
speaks to Anban, so every call, question, "stop" and wake is one too many.  What the tiny models
make of people is no speech: the figures say what such a home has to bear.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from assistant.conversation.hearing import SURE_BY_TINY
from assistant.ear import recognizer
from assistant.ear.sound import SAMPLE_RATE_HZ
from assistant.safety import judge
from assistant.settings import EarSettings
from benchmarks import table, write_result
from benchmarks._one_ear import OneEar
from benchmarks._rooms import DATA, Sound, recording

FOLDERS: Final = {
    "zh": ("aishell1_zh_10utt_MNN", "audio_cmn_zh_more", "audio_cmn_zh_words", "wenet_zh_en_test"),
    "en": (
        *("common_voice_en_howl", "pocketsphinx_en", "precise_en_more", "speechbrain_en"),
        *("precise_not_wake_words_en", "vosk_en_test", "whisper_jfk"),
    ),
}
MODELS: Final = Path(__file__).parents[1] / "models"
LEAST_SECONDS: Final = 1_800
PAUSES_SECONDS: Final = (0.3, 0.6, 1.0, 2.0)
QUIET: Final = 0.0005
"""The hiss of a microphone in the pauses."""


def talk(lang: str, seed: int) -> Sound:
    """At least half an hour of people, none of them in need."""
    chosen = random.Random(seed)
    noise = np.random.default_rng(seed)
    files = [
        file
        for folder in FOLDERS[lang]
        for file in sorted((DATA / folder).iterdir())
        if file.suffix in {".wav", ".mp3", ".flac"}
    ]
    parts: list[Sound] = []
    seconds = 0.0
    while seconds < LEAST_SECONDS:
        chosen.shuffle(files)
        for file in files:
            sound = recording(file)
            pause = round(chosen.choice(PAUSES_SECONDS) * SAMPLE_RATE_HZ)
            parts += [sound, noise.normal(0, QUIET, pause).astype(np.float32)]
            seconds += (len(sound) + pause) / SAMPLE_RATE_HZ
    return np.concatenate(parts)


def outcomes(model_lang: str, sound: Sound) -> tuple[Counter[str], list[str]]:
    """How often each thing happened, and the texts that were taken for a cry."""
    model = recognizer.load(model_lang, "tiny", MODELS / f"vosk-tiny-{model_lang}")
    ear = OneEar(model, EarSettings())
    pcm = (np.clip(sound, -1, 1) * 32_767).astype("<i2").tobytes()
    ear.feed(pcm)
    counted: Counter[str] = Counter()
    texts = []
    for told in ear.told:
        heard = told.heard
        counted["utterances"] += 1
        counted["wakes"] += heard.addressed
        text = heard.raw_text or heard.text
        judged = judge(text, is_final=True, is_tiny=True)
        if (heard.confidence or 0.0) < SURE_BY_TINY and not heard.addressed:
            judged = replace(judged, cry=None, doubt=None)
        counted["calls"] += judged.cry is not None
        if judged.doubt is not None:
            counted["questions"] += 1
            counted["serious"] += judged.doubt.is_serious
            texts.append(text)
        counted["stops"] += judged.reflex == "stop"
    return counted, texts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--texts", action="store_true", help="print what was taken for a cry")
    arguments = parser.parse_args()
    rows = []
    for speech_lang in FOLDERS:
        sound = talk(speech_lang, arguments.seed)
        minutes = len(sound) / SAMPLE_RATE_HZ / 60
        for model_lang in FOLDERS:
            counted, texts = outcomes(model_lang, sound)
            per_hour = 60 / minutes
            rows.append(
                [
                    f"{speech_lang} speech, tiny {model_lang}",
                    f"{minutes:.0f}",
                    str(counted["utterances"]),
                    str(counted["calls"]),
                    f"{counted['questions'] * per_hour:.1f} ({counted['serious'] * per_hour:.1f})",
                    f"{counted['wakes'] * per_hour:.1f}",
                    f"{counted['stops'] * per_hour:.1f}",
                ]
            )
            if arguments.texts:
                print(model_lang, *texts, sep="\n  ")
    write_result(
        "overheard",
        "Other people's talk",
        "python -m benchmarks.overheard",
        table(
            [
                *("speech and model", "minutes", "utterances", "calls at once"),
                *("questions an hour (serious ones)", "wakes an hour", "stops an hour"),
            ],
            rows,
        )
        + "\nWanted: no call, at most one question an hour.\n",
    )


if __name__ == "__main__":
    main()
