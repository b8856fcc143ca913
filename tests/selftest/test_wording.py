"""What the family is written of a self-test: nothing is fine that was just reported broken."""

from __future__ import annotations

import pytest

from assistant.commands.selftest import named
from assistant.packs import whole
from assistant.selftest.trouble import Owed, Trouble
from assistant.selftest.wording import REPLIES, Wording
from assistant.services.findings import CheckResult, found


def written(lang: str, *findings: CheckResult) -> str:
    bad = tuple(Trouble(f.part, f.subject, "", 1, "") for f in findings if not f.is_well)
    return Wording(lambda: lang, lambda: "Lin").for_family(Owed(bad), findings)(lang)[1]


@pytest.mark.parametrize("lang", whole())
@pytest.mark.parametrize(
    ("broken", "no_use"),
    [
        ("microphone", {"ear"}),
        ("speaker", {"mouth"}),
        ("chime", {"ear", "mouth"}),
        ("page", {"console"}),
        ("dialogue", {"skills"}),
    ],
)
def test_a_program_is_not_fine_whose_device_is_broken(
    lang: str, broken: str, no_use: set[str]
) -> None:
    others = ("ear", "mouth", "console", "skills", "disk", "clock")
    well = [found(part, is_well=True, detail="") for part in others]
    text = written(lang, *well, found(broken, is_well=False, detail="")).splitlines()[-1]
    for part in others:
        assert (REPLIES.render(f"name_{part}", lang) in text) == (part not in no_use), part


@pytest.mark.parametrize(
    "part", [key[5:] for key in sorted(REPLIES.keys()) if key.startswith("name_")]
)
def test_every_part_has_a_name_for_people_in_the_tables(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if part == "other":
        return
    assert "_" not in named(part)
    monkeypatch.setattr("assistant.commands.told.home_language", lambda: "zh")
    assert not named(part).isascii(), part
