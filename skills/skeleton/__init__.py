"""The beginning of a new skill: a project of its own that passes `anban skills check`.

The files lie in `template/`, with SKILLNAME for the skill's name.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from skills.loading import load_skills

_TEMPLATE: Final = Path(__file__).parent / "template"
_NAME_IN_TEMPLATE: Final = "SKILLNAME"


class SkeletonError(ValueError):
    """The skill cannot be made there; the message says why."""


def make(name: str, folder: Path) -> Path:
    """Write anban-skill-NAME/ and return it.

    Raises:
        SkeletonError: a name that cannot be, or that is taken, or no place to write.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*", name):
        raise SkeletonError(
            f"A skill's name is small letters and digits, such as tea; not {name!r}."
        )
    if name in {item.skill.name for item in load_skills()[0]}:
        raise SkeletonError(f"There is a skill {name} already; choose another name.")
    project = folder / f"anban-skill-{name}"
    try:
        project.mkdir(parents=True)
        for source in sorted(_TEMPLATE.rglob("*.in")):
            relative = source.relative_to(_TEMPLATE).with_suffix("")
            target = project / str(relative).replace("package", f"anban_{name}", 1)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = source.read_text("utf-8").replace(_NAME_IN_TEMPLATE, name)
            target.write_text(text, "utf-8")
    except FileExistsError:
        raise SkeletonError(f"{project} exists already; choose another name or place.") from None
    except OSError as error:
        raise SkeletonError(f"{project} cannot be written: {error.strerror}.") from error
    return project
