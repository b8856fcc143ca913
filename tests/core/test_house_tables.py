"""docs/events.md and docs/services.md: what they say is what the code does now."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import skills.api
from assistant.runtime.rights import CHILDREN
from tools.house_tables import ONE_END, ROOT, House, pages, read_house

EVENT_FILE = '''
@event
class Knocked:
    """Somebody knocked."""
@event
class Rung:
    """Somebody rang."""
'''


@pytest.fixture(scope="module")
def house() -> House:
    """This house: to read it takes seconds."""
    return read_house()


def test_the_pages_are_of_this_code(house: House) -> None:
    for page, text in pages(house).items():
        assert page.read_text("utf-8") == text, f"{page} is stale: run python tools/house_tables.py"


def test_every_event_and_service_has_two_ends(house: House) -> None:
    """What nobody hears or asks for is dead, unless it is said who does."""
    assert house.one_end == sorted(ONE_END)


def house_of(folder: Path, **files: str) -> Path:
    for name, text in {"events/door": EVENT_FILE, **files}.items():
        file = folder / "assistant" / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "told", "heard"),
    [
        ("bus.publish(Knocked())", True, False),
        ("link.send(Knocked())", True, False),
        ("bus.subscribe(Knocked, open_door)", False, True),
        ("WANTS = (Knocked, Shutdown)", False, True),
        ("if isinstance(event, Knocked): pass", False, True),
        ("match event:\n  case Knocked(): pass", False, True),
        ("def open_door(knocked: Knocked) -> Knocked: ...", False, False),
        ("waiting: dict[str, Knocked] = {}", False, False),
        ("", False, False),
    ],
)
def test_who_tells_and_who_hears(tmp_path: Path, text: str, *, told: bool, heard: bool) -> None:
    using = f"from assistant.events import Knocked\n{text}\n"
    house = read_house(house_of(tmp_path, door=using))
    assert ("Knocked" in house.told, "Knocked" in house.heard) == (told, heard)
    assert house.topics == {"door": {"Knocked": "Somebody knocked.", "Rung": "Somebody rang."}}


def test_a_class_of_the_same_name_is_another(tmp_path: Path) -> None:
    house = read_house(house_of(tmp_path, bell="class Rung: pass\nring(Rung())\nhear(Rung)"))
    assert house.told == house.heard == {}
    assert house.one_end == ["Knocked", "Rung"]


SERVICE_FILE = '''
@request("door.open", LockedRefused)
class OpenDoor(Request[None]):
    """Let somebody in."""
'''


@pytest.mark.parametrize(
    ("asking", "is_asked"),
    [
        ("await link.request(OpenDoor())", True),
        ("await turn.home.request(services.OpenDoor())", True),
        ("request_of(OpenDoor, {})", True),
        ("def open_door(wish: OpenDoor) -> None: ...", False),
        ("await link.request(ShutDoor())", False),
        ("await link.request(house.OpenDoor())", False),
        ("serve(OpenDoor.answered_by(f))", False),
        ("", False),
    ],
)
def test_who_serves_and_who_asks(tmp_path: Path, asking: str, *, is_asked: bool) -> None:
    files = {"services/door": SERVICE_FILE, "porch": asking}
    files["hall"] = "def register(bus):\n  bus.serve(OpenDoor.answered_by(f))\n"
    house = read_house(house_of(tmp_path, **files))
    assert "assistant/hall.py" in house.served["door.open"]
    asked = {"assistant/porch.py"} if is_asked else set()
    assert house.asked.get("door.open", frozenset()) == asked
    assert ("door.open" in house.one_end) is not is_asked


def test_help_and_check_write_nothing(house: House) -> None:
    before = {page: page.read_bytes() for page in pages(house)}
    for option in ("--help", "--check"):
        done = subprocess.run(
            [sys.executable, ROOT / "tools" / "house_tables.py", option],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr + done.stdout
    assert {page: page.read_bytes() for page in before} == before


@pytest.mark.parametrize("file", ["skills-api.md", "zh/skills-api.md"])
def test_the_page_of_skills_leaves_nothing_out(file: str) -> None:
    page = (ROOT / "docs" / file).read_text("utf-8")
    rights = CHILDREN["skills"]
    asked = {kind.SERVICE for kind in rights.asks}
    by_home = {name for name in asked if name.startswith(("storage.", "tables.", "skills."))}
    named = set(skills.api.__all__) | asked - by_home - {"home.state"}
    assert [name for name in sorted(named) if not re.search(rf"`{name}\b", page)] == []
    for event in rights.hears - {"Shutdown"}:
        assert f"### `{event}`" in page
        assert event in skills.api.__all__, "what a skill may react to can be imported"
