"""A sensor's program run from a command, without the core: to look at it, or to watch it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final

from assistant.sensors.own_settings import environment_of
from assistant.services.findings import CheckResult, found
from assistant.settings import SensorSettings

CHECK_SECONDS: Final = 30.0
MOST_LINE_CHARACTERS: Final = 2_000


def look_at(name: str, settings: SensorSettings) -> CheckResult:
    """Let a sensor say how its device is; blocks for some seconds."""
    subject = settings.place or name
    try:
        done = subprocess.run(
            _command("check"),
            env={**os.environ, **environment_of(name, settings)},
            capture_output=True,
            timeout=CHECK_SECONDS,
            check=False,
            text=True,
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        problem = f"its package gave no answer for {CHECK_SECONDS:.0f} s"
        return found("sensor", is_well=False, detail=problem, subject=subject)
    is_well = done.returncode == 0
    said = (done.stdout if is_well else done.stderr).strip().splitlines()
    detail = said[-1][:200] if said else "it is there" if is_well else "its package failed"
    return found("sensor", is_well=is_well, detail=detail, subject=subject)


def watched(name: str, settings: SensorSettings) -> Iterator[dict[str, Any]]:
    """Give every fact of a sensor, until it ends; what ended it goes to stderr."""
    environment = {**os.environ, **environment_of(name, settings)}
    with subprocess.Popen(
        _command("watch"), env=environment, stdout=subprocess.PIPE, text=True, errors="replace"
    ) as process:
        try:
            while process.stdout is not None:
                line = process.stdout.readline(MOST_LINE_CHARACTERS)
                if not line:
                    return
                if fact := _fact(line):
                    yield fact
        finally:
            process.terminate()


def _command(what: str) -> list[str]:
    return [sys.executable, "-m", "assistant.sensors", what]


def _fact(line: str) -> dict[str, Any] | None:
    """Read a line; what a package prints beside its facts is none."""
    try:
        values = json.loads(line)
    except ValueError:
        return None
    return values if isinstance(values, dict) and "kind" in values else None
