"""What may be said of an open alarm, and whether it is true: pure, of how it stands.

A statement is the key of a reply and its slots.  It is chosen when the mouth is free for it, and
taken back should it no longer be so before it sounds.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Final

from assistant.alarm.standing import Standing

BAD_NEWS: Final = frozenset(
    {
        *("nobody_to_call", "no_way_to_call", "nobody_answered", "messages_sent"),
        "nobody_can_come",
    }
)


FIRST_WORDS: Final = frozenset({"cry_calling", "cry_writing", "alarm_calling", "alarm_writing"})


@dataclass(frozen=True, slots=True)
class Statement:
    """A reply with its slots."""

    key: str
    slots: dict[str, str] = field(default_factory=dict)


def first_words(standing: Standing, number: str, *, is_heard: bool) -> Statement:
    """Say before any try whom it is going to reach, and how.

    Args:
        standing: how it stands.
        number: what the elder is told to dial if nothing works.
        is_heard: the elder called for help just now; else a sensor did, or nobody came.
    """
    begin = "cry" if is_heard else "alarm"
    if standing.callable_people:
        return Statement(f"{begin}_calling", {"contact": standing.callable_people[0]})
    if standing.others:
        return Statement(f"{begin}_writing", {"contact": standing.others[0]})
    return Statement(
        "no_way_to_call" if standing.people_count else "nobody_to_call", {"number": number}
    )


def progress(standing: Standing, number: str) -> Statement | None:
    """Say who is being called now, or what came of it; None if nobody is to be called."""
    if not standing.calls_out:
        return None
    if (answered := standing.answered) is not None:
        return Statement("contact_answered", {"contact": answered.contact})
    if (ringing := standing.ringing) is not None:
        return _calling(standing, ringing.contact)
    return _between_calls(standing, number)


def _calling(standing: Standing, contact: str) -> Statement:
    others = [e.contact for e in standing.calls if e.contact not in standing.on_telephone]
    if not others or standing.was_answered:
        return Statement("calling_now", {"contact": contact})
    return Statement("calling_next", {"contact": contact, "before": others[-1]})


def _between_calls(standing: Standing, number: str) -> Statement | None:
    slots = {"number": number}
    if standing.taken_by is not None:  # somebody knows of another alarm: no word of "nobody"
        return None
    if not standing.people_count and not standing.tries:
        return Statement("nobody_to_call", slots)
    if standing.nobody_can_come:
        return Statement("nobody_can_come", slots)
    if standing.was_answered:
        return Statement("answered_not_taken", slots)
    if standing.calls_got_out:
        return Statement("nobody_answered", slots)
    if written_to := standing.written_to:
        return Statement("messages_sent", {**slots, "contact": written_to})
    if standing.cannot_come:
        return Statement("contact_cannot_come", {"contact": standing.cannot_come[-1]})
    is_tried = bool(standing.tries) or not (standing.callable_people or standing.others)
    if is_tried and not standing.is_writing:
        return Statement("no_way_to_call", slots)
    return None


def comfort(standing: Standing) -> Statement:
    """Say that it goes on, if nothing is new."""
    if standing.ringing is not None or standing.calls_got_out:
        return Statement("call_goes_on")
    return Statement("still_trying")


def who_comes(standing: Standing, number: str) -> Statement | None:
    """Answer "is anybody coming?"; None if no alarm is open."""
    taken = standing.taken_by
    if taken is None or standing.calls_out:
        return progress(standing, number) or (comfort(standing) if standing.calls_out else None)
    contact = {"contact": taken.acknowledged_by}
    if taken.expected_at is None:
        return Statement("contact_knows", contact)
    minutes = math.ceil((taken.expected_at - time.time()) / 60)
    if minutes <= 0:
        return Statement("contact_is_due", contact)
    return Statement("contact_comes_in", {**contact, "minutes": str(minutes)})


def is_true(said: Statement, standing: Standing) -> bool:
    """Whether a statement is true now; one that is not about how it stands always is."""
    key, slots = said.key, said.slots
    contact = slots.get("contact", "")
    taken = {alarm.acknowledged_by for alarm in standing.alarms if alarm.acknowledged_by}
    match key:
        case "cry_calling" | "alarm_calling":
            is_awaited = standing.calls_out or not taken
            return is_awaited and _is_or_will_be_rung(contact, standing)
        case "cry_writing" | "alarm_writing":
            return contact in standing.others and (standing.calls_out or not taken)
        case "calling_now":
            return _is_rung(contact, standing)
        case "calling_next":
            return _is_rung(contact, standing) and slots["before"] not in standing.on_telephone
        case "contact_answered":
            return any(
                each.is_running and each.is_answered and each.contact == contact
                for each in standing.calls
            )
        case "nobody_answered" | "messages_sent" | "no_way_to_call" | "answered_not_taken":
            return standing.calls_out and _is_between(key, standing)
        case "nobody_to_call":
            return not standing.people_count
        case "nobody_can_come":
            return standing.nobody_can_come
        case "contact_cannot_come":
            return contact in standing.cannot_come
        case "call_goes_on" | "still_trying" | "nobody_came" | "ask_back" | "ask_back_by_name":
            return standing.calls_out
        case "contact_comes" | "contact_knows" | "contact_comes_in" | "contact_looks_in":
            return contact in taken
        case "put_through":
            return standing.line == contact
        case "alarm_cancelled" | "alarm_closed" | "alarm_not_begun":
            return not standing.alarms
        case _:
            return True


def _is_rung(contact: str, standing: Standing) -> bool:
    return any(each.is_running and each.contact == contact for each in standing.calls)


def _is_or_will_be_rung(contact: str, standing: Standing) -> bool:
    made = [each for each in standing.calls if each.contact == contact]
    return made[-1].is_running if made else contact in standing.callable_people


def _is_between(key: str, standing: Standing) -> bool:
    """Whether nobody is on the line and this is still the best that came of the calls so far."""
    if standing.answered is not None:
        return False
    now = _between_calls(standing, "")
    return now is not None and now.key == key
