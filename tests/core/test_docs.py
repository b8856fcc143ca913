"""The documentation: every page in both languages, built alike, and no link into nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.core.test_floors import FLOORS

ROOT = Path(__file__).parents[2]
GENERATED = {"events.md", "services.md"}
"""Written from the code by tools/house_tables.py, in English alone."""
PAGES = [page for page in sorted((ROOT / "docs").glob("*.md")) if page.name not in GENERATED]
ALL = [
    file
    for file in sorted(ROOT.rglob("*.md"))
    if not {".venv", ".cache", ".tools", "node_modules"} & set(file.relative_to(ROOT).parts)
]
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def shape(page: Path) -> dict[str, object]:
    text = page.read_text("utf-8")
    fences = FENCE.findall(text)
    lines = FENCE.sub("", text).splitlines()
    return {
        "headings": [len(line) - len(line.lstrip("#")) for line in lines if line.startswith("#")],
        "rows": [line.count("|") for line in lines if line.startswith("|")],
        "items": [line[: line.index("- ")] for line in lines if re.match(r" *- ", line)],
        "code": len(fences),
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_its_chinese_twin(page: Path) -> None:
    twin = page.parent / "zh" / page.name
    assert shape(twin) == shape(page)
    assert f"[中文](zh/{page.name})" in page.read_text("utf-8")
    assert f"[English](../{page.name})" in twin.read_text("utf-8")


@pytest.mark.parametrize("page", ALL, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(FENCE.sub("", page.read_text("utf-8")))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", ["docs/architecture.md", "docs/zh/architecture.md"])
def test_the_map_shows_every_room(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    (drawn,) = [fence for fence in FENCE.findall(text) if "subgraph" in fence]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert [room for room in FLOORS if not any(f"`{room}/`" in row for row in rows)] == []
    words = set(re.findall(r"\w+", drawn))
    not_drawn = {room.rpartition("/")[2] for room in FLOORS} - words
    assert not_drawn == {"simulators", "anban_testing"}, "what is no part of what runs in a home"
