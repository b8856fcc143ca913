"""A skill that brings a table, and lets its test say what is done with it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from skills.api import ServiceError, Skill, Statement, Turn, setting


@dataclass(frozen=True)
class ShelfSettings:
    """A shelf of jars."""

    grams: int = setting(500, "The weight of a jar", low=1, high=5000)
    place: str = setting("top", "Where it stands")


skill = Skill("shelf", __file__, settings=ShelfSettings)


@skill.action
async def settings(turn: Turn) -> str:
    own = turn.home.settings(ShelfSettings)
    return f"{own.grams} {own.place}"


@skill.action
async def work(turn: Turn) -> str:
    """Run the statements of a JSON list, `[["sql", [value, …]], …]`, in one transaction."""
    statements = [Statement(sql, tuple(values)) for sql, values in json.loads(turn.text)]
    try:
        results = await turn.home.tables.transact(*statements)
    except ServiceError as error:
        return f"refused: {error}"
    return json.dumps([result.rows for result in results], ensure_ascii=False)


@skill.action
async def heaviest(turn: Turn) -> str:
    result = await turn.home.tables.run(
        "SELECT name FROM shelf_jar WHERE grams >= ? ORDER BY grams DESC LIMIT 1", int(turn.text)
    )
    return str(result.rows[0][0]) if result.rows else "—"
