"""A case: something that a sensor told, and that a rule wants something done about."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Final

from assistant.store.rows import readable

Key = tuple[str, str, str]
"""Rule, sensor and device: what can hold once at a time."""
Record = Callable[[sqlite3.Connection], object]
"""One row to be written, within a transaction."""


class Stage(StrEnum):
    """Where a case stands."""

    WAITING = "waiting"
    """It is acted on once it lasted, or once the elder can be asked."""
    ASKING = "asking"
    """The elder is being asked."""
    ALARM = "alarm"
    """It is being handed to the alarms."""
    OWED = "owed"
    """The family is to be told."""


class Answer(StrEnum):
    """What came of asking the elder."""

    NONE = ""
    NO = "no"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to be done; it is written before it is."""

    case_id: str
    rule: str
    sensor: str
    device: str
    kind: str
    place: str
    since: float
    """When it began; Unix time, seconds."""
    first_due_at: float
    """When it was to be acted on first."""
    due_at: float
    """When it is looked at next."""
    stage: Stage = Stage.WAITING
    value: float | None = None
    """What was measured."""
    asked_count: int = 0
    answer: Answer = Answer.NONE

    @property
    def key(self) -> Key:
        """Whose case it is."""
        return (self.rule, self.sensor, self.device)


def keep(case: Case) -> Record:
    """Write a case as it is now."""
    body = json.dumps(asdict(case), ensure_ascii=False)
    sql = "INSERT OR REPLACE INTO sensor_case VALUES (?, ?)"
    return lambda connection: connection.execute(sql, (case.case_id, body))


def drop(case: Case) -> Record:
    """Delete a case that is over."""
    sql = "DELETE FROM sensor_case WHERE case_id = ?"
    return lambda connection: connection.execute(sql, (case.case_id,))


def latch(key: Key, since: float) -> Record:
    """Write that something holds."""
    sql = "INSERT OR REPLACE INTO sensor_latch VALUES (?, ?, ?, ?)"
    return lambda connection: connection.execute(sql, (*key, since))


def unlatch(key: Key) -> Record:
    """Delete that something holds."""
    sql = "DELETE FROM sensor_latch WHERE rule = ? AND sensor = ? AND device = ?"
    return lambda connection: connection.execute(sql, key)


def read_all(connection: sqlite3.Connection) -> tuple[dict[Key, float], list[Case]]:
    """Give all that holds, with its beginning, and every case that is not over."""
    rows = connection.execute("SELECT rule, sensor, device, since FROM sensor_latch").fetchall()
    latches = {(rule, sensor, device): since for rule, sensor, device, since in rows}
    bodies = connection.execute("SELECT body FROM sensor_case").fetchall()
    return latches, list(readable([body for (body,) in bodies], _case, "sensor_case"))


_FIELDS: Final = frozenset(each.name for each in fields(Case))


def _case(body: str) -> Case:
    values: dict[str, Any] = json.loads(body)
    values = {name: value for name, value in values.items() if name in _FIELDS}
    values["stage"], values["answer"] = Stage(values["stage"]), Answer(values["answer"])
    return Case(**values)
