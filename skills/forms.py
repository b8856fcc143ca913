"""Forms: what a sentence does to one that waits.

Rasa asks `validate_<form>` after every sentence.  A command of another kind is let through (Rasa
runs it and puts the question again), "stop" and "no" leave, the rest is read as an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.types import TrackerState

from skills.skill import Form
from skills.turn import FALLBACK, Leave, Turn, Unclear

Event = dict[str, Any]

LEAVING: Final = frozenset({"general_stop", "general_deny", "general_goodbye"})
REPEATING: Final = "general_repeat"
VAGUE: Final = frozenset({FALLBACK, "general_affirm"})
MISSES_LIMIT: Final = 3
"""After so many answers in a row that could not be used, the form gives way."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the form does."""

    events: list[Event] = field(default_factory=list)
    """None at all: the sentence was no answer, and other rules have their turn."""
    text: str = ""


async def read_answer(
    form: Form, turn: Turn, tracker: TrackerState, unclear: Callable[[], str]
) -> Outcome:
    """Take a sentence as the answer to a form's question.

    Args:
        form: The form that waits, or that begins with this sentence.
        turn: The sentence.
        tracker: Rasa's, for the slot that was asked for.
        unclear: What is said where the sentence was of no use.
    """
    requested = tracker["slots"].get("requested_slot")
    is_own = requested in {slot.name for slot in form.slots}
    # Rasa calls a form active at its very beginning, too, when nothing of it was asked for yet.
    waits = is_own and (tracker.get("active_loop") or {}).get("name") == form.name
    requested = requested if waits else None
    events: list[Event] = []
    if not waits:  # it begins: nothing of an earlier round counts
        events += [SlotSet(slot.name, None) for slot in form.slots]
        events += [SlotSet("form_misses", 0), SlotSet("form_left", False)]
        own = {slot.name.removeprefix(f"{form.skill}_") for slot in form.slots}
        turn = replace(turn, slots={n: v for n, v in turn.slots.items() if n not in own})
    try:
        found = await _read_slots(form, turn, requested)
    except Leave:
        return leave()
    except Unclear as problem:
        return Outcome([*events, SlotSet("form_misses", 0)], str(problem))
    if found:
        return Outcome([*events, *found, SlotSet("form_misses", 0)])
    if not waits:
        return Outcome(events)
    if turn.intent in LEAVING:
        return leave()
    misses = int(tracker["slots"].get("form_misses") or 0)
    if turn.intent == REPEATING or turn.intent in form.begins:
        # Let through, what begins the form would begin it again, and Rasa goes round in circles.
        return Outcome([SlotSet("form_misses", misses)])
    if turn.intent not in VAGUE | _taken(form, requested):
        return Outcome()
    if misses + 1 >= MISSES_LIMIT:
        return leave()
    return Outcome([SlotSet("form_misses", misses + 1)], unclear())


async def _read_slots(form: Form, turn: Turn, requested: str | None) -> list[Event]:
    events = []
    for slot in sorted(form.slots, key=lambda slot: slot.name != requested):
        asked = slot.name == requested and turn.intent in slot.takes
        value = await slot.read(replace(turn, asked=asked))
        if value is not None:
            events.append(SlotSet(slot.name, value))
    return events


def _taken(form: Form, requested: str | None) -> frozenset[str]:
    return next((slot.takes for slot in form.slots if slot.name == requested), frozenset())


def leave() -> Outcome:
    """Give what ends the form."""
    return Outcome([SlotSet("form_left", True), ActiveLoop(None)])
