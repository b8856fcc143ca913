"""Cries and near misses, written before anybody looked at what the lane does with them.

`{lang}_cries.tsv`: setting (room or addressed), reason, what is expected (call or ask), text.
`{lang}_near.tsv`: setting, kind, text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.safety import judge

HERE = Path(__file__).parent / "lists"


@dataclass(frozen=True, slots=True)
class Cry:
    """One row of a list of cries."""

    setting: str
    reason: str
    expect: str
    text: str


def cries(lang: str) -> list[Cry]:
    return [Cry(*row) for row in _rows(f"{lang}_cries.tsv")]


def near_misses(lang: str) -> list[str]:
    return [row[-1] for row in _rows(f"{lang}_near.tsv")]


def called(text: str) -> bool:
    return judge(text, is_final=True).cry is not None


def asked(text: str) -> bool:
    return judge(text, is_final=True).doubt is not None


def heard(text: str) -> bool:
    return called(text) or asked(text)


def share(texts: Sequence[str], is_one: Callable[[str], bool]) -> float:
    return sum(map(is_one, texts)) / len(texts)


def _rows(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (HERE / name).read_text("utf-8").splitlines()]
