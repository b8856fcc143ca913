"""What is installed, for people to read."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.language import LANGUAGES
from assistant.packs import located
from assistant.settings import read
from skills.loading import Broken, Loaded, declared, load_skills
from skills.settings import example_of, problems_in


@dataclass(frozen=True, slots=True)
class Row:
    """One skill."""

    name: str
    version: str
    languages: tuple[str, ...]
    intents: tuple[str, ...]
    """Without the skill's name in front."""
    actions: int
    web: tuple[str, ...]
    """Whom it asks on the internet once the elder agreed."""


@dataclass(frozen=True, slots=True)
class Installed:
    """Every skill that loads, those that do not, and what of their settings cannot be used."""

    rows: tuple[Row, ...]
    broken: tuple[Broken, ...]
    settings_problems: tuple[str, ...]
    """`file:line: setting: what` for each."""


def installed(settings: Path, off: Collection[str] = ()) -> Installed:
    """Look at every skill; none of the code of those that are off runs.

    `settings`: the home's anban.toml; `off`: their names.
    """
    with quietly():
        loaded, broken = load_skills(off=off)
    others = [*(each.name for each in broken), *off]
    of_file = [each for each in read(settings).problems if "skills" in each]
    problems = tuple(dict.fromkeys((*of_file, *problems_in(settings, declared(loaded), others))))
    return Installed(tuple(_row(item) for item in loaded), broken, problems)


@contextmanager
def quietly() -> Iterator[None]:
    """Log no errors within: what cannot be loaded is told by whoever asked."""
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def settings_examples() -> dict[str, str]:
    """The section of every skill that loads, with its defaults; empty if it has no settings."""
    return {each.name: example_of(each) for each in declared(load_skills()[0])}


def _row(item: Loaded) -> Row:
    folder = item.skill.folder
    domain = yaml.safe_load((folder / "domain.yml").read_text("utf-8"))
    return Row(
        item.skill.name,
        item.version,
        tuple(lang for lang in LANGUAGES if located(folder / lang / "nlu.yml").exists()),
        tuple(item.skill.own(intent) for intent in domain.get("intents", ())),
        len(item.skill.actions) + 2 * len(item.skill.forms),
        item.skill.web,
    )
