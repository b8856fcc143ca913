"""Merges what a model is made of, for one language: the skills' folders and Rasa's project."""

from __future__ import annotations

import copy
import hashlib
import importlib.util
import logging
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final

import yaml

from assistant.dialogue.errors import TrainingError
from assistant.dialogue.layout import PROJECT
from assistant.packs import located, whole
from assistant.settings import LANGUAGES

log = logging.getLogger(__name__)

GROUP: Final = "anban.skills"
DISTRIBUTION: Final = "anban"
FALLBACK: Final = "nlu_fallback"
VERSION: Final = "3.1"
"""The version of Rasa's training data format."""
_LISTS: Final = ("intents", "entities", "actions")
_TABLES: Final = ("slots", "forms", "responses")
VITAL: Final = ("emergency_help", "medication_taken")
"""The intents that no other skill may take a sentence from, the most urgent first: they win ties
(`dialogue/precedence.py`), and a model in which they lost one is not used (`guarding.py`)."""
_DECISION: Final = "dialogue.decision.Decision"
_CODE: Final = (
    "entity_extractor.py",
    "han_tokenizer.py",
    "intent_classifier.py",
    "requirements.lock",
)
"""The files of Rasa's project that decide what a model becomes, beside its data."""
_ANNOTATION: Final = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
_EXAMPLE: Final = re.compile(r"^\s*- (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SkillFolder:
    """A skill as data: domain.yml, rules.yml, and a `<lang>/nlu.yml` for each language."""

    name: str
    path: Path
    is_ours: bool = False
    """Whether it comes with Anban: no other package can say so of a skill."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A skill that takes part in no model, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sources:
    """All inputs of one model, and their fingerprint."""

    lang: str
    files: dict[str, str]
    """Path inside the training folder → text."""
    fingerprint: str
    """The fingerprint: equal inputs, equal model."""


def installed_skills() -> tuple[SkillFolder, ...]:
    """Every skill of the entry point group; none of their code is run."""
    found = []
    points, twice = one_a_name(entry_points(group=GROUP))
    for each in twice:
        log.error("the skill %s is left out: %s", each.name, each.reason)
    for point in points:
        folder = _folder_of(point.module)
        if folder is None:
            log.error("the skill %s is not there (%s); it is left out", point.name, point.module)
            continue
        found.append(SkillFolder(point.name, folder, is_ours=comes_with_anban(point)))
    return tuple(found)


def one_a_name(
    points: Iterable[EntryPoint],
) -> tuple[tuple[EntryPoint, ...], tuple[LeftOut, ...]]:
    """Give one entry point of each name, ours before others, by name; and those that are too many.

    A package that brings a skill of ours would else take its place, or have its code run beside it.
    """
    kept: dict[str, EntryPoint] = {}
    left_out: list[LeftOut] = []
    for point in sorted(points, key=_precedence):
        first = kept.setdefault(point.name, point)
        if first.value != point.value:
            package, used = _package_of(point), _package_of(first)
            reason = f"two packages bring a skill {point.name}; that of {used} is used"
            left_out.append(LeftOut(f"{point.name} ({package})", reason))
    return tuple(kept.values()), tuple(left_out)


def _precedence(point: EntryPoint) -> tuple[str, bool, str, str]:
    return point.name, not comes_with_anban(point), _package_of(point), point.value


def _package_of(point: EntryPoint) -> str:
    return point.dist.name if point.dist else point.module.partition(".")[0]


def comes_with_anban(point: EntryPoint) -> bool:
    """Whether a skill is one of Anban's own."""
    is_of_anban = point.dist is not None and point.dist.name == DISTRIBUTION
    return is_of_anban and point.module.startswith("skills.")


def _folder_of(module: str) -> Path | None:
    """Find the folder that a module lies in; asked for as a whole, its packages would be run."""
    package, *within = module.split(".")
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    if not within:
        return Path(spec.origin).parent if spec.origin else None
    roots = spec.submodule_search_locations or ()
    places = [Path(root, *within) for root in roots]
    return next((p.parent for p in places if p.is_dir() or p.with_suffix(".py").is_file()), None)


def usable(
    skills: Iterable[SkillFolder], ours: Collection[str] = ()
) -> tuple[tuple[SkillFolder, ...], tuple[LeftOut, ...]]:
    """Those whose data can be read in every language and merged, and the others.

    The same for every language: a home that speaks both has the same skills in both.  Of two that
    claim one name, the one of `ours` keeps it, else the first by name.
    """
    domain = _read(PROJECT / "domain.yml")
    kept: list[SkillFolder] = []
    left_out: list[LeftOut] = []
    for skill in sorted(skills, key=lambda skill: (skill.name not in ours, skill.name)):
        trial = copy.deepcopy(domain)
        try:
            _merge_domain(trial, _read(skill.path / "domain.yml"), skill)
            _listed(skill.path / "rules.yml", "rules")
            for lang in LANGUAGES:
                _said(skill, lang)
        except TrainingError as error:
            left_out.append(LeftOut(skill.name, str(error)))
            continue
        domain = trial
        kept.append(skill)
    return tuple(sorted(kept, key=lambda skill: skill.name)), tuple(left_out)


def _listed(file: Path, part: str) -> list[Any]:
    content = _read(file).get(part) or []
    if isinstance(content, list) and all(isinstance(item, dict) for item in content):
        return content
    raise TrainingError(f"{file}: {part}: must be a list of tables; see docs/skills.md.")


def collect(skills: Iterable[SkillFolder], lang: str, confidence: float) -> Sources:
    """Merge the skills' data and the project's own for one language.

    Raises:
        TrainingError: a file is absent, no YAML, or two skills claim the same name.
    """
    skills = sorted(skills, key=lambda skill: skill.name)
    config = _read(located(PROJECT / lang / "config.yml"))
    for component in config["pipeline"]:
        if component["name"] in {_DECISION, "FallbackClassifier"}:  # of an older pack of a language
            component |= {
                "name": _DECISION,
                "threshold": confidence,
                "vital": _words_in_ties(skills, lang),
            }
    domain = _read(PROJECT / "domain.yml")
    rules = list(_read(PROJECT / "rules.yml")["rules"])
    said: list[dict[str, Any]] = []
    taught: set[str] = set()
    for skill in skills:
        _merge_domain(domain, _read(skill.path / "domain.yml"), skill)
        rules += _listed(skill.path / "rules.yml", "rules")
        own = _said(skill, lang)
        said += own
        if not skill.is_ours:  # ours were measured with these sentences as they are
            taught |= set(_taught(own))
    nlu = [_out_of_scope(lang, {skill.name for skill in skills}, taught), *said]
    files = {
        "config.yml": _dump(config),
        "domain.yml": _dump(domain),
        "data/rules.yml": _dump({"version": VERSION, "rules": rules}),
        "data/nlu.yml": _dump({"version": VERSION, "nlu": nlu}),
    }
    digest = hashlib.sha256()
    for name in _CODE:
        digest.update((PROJECT / name).read_bytes())
    for text in files.values():
        digest.update(text.encode())
    return Sources(lang, files, digest.hexdigest()[:20])


def trainable() -> tuple[str, ...]:
    """List the languages that a model can be made for: those with a config.yml of Rasa's."""
    return tuple(lang for lang in LANGUAGES if located(PROJECT / lang / "config.yml").exists())


def _said(skill: SkillFolder, lang: str) -> list[Any]:
    """What is said to a skill; a language that is not whole may lack it."""
    file = located(skill.path / lang / "nlu.yml")
    return _listed(file, "nlu") if file.exists() or lang in whole() else []


def _words_in_ties(skills: Iterable[SkillFolder], lang: str) -> dict[str, str]:
    """Give each vital intent with the words that decide a tie for it, by its skill's `ties.yml`."""
    folders = {skill.name: skill.path for skill in skills}
    words: dict[str, str] = {}
    for intent in VITAL:
        skill = folders.get(intent.partition("_")[0])
        file = located(skill / lang / "ties.yml") if skill else None
        if file is not None:
            words[intent] = str(_read(file).get(intent, "")) if file.exists() else ""
    return words


def _taught(said: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Give the bare words of every sentence that a skill is taught."""
    for block in said:
        if "intent" in block and isinstance(block.get("examples"), str):
            yield from map(bare_words, _EXAMPLE.findall(block["examples"]))


def bare_words(sentence: str) -> str:
    """Give the words of a sentence alone: two that differ in nothing else are the same."""
    return re.sub(r"\W+", " ", _ANNOTATION.sub(r"\1", sentence)).strip().lower()


def _out_of_scope(lang: str, loaded: set[str], taught: Collection[str]) -> dict[str, Any]:
    """Give what no skill answers.

    Topics of skills that are loaded are left out, and sentences that new skills are taught.
    """
    file = located(PROJECT / lang / "out_of_scope.yml")
    topics = _read(file) if file.exists() or lang in whole() else {}
    sentences = [
        str(sentence)
        for topic, group in topics.items()
        if topic not in loaded
        for sentence in group
        if bare_words(str(sentence)) not in taught
    ]
    return {"intent": FALLBACK, "examples": "".join(f"- {sentence}\n" for sentence in sentences)}


def _merge_domain(domain: dict[str, Any], own: dict[str, Any], skill: SkillFolder) -> None:
    for part, kind in (*((part, list) for part in _LISTS), *((part, dict) for part in _TABLES)):
        if not isinstance(own.get(part) or kind(), kind):
            raise TrainingError(f"{skill.path / 'domain.yml'}: {part}: must be a {kind.__name__}.")
    for part in _LISTS:
        known = domain.setdefault(part, [])
        known += [item for item in own.get(part) or [] if item not in known]
    for part in _TABLES:
        table = domain.setdefault(part, {})
        for name, value in (own.get(part) or {}).items():
            if name in table and table[name] != value:
                raise TrainingError(
                    f"{skill.path / 'domain.yml'}: {part}: {name} is taken by another skill; "
                    f"begin the name with {skill.name}_."
                )
            table[name] = value


def _read(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text("utf-8"))
    except OSError as error:
        raise TrainingError(f"{file}: cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TrainingError(f"{file}: no valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise TrainingError(f"{file}: must be a table; see docs/skills.md.")
    return content


def _dump(content: dict[str, Any]) -> str:
    return str(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000))
