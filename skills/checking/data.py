"""The data of a skill: domain, rules and what people say, held against each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assistant.dialogue.sources import SkillFolder, bare_words
from assistant.language import LANGUAGES
from assistant.packs import located
from skills.checking.lines import Document, Item
from skills.checking.problem import Problem

EXAMPLES_FEWEST: Final = 10
"""Fewer sentences of an intent teach nothing; 40 varied ones teach well."""
_ENTITY: Final = re.compile(
    r"\[[^\]]*\]\(([^)]*)\)|\[[^\]]*\]\{[^}]*\"entity\":\s*\"([^\"]*)\"[^}]*\}"
)
_OF_RASA: Final = frozenset({"nlu_fallback", "action_listen", "action_deactivate_loop"})


@dataclass(frozen=True, slots=True)
class Domain:
    """What domain.yml declares."""

    intents: frozenset[str]
    actions: frozenset[str]
    entities: frozenset[str]
    forms: frozenset[str]
    asked: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)
    """The slots of each form."""


def check_domain(name: str, document: Document) -> tuple[Domain, list[Problem]]:
    """Names that begin with the skill's, and forms whose slots exist and are asked for.

    Without a name, since skill.py cannot be read, nothing is said of names.
    """
    patterns = name and {
        "intents": rf"{name}_[a-z0-9_]+",
        "actions": rf"(?:action(?:_ask)?|validate|utter(?:_ask)?)_{name}_[a-z0-9_]+",
        "slots": rf"{name}_[a-z0-9_]+",
        "forms": rf"{name}_[a-z0-9_]+_form",
    }
    problems = [
        Problem(document.file, item.line, f"{part}: {item.value} must be named {_shown(pattern)}")
        for part, pattern in (patterns or {}).items()
        for item in document.items(part)
        if not re.fullmatch(pattern, str(item.value))
    ]
    domain = _domain(document)
    slots = {item.value for item in document.items("slots")}
    questions = domain.actions | {item.value for item in document.items("responses")}
    for form, asked in domain.asked.items():
        for slot in asked:
            if slot.value not in slots:
                message = f"forms: {form} asks for the slot {slot.value}, which is not there"
                problems.append(Problem(document.file, slot.line, message))
            elif questions.isdisjoint(_questions_for(form, str(slot.value))):
                message = (
                    f"forms: {form} has no question for the slot {slot.value}; write "
                    f"utter_ask_{slot.value} or action_ask_{slot.value} under actions"
                )
                problems.append(Problem(document.file, slot.line, message))
    if not domain.intents:
        problems.append(Problem(document.file, 1, "intents: there are none"))
    return domain, problems


def _questions_for(form: str, slot: str) -> set[str]:
    """Under which names Rasa looks for what asks for a slot."""
    return {f"{kind}_ask_{of}" for kind in ("utter", "action") for of in (slot, f"{form}_{slot}")}


def _shown(pattern: str) -> str:
    return pattern.replace("[a-z0-9_]+", "…").replace("(?:", "(")


def _domain(document: Document) -> Domain:
    def names(part: str) -> frozenset[str]:
        return frozenset(str(item.value) for item in document.items(part))

    asked = {
        form: tuple(document.items("forms", form, "required_slots"))
        for form in sorted(names("forms"))
    }
    return Domain(names("intents"), names("actions"), names("entities"), names("forms"), asked)


def check_rules(document: Document, domain: Domain) -> list[Problem]:
    """Every intent has a rule, and no rule speaks of what is not there."""
    problems = []
    known = domain.intents | domain.actions | domain.forms | _OF_RASA
    used = set()
    for step in _steps(document):
        for kind in ("intent", "action", "active_loop"):
            name = step.value.get(kind)
            if name is None or name in {"null", ""}:
                continue
            used.add(name)
            if name not in known:
                message = f"{kind}: {name} is not in domain.yml"
                problems.append(Problem(document.file, step.line, message))
    return problems + [
        Problem(document.file, 1, f"no rule answers the intent {intent}")
        for intent in sorted(domain.intents - used)
    ]


def _steps(document: Document) -> Iterator[Item]:
    for rule in document.items("rules"):
        parts = rule.value if isinstance(rule.value, dict) else {}
        for part in ("condition", "steps"):
            for step in parts.get(part) or ():
                if isinstance(step, dict):
                    yield Item(step, rule.line)


def check_sentences(documents: dict[str, Document], domain: Domain) -> list[Problem]:
    """The same intents in each language, with enough sentences and no sentence twice."""
    problems = []
    for lang in LANGUAGES:
        if lang not in documents:
            continue
        document = documents[lang]
        found: dict[str, int] = {}
        seen: dict[str, str] = {}
        for block in document.items("nlu"):
            if not isinstance(block.value, dict) or "intent" not in block.value:
                continue  # lookup tables, synonyms and regular expressions
            intent = block.value["intent"]
            sentences = list(sentences_of(document.file, intent))
            found[intent] = found.get(intent, 0) + len(sentences)
            if intent not in domain.intents:
                message = f"the intent {intent} is not in domain.yml"
                problems.append(Problem(document.file, block.line, message))
            for sentence in sentences:
                problems += _check_sentence(document.file, intent, sentence, seen, domain)
        for intent in sorted(domain.intents):
            count = found.get(intent, 0)
            if count < EXAMPLES_FEWEST:
                message = (
                    f"{intent} has {count} sentences; at least {EXAMPLES_FEWEST} are needed, "
                    "40 varied ones are good"
                )
                problems.append(Problem(document.file, document.line("nlu"), message))
    return problems


def _check_sentence(
    file: Path, intent: str, sentence: Item, seen: dict[str, str], domain: Domain
) -> Iterator[Problem]:
    for match in _ENTITY.finditer(sentence.value):
        entity = match[1] or match[2]
        if entity not in domain.entities:
            yield Problem(file, sentence.line, f"the entity {entity} is not in domain.yml")
    words = bare_words(sentence.value)
    if not words:
        yield Problem(file, sentence.line, f"{intent} has a sentence without words")
    elif words in seen:
        where = "twice" if seen[words] == intent else f"of {seen[words]} too"
        yield Problem(file, sentence.line, f"{intent}: this sentence is there {where}: {words}")
    seen[words] = intent


def check_taught_alone(
    documents: Mapping[str, Document], domain: Domain, others: Iterable[SkillFolder]
) -> Iterator[Problem]:
    """No sentence is that of another skill, word for word: a model cannot tell them apart."""
    for lang, document in documents.items():
        taken = {
            bare_words(sentence.value): (intent, f"{file}:{sentence.line}")
            for other in others
            if (file := located(other.path / lang / "nlu.yml")).exists()
            for intent, sentence in _all_sentences(file)
        }
        for intent, sentence in _all_sentences(document.file):
            if intent in domain.intents and (found := taken.get(bare_words(sentence.value))):
                message = f"{intent}: {found[0]} has this sentence too ({found[1]}): "
                yield Problem(document.file, sentence.line, message + sentence.value)


def sentences_of(file: Path, intent: str) -> Iterator[Item]:
    """The example lines of an intent, which YAML sees as one long text."""
    return (sentence for of, sentence in _all_sentences(file) if of == intent)


def _all_sentences(file: Path) -> Iterator[tuple[str, Item]]:
    intent = ""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if header := re.match(r"\s*- (intent|regex|lookup|synonym):\s*(\S+)", line):
            intent = header[2] if header[1] == "intent" else ""
        elif intent and (example := re.match(r"\s{3,}- (.*)", line)):
            yield intent, Item(example[1].strip(), number)
