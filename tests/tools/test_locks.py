"""The locked dependencies install on x86-64 and ARM64, on every Python that we support.

All but the first two tests ask the package index (dry runs: nothing is installed), and are skipped
if it cannot be reached.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
MACHINES: Final = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu")
"""uv's names for glibc 2.28 and later: older than any Debian that we support."""
LOCKS: Final = ("requirements.lock", "requirements-dev.lock", "dialogue/requirements.lock")
PYTHONS: Final = (
    ("requirements-dev.lock", "3.11"),
    ("requirements-dev.lock", "3.12"),
    ("requirements-dev.lock", "3.13"),
    ("dialogue/requirements.lock", "3.10"),
)
"""What runs on which; requirements.lock is a part of the developers' (the second test)."""
PURE: Final = frozenset(
    {"cobs", "docopt", "lunar-python", "mattermostwrapper", "randomname", "sdnotify", "srt"}
)
"""Packages that have no wheel. They are Python alone (cobs can do without its C), so nobody needs
a compiler; all others must have a wheel."""
PRINTED: Final = ("--quiet", "--no-header", "--no-annotate")


def packages(lock: str) -> dict[str, str]:
    """The entries of a lock by name, each with its marker and hashes."""
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text("utf-8").strip())
    return {entry.partition("==")[0]: entry for entry in entries}


def run_uv(
    *arguments: str | Path, folder: Path, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    made = ROOT / ".cache/make/uv"
    program = made.read_text("utf-8").strip() if made.exists() else shutil.which("uv")
    if program is None:
        pytest.skip("uv is not installed; `make setup` installs it")
    return subprocess.run(
        [program, *arguments],
        cwd=folder,
        env=os.environ | {"UV_HTTP_TIMEOUT": "20"} | environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def index_answers() -> bool:
    """Whether uv finds one small package, without what it remembers and without patience."""
    probe = ("pip", "compile", "--quiet", "--no-deps", "--refresh", "-")
    return run_uv(*probe, folder=ROOT, given="srt", UV_HTTP_RETRIES="0").returncode == 0


@pytest.fixture(scope="module")
def index() -> None:
    if not index_answers():
        pytest.skip("the package index cannot be reached from here")


def ask_index(*arguments: str | Path, folder: Path = ROOT) -> set[str]:
    """The lines that uv prints. Its refusal fails the test, an index that went away skips it."""
    try:
        done = run_uv(*arguments, folder=folder)
    except subprocess.TimeoutExpired:
        pytest.skip("the package index does not answer in time")
    if done.returncode:
        if not index_answers():
            pytest.skip("the package index cannot be reached any more")
        pytest.fail(done.stderr)
    return set(done.stdout.splitlines())


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_no_address(lock: str) -> None:
    for package, entry in packages(lock).items():
        assert "--hash=sha256:" in entry, package
        assert re.search(r"://|file:|@", entry) is None, entry


def test_what_one_environment_runs_the_other_tests() -> None:
    """The developers' environment holds the same versions as the one that people run."""
    tested = packages("requirements-dev.lock")
    for package, entry in packages("requirements.lock").items():
        assert tested[package] == entry


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("lock", "python"), PYTHONS)
def test_every_package_has_a_wheel(lock: str, python: str, machine: str, tmp_path: Path) -> None:
    compiled = [entry for package, entry in packages(lock).items() if package not in PURE]
    wanted = tmp_path / "wanted.lock"
    wanted.write_text("\n".join(compiled), "utf-8")
    for_whom = ("--python-platform", machine, "--python-version", python)
    ask_index(
        *("pip", "install", "--dry-run", "--quiet", *for_whom, "--target", tmp_path / "empty"),
        *("--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", wanted),
    )


@pytest.mark.usefixtures("index")
def test_the_core_s_lock_holds_all_that_is_needed() -> None:
    """It is neither older than pyproject.toml nor without a package that some machine needs."""
    options = (*PRINTED, "--universal", "--constraints", "requirements.lock")
    wanted = ask_index("pip", "compile", *options, "pyproject.toml")
    locked = {entry.partition(" \\")[0] for entry in packages("requirements.lock").values()}
    assert {line.partition(" ;")[0] for line in wanted} == {
        line.partition(" ;")[0] for line in locked
    }


@pytest.mark.usefixtures("index")
def test_the_dialogue_s_lock_holds_all_that_arm_needs() -> None:
    """TensorFlow is put together of other packages there."""
    arm = (*PRINTED, "--python-platform", MACHINES[1], "--python-version", "3.10")
    folder, lock = ROOT / "dialogue", "requirements.lock"
    wanted = ask_index(
        "pip", "compile", *arm, "--constraints", lock, "requirements.in", folder=folder
    )
    assert wanted == ask_index("pip", "compile", *arm, "--no-deps", lock, folder=folder)
