"""Whether a model works: its files, their sums, and a trial in a process of its own.

Vosk aborts the whole process on some damaged models, so it is never loaded here.
"""

import hashlib
import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from models.errors import CorruptModelError
from models.folder import check_layout
from models.spoken import language_of

TRIAL_TIMEOUT_SECONDS = 180.0
_TRIAL = Path(__file__).with_name("_trial.py")
_SUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Report:
    """A model that works."""

    path: Path
    language: str | None
    bytes: int
    load_seconds: float
    sums_checked: bool
    """True where the folder brings the sums of its files, and they are right."""


def verify(path: Path) -> Report:
    """Check a model's files, load it in a child process, and let it hear a second of sound.

    Takes as long as loading: a tenth of a second to a minute.

    Raises:
        ModelMissingError: there is no such folder.
        CorruptModelError: names the file or what Vosk said.
    """
    check_layout(path)
    sums_checked = _check_sums(path)
    load_seconds = _trial(path)
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return Report(path, language_of(path), size, load_seconds, sums_checked)


def _check_sums(path: Path) -> bool:
    """Check against the folder's SHA256SUMS, in the form of sha256sum."""
    if not (path / _SUMS).is_file():
        return False
    for line in (path / _SUMS).read_text(encoding="utf-8").splitlines():
        expected, _, name = line.partition("  ")
        try:
            with (path / name).open("rb") as file:
                actual = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise CorruptModelError(f"{path / name} cannot be read: {error.strerror}") from error
        if actual != expected:
            raise CorruptModelError(
                f"{path / name} is damaged (its sha256 is not that of {_SUMS}): "
                "put the whole model there again"
            )
    return True


def _trial(path: Path) -> float:
    command = [sys.executable, "-I", str(_TRIAL), str(path.absolute())]
    try:
        child = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TRIAL_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CorruptModelError(
            f"{path}: loading did not end within {TRIAL_TIMEOUT_SECONDS:.0f} s"
        ) from error
    if child.returncode != 0:
        raise CorruptModelError(f"{path}: Vosk cannot use this model: {_reason(child)}")
    return float(json.loads(child.stdout)["load_seconds"])


def _reason(child: subprocess.CompletedProcess[str]) -> str:
    """Return Vosk's own error line, or how the process ended."""
    lines = child.stderr.splitlines()
    errors = [line for line in lines if line.startswith(("ERROR", "ASSERTION_FAILED"))]
    if errors:
        return errors[0]
    if child.returncode < 0:
        return f"it ended the process by {signal.Signals(-child.returncode).name}"
    return lines[-1] if lines else f"exit status {child.returncode}"
