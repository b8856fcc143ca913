"""Understand sentences with a model: `python -m dialogue.understand`, one JSON job a line of input.

A job is {"model", "sentences"}; the answer, a line of standard output, is {"model", "understood"}
with [intent, confidence] of each sentence in its order, or {"model", "error"}.  Several models in
one process pay for Rasa's import (5 s) once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from typing import Any

from dialogue import quiet

quiet.prepare()

from rasa.core.agent import Agent  # noqa: E402  (what `prepare` sets is read here)

_answer_to = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
"""Standard output proper; what Rasa prints goes elsewhere."""


async def understand(model: str, sentences: list[str]) -> list[tuple[str, float]]:
    """Give the intent of each sentence, and how sure it is."""
    agent = Agent.load(model_path=model)
    found = []
    for sentence in sentences:
        intent = (await agent.parse_message(sentence))["intent"]
        found.append((str(intent["name"]), round(float(intent["confidence"]), 4)))
    return found


def answer(**line: Any) -> None:
    """Write one line for the parent."""
    _answer_to.write(json.dumps(line, ensure_ascii=False) + "\n")


def main() -> None:
    """Answer every job on standard input; one that fails is told and does not hinder the others."""
    quiet.silence()
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123
        for line in sys.stdin:
            job = json.loads(line)
            try:
                found = asyncio.run(understand(job["model"], job["sentences"]))
                answer(model=job["model"], understood=found)
            except Exception as error:  # noqa: BLE001  (told, with its text)
                answer(model=job["model"], error=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
