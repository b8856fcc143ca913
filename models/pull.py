"""Bringing a model into the home: fetched, or from a zip or folder that is here already."""

import fcntl
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.archive import unpack
from models.errors import ArchiveError, BusyError, ModelMissingError, WrongLanguageError
from models.fetch import Expected, OnProgress, check, download
from models.folder import ModelFolder, check_layout, find
from models.manifest import entries, fetchable, languages
from models.spoken import languages_of
from models.verify import verify

_STAGING = ".staging-"
_NAME = re.compile(r"\w[\w.+-]*")


def pull(
    name_or_language: str,
    models_dir: Path,
    on_progress: OnProgress,
    source: str | None = None,
) -> ModelFolder:
    """Put a model into `models_dir`, checked and loaded once on trial; all of it or nothing.

    `source` is the address of a zip, a zip or a folder; without it, the model is fetched from
    its makers. A model of the same name that is there is replaced, but only at the end.

    Raises:
        UnknownModelError: no such model or language.
        PullError: it could not be fetched or unpacked (see its subclasses).
        CorruptModelError, ModelMissingError: what `source` gives is no working model.
        WrongLanguageError: it is a model of another language.
    """
    if source is None:
        entry = fetchable(name_or_language)
        source, language = entry.url, entry.language
    else:
        language = _language(name_or_language)
    with _staging(models_dir) as staging:
        model, name = _bring(source, models_dir, staging, on_progress)
        spoken = languages_of(model)
        if spoken and language not in spoken:
            found = " or ".join(spoken)
            raise WrongLanguageError(f"{source} is a model for {found}, not for {language}")
        verify(model)
        target = models_dir / name
        if target.exists():
            target.rename(staging.with_name("replaced"))
        model.rename(target)
    return find(language, models_dir, target)


def _language(name_or_language: str) -> str:
    """Return the language of a model that need not be one of ours."""
    if name_or_language in languages():
        return name_or_language
    return fetchable(name_or_language).language


def _bring(
    source: str, models_dir: Path, staging: Path, on_progress: OnProgress
) -> tuple[Path, str]:
    """Return the model's folder within `staging`, and the name to keep it under."""
    archive_name = Path(source.rstrip("/")).name
    expected = _expected(archive_name)
    path = Path(source).expanduser()
    if source.startswith(("http://", "https://")):
        part = models_dir / ".download" / f"{archive_name}.part"
        download(source, part, expected, on_progress)
        model = unpack(part, staging)
        part.unlink()
    elif path.is_dir():
        check_layout(path)
        model = staging / path.resolve().name
        shutil.copytree(path, model)
    elif path.is_file():
        check(path, expected, source)
        model = unpack(path, staging)
    else:
        raise ModelMissingError(f"{source} is neither an address nor a folder nor a zip file")
    # Where an archive has no folder at its top, its own name has to do.
    name = model.name if model != staging else archive_name.removesuffix(".zip")
    if not _NAME.fullmatch(name):
        raise ArchiveError(f"{name!r} is no name for a model's folder: rename it")
    return model, name


def _expected(archive_name: str) -> Expected:
    """Return what is known of an archive, wherever it comes from: a mirror, a memory stick."""
    for entry in entries():
        if entry.url and Path(entry.url).name == archive_name:
            return Expected(entry.bytes, entry.md5, entry.sha256)
    return Expected()


@contextmanager
def _staging(models_dir: Path) -> Iterator[Path]:
    """Return an empty folder on the same disk, so that the last step is one rename.

    One pull at a time: what an earlier one left behind when it was killed can go.
    """
    models_dir.mkdir(parents=True, exist_ok=True)
    with (models_dir / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(f"another process pulls a model into {models_dir}: wait") from error
        for left_behind in models_dir.glob(f"{_STAGING}*"):
            shutil.rmtree(left_behind)
        with tempfile.TemporaryDirectory(prefix=_STAGING, dir=models_dir) as folder:
            staging = Path(folder) / "new"
            staging.mkdir()
            yield staging
