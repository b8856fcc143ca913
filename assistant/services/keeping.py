"""What skills and the family keep: the elder's profile, values by key, tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from assistant.services.request import Request, request
from assistant.services.strict import Cell, Json, Limit

_MOST_CHARACTERS = 262_144
"""Of one migration; how large all of a skill's may be together the store says."""
Sql = Annotated[str, Limit(_MOST_CHARACTERS)]


@request("profile.get")
class GetProfileField(Request[Json]):
    """A field of the elder's profile; None if it was never set."""

    field: str


@request("profile.set")
class SetProfileField(Request[None]):
    """Write a field; it is on disk when this is answered."""

    field: str
    value: Json


@request("profile.all")
class GetProfile(Request[dict[str, Json]]):
    """Every field."""


@request("storage.get")
class GetStored(Request[Json]):
    """A value of a skill's; None if it was never set."""

    skill: str
    key: str


@request("storage.set")
class SetStored(Request[None]):
    """Write a value; it is on disk when this is answered."""

    skill: str
    key: str
    value: Json


@request("storage.delete")
class DeleteStored(Request[None]):
    """Forget a value."""

    skill: str
    key: str


@request("storage.keys")
class ListStored(Request[tuple[str, ...]]):
    """Every key of a skill's."""

    skill: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A value with the mark of its version."""

    value: Json
    mark: str


@request("storage.look")
class LookAtStored(Request[Stored]):
    """A value with its mark, for `SwapStored`."""

    skill: str
    key: str


@request("storage.swap")
class SwapStored(Request[bool]):
    """Write a value if it still is of that version; False if somebody else wrote it."""

    skill: str
    key: str
    mark: str
    value: Json


@request("skills.settings")
class GetSkillSettings(Request[dict[str, Json]]):
    """`[skills]` of anban.toml: a table for each skill, as it stands there."""


@request("tables.open")
class OpenTables(Request[None]):
    """Take a skill's migrations; they are run when its tables are first used."""

    skill: str
    scripts: tuple[Sql, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of SQL with a value for each `?` in it."""

    sql: Sql
    values: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What one statement gave."""

    columns: tuple[str, ...]
    """The names of its columns; none unless it gives rows."""
    rows: tuple[tuple[Cell, ...], ...]
    changed_count: int
    """How many rows it inserted, changed or deleted."""


@request("tables.run")
class RunStatements(Request[tuple[Result, ...]]):
    """Run statements in one transaction; a result for each."""

    skill: str
    statements: tuple[Statement, ...]
