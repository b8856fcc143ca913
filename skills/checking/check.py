"""A skill's whole folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from assistant.dialogue.sources import installed_skills
from assistant.language import LANGUAGES, Replies, RepliesInvalidError
from assistant.packs import located, whole
from assistant.store.errors import StoreError
from assistant.store.schema import read_scripts
from assistant.store.skill_tables import check_scripts
from skills.checking.code import (
    check_actions,
    check_imports,
    check_rendered,
    load,
    name_written,
)
from skills.checking.data import (
    Domain,
    check_domain,
    check_rules,
    check_sentences,
    check_taught_alone,
)
from skills.checking.held_out import check_held_out
from skills.checking.lines import Document, UnreadableError
from skills.checking.problem import Problem
from skills.loading import REQUIRED_REPLIES

LANGUAGES_FIRST = whole()[0]
"""Whose file is named if a key is missing in all."""


def check_skill(folder: Path) -> list[Problem]:
    """Every mistake that can be found without training; none if the skill is sound.

    What cannot be read comes first: much of the rest may follow from it.
    """
    folder = folder.resolve()
    skill, unread = load(folder)
    documents = _read(folder, unread)
    name = skill.name if skill else name_written(folder)
    installed = installed_skills()
    ours = {other.name: other.path for other in installed if other.is_ours}
    if ours.get(name, folder) != folder:
        message = f"the skill {name} comes with Anban; choose another name"
        return _in_order(unread, [Problem(folder / "skill.py", 0, message)])
    problems = [*check_imports(folder)]
    domain = Domain(*(frozenset[str](),) * 4)
    if "domain.yml" in documents:
        domain, troubles = check_domain(name, documents["domain.yml"])
        problems += troubles
        if skill is not None:
            problems += check_actions(skill, domain, folder)
    if domain.intents:
        if "rules.yml" in documents:
            problems += check_rules(documents["rules.yml"], domain)
        sentences = {
            lang: documents[f"{lang}/nlu.yml"] for lang in whole() if f"{lang}/nlu.yml" in documents
        }
        problems += check_sentences(sentences, domain)
        if name not in ours:  # ours are measured together, with the few that they share
            others = [other for other in installed if other.name != name]
            problems += check_taught_alone(sentences, domain, others)
    problems += check_held_out(name, folder, documents, domain)
    problems += _check_replies(name, folder, domain)
    if name:
        problems += _check_migrations(name, folder / "migrations")
    return _in_order(unread, problems)


def _in_order(first: Iterable[Problem], others: Iterable[Problem]) -> list[Problem]:
    begin = sorted(set(first))
    return begin + sorted(set(others) - set(begin))


def _read(folder: Path, problems: list[Problem]) -> dict[str, Document]:
    documents = {}
    in_part = [lang for lang in LANGUAGES if lang not in whole()]
    said = [f"{lang}/nlu.yml" for lang in whole()]
    said += [name for lang in in_part if located(folder / (name := f"{lang}/nlu.yml")).exists()]
    for name in ("domain.yml", "rules.yml", *said):
        try:
            documents[name] = Document(located(folder / name))
        except UnreadableError as error:
            problems.append(error.problem)
    return documents


def _check_replies(name: str, folder: Path, domain: Domain) -> list[Problem]:
    file = folder / LANGUAGES_FIRST / "replies.yml"
    try:
        replies = Replies.load(folder)
    except RepliesInvalidError as error:
        return [_place(str(error), file)]
    problems = list(check_rendered(folder, replies))
    wanted = dict.fromkeys(REQUIRED_REPLIES, "every skill has it")
    for action in sorted(domain.actions):
        for start, begin in ((f"utter_ask_{name}_", "ask_"), (f"utter_{name}_", "")):
            if name and action.startswith(start):
                wanted[begin + action.removeprefix(start)] = f"{action} of domain.yml says it"
    return problems + [
        Problem(file, 0, f"{key}: is missing; {reason}")
        for key, reason in wanted.items()
        if key not in replies
    ]


def _check_migrations(name: str, folder: Path) -> list[Problem]:
    """The first migration that the core would refuse."""
    try:
        scripts = read_scripts(folder)
    except ValueError as error:
        return [Problem(folder, 0, str(error))]
    for number in range(1, len(scripts) + 1):
        try:
            check_scripts(name, scripts[:number])
        except (ValueError, StoreError) as error:
            return [Problem(folder / f"{number:04}.sql", 0, str(error))]
    return []


def _place(message: str, fallback: Path) -> Problem:
    """`<file>: <key>: …` of Replies, with the key's line."""
    found = re.match(r"(?P<file>.*?\.yml): (?:(?P<key>\w+): )?(?P<rest>.*)", message, re.DOTALL)
    if found is None:
        return Problem(fallback, 0, message)
    file, key = Path(found["file"]), found["key"]
    line = 0
    if key and file.exists():
        lines = file.read_text("utf-8", errors="replace").splitlines()
        line = next((at for at, text in enumerate(lines, 1) if text.startswith(f"{key}:")), 0)
    return Problem(file, line, f"{key}: {found['rest']}" if key else found["rest"])
