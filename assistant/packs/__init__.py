"""Which languages there are, and where the data of each lies.

A language is a folder `assistant/language/<code>` with a `language.toml`; the same path in a pack
counts, too.  A pack is a folder that mirrors the project and holds nothing but data: packs are
named by `$ANBAN_LANGUAGES`, parted as in `$PATH`.  What stands in the project is never replaced.
"""

from __future__ import annotations

import logging
import os
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from cattrs import Converter
from cattrs.errors import ClassValidationError

log = logging.getLogger(__name__)

VARIABLE: Final = "ANBAN_LANGUAGES"
PROJECT: Final = Path(__file__).resolve().parents[2]
"""The folder that holds `assistant`, `skills`, `models` and, from source, `dialogue`."""
_LANGUAGES: Final = "assistant/language"
_FACTS: Final = "language.toml"
_LAST: Final = 100
_LEFT_OUT: Final[dict[Path, str]] = {}
"""Files that were found to have a mistake, and which."""


class PackError(ValueError):
    """The facts of a language cannot be used; the message names the file and the mistake."""


@dataclass(frozen=True, slots=True)
class Script:
    """How a language is written."""

    letters: str
    """Its letters in lower case, as inside a regular expression's class: `a-zäöüß`."""
    spaces: bool = True
    """Whether spaces part its words; without, each character is a token of its own."""
    frequent: tuple[str, ...] = ()
    """Its most frequent words: a speech model that knows few of them is of another language."""


@dataclass(frozen=True, slots=True)
class VoiceFacts:
    """Which voice speaks a language."""

    engine: str
    """The voice's identifier, the same for pyttsx3 and for espeak-ng."""
    sample: str
    """A short sentence that proves the voice."""
    rate_factor: float = 1.0
    """Engine rate for each asked word per minute."""
    joiner: str = " "
    """What stands between two sentences of written text."""
    elder: str = ""
    """The voice of the synthetic elder of `anban demo`; empty: Anban's own."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """How it is said that a language lacks something."""

    language: str
    """The language in which it is said instead."""
    words: str
    """An honest word before it; {text} is what the other language says."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What `language.toml` says of a language."""

    name: str
    """The language's own name for itself."""
    script: Script
    voice: VoiceFacts
    wake_phrases: tuple[str, ...]
    order: int = _LAST
    """Its place among the languages; the first one is the default."""
    whole: bool = False
    """Whether every folder of replies and of what is said to skills must bring it."""
    cries_learned: bool = False
    """Whether the weights of `models/cry_likeness` were trained on its cries, too."""
    country: str = ""
    """The country code of its telephones; empty if it is spoken in several countries."""
    fallback: Fallback | None = None
    """None for a whole language, which lacks nothing."""
    plain: dict[str, Any] = field(default_factory=dict)
    """How it sounds, reads numbers and says times, for a language without functions of its own;
    see `assistant.language.plain`."""


@cache
def packs() -> tuple[Path, ...]:
    """Name the folders of packs, in their order."""
    named = os.environ.get(VARIABLE, "").split(os.pathsep)
    return tuple(Path(folder).expanduser().resolve() for folder in named if folder)


@cache
def codes() -> tuple[str, ...]:
    """List every language by its code, the default one first; those with mistakes are left out."""
    return tuple(_found()[0])


def facts(code: str) -> Facts:
    """Tell what `language.toml` says of a language; raises KeyError if there is no such one."""
    return _found()[0][code]


def problems() -> tuple[str, ...]:
    """Say which languages and which of their files are left out, and why."""
    return (*_found()[1], *_LEFT_OUT.values())


def tables(pattern: str) -> dict[str, dict[str, Any]]:
    """Read the TOML file that each language has of one kind, by code, sorted by it.

    Raises:
        PackError: one of a whole language cannot be read; another language's is left out.
    """
    found: dict[str, dict[str, Any]] = {}
    for code, file in by_language(pattern).items():
        try:
            found[code] = tomllib.loads(file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            leave_out(code, file, error)
    return found


def leave_out(code: str, file: Path, error: Exception) -> None:
    """Go on without a file that has a mistake, so that it costs its own language alone.

    Raises:
        PackError: the language is whole, so the mistake is ours.
    """
    mistake = f"{file}: {error}"
    if facts(code).whole:
        raise PackError(mistake) from error
    if _LEFT_OUT.setdefault(file, mistake) is mistake:
        log.error("a file of a language is left out: %s", mistake)


@cache
def _found() -> tuple[dict[str, Facts], tuple[str, ...]]:
    read: dict[str, Facts] = {}
    mistakes: list[str] = []
    for root in (PROJECT, *packs()):
        if not (root / _LANGUAGES).is_dir():
            mistakes.append(f"{root}: is no pack of languages: it has no {_LANGUAGES}")
        for file in sorted((root / _LANGUAGES).glob(f"*/{_FACTS}")):
            try:
                read.setdefault(file.parent.name, _read(file))
            except PackError as error:
                mistakes.append(str(error))
    for mistake in mistakes:
        log.error("a language is left out: %s", mistake)
    return dict(sorted(read.items(), key=lambda item: (item[1].order, item[0]))), tuple(mistakes)


def _read(file: Path) -> Facts:
    try:
        data = tomllib.loads(file.read_text("utf-8"))
        known = _CONVERTER.structure(data, Facts)
    except OSError as error:
        raise PackError(f"{file}: cannot be read: {error.strerror}") from error
    except ClassValidationError as error:
        mistakes = "; ".join(str(each) for each in error.exceptions)
        raise PackError(f"{file}: {mistakes}; see docs/languages.md") from error
    except ValueError as error:  # no TOML, no UTF-8
        raise PackError(f"{file}: {error}") from error
    if known.whole == (known.fallback is not None):
        raise PackError(f"{file}: a language is whole, or it has [fallback]; see docs/languages.md")
    return known


def located(file: Path) -> Path:
    """Give a file of the project, or the same file of the first pack that has it.

    If none has it, it is the project's path, so that an error names where it is looked for.
    """
    if file.exists() or not file.is_relative_to(PROJECT):
        return file
    inside = file.relative_to(PROJECT)
    return next((pack / inside for pack in packs() if (pack / inside).exists()), file)


def by_language(pattern: str) -> dict[str, Path]:
    """Find the files that each language has of one kind, by code, sorted by it.

    `pattern` is a path inside the project with {lang}: "assistant/phrases/{lang}.toml".
    """
    found = {code: located(PROJECT / pattern.format(lang=code)) for code in sorted(codes())}
    return {code: file for code, file in found.items() if file.is_file()}


def whole() -> tuple[str, ...]:
    """List the languages that every folder of replies and sentences must bring."""
    return tuple(code for code in codes() if facts(code).whole)


_CONVERTER: Final = Converter(forbid_extra_keys=True)
