"""Trains beside third parties' skills, and sees what those take from Anban's own.

A new skill pulls sentences to itself that were understood before.  So a model with third parties'
skills is trained to one side (`trial/`), and held-out sentences are understood by it and by the
model without them.  It is used only if no cry for help and no dose taken is lost, or if somebody
said that it may.  What was found is kept beside it, so that nothing is compared twice.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assistant.dialogue.comparing import Comparison, Pair, compare, from_json, to_json
from assistant.dialogue.errors import LostSentencesError, TrainingError
from assistant.dialogue.held_out import held_out
from assistant.dialogue.sources import SkillFolder, collect
from assistant.dialogue.training import (
    DEADLINE_SECONDS,
    Progress,
    Trained,
    is_whole,
    last_model,
    model_file,
    train,
)

log = logging.getLogger(__name__)

_TRIAL: Final = "trial"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the model of one language."""

    model: Path | None
    """The model to use; None: it loses what may not be lost, and the one of before stays in use."""
    comparison: Comparison | None = None
    """What third parties' skills change; None: there are none, or nobody compared it here."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be trained, and how."""

    cache: Path
    """The folder of the models."""
    skills: tuple[SkillFolder, ...]
    """All skills whose data can be used."""
    confidence: float
    progress: Progress | None = None
    deadline_seconds: float = DEADLINE_SECONDS
    """For each of the steps: training with them, training without them, comparing."""
    by_work: bool = False
    """Whether computing is counted instead of the time (`WorkLimit`): nobody waits for it."""

    @property
    def own(self) -> tuple[SkillFolder, ...]:
        """Anban's own skills."""
        return tuple(skill for skill in self.skills if skill.is_ours)

    def file(self, lang: str) -> Path:
        """Where the model lies once it is used."""
        return model_file(self.cache, collect(self.skills, lang, self.confidence))

    async def train(
        self, folder: Path, skills: Sequence[SkillFolder], langs: Iterable[str]
    ) -> dict[str, Path]:
        """Train some of them there; raises DialogueError."""
        return await train(
            folder,
            langs=langs,
            skills=skills,
            confidence=self.confidence,
            progress=self.progress,
            deadline_seconds=self.deadline_seconds,
            by_work=self.by_work,
        )


async def adopt(
    wanted: Wanted, langs: Sequence[str], *, accept_losses: bool = False
) -> dict[str, Outcome]:
    """Train what is missing, and use what takes nothing that may not be taken.

    Args:
        wanted: What is to be trained.
        langs: Of which languages.
        accept_losses: Use a model whatever it loses.

    Raises:
        DialogueError: as `train`, and as `compare`.
    """
    if len(wanted.own) in {0, len(wanted.skills)}:
        models = await wanted.train(wanted.cache, wanted.skills, langs)
        return {lang: Outcome(model) for lang, model in models.items()}
    there = [lang for lang in langs if is_whole(wanted.file(lang))]
    models = await wanted.train(wanted.cache, wanted.skills, there) if there else {}
    outcomes = {lang: Outcome(model, found(wanted, lang)) for lang, model in models.items()}
    for lang, comparison in (await compared(wanted, [x for x in langs if x not in there])).items():
        if comparison.vital_losses and not accept_losses:
            _keep_one_in_use(wanted, lang)
            outcomes[lang] = Outcome(None, comparison)
        else:
            outcomes[lang] = Outcome(_use(wanted, lang), comparison)
    return {lang: outcomes[lang] for lang in langs}


async def compared(wanted: Wanted, langs: Sequence[str]) -> dict[str, Comparison]:
    """Train to one side with third parties' skills and without, and compare; all may be known.

    Raises:
        DialogueError: as `train`, and as `compare`.
    """
    known = {lang: comparison for lang in langs if (comparison := found(wanted, lang))}
    if unknown := [lang for lang in langs if lang not in known]:
        trial = wanted.cache / _TRIAL
        after = {lang: wanted.file(lang) for lang in unknown if is_whole(wanted.file(lang))}
        to_train = [lang for lang in unknown if lang not in after]
        after |= await wanted.train(trial, wanted.skills, to_train) if to_train else {}
        before = {lang: _without(wanted, lang, wanted.cache) for lang in unknown}
        to_train = [lang for lang, model in before.items() if not is_whole(model)]
        before |= await wanted.train(trial, wanted.own, to_train) if to_train else {}
        pairs = [
            Pair(lang, before[lang], after[lang], held_out(wanted.skills, lang)) for lang in unknown
        ]
        if tell := wanted.progress:
            for lang in unknown:
                tell(Trained(lang, "comparing", 1.0))
        for comparison in await compare(
            pairs, wanted.cache, wanted.deadline_seconds, by_work=wanted.by_work
        ):
            known[comparison.lang] = comparison
            _note(wanted, comparison)
    return known


def found(wanted: Wanted, lang: str) -> Comparison | None:
    """Give what was found when these skills were compared; None if they never were."""
    try:
        return from_json(json.loads(_note_file(wanted, lang).read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, KeyError, TypeError, ValueError) as error:
        log.warning("what was compared cannot be read, and is compared again: %s", error)
        return None


def lost(outcomes: Iterable[Outcome]) -> LostSentencesError:
    """Make the error of models that are not used."""
    changes = [x for each in outcomes if each.comparison for x in each.comparison.vital_losses]
    takers = dict.fromkeys(change.now.intent.partition("_")[0] for change in changes)
    return LostSentencesError(tuple(takers), len(changes))


def _without(wanted: Wanted, lang: str, folder: Path) -> Path:
    return model_file(folder, collect(wanted.own, lang, wanted.confidence))


def _use(wanted: Wanted, lang: str) -> Path:
    """Put a model that was tried in use."""
    model, tried = wanted.file(lang), wanted.cache / _TRIAL / wanted.file(lang).name
    with contextlib.suppress(FileNotFoundError):  # another process was first
        tried.replace(model)
    if not is_whole(model):
        raise TrainingError(f"{model} went away while it was compared; run `anban train` again.")
    with contextlib.suppress(OSError):
        os.utime(model)  # the newest is the one in use
    return model


def _keep_one_in_use(wanted: Wanted, lang: str) -> None:
    """See to it that there is a model in use: the last one, else that of our own skills alone."""
    if last_model(wanted.cache, lang) is None:
        model = _without(wanted, lang, wanted.cache)
        draft = model.with_name(f".{model.name}")
        shutil.copyfile(_without(wanted, lang, wanted.cache / _TRIAL), draft)
        draft.replace(model)


def _note_file(wanted: Wanted, lang: str) -> Path:
    """Where it is noted what was found; both models and the sentences are part of the name."""
    sentences = str(held_out(wanted.skills, lang)).encode()
    with_all = collect(wanted.skills, lang, wanted.confidence).fingerprint
    without = collect(wanted.own, lang, wanted.confidence).fingerprint
    digest = hashlib.sha256(sentences).hexdigest()[:8]
    return wanted.cache / _TRIAL / f"{lang}-{with_all}-{without}-{digest}.json"


def _note(wanted: Wanted, comparison: Comparison) -> None:
    file = _note_file(wanted, comparison.lang)
    draft = file.with_name(f".{file.name}")
    try:
        draft.write_text(json.dumps(to_json(comparison), ensure_ascii=False), "utf-8")
        draft.replace(file)
    except OSError as error:
        log.warning("what was compared is compared again: %s", error)
