"""Files of the home as an enemy, a dying card or a tired relative leaves them: each costs itself.

`tests/people/test_contact_file.py` and `tests/settings/test_settings.py` hold the rows within.
"""

from __future__ import annotations

import json
import os
import random
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.people.contacts import FILE_NAME, People
from assistant.settings import Settings, read
from tests.asking import call
from tests.faults.parts import a_home
from tests.hostile.parts import BEGINNINGS, until_open

pytestmark = pytest.mark.timeout(120)
FANG = {"contact_id": "1", "name": "王小芳", "channels": ["tel:+8613800138000"]}


def _folder(path: Path) -> None:
    path.mkdir()


def _to_itself(path: Path) -> None:
    path.symlink_to(path)


def _dangling(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _random(path: Path) -> None:
    path.write_bytes(random.Random(5).randbytes(50_000))


def _nested(path: Path) -> None:
    path.write_text("[" * 200_000, "utf-8")


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(3_000_000)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _long_number(path: Path) -> None:
    path.write_text("[" + "9" * 500_000 + "]", "utf-8")


KINDS: list[Callable[[Path], None]] = [
    *(_folder, _to_itself, _dangling, _pipe, _endless, _random, _nested, _huge, _empty),
    _long_number,
]


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_what_lies_in_place_of_the_contacts_must_not_stop_the_core(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / FILE_NAME)
    people = People(tmp_path)
    people.read()
    assert people.all == ()


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_nor_take_away_whom_it_knew(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(json.dumps([FANG]), "utf-8")
    people = People(tmp_path)
    people.read()
    path.unlink()
    make(path)
    people.read()
    if make is not _dangling:  # as if it had been removed: the file before, which is none here
        assert people.problems
    assert [contact.name for contact in people.all] == ["王小芳"]


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_what_lies_in_place_of_the_settings_must_not_stop_the_core(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "anban.toml")
    assert read(tmp_path / "anban.toml").settings == Settings()


NAMES = ["link.key", "anban.sqlite", "anban.sqlite-wal", "core.lock", "contacts.json.before", "run"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "make", [_folder, _random, _empty, _dangling], ids=lambda make: make.__name__
)
async def test_a_spoilt_file_of_the_home_must_not_keep_a_cry_from_being_answered(
    tmp_path: Path, make: Callable[[Path], None], name: str
) -> None:
    make(tmp_path / name)
    async with a_home(tmp_path) as home:
        BEGINNINGS["cried"](home)
        await until_open(home)
        await call(home.core.bus, "turn", text="救命")
        assert home.said()


async def test_what_a_link_in_the_home_leads_to_must_not_be_written(tmp_path: Path) -> None:
    """Somebody who may write into the home makes the core write elsewhere."""
    outside, home_folder = tmp_path / "outside", tmp_path / "home"
    outside.mkdir(mode=0o755)
    home_folder.mkdir()
    victim = outside / "victim"
    victim.write_text("mine", "utf-8")
    victim.chmod(0o644)
    for name in (FILE_NAME, f"{FILE_NAME}.before", f"{FILE_NAME}.draft", "link.key"):
        (home_folder / name).symlink_to(victim)
    async with a_home(home_folder) as home:
        home.add("大女儿", "tel:13800138000")
        BEGINNINGS["cried"](home)
        await until_open(home)
    assert victim.read_text("utf-8") == "mine"
    assert stat.S_IMODE(victim.stat().st_mode) == 0o644
    assert [path.name for path in outside.iterdir()] == ["victim"]
