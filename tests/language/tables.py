"""Tables of cases beside the tests: tab-separated, `#` in front of a comment."""

from __future__ import annotations

from pathlib import Path


def read_table(name: str) -> list[tuple[str, ...]]:
    """The rows of a table, each as its columns."""
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if line and not line.startswith("#")]
