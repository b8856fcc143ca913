"""`python -m models.tiny_vosk.evaluate --lang zh|en`: measure a model on unknown voices.

Everything is spoken by voice variants that training never used. `--card` writes the figures
into the model's CARD.md.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
import vosk
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.progress import track
from rich.table import Table

from models.tiny_vosk.audio import record
from models.tiny_vosk.build import HERE, phrase_file
from models.tiny_vosk.grammar import UNKNOWN
from models.tiny_vosk.languages import LANGUAGES, TEST_VARIANTS
from models.tiny_vosk.phrases import PhraseList, Sentence, read_phrases
from models.tiny_vosk.speaker import SAMPLE_RATE_HZ, Voice, say

MODELS = HERE.parent
SEED = 77
RATES_WPM = (125, 145, 165, 185, 205, 220)
CHUNK_SAMPLES = SAMPLE_RATE_HZ // 4
FIGURES_BEGIN, FIGURES_END = "<!-- figures -->\n", "<!-- /figures -->\n"


@dataclass(frozen=True, slots=True)
class Condition:
    """White noise at a ratio to the speech; None: none."""

    name: str
    snr_db: float | None


CONDITIONS = (
    Condition("clean", None),
    Condition("white noise, 20 dB", 20.0),
    Condition("white noise, 10 dB", 10.0),
)


@dataclass(slots=True)
class Score:
    """Counts over a set of recordings."""

    recordings: int = 0
    right: int = 0
    word_errors: int = 0
    words: int = 0
    wrong: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, said: Sentence, heard: Sentence, *, right: bool, voice: str) -> None:
        """Count one recording."""
        self.recordings += 1
        self.right += right
        self.words += len(said)
        self.word_errors += Levenshtein.distance(said, heard)
        if not right:
            self.wrong.append((" ".join(said), " ".join(heard), voice))


def exactly(said: Sentence, heard: Sentence) -> bool:
    """Tell whether a sentence of the list came out right, apart from where words are cut."""
    return "".join(said) == "".join(heard)


def refused(_said: Sentence, heard: Sentence) -> bool:
    """Tell whether speech outside of the list was refused."""
    return not heard or UNKNOWN in heard


def score(
    model: Any,
    lang: str,
    sentences: list[Sentence],
    condition: Condition,
    is_right: Callable[[Sentence, Sentence], bool],
) -> Score:
    """Let a vosk.Model hear each sentence once, in a voice of its own."""
    result = Score()
    for number, sentence in enumerate(
        track(sentences, condition.name, console=Console(stderr=True))
    ):
        rng = np.random.default_rng([SEED, number])
        voice = unknown_voice(rng, lang)
        spellings = LANGUAGES[lang].spellings
        pick = int(rng.choice(len(spellings), p=list(spellings.values())))
        spoken = say(list(spellings)[pick](sentence), voice)
        if spoken is None:
            continue
        pcm = record(rng, spoken[0], before_seconds=0.3, after_seconds=0.6, snr_db=condition.snr_db)
        heard = tuple(" ".join(texts(model, pcm)).split())
        result.add(sentence, heard, right=is_right(sentence, heard), voice=voice.name)
    return result


def unknown_voice(rng: np.random.Generator, lang: str) -> Voice:
    """Return a voice that training never used, at a common rate and pitch."""
    voices = LANGUAGES[lang].voices
    base = str(rng.choice(list(voices), p=list(voices.values())))
    variant = TEST_VARIANTS[int(rng.integers(len(TEST_VARIANTS)))]
    return Voice(
        f"{base}+{variant}",
        rate_wpm=RATES_WPM[int(rng.integers(len(RATES_WPM)))],
        pitch=int(rng.integers(25, 75)),
    )


def texts(model: Any, pcm: NDArray[np.int16]) -> Iterator[str]:
    """Yield the recogniser's final results, the sound fed in pieces as from a microphone."""
    recognizer = vosk.KaldiRecognizer(model, SAMPLE_RATE_HZ)
    for start in range(0, len(pcm), CHUNK_SAMPLES):
        if recognizer.AcceptWaveform(pcm[start : start + CHUNK_SAMPLES].tobytes()):
            yield json.loads(recognizer.Result())["text"]
    yield json.loads(recognizer.FinalResult())["text"]


def one_of_each(phrases: PhraseList) -> list[Sentence]:
    """Return one sentence of every pattern."""
    rng = np.random.default_rng(SEED)
    return [phrases.sample(pattern, rng) for pattern in phrases.patterns]


def main(
    lang: Annotated[str, typer.Option(help="zh or en")],
    model: Annotated[Path | None, typer.Option(help="Folder of the model.")] = None,
    card: Annotated[bool, typer.Option("--card", help="Write the figures to CARD.md.")] = False,
    show: Annotated[int, typer.Option(help="Errors to show in each condition.")] = 5,
) -> None:
    """Measure sentences of the list and the refusal of others, in three conditions."""
    if lang not in LANGUAGES:
        raise typer.BadParameter(f"no language {lang!r}; there are: {', '.join(LANGUAGES)}")
    folder = model or MODELS / f"vosk-tiny-{lang}"
    vosk.SetLogLevel(-1)
    loaded = vosk.Model(str(folder))
    known = one_of_each(read_phrases(phrase_file(lang)))
    outside = list(read_phrases(HERE / f"outside_{lang}.txt").patterns)
    rows: list[tuple[str, str, str, str]] = []
    console = Console()
    for condition in CONDITIONS:
        listed = score(loaded, lang, known, condition, exactly)
        foreign = score(loaded, lang, outside * 3, condition, refused)
        rows.append(
            (
                condition.name,
                f"{listed.right}/{listed.recordings} = {listed.right / listed.recordings:.1%}",
                f"{listed.word_errors / listed.words:.1%}",
                f"{foreign.right}/{foreign.recordings} = {foreign.right / foreign.recordings:.1%}",
            )
        )
        for said, heard, voice in [*listed.wrong[:show], *foreign.wrong[:show]]:
            console.print(f"{condition.name}: {said} -> {heard} ({voice})", markup=False)
    head = ("Condition", "Sentences right", "Word errors", "Other speech refused")
    table = Table(*head)
    for row in rows:
        table.add_row(*row)
    console.print(table)
    if card:
        lines = [head, ("---",) * len(head), *rows]
        write_figures(folder / "CARD.md", "".join(f"| {' | '.join(line)} |\n" for line in lines))


def write_figures(card: Path, figures: str) -> None:
    """Put figures between the marks of a model card."""
    before, _, rest = card.read_text(encoding="utf-8").partition(FIGURES_BEGIN)
    after = rest.partition(FIGURES_END)[2]
    card.write_text(before + FIGURES_BEGIN + figures + FIGURES_END + after, encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
