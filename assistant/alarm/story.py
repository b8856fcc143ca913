"""What happened in an alarm, step by step, as the family may read it: out of journal and attempts.

Only when, who and what: no address, no illness, no telephone number and none of the elder's words.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any, Final

from assistant.alarm.attempt import Attempt
from assistant.alarm.state import State, Trigger
from assistant.channels import Kind, Outcome
from assistant.services import StepKind
from assistant.store.rows import readable

MOST_STEPS: Final = 80
"""The most steps that are told; of a longer story the first and the last ones."""
_MOST_ROWS: Final = 2_000
_MINUTES: Final = re.compile(r"in (\d{1,4}) minutes")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the journal."""

    at: float
    state: State
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One step, before it is put into words."""

    at: float
    kind: StepKind
    who: str = ""
    """Of a try, the contact's id; else who it was, as the journal has it."""
    times: int = 1
    until: float = 0.0
    """When the last of several tries was."""
    minutes: int = 0


def read_story(connection: sqlite3.Connection, alarm_id: str) -> list[Happened]:
    """What is on the disk of an alarm, open or over; empty if it is not known."""
    lines = connection.execute(
        "SELECT at, state, who, why FROM journal WHERE alarm_id = ? ORDER BY entry LIMIT ?",
        (alarm_id, _MOST_ROWS),
    ).fetchall()
    names = ", ".join(field.name for field in fields(Attempt))
    tries = connection.execute(
        f"SELECT {names} FROM attempt WHERE alarm_id = ? ORDER BY begun_at LIMIT ?",  # noqa: S608
        (alarm_id, _MOST_ROWS),
    ).fetchall()
    return story(readable(lines, _entry, "journal"), readable(tries, _attempt, "attempt"))


def story(journal: Iterable[Entry], attempts: Iterable[Attempt]) -> list[Happened]:
    """Give the steps of an alarm, oldest first."""
    told = [*_changes(journal), *_tries(attempts)]
    told.sort(key=lambda step: step.at)
    half = MOST_STEPS // 2
    return told if len(told) <= MOST_STEPS else [*told[:half], *told[-half:]]


def _changes(journal: Iterable[Entry]) -> Iterator[Happened]:
    before: State | None = None
    for line in journal:
        trigger, _, more = line.why.partition(": ")
        was, before = before, line.state
        if was is None:
            yield Happened(line.at, StepKind.BEGAN)
        elif trigger == Trigger.DECLINED:
            yield Happened(line.at, StepKind.CANNOT, line.who)
        elif trigger == Trigger.COMES and line.state is State.ACKNOWLEDGED:
            found = _MINUTES.fullmatch(more)
            minutes = int(found[1]) if found else 0
            yield Happened(line.at, StepKind.COMES, line.who, minutes=minutes)
        if was is not None and was is not line.state:
            yield from _change(was, line)


def _change(was: State, line: Entry) -> Iterator[Happened]:
    match line.state:
        case State.ACKNOWLEDGED:
            yield Happened(line.at, StepKind.TAKEN, line.who)
        case State.RAISED if was is State.ACKNOWLEDGED:
            yield Happened(line.at, StepKind.AGAIN)
        case State.CLOSED:
            yield Happened(line.at, StepKind.CLOSED, line.who)
        case State.CANCELLED:
            yield Happened(line.at, StepKind.CANCELLED)


def _tries(attempts: Iterable[Attempt]) -> Iterator[Happened]:
    """Tell tries once for each person, way and time that the alarm went out: rounds are many."""

    def same(attempt: Attempt) -> tuple[int, str, str]:
        return (attempt.generation, attempt.contact_id, attempt.kind)

    told = sorted((each for each in attempts if each.kind), key=same)
    for (_, contact_id, kind), group in groupby(told, key=same):
        made = sorted(group, key=lambda each: each.begun_at)
        if kind == Kind.MESSAGE:
            came = [each.ended_at for each in made if each.outcome == Outcome.DELIVERED]
            if came and came[0] is not None:
                yield Happened(came[0], StepKind.WRITTEN, contact_id)
            continue
        first, last = made[0].begun_at, made[-1].begun_at
        yield Happened(first, StepKind.RUNG, contact_id, len(made), last)
        answered = [each.answered_at for each in made if each.answered_at is not None]
        if answered:
            yield Happened(answered[0], StepKind.ANSWERED, contact_id)


def _entry(row: tuple[Any, ...]) -> Entry:
    at, state, who, why = row
    return Entry(float(at), State(state), str(who), str(why))


def _attempt(row: tuple[Any, ...]) -> Attempt:
    return Attempt(*row)
