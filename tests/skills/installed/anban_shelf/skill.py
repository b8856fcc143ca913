"""A skill that brings a table, and lets its test say what is done with it."""

from __future__ import annotations

import json

from skills.api import ServiceError, Skill, Statement, Turn

skill = Skill("shelf", __file__)


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
