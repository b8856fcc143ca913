"""The models Anban knows: `manifest.toml`, read and checked."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import cattrs

from assistant.packs import codes
from models.errors import UnknownModelError

PACKAGE = Path(__file__).parent
Kind = Literal["official", "tiny", "own"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One model of the manifest: fetched from `url`, or lying in `folder` of this package."""

    name: str
    task: str
    language: str
    kind: Kind
    licence: str
    data: str
    figures: str
    recommended: bool = False
    """True for the model of its language that `pull` fetches when none is named."""
    url: str = ""
    bytes: int = 0
    """Size of the archive."""
    md5: str = ""
    sha256: str = ""
    folder: str = ""
    sums: str = ""
    """File of the folder with the sha256 of the others."""


@cache
def entries() -> tuple[Entry, ...]:
    """Return all speech models, for each language the better first."""
    document = tomllib.loads((PACKAGE / "manifest.toml").read_text(encoding="utf-8"))
    converter = cattrs.Converter(forbid_extra_keys=True)
    return tuple(
        converter.structure(model, Entry)
        for model in document["model"]
        if model["task"] == "speech"
    )


def languages() -> tuple[str, ...]:
    """Return the languages that Anban speaks, whether the manifest has a model for each or not."""
    return codes()


def fetchable(name_or_language: str) -> Entry:
    """Return the model of that name, or the recommended one of that language.

    Raises:
        UnknownModelError: neither; names those there are.
    """
    offers = [entry for entry in entries() if entry.url]
    for entry in offers:
        if name_or_language == entry.name or (
            entry.recommended and name_or_language == entry.language
        ):
            return entry
    offered = dict.fromkeys(entry.language for entry in offers)
    known = ", ".join([*offered, *(entry.name for entry in offers)])
    raise UnknownModelError(f"there is no model {name_or_language!r} to pull; there are: {known}")
