"""Two models beside each other: which held-out sentences are understood in another way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assistant.dialogue.errors import TrainingError
from assistant.dialogue.held_out import Sentence
from assistant.dialogue.program import STDERR_TAIL, running
from assistant.dialogue.sources import FALLBACK

CLEAR: Final = 0.6
"""How sure a model must have been of a sentence that nobody understands any more, for it to count
as lost.  Each skill that is added, whatever it says, moves all shares by a few hundredths: of 334
cries and doses one or two that were barely understood drop below 0.5, and others rise above it
(measured with a skill for glasses of water)."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a model takes a sentence for."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence that is taken for something else than before, or than it means."""

    sentence: Sentence
    was: Guess
    now: Guess

    @property
    def is_loss(self) -> bool:
        """Whether it was understood, and is no more."""
        return self.was.intent == self.sentence.intent != self.now.intent

    @property
    def is_miss(self) -> bool:
        """Whether it is not understood, and was not before."""
        return self.sentence.intent not in {self.was.intent, self.now.intent}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What becomes of the held-out sentences of one language."""

    lang: str
    count: int
    """How many there are."""
    changes: tuple[Change, ...] = ()
    """Those that were not understood, or are not."""

    @property
    def losses(self) -> tuple[Change, ...]:
        """What is taken from others, what may not be taken first."""
        lost = (change for change in self.changes if change.is_loss)
        return tuple(sorted(lost, key=lambda change: not change.sentence.is_vital))

    @property
    def vital_losses(self) -> tuple[Change, ...]:
        """Cries for help and doses taken that another skill has now, or nobody, though clear."""
        return tuple(
            change
            for change in self.losses
            if change.sentence.is_vital
            and (change.now.intent != FALLBACK or change.was.confidence >= CLEAR)
        )

    def misses(self, skill: str) -> tuple[Change, ...]:
        """What a skill's own sentences are taken for, where they never were understood."""
        return tuple(
            change
            for change in self.changes
            if change.is_miss and change.sentence.intent.startswith(f"{skill}_")
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """The models of one language, without and with what is new, and what to try them with."""

    lang: str
    before: Path
    after: Path
    sentences: tuple[Sentence, ...]


async def compare(
    pairs: Iterable[Pair], cache: Path, deadline_seconds: float, *, by_work: bool = False
) -> tuple[Comparison, ...]:
    """Have both models of each pair understand the sentences.

    Args:
        pairs: Of models.
        cache: The folder of Rasa's own files.
        deadline_seconds: For all of them together.
        by_work: Count what they compute instead of the time (`WorkLimit`).

    Raises:
        DialogueError: a model cannot be loaded, or it takes too long.
    """
    pairs = tuple(pairs)
    texts = {
        model: tuple(sentence.text for sentence in pair.sentences)
        for pair in pairs
        for model in (pair.before, pair.after)
    }
    guesses = await _understand(texts, cache, deadline_seconds, by_work)
    return tuple(
        Comparison(
            pair.lang,
            len(pair.sentences),
            tuple(
                Change(sentence, was, now)
                for sentence, was, now in zip(
                    pair.sentences, guesses[pair.before], guesses[pair.after], strict=True
                )
                if {was.intent, now.intent} != {sentence.intent}
            ),
        )
        for pair in pairs
    )


async def _understand(
    texts: Mapping[Path, Sequence[str]], cache: Path, deadline_seconds: float, by_work: bool
) -> dict[Path, list[Guess]]:
    jobs = "".join(
        json.dumps({"model": str(model), "sentences": said}) + "\n" for model, said in texts.items()
    )
    late = (
        f"The models were not compared within {deadline_seconds:.0f} s. "
        "Close other programs and try again."
    )
    async with running(
        "dialogue.understand", cache, deadline_seconds, late, by_work=by_work
    ) as process:
        answers, complaints = await process.communicate(jobs.encode())
    told = [json.loads(line) for line in answers.splitlines()]
    failed = [f"{each['model']}: {each['error']}" for each in told if "error" in each]
    if failed or len(told) < len(texts):
        reason = "; ".join(failed) or complaints.decode(errors="replace")[-STDERR_TAIL:].strip()
        raise TrainingError(f"The models could not be compared: {reason}")
    return {
        Path(each["model"]): [Guess(intent, share) for intent, share in each["understood"]]
        for each in told
    }


def to_json(comparison: Comparison) -> dict[str, Any]:
    """Write a comparison as JSON."""
    return {
        "lang": comparison.lang,
        "count": comparison.count,
        "changes": [
            [
                *(each.sentence.text, each.sentence.intent),
                *(each.was.intent, each.was.confidence),
                *(each.now.intent, each.now.confidence),
            ]
            for each in comparison.changes
        ],
    }


def from_json(table: Mapping[str, Any]) -> Comparison:
    """Read what `to_json` wrote; raises KeyError, TypeError, ValueError."""
    return Comparison(
        str(table["lang"]),
        int(table["count"]),
        tuple(
            Change(Sentence(text, intent), Guess(was, float(before)), Guess(now, float(after)))
            for text, intent, was, before, now, after in table["changes"]
        ),
    )
