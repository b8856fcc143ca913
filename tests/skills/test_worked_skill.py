"""The worked skill of docs/skills.md: sound, and shown there as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from skills.checking import check_skill

ROOT = Path(__file__).parents[2]
WATER = ROOT / "examples" / "skill-water"
SHOWN = re.compile(r"^<!-- (examples/\S+) -->\n```\w+\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


def test_it_is_sound() -> None:
    assert check_skill(WATER / "anban_water") == []


@pytest.mark.parametrize("page", ["docs/skills.md", "docs/zh/skills.md"])
def test_the_page_shows_its_files_as_they_are(page: str) -> None:
    shown = SHOWN.findall((ROOT / page).read_text("utf-8"))
    for file, text in shown:
        assert f"{text}\n" in (ROOT / file).read_text("utf-8"), f"{page} shows another {file}"
    suffixes = {Path(file).name for file, _ in shown}
    assert suffixes == {
        *("skill.py", "domain.yml", "rules.yml", "nlu.yml", "replies.yml"),
        "test_water.py",
    }
    code = "".join(text for file, text in shown if file.endswith("skill.py"))
    for part in ("settings=", "storage.", "@skill.on", "AddReminder", ".form(", "web."):
        assert part in code + (ROOT / page).read_text("utf-8"), f"{part} is shown"
