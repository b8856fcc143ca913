"""Skills that block, crash or grow again and again: noted, switched off, answered for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from assistant.events import SkillsLoaded
from assistant.language import Replies
from assistant.runtime.home_folder import SKILLS_FILE
from skills import standing
from skills.marks import Marks, left_behind
from skills.standing import Standing, Standings, VitalError, Why
from tests.skills.hosting import Core, Host, site_of_test_skills

OWN = Replies.load(Path(__file__).parents[2] / "skills" / "replies")
DAY = 86_400.0

# what is noted of the skill tea, at which time; whether it is off at the end
NOTED: list[tuple[list[tuple[Why, float]], Why | None]] = [
    ([], None),
    ([(Why.BLOCKS, 0)], None),
    ([(Why.BLOCKS, 0), (Why.BLOCKS, 1)], None),
    ([(Why.BLOCKS, 0), (Why.BLOCKS, 1), (Why.BLOCKS, 2)], Why.BLOCKS),
    ([(Why.BLOCKS, 0), (Why.CRASHES, 1), (Why.GROWS, 2)], Why.GROWS),
    ([(Why.BLOCKS, 0), (Why.BLOCKS, 1), (Why.BLOCKS, DAY + 2)], None),
    ([(Why.BLOCKS, 0), (Why.BLOCKS, DAY), (Why.BLOCKS, DAY + 1), (Why.GROWS, DAY + 2)], Why.GROWS),
    # The clock was put back by years: what lies in its future is no reason.
    ([(Why.BLOCKS, 99 * DAY), (Why.BLOCKS, 99 * DAY), (Why.BLOCKS, 1)], None),
    ([(Why.CRASHES, 5), (Why.CRASHES, 4), (Why.CRASHES, 3)], Why.CRASHES),
]


@pytest.mark.parametrize(("noted", "off"), NOTED)
def test_the_one_too_many_within_a_day_switches_off(
    tmp_path: Path, noted: list[tuple[Why, float]], off: Why | None
) -> None:
    for fault, at in noted:
        Standings(tmp_path).note("tea", fault, at)  # each by another process
    assert Standings(tmp_path).off() == ({"tea": off} if off else {})


@pytest.mark.parametrize("name", sorted(standing.VITAL))
def test_what_is_vital_is_never_switched_off(tmp_path: Path, name: str) -> None:
    standings = Standings(tmp_path)
    for at in range(9):
        standings.note(name, Why.CRASHES, float(at))
    with pytest.raises(VitalError):
        standings.disable(name)
    assert standings.off() == {}


@pytest.mark.parametrize("name", sorted(standing.VITAL))
def test_no_file_switches_off_what_is_vital(tmp_path: Path, name: str) -> None:
    off = {"off": "by_hand", "faults": []}
    (tmp_path / SKILLS_FILE).write_text(json.dumps({name: off, "tea": off}))
    assert Standings(tmp_path).off() == {"tea": Why.BY_HAND}


def test_by_hand_and_back(tmp_path: Path) -> None:
    standings = Standings(tmp_path)
    standings.disable("tea")
    assert standings.off() == {"tea": Why.BY_HAND}
    standings.note("tea", Why.BLOCKS, 1.0)
    assert standings.off() == {"tea": Why.BY_HAND}, "one fault changes nothing"
    standings.enable("tea")
    assert standings.all() == {}, "what it did wrong is forgotten"
    standings.enable("nobody")


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "[]", "5", "{}", '{"tea": 5}', '{"tea": {"off": "x", "faults": []}}', "\xff"],
)
def test_a_damaged_file_switches_nobody_off(tmp_path: Path, text: str) -> None:
    (tmp_path / "skills.json").write_text(text, "latin-1")
    assert Standings(tmp_path).off() == {}
    standings = Standings(tmp_path)
    standings.disable("tea")
    assert standings.off() == {"tea": Why.BY_HAND}


def test_one_bad_entry_costs_itself(tmp_path: Path) -> None:
    entries = {"tea": {"off": "by_hand", "faults": []}, "milk": {"off": "by_hand"}}
    (tmp_path / "skills.json").write_text(json.dumps(entries))
    assert Standings(tmp_path).all() == {"tea": Standing(off=Why.BY_HAND)}


def test_a_disk_that_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, spare = tmp_path / "home", tmp_path / "spare"
    monkeypatch.setattr(standing, "spare_folder", lambda _: spare)
    home.write_text("a file where the folder should be")
    Standings(home).disable("tea")
    assert Standings(home).off() == {"tea": Why.BY_HAND}
    home.unlink()
    home.mkdir()
    Standings(home).note("milk", Why.GROWS, 1.0)
    assert set(Standings(home).all()) == {"milk", "tea"}
    assert list(spare.glob("*.json")) == [], "it is on the disk again"


# ------------------------------------------------------------------------- who ran

DIES = """
import os, sys
from pathlib import Path
from skills.marks import Marks
marks = Marks(Path(sys.argv[1]), ["coffee", "milk", "tea"])
{what}
os._exit(9)
"""


@pytest.mark.parametrize(
    ("what", "blamed"),
    [
        ("", ()),
        ("marks.of('tea').runs(now=True)", ("tea",)),
        ("marks.of('tea').runs(now=True); marks.of('tea').runs(now=False)", ()),
        ("marks.of('milk').begin(); marks.of('tea').runs(now=True)", ("tea",)),
        ("marks.of('milk').begin(); marks.of('tea').begin()", ("milk", "tea")),
        ("marks.of('milk').begin(); marks.of('milk').end(); marks.of('milk').end()", ()),
        ("[marks.of('milk').begin() for _ in range(999)]", ("milk",)),
        ("marks.of('tea').runs(now=True); marks.clear()", ()),
    ],
)
def test_who_ran_when_the_process_died(tmp_path: Path, what: str, blamed: tuple[str, ...]) -> None:
    path = tmp_path / "skills.marks"
    ended = subprocess.run(
        [sys.executable, "-c", DIES.format(what=what), path],
        check=False,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    assert ended.returncode == 9
    told = path.read_bytes() if path.exists() else b""
    mine = told.replace(str(os.getpid()).encode(), str(os.getppid()).encode())
    if told:  # it was a child of this process, whose own host this process would be
        assert left_behind(path) == ()
        began = Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()[19]
        head, _, marks = mine.partition(b"\n")
        core = json.loads(head)
        core["core"] = " ".join([*core["core"].split()[:2], began])
        path.write_bytes(json.dumps(core).encode() + b"\n" + marks)
    assert left_behind(path) == blamed


@pytest.mark.parametrize(
    "content", [None, b"", b"\n", b"{}\n\x01\x01", b"\xff\xfe\n", b"[1]\n\x01"]
)
def test_marks_that_cannot_be_read_blame_nobody(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "skills.marks"
    if content is not None:
        path.write_bytes(content)
    assert left_behind(path) == ()
    Marks(path, ["tea"]).of("tea").runs(now=True)
    assert left_behind(path) == ("tea",)


# ------------------------------------------------------------------------- with a real host


async def test_one_that_grows_and_crashes_is_switched_off_and_on_again(
    core: Core, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    site_of_test_skills(site)
    standings = Standings(core.folder)

    def noted() -> list[Why]:
        return [why for why, _ in standings.all().get("faulty", Standing()).faults]

    async with Host(core, site) as host:
        await host.ready()
        swallowed = await host.act("action_faulty_grows", "4000")
        assert swallowed["text"] in OWN.wordings("failed", "zh"), "refused by the limit"
        assert noted() == [Why.GROWS]
        assert (await host.act("action_general_thanks"))["text"], "and nobody else was hurt"
        with pytest.raises(httpx.HTTPError):
            await host.act("action_faulty_crashes")
        assert await host.process.wait() == 7
    core.events.clear()
    async with Host(core, site) as host:
        await host.ready()
        assert noted() == [Why.GROWS, Why.CRASHES]
        assert (await host.act("action_faulty_grows", "400"))["text"] == "all of it kept"
        assert await host.process.wait() == 1
        assert "the skill faulty grows" in await host.said()
    assert noted() == [Why.GROWS, Why.CRASHES, Why.GROWS]
    core.events.clear()
    async with Host(core, site) as host:
        ready = await host.ready()
        assert "without faulty" in ready.detail
        loaded = await core.until(SkillsLoaded)
        assert loaded.switched_off == {"faulty": "grows"}
        assert "faulty" in loaded.names, "it is understood, and answered for"
        for lang in ("zh", "en"):
            answer = await host.act("action_faulty_fine", lang=lang)
            assert answer["text"] in OWN.wordings("switched_off", lang)
        assert (await host.act("action_general_thanks"))["text"]
        standings.enable("faulty")
        assert await host.process.wait() == 1
        assert "other skills are switched off than before" in await host.said()
    assert standings.all() == {}
