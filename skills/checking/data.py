"""The data of a skill: domain, rules and what people say, held against each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assistant.language import LANGUAGES
from skills.checking.lines import Document, Item
from skills.checking.problem import Problem

EXAMPLES_FEWEST: Final = 10
"""Fewer sentences of an intent teach nothing; 40 varied ones teach well."""
_ENTITY: Final = re.compile(
    r"\[[^\]]*\]\(([^)]*)\)|\[[^\]]*\]\{[^}]*\"entity\":\s*\"([^\"]*)\"[^}]*\}"
)
_ANNOTATION: Final = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
_OF_RASA: Final = frozenset({"nlu_fallback", "action_listen", "action_deactivate_loop"})


@dataclass(frozen=True, slots=True)
class Domain:
    """What domain.yml declares."""

    intents: frozenset[str]
    actions: frozenset[str]
    entities: frozenset[str]
    forms: frozenset[str]


def check_domain(name: str, document: Document) -> tuple[Domain, list[Problem]]:
    """Names that begin with the skill's, and forms whose slots exist."""
    patterns = {
        "intents": rf"{name}_[a-z0-9_]+",
        "actions": rf"(?:action(?:_ask)?|validate|utter(?:_ask)?)_{name}_[a-z0-9_]+",
        "slots": rf"{name}_[a-z0-9_]+",
        "forms": rf"{name}_[a-z0-9_]+_form",
    }
    problems = [
        Problem(document.file, item.line, f"{part}: {item.value} must be named {_shown(pattern)}")
        for part, pattern in patterns.items()
        for item in document.items(part)
        if not re.fullmatch(pattern, str(item.value))
    ]
    slots = {item.value for item in document.items("slots")}
    for form in document.items("forms"):
        problems += [
            Problem(
                document.file,
                slot.line,
                f"forms: {form.value} asks for the slot {slot.value}, which is not there",
            )
            for slot in document.items("forms", str(form.value), "required_slots")
            if slot.value not in slots
        ]
    if not document.items("intents"):
        problems.append(Problem(document.file, 1, "intents: there are none"))
    return _domain(document), problems


def _shown(pattern: str) -> str:
    return pattern.replace("[a-z0-9_]+", "…").replace("(?:", "(")


def _domain(document: Document) -> Domain:
    def names(part: str) -> frozenset[str]:
        return frozenset(str(item.value) for item in document.items(part))

    return Domain(names("intents"), names("actions"), names("entities"), names("forms"))


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


def bare_words(sentence: str) -> str:
    """Give the words of a sentence alone: two that differ in nothing else are the same."""
    return re.sub(r"\W+", " ", _ANNOTATION.sub(r"\1", sentence)).strip().lower()


def sentences_of(file: Path, intent: str) -> Iterator[Item]:
    """The example lines of an intent, which YAML sees as one long text."""
    inside = False
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if header := re.match(r"\s*- (?:intent|regex|lookup|synonym):\s*(\S+)", line):
            inside = header[1] == intent
        elif inside and (example := re.match(r"\s{3,}- (.*)", line)):
            yield Item(example[1].strip(), number)
