"""Train models: `python -m dialogue.train`, one JSON job a line on standard input.

A job is {"lang", "folder", "output"}: the folder holds config.yml, domain.yml and data/; the model
is written to `output`.  Progress comes as JSON lines on standard output: {"lang", "step", "done"}
with `done` from 0 to 1, at last {"lang", "model"} or {"lang", "error",
"stale"}: stale where this environment lacks a package.  Several languages in one
process pay for Rasa's import (5 s) once.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import sys
from pathlib import Path
from typing import Any

from dialogue import quiet

quiet.prepare()

import rasa.shared.utils.io  # noqa: E402  (what `prepare` sets is read here)
from rasa.model_training import train  # noqa: E402

_report_to = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
"""Standard output proper; what Rasa prints goes elsewhere."""
_STARTING = re.compile(r"Starting to train component '(\w+)'\.")


def report(**line: Any) -> None:
    """One line for the parent."""
    _report_to.write(json.dumps(line, ensure_ascii=False) + "\n")


class Steps(logging.Handler):
    """Tells which component is being trained, from what Rasa logs of it."""

    def __init__(self, lang: str, total: int) -> None:
        super().__init__(logging.INFO)
        self._lang, self._total, self._begun = lang, total, 0

    def emit(self, record: logging.LogRecord) -> None:
        """Rasa says "Starting to train component 'X'."."""
        name = _STARTING.fullmatch(record.getMessage())
        if name:
            report(lang=self._lang, step=name[1], done=round(self._begun / self._total, 2))
            self._begun = min(self._begun + 1, self._total - 1)


def run(job: dict[str, str]) -> None:
    """One language."""
    folder, output = Path(job["folder"]), Path(job["output"])
    config = rasa.shared.utils.io.read_yaml_file(folder / "config.yml")
    steps = Steps(job["lang"], len(config["pipeline"]) + len(config["policies"]))
    logger = logging.getLogger("rasa.engine.training.hooks")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(steps)
    try:
        result = train(
            domain=str(folder / "domain.yml"),
            config=str(folder / "config.yml"),
            training_files=[str(folder / "data")],
            output=str(output.parent),
            force_training=True,
            fixed_model_name=output.name,
        )
    finally:
        logger.removeHandler(steps)
    report(lang=job["lang"], model=result.model)


def main() -> None:
    """Every job on standard input; one that fails is told and does not hinder the others."""
    quiet.silence(keep_info=True)
    failed = False
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123
        for line in sys.stdin:
            job = json.loads(line)
            try:
                run(job)
            except (Exception, SystemExit) as error:  # noqa: BLE001  (told, with its text)
                failed = True
                stale = isinstance(error, ImportError)
                report(lang=job["lang"], error=f"{type(error).__name__}: {error}", stale=stale)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
