"""Each example's own tests, run as its author runs them: installed beside Anban."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(each.parent for each in (ROOT / "examples").glob("*/pyproject.toml"))


def installed(example: Path, site: Path) -> Path:
    """What `pip install --no-deps -e` makes of it, without a network: metadata on the path."""
    project = tomllib.loads((example / "pyproject.toml").read_text())["project"]
    name, version = project["name"].replace("-", "_"), project["version"]
    info = site / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {version}\n"
    )
    groups = project.get("entry-points", {}).items()
    (info / "entry_points.txt").write_text(
        "".join(
            f"[{group}]\n" + "".join(f"{name} = {place}\n" for name, place in points.items())
            for group, points in groups
        )
    )
    return site


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_passes_its_own_tests(example: Path, tmp_path: Path) -> None:
    path = os.pathsep.join(map(str, (installed(example, tmp_path / "site"), example)))
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-n", "0"],
        cwd=example,
        env={**os.environ, "PYTHONPATH": path, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_there_are_examples() -> None:
    names = {example.name for example in EXAMPLES}
    assert "robot-rover" in names
    listed = (ROOT / "examples" / "README.md").read_text()
    assert all(f"]({name}/" in listed or f"]({name})" in listed for name in names)


def test_the_driver_is_short() -> None:
    driver = ROOT / "examples" / "robot-rover" / "anban_rover" / "driver.py"
    assert len(driver.read_text().splitlines()) <= 150
