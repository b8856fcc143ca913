"""A medicine's name as it is compared: without form, salt and strength."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from assistant.language.text import HAN, unify
from assistant.packs import by_language

_HAN: Final = re.compile(f"[{HAN}]")
_SIGNS: Final = re.compile(r"[^\w.]+|_|\.(?!\d)")
_GAP_BESIDE_HAN: Final = re.compile(rf"(?<=[{HAN}]) | (?=[{HAN}])")
_STRENGTH: Final = re.compile(
    r"\b\d+(\.\d+)? ?(mg|mcg|g|ml|milligrams?|micrograms?|iu|units?)\b"
    r"|\d+(\.\d+)?(毫克|微克|克|毫升|单位)"
)
_LEAST_HAN: Final = 2
"""The fewest characters that may be left of a Chinese name; one names nothing."""


def plain(text: str) -> str:
    """Make a name plain: lower case, no signs, a space between words that are not Chinese."""
    words = " ".join(_SIGNS.sub(" ", unify(text).lower().replace("'", "")).split())
    return _GAP_BESIDE_HAN.sub("", words)


def core(name: str) -> str:
    """Give the plain name without form, salt and strength, if that leaves something."""
    return _han_core(name) if is_han(name) else _latin_core(name)


def is_han(name: str) -> bool:
    """Whether a name is written in Chinese."""
    return bool(_HAN.search(name))


def _han_core(name: str) -> str:
    affixes = _affixes()["characters"]
    name = _STRENGTH.sub("", name) or name
    for endings in affixes["endings"]:
        name = _without_end(name, endings)
    for before in affixes["before"]:
        if name.startswith(before) and len(name) - len(before) >= _LEAST_HAN:
            name = name.removeprefix(before)
    # A salt is dropped only from a longer name: 碳酸钙 is no 碳酸.
    return _without_end(name, affixes["after"], least=_LEAST_HAN + 2)


def _without_end(name: str, endings: list[str], least: int = _LEAST_HAN) -> str:
    for ending in endings:
        if name.endswith(ending) and len(name) - len(ending) >= least:
            return name.removesuffix(ending)
    return name


def _latin_core(name: str) -> str:
    words = _STRENGTH.sub(" ", name).split()
    dropped = _dropped_words()
    while len(words) > 1 and words[-1] in dropped:
        words.pop()
    return " ".join(words) or name


@cache
def _dropped_words() -> frozenset[str]:
    more = by_language("assistant/medicines/data/{lang}/affixes.yml").values()
    tables = [_affixes(), *(yaml.safe_load(file.read_text("utf-8")) for file in more)]
    return frozenset(word for table in tables for line in table["words"] for word in line)


@cache
def _affixes() -> Mapping[str, Any]:
    text = (files("assistant.medicines") / "data" / "affixes.yml").read_text("utf-8")
    value: Mapping[str, Any] = yaml.safe_load(text)
    return value
