"""Measurements, each a module: `python -m benchmarks.voice`; all of them: `python -m benchmarks`.

Each writes a table into `benchmarks/results/`; `benchmarks/RESULTS.md` is put together from these.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
RESULTS: Final = FOLDER / "results"


def write_result(name: str, title: str, command: str, body: str) -> None:
    """Keep one benchmark's table, and put RESULTS.md together anew."""
    RESULTS.mkdir(exist_ok=True)
    text = f"## {title}\n\n`{command}`, on {_machine()}\n\n{body.strip()}\n"
    (RESULTS / f"{name}.md").write_text(text, "utf-8")
    assemble()


def assemble() -> None:
    """RESULTS.md from all tables."""
    parts = [file.read_text("utf-8").strip() for file in sorted(RESULTS.glob("*.md"))]
    head = "# Measured\n\nEvery table is written by the command above it; none by hand."
    (FOLDER / "RESULTS.md").write_text("\n\n".join([head, *parts]) + "\n", "utf-8")


def take_no_arguments(doc: str | None) -> None:
    """`--help` says what is measured, and anything else is refused, before an hour is begun."""
    argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()


def table(columns: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _machine() -> str:
    cores = subprocess.run(["nproc"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{cores} cores ({platform.machine()}), Python {platform.python_version()}"
