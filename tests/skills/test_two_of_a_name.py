"""Two packages bring a skill of one name: ours is used, or the first, and the other is told."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, EntryPoints, PathDistribution
from pathlib import Path

import pytest

from assistant.dialogue import installed_skills, sources
from skills import loading
from skills.loading import load_skills

OURS = "skills.general.skill:skill"
OTHERS = "anban_other.skill:skill"


def point(folder: Path, package: str, value: str, name: str = "general") -> EntryPoint:
    """An entry point of an installed package."""
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{sources.GROUP}]\n{name} = {value}\n")
    (found,) = PathDistribution(info).entry_points
    return found


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package whose code leaves a mark if it is run."""
    package = tmp_path / "anban_other"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "skill.py").write_text("raise SystemExit('its code was run')\n")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.mark.parametrize("package", ["aaa", "zzz"])
def test_ours_is_used_and_the_other_is_told(other: Path, package: str) -> None:
    points = [point(other, package, OTHERS), point(other, "anban", OURS)]
    for order in (points, points[::-1]):
        loaded, broken = load_skills(order)
        assert [(item.skill.name, item.is_ours) for item in loaded] == [("general", True)]
        (left_out,) = broken
        assert left_out.name == f"general ({package})"
        assert "two packages bring a skill general; that of anban" in left_out.reason
    assert "anban_other.skill" not in sys.modules


def test_host_and_trainer_use_the_same(other: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = EntryPoints([point(other, "aaa", OTHERS), point(other, "anban", OURS)])
    for module in (sources, loading):
        monkeypatch.setattr(module, "entry_points", lambda group: points.select(group=group))
    (folder,) = installed_skills()
    assert folder.is_ours
    assert folder.path == load_skills()[0][0].skill.folder


def test_of_two_others_the_first_by_package_is_used(tmp_path: Path) -> None:
    first = point(tmp_path, "aaa", "anban_a.skill:skill", "tea")
    second = point(tmp_path, "bbb", "anban_b.skill:skill", "tea")
    for order in ([first, second], [second, first]):
        kept, twice = sources.one_a_name(order)
        assert kept == (first,)
        assert [each.name for each in twice] == ["tea (bbb)"]


def test_one_that_is_found_twice_is_one(tmp_path: Path) -> None:
    points = [point(tmp_path, name, "anban_a.skill:skill", "tea") for name in ("aaa", "bbb")]
    assert sources.one_a_name(points) == ((points[0],), ())
