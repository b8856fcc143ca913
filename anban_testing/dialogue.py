"""The dialogue without Rasa: which action answers, by the same rules.yml and the same host code.

It follows the rules that docs/skills.md names: an action for an intent, a form for an intent, and
what is done at a form's end.  What Rasa's own policy does with a form (asked again after another
command, left, begun anew) is done alike; `tests/dialogue/test_kit.py` holds both beside each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from anban_testing.errors import UnsupportedRuleError
from anban_testing.sentences import Meaning
from assistant.dialogue.layout import PROJECT
from skills.actions import Skills


@dataclass(slots=True)
class _Rules:
    """What the rules of all skills say."""

    intents: set[str] = field(default_factory=set)
    answers: dict[str, list[str]] = field(default_factory=dict)
    """The actions by intent; of a form, its name alone."""
    ends: dict[str, list[str]] = field(default_factory=dict)
    """The actions by the form that is over."""
    forms: dict[str, list[str]] = field(default_factory=dict)
    """The slots that a form needs, in their order."""
    actions: set[str] = field(default_factory=set)
    slots: dict[str, Any] = field(default_factory=dict)
    """Their values at the beginning."""


class Dialogue:
    """One conversation, of the skills of some folders."""

    def __init__(self, folders: Iterable[Path], skills: Skills) -> None:
        """Raises UnsupportedRuleError."""
        self._skills = skills
        self._rules = _rules_of((PROJECT, *folders))
        self.forget()

    def forget(self) -> None:
        """Begin a new conversation."""
        self.form = ""
        """The form that waits for an answer; empty if none does."""
        self.slots: dict[str, Any] = dict(self._rules.slots)
        """By their whole names."""
        self._requested: str | None = None
        self._said: dict[str, Any] = {}

    @property
    def intents(self) -> frozenset[str]:
        """Every intent of every skill."""
        return frozenset(self._rules.intents)

    async def turn(self, text: str, meaning: Meaning, lang: str, at: float) -> list[str]:
        """Answer one sentence; `at`: Unix seconds."""
        self._said = {
            "text": text,
            "intent": {"name": meaning.intent, "confidence": 1.0},
            "entities": [{"entity": n, "value": v} for n, v in meaning.entities.items()],
            "beside": {"lang": lang, "at": at},
        }
        form = self.form
        if form and (told := await self._answer(form)) is not None:
            return told
        told = await self._command(meaning.intent)
        if form and self.form == form:  # a command in between: the question is put again
            told += await self._ask(form)
        return told

    async def _command(self, intent: str) -> list[str]:
        """Do what a rule says of an intent."""
        actions = self._rules.answers.get(intent) or self._rules.answers["nlu_fallback"]
        if actions[0] not in self._rules.forms:
            return await self._run(actions)
        self.form, self._requested = "", None
        told = await self._answer(actions[0])
        return told or []

    async def _answer(self, form: str) -> list[str] | None:
        """Give a form a sentence; None: it was no answer to it."""
        result = await self._act(f"validate_{form}")
        events = result["events"]
        if self.form and not events and not result["said"]:
            return None
        self.form = form
        self._keep(events)
        told: list[str] = result["said"]
        if any(e["event"] == "active_loop" and e["name"] is None for e in events):
            return told + await self._end(form)
        return told + await self._ask(form)

    async def _ask(self, form: str) -> list[str]:
        """Ask for the first slot that is not filled; without one, the form is over."""
        missing = (name for name in self._rules.forms[form] if self.slots.get(name) is None)
        self._requested = slot = next(missing, None)
        if slot is None:
            return await self._end(form)
        action = f"action_ask_{slot}"
        if action in self._rules.actions:
            return await self._run([action])
        question = self._skills.utter({"tracker": self._tracker(), "response": f"utter_ask_{slot}"})
        return [question]

    async def _end(self, form: str) -> list[str]:
        self.form, self._requested = "", None
        return await self._run(self._rules.ends.get(form, []))

    async def _run(self, actions: Iterable[str]) -> list[str]:
        told: list[str] = []
        for action in actions:
            if action.startswith("utter_"):
                told.append(self._skills.utter({"tracker": self._tracker(), "response": action}))
                continue
            result = await self._act(action)
            self._keep(result["events"])
            told += result["said"]
        return told

    async def _act(self, action: str) -> dict[str, Any]:
        """Ask the skills as Rasa does."""
        tracker = self._tracker()
        payload = {
            "next_action": action,
            "sender_id": tracker["sender_id"],
            "version": "3.6.21",
            "tracker": tracker,
        }
        answer = await self._skills.act(payload)
        said = [response["text"] for response in answer["responses"] if response.get("text")]
        return {"events": answer["events"], "said": said}

    def _keep(self, events: Iterable[Mapping[str, Any]]) -> None:
        self.slots |= {each["name"]: each["value"] for each in events if each["event"] == "slot"}

    def _tracker(self) -> dict[str, Any]:
        said = self._said
        message = {name: said[name] for name in ("text", "intent", "entities")}
        return {
            "sender_id": "conversation",
            "slots": {**self.slots, "requested_slot": self._requested},
            "latest_message": message,
            "events": [{"event": "user", "text": said["text"], "metadata": said["beside"]}],
            "paused": False,
            "followup_action": None,
            "active_loop": {"name": self.form} if self.form else {},
            "latest_action_name": "action_listen",
        }


@cache
def _rules_of(folders: tuple[Path, ...]) -> _Rules:
    rules = _Rules()
    for folder in folders:
        domain = _read(folder / "domain.yml")
        rules.intents |= set(domain.get("intents") or ())
        rules.actions |= set(domain.get("actions") or ())
        for name, slot in (domain.get("slots") or {}).items():
            if any(each.get("type") != "custom" for each in slot.get("mappings") or ()):
                raise UnsupportedRuleError(
                    f"{folder / 'domain.yml'}: the slot {name} is filled by Rasa itself; fill it "
                    "by a reader of a form, or by what an action sets (`type: custom`)"
                )
            rules.slots[name] = slot.get("initial_value")
        for name, form in (domain.get("forms") or {}).items():
            rules.forms[name] = list(form.get("required_slots") or ())
    for folder in folders:
        file = folder / "rules.yml"
        for rule in _read(file).get("rules") or ():
            _add(rules, rule, file)
    return rules


def _add(rules: _Rules, rule: Mapping[str, Any], file: Path) -> None:
    """Take one rule, of the kinds that there are."""
    steps = list(rule.get("steps") or ())
    actions = [step["action"] for step in steps if "action" in step]
    loops = [step["active_loop"] for step in steps if "active_loop" in step]
    known = {"intent", "action", "active_loop", "slot_was_set"}
    is_known = bool(actions) and all(len(step) == 1 and set(step) <= known for step in steps)
    waits = [each.get("active_loop") for each in rule.get("condition") or ()]
    match waits, loops:
        case [str(form)], [None] if is_known and actions[0] == form:
            rules.ends[form] = actions[1:]
        case [], [] if is_known and "intent" in steps[0]:
            rules.answers[steps[0]["intent"]] = actions
        case [], [str(form)] if is_known and "intent" in steps[0] and actions == [form]:
            rules.answers[steps[0]["intent"]] = actions
        case _:
            raise UnsupportedRuleError(
                f"{file}: the rule {rule.get('rule')!r} is none that a conversation can follow "
                "without Rasa: an intent and its actions, an intent and its form, a form's end"
            )


def _read(file: Path) -> dict[str, Any]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(file.read_text("utf-8"), Loader=loader) or {}  # noqa: S506  (a SafeLoader)
