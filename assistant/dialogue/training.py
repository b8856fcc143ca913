"""Models of all languages: trained once from the skills' folders, then taken from the cache."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from assistant.dialogue.errors import TrainingError
from assistant.dialogue.layout import python
from assistant.dialogue.program import STDERR_TAIL, running
from assistant.dialogue.sources import (
    SkillFolder,
    Sources,
    collect,
    installed_skills,
    trainable,
    usable,
)
from assistant.settings import LANGUAGES

log = logging.getLogger(__name__)

DEADLINE_SECONDS: Final = 600.0
"""How long training may take: 15 s on two quick cores, minutes on a small one.

At a first start of the home by the clock, since the elder waits; by hand of computing alone.
"""
_KEPT_MODELS: Final = 4
"""How many models of one language are kept; older ones are of skills that have changed since."""
_LOCK_LOOK_SECONDS: Final = 0.5
_SCRATCH: Final = ".training-"


@dataclass(frozen=True, slots=True)
class Trained:
    """How far a model is."""

    lang: str
    step: str
    """The part of the pipeline at work; "cached" if nothing was to be done, "waiting" before it
    begins, "ready" at its end, "comparing" while it is held against another."""
    done: float
    """How much is done, 0 to 1."""


Progress = Callable[[Trained], None]


def is_trained(
    cache: Path, lang: str, confidence: float, skills: Iterable[SkillFolder] | None = None
) -> bool:
    """Whether the model of a language is in the cache; raises DialogueError if none can be."""
    python()  # without Rasa's environment a model is of no use
    folders = usable(installed_skills())[0] if skills is None else skills
    return model_file(cache, collect(folders, lang, confidence)).is_file()


def last_model(cache: Path, lang: str) -> Path | None:
    """The newest whole model of a language, of whichever skills; None if there is none."""
    models = sorted(cache.glob(f"{lang}-*.tar.gz"), key=lambda file: -file.stat().st_mtime)
    return next((model for model in models if is_whole(model)), None)


async def train(
    cache: Path,
    *,
    langs: Iterable[str] | None = None,
    skills: Iterable[SkillFolder] | None = None,
    confidence: float = 0.5,
    progress: Progress | None = None,
    deadline_seconds: float = DEADLINE_SECONDS,
    by_work: bool = False,
) -> dict[str, Path]:
    """The model of every language, by language; only what changed is trained.

    Each is in the cache as soon as it is trained, whatever becomes of the others.

    Args:
        cache: Folder of the models, `<lang>-<fingerprint>.tar.gz`; may be shared by homes.
        langs: Which languages; by default all that have a config.yml of Rasa's.
        skills: Whose data; by default of all that are installed those that can be read.
        confidence: Below it a sentence is out of scope; part of the model.
        progress: Told of every step.
        deadline_seconds: For all of them together.
        by_work: Count what training computes instead of the time (`WorkLimit`), and wait for
            another Anban that trains there as long as it takes.

    Raises:
        DialogueError: the data cannot be used, or there is no environment to train in.
    """
    folders = usable(installed_skills())[0] if skills is None else tuple(skills)
    if not folders:
        raise TrainingError("No skill is installed, so there is nothing to understand; run `make`.")
    tell = progress or (lambda _: None)
    models: dict[str, Path] = {}
    missing: list[Sources] = []
    for lang in trainable() if langs is None else langs:
        sources = collect(folders, lang, confidence)
        models[lang] = model_file(cache, sources)
        if is_whole(models[lang]):
            with contextlib.suppress(OSError):  # it cannot be written: no model grows old there
                os.utime(models[lang])
            tell(Trained(lang, "cached", 1.0))
        else:
            missing.append(sources)
    if missing:
        try:
            cache.mkdir(parents=True, exist_ok=True)
            for sources in missing:
                tell(Trained(sources.lang, "waiting", 0.0))
            async with _alone_in(cache, None if by_work else deadline_seconds):
                for left in cache.glob(f"{_SCRATCH}*"):  # of one that was ended by a signal
                    shutil.rmtree(left, ignore_errors=True)
                # What another Anban trained while this one waited is there now.
                if missing := [each for each in missing if not is_whole(models[each.lang])]:
                    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=cache) as scratch:
                        jobs = _jobs(missing, Path(scratch))
                        await _train(jobs, cache, models, tell, deadline_seconds, by_work)
        except OSError as error:
            raise TrainingError(f"{cache} cannot be written: {error.strerror}.") from error
        _forget_old(cache, set(models.values()))
    return models


@contextlib.asynccontextmanager
async def _alone_in(cache: Path, deadline_seconds: float | None) -> AsyncIterator[None]:
    """Of several processes that share a cache, one trains at a time."""
    with (cache / ".lock").open("a") as file:
        try:
            async with asyncio.timeout(deadline_seconds):
                while not _locked(file):  # noqa: ASYNC110 - it is held by another process
                    await asyncio.sleep(_LOCK_LOOK_SECONDS)
        except TimeoutError as error:
            raise TrainingError(
                f"Another Anban has been training in {cache} for {deadline_seconds:.0f} s; "
                "end it, or wait and try again."
            ) from error
        yield  # the lock goes with the file


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def model_file(cache: Path, sources: Sources) -> Path:
    """Give the place of a model in the cache."""
    return cache / f"{sources.lang}-{sources.fingerprint}.tar.gz"


def _jobs(missing: Iterable[Sources], scratch: Path) -> list[dict[str, str]]:
    """Write what each model is made of, and say where."""
    jobs = []
    for sources in missing:
        folder = scratch / sources.lang
        for name, text in sources.files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        output = folder / "model.tar.gz"
        jobs.append({"lang": sources.lang, "folder": str(folder), "output": str(output)})
    return jobs


async def _train(
    jobs: list[dict[str, str]],
    cache: Path,
    models: Mapping[str, Path],
    tell: Progress,
    deadline_seconds: float,
    by_work: bool,
) -> None:
    late = (
        f"Training was not done after {deadline_seconds:.0f} s and was ended; what is finished is "
        "kept. Close other programs and run `anban train`."
    )
    if by_work:
        late = (
            f"Training was not done after {deadline_seconds:.0f} s of computing, or came to no "
            "turn for so long, and was ended; what is finished is kept. `anban train` goes on."
        )
    async with running("dialogue.train", cache, deadline_seconds, late, by_work=by_work) as process:
        await _follow(process, jobs, models, tell)


async def _follow(
    process: asyncio.subprocess.Process,
    jobs: list[dict[str, str]],
    models: Mapping[str, Path],
    tell: Progress,
) -> None:
    """Feed the jobs, pass on the progress, put each finished model in place."""
    feed, lines, complaints = process.stdin, process.stdout, process.stderr
    if feed is None or lines is None or complaints is None:
        raise TrainingError("The training process has no pipes; this is a mistake of Anban's.")
    errors = asyncio.create_task(complaints.read())
    trained: set[str] = set()
    failures: list[str] = []
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        feed.write("".join(json.dumps(job) + "\n" for job in jobs).encode())
        feed.write_eof()
    async for line in lines:
        said = json.loads(line)
        if "model" in said:
            model, lang = Path(said["model"]), said["lang"]
            await asyncio.to_thread(_sync, model)
            model.replace(models[lang])
            trained.add(lang)
            tell(Trained(lang, "ready", 1.0))
        elif said.get("stale"):
            raise TrainingError(
                f"The dialogue environment is out of date ({said['error']}); run `make setup`."
            )
        elif "error" in said:
            failures.append(f"{said['lang']}: {said['error']}")
        else:
            tell(Trained(said["lang"], said["step"], said["done"]))
    await process.wait()
    tail = (await errors).decode(errors="replace")[-STDERR_TAIL:].strip()
    if failures or len(trained) < len(jobs):
        reason = "; ".join(failures) or tail or f"status {process.returncode}"
        raise TrainingError(
            f"Rasa could not train: {reason}. Run `anban skills check` to find the mistake; "
            "a skill can be left out by uninstalling it."
        )


def is_whole(model: Path) -> bool:
    """Whether the archive is there and can be read to its end."""
    try:
        with tarfile.open(model, "r:gz") as archive:
            return len(archive.getmembers()) > 0
    except (OSError, EOFError, zlib.error, tarfile.TarError):
        return False


def _sync(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _forget_old(cache: Path, wanted: set[Path]) -> None:
    for lang in LANGUAGES:
        newest = sorted(cache.glob(f"{lang}-*.tar.gz"), key=lambda file: -file.stat().st_mtime)
        for file in newest[_KEPT_MODELS:]:
            if file not in wanted:
                file.unlink(missing_ok=True)
