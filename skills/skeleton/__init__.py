"""The beginning of a new skill: a project of its own that passes `anban skills check` and tests.

The files lie in `template/`: SKILLNAME stands for the name of the skill, ENWORD and ZHWORD for what
it is about.  Lines from `#: form` to `#: end` are written if a form was asked for, and so on.
"""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, fields
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Final

from pypinyin import lazy_pinyin

from skills.loading import load_skills
from skills.skill import RESERVED

_TEMPLATE: Final = Path(__file__).parent / "template"
_BLOCK: Final = re.compile(r"^#: (?P<part>\w+)\n(?P<lines>.*?)^#: end\n", re.MULTILINE | re.DOTALL)
_LONGEST_NAME: Final = 30
_WORD: Final = re.compile(r"[\w' -]{1,40}")
_ALLOWED: Final = "small letters and digits, beginning with a letter, such as water or tea2"


class SkeletonError(ValueError):
    """The skill cannot be made there; the message says why."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the skill is to have beside an action that stores something."""

    form: bool = False
    """Whether it asks over several turns."""
    reminder: bool = False
    """Whether it sets a reminder."""
    reaction: bool = False
    """Whether it follows what happens in the home."""


def make(
    name: str, folder: Path, parts: Parts | None = None, *, english: str = "", chinese: str = ""
) -> Path:
    """Write anban-skill-NAME/ and return it.

    Args:
        name: The skill's.
        folder: Where the project is made.
        parts: What it is to have.
        english: What it is about, in English; empty: its name.
        chinese: The same in Chinese.

    Raises:
        SkeletonError: a name that cannot be, or that is taken, or no place to write.
    """
    _check_name(name)
    words = {
        "ENWORD": english.strip() or name,
        "ZHWORD": chinese.strip() or name,
        "SKILLNAME": name,
    }
    for word in words.values():
        if not _WORD.fullmatch(word):
            raise SkeletonError(
                f"What the skill is about is a word or two, such as 喝水 or glasses; not {word!r}."
            )
    project = folder / f"anban-skill-{name}"
    try:
        project.mkdir(parents=True)
        for source in sorted(_TEMPLATE.rglob("*.in")):
            relative = str(source.relative_to(_TEMPLATE).with_suffix(""))
            relative = relative.replace("package", f"anban_{name}", 1).replace("SKILLNAME", name)
            target = project / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_filled(source.read_text("utf-8"), parts or Parts(), words), "utf-8")
    except FileExistsError:
        raise SkeletonError(f"{project} exists already; choose another name or place.") from None
    except OSError as error:
        raise SkeletonError(f"{project} cannot be written: {error.strerror}.") from error
    return project


def _filled(text: str, parts: Parts, words: dict[str, str]) -> str:
    wanted = {each.name for each in fields(parts) if getattr(parts, each.name)}
    text = _BLOCK.sub(lambda block: block["lines"] if block["part"] in wanted else "", text)
    for stands, word in words.items():
        text = text.replace(stands, word)
    return text


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*", name) or len(name) > _LONGEST_NAME:
        meant = _meant(name)
        hint = f"; {meant} would do" if meant else ""
        raise SkeletonError(
            f"A skill's name is {_ALLOWED}, at most {_LONGEST_NAME}; not {name!r}{hint}."
        )
    if keyword.iskeyword(name) or name in RESERVED:
        raise SkeletonError(f"{name} means something else already; try {name}skill.")
    loaded, broken = load_skills()
    if name in {*(item.skill.name for item in loaded), *(each.name for each in broken)}:
        raise SkeletonError(f"There is a skill {name} already; choose another name.")
    if PathFinder.find_spec(f"anban_{name}") is not None:  # on the path, whatever was imported
        raise SkeletonError(f"A package anban_{name} is installed already; choose another name.")


def _meant(name: str) -> str:
    """A name that could be, made of one that cannot; empty: no idea."""
    letters = re.sub(r"[^a-z0-9]", "", "".join(lazy_pinyin(name)).lower()).lstrip("0123456789")
    return letters[:_LONGEST_NAME]
