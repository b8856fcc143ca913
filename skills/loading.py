"""Finding skills: every entry point of the group, one that is broken reported and left out."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Final, TypeVar

import yaml

from assistant.dialogue.sources import SkillFolder, comes_with_anban, one_a_name, usable
from assistant.language import Replies
from assistant.store.schema import read_scripts
from assistant.store.skill_tables import check_scripts
from skills.marks import Marks
from skills.settings import Declared
from skills.skill import Skill

log = logging.getLogger(__name__)

T = TypeVar("T")

GROUP: Final = "anban.skills"
IMPORT_SECONDS: Final = 15.0
REQUIRED_REPLIES: Final = ("capability", "example")
"""Every skill says what it can do, and one sentence to try."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A skill ready to work."""

    skill: Skill
    replies: Replies
    version: str
    is_ours: bool = False
    """Whether it comes with Anban: no other package can say so of a skill."""
    migrations: tuple[str, ...] = ()
    """Of its tables; none if it brings no tables."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A skill that could not be loaded, and why."""

    name: str
    reason: str


def load_skills(
    points: Iterable[EntryPoint] | None = None,
    *,
    off: Collection[str] = (),
    marks: Marks | None = None,
) -> tuple[tuple[Loaded, ...], tuple[Broken, ...]]:
    """Every installed skill whose code and data can be used; the others do not hinder them.

    What is left out of the host is left out of the dialogue's models too, and the other way round.

    Args:
        points: Where they are found; by default all that are installed.
        off: Names of those that are switched off: none of their code is run.
        marks: Told which of them is being imported.
    """
    found, twice = one_a_name(entry_points(group=GROUP) if points is None else points)
    loaded: list[Loaded] = []
    broken: list[Broken] = []
    for each in twice:
        log.error("the skill %s is left out: %s", each.name, each.reason)
        broken.append(Broken(each.name, each.reason))
    for point in found:
        if point.name in off:
            continue
        try:
            loaded.append(_within(IMPORT_SECONDS, point, marks))
        except (Exception, SystemExit) as error:  # noqa: BLE001  (a third party's code)
            reason = f"{type(error).__name__}: {error}"
            log.error("the skill %s is left out: %s", point.name, reason)
            broken.append(Broken(point.name, reason))
    kept, left_out = usable(
        (SkillFolder(item.skill.name, item.skill.folder) for item in loaded),
        ours={item.skill.name for item in loaded if item.is_ours},
    )
    for each in left_out:
        log.error("the skill %s is left out: %s", each.name, each.reason)
        broken.append(Broken(each.name, each.reason))
    names = {skill.name for skill in kept}
    return tuple(item for item in loaded if item.skill.name in names), tuple(broken)


def declared(loaded: Iterable[Loaded]) -> tuple[Declared, ...]:
    """What each of them declares of its settings."""
    return tuple(Declared(item.skill.name, item.skill.settings) for item in loaded)


def _within(seconds: float, point: EntryPoint, marks: Marks | None) -> Loaded:
    def work() -> Loaded:
        with marks.running(point.name) if marks else contextlib.nullcontext():
            return _load(point)

    return imported(work, point.name, seconds)


def imported(work: Callable[[], T], name: str, seconds: float) -> T:
    """Import on a thread of its own: one that hangs is left behind.

    Args:
        work: Imports a skill's code.
        name: The skill's.
        seconds: How long it may take.

    Raises:
        TimeoutError: it takes longer.
        BaseException: whatever the code raised.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  (handed to who waits)
            future.set_exception(error)

    threading.Thread(target=run, name=f"import {name}", daemon=True).start()
    try:
        return future.result(seconds)
    except FutureTimeoutError:
        raise TimeoutError(f"its import takes longer than {seconds:.0f} s") from None


def _load(point: EntryPoint) -> Loaded:
    skill = point.load()
    if not isinstance(skill, Skill):
        raise TypeError(f"{point.value} is no skills.api.Skill")
    if skill.name != point.name:
        raise ValueError(f"its entry point is named {point.name}, but the skill {skill.name}")
    replies = Replies.load(skill.folder)
    for key in REQUIRED_REPLIES:
        if key not in replies:
            raise ValueError(f"{skill.folder}/*/replies.yml: {key}: is absent")
    migrations = read_scripts(skill.folder / "migrations")
    if migrations:
        check_scripts(skill.name, migrations)
    version = point.dist.version if point.dist else ""
    return Loaded(skill, replies, version, is_ours=comes_with_anban(point), migrations=migrations)


def actions_of(skill: SkillFolder) -> tuple[str, ...]:
    """Name what a skill's code does, by its data alone."""
    domain = yaml.safe_load((skill.path / "domain.yml").read_text("utf-8"))
    return tuple(name for name in domain.get("actions") or () if not name.startswith("utter_"))
