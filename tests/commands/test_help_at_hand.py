"""`anban doctor` begins with whom a cry for help reaches, and how a helper gets in."""

from __future__ import annotations

import io
import re
import tomllib
from pathlib import Path

import pytest
from rich.console import Console

from assistant.commands.help_at_hand import Need, needs, print_needs
from assistant.commands.words import Words
from assistant.people.contacts import People, new_contact
from assistant.services.findings import Verdict
from assistant.settings import EmergencySettings, Settings
from assistant.settings.model import PhoneSettings

TOLD = EmergencySettings(address="幸福路12号", door_code="1234#")


def found(home: Path, settings: Settings, lang: str = "en") -> list[Need]:
    return list(needs(home, settings, Words(lang)))


def home_with(folder: Path, *people: tuple[str, str]) -> Path:
    kept = People(folder)
    for name, address in people:
        kept.add(new_contact(name, [], [address]))
    return folder


@pytest.mark.parametrize(
    ("people", "settings", "verdicts"),
    [
        ([], Settings(emergency=TOLD), "broken well well"),
        ([("Sue", "ntfy://anban-1")], Settings(emergency=TOLD), "well well well"),
        # She is stored, and nothing here can ring her: that is nobody, too.
        ([("Sue", "sip:sue@10.0.0.7")], Settings(emergency=TOLD), "broken poor well well"),
        ([("Sue", "tel:+8613800138000")], Settings(emergency=TOLD), "broken poor well well"),
        (
            [("Sue", "sip:sue@10.0.0.7")],
            Settings(emergency=TOLD, phone=PhoneSettings(account="sip:home@10.0.0.1")),
            "well well well",
        ),
        (
            [("Sue", "ntfy://anban-1"), ("Bob", "sip:b@10.0.0.7")],
            Settings(emergency=TOLD),
            "well poor well well",
        ),
        ([("Sue", "ntfy://anban-1")], Settings(), "well poor poor poor"),
        (
            [("Sue", "ntfy://anban-1")],
            Settings(emergency=EmergencySettings(address=" ", door_code="1")),
            "well poor well poor",
        ),
    ],
)
def test_what_lacks(
    tmp_path: Path, people: list[tuple[str, str]], settings: Settings, verdicts: str
) -> None:
    home = home_with(tmp_path, *people)
    assert " ".join(need.verdict for need in found(home, settings)) == verdicts


def test_a_list_that_cannot_be_read_is_told_and_is_nobody(tmp_path: Path) -> None:
    (tmp_path / "contacts.json").write_text("{[", "utf-8")
    (unread, nobody, *_) = found(tmp_path, Settings())
    assert "contacts.json" in unread.text
    assert nobody.verdict is Verdict.BROKEN


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_to_be_typed_can_be_typed(tmp_path: Path, lang: str) -> None:
    settings = Settings(language=lang)
    nobody, *_, write = found(tmp_path, settings, lang)
    assert re.fullmatch(r"anban contacts add \S+ ntfy://anban-[0-9a-f]{16} --called \S+",
                        nobody.to_type)  # fmt: skip
    assert set(tomllib.loads(write.to_type)["emergency"]) == {"address", "door_code"}
    told = io.StringIO()
    print_needs(Console(file=told, width=60), [nobody, write], Words(lang))
    shown = [line.strip() for line in told.getvalue().splitlines()]
    assert nobody.to_type in shown  # in one piece, however narrow the terminal is
    assert {*write.to_type.splitlines()} <= {*shown}


def test_a_door_code_is_not_shown(tmp_path: Path) -> None:
    assert not [need for need in found(tmp_path, Settings(emergency=TOLD)) if "1234" in need.text]


def test_names_are_no_markup(tmp_path: Path) -> None:
    home = home_with(tmp_path, ("Bo[b]", "ntfy://anban-1"))
    told = io.StringIO()
    print_needs(Console(file=told, width=60), found(home, Settings()), Words("en"))
    assert "Bo[b]" in told.getvalue()
