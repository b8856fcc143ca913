"""What of a contacts.json that is not quite one can still be used: everybody it does not spoil."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.people.contact_file import MAX_FILE_BYTES, read_contacts
from assistant.people.contacts import FILE_NAME, People, new_contact

FANG = {
    "contact_id": "1",
    "name": "王小芳",
    "called": ["大女儿"],
    "channels": ["tel:+8613800138000"],
    "hours": "",
    "lang": "zh",
}
LI = {**FANG, "contact_id": "2", "name": "李建国", "called": [], "channels": ["sip:li@home"]}

SPOILT: list[tuple[str, Any]] = [
    ("a text", "王小芳"),
    ("a number", 7),
    ("nothing", None),
    ("a truth value", True),
    ("a list", [FANG]),
    ("an empty table", {}),
    ("no addresses", {**FANG, "channels": []}),
    ("addresses missing", {k: v for k, v in FANG.items() if k != "channels"}),
    ("addresses null", {**FANG, "channels": None}),
    ("addresses of numbers", {**FANG, "channels": [1, None, {}]}),
    ("blank addresses", {**FANG, "channels": ["", "  "]}),
]


@pytest.mark.parametrize(("_", "entry"), SPOILT, ids=[name for name, _ in SPOILT])
@pytest.mark.parametrize("place", [0, 1])
def test_an_entry_that_is_nobody_costs_itself(_: str, entry: Any, place: int) -> None:
    entries: list[Any] = [LI]
    entries.insert(place, entry)
    read = read_contacts(json.dumps(entries).encode())
    assert [contact.name for contact in read.contacts] == ["李建国"]
    assert read.problems


USABLE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("an unknown language", {"lang": "fr"}, {"lang": ""}),
    ("a language by its country", {"lang": "zh-CN"}, {"lang": ""}),
    ("a language of another type", {"lang": 3}, {"lang": ""}),
    ("a language that is a list", {"lang": ["zh"]}, {"lang": ""}),
    ("hours that are none", {"hours": "25:00-26:00"}, {"hours": ""}),
    ("hours of another type", {"hours": 8}, {"hours": ""}),
    ("hours in words", {"hours": "mornings"}, {"hours": ""}),
    ("one address alone", {"channels": "tel:1"}, {"channels": ("tel:1",)}),
    ("one bad address", {"channels": ["tel:1", 2]}, {"channels": ("tel:1",)}),
    ("one name alone", {"called": "妈"}, {"called": ("妈",)}),
    ("one bad name", {"called": ["妈", 5]}, {"called": ("妈",)}),
    ("no names", {"called": None}, {"called": ()}),
    ("a field of a newer version", {"colour": "green"}, {}),
    ("half a character in the name", {"name": "王\ud800小芳"}, {"name": "王小芳"}),
    ("no name", {"name": ""}, {"name": "?"}),
    ("a name of another type", {"name": 12}, {"name": "?"}),
]


@pytest.mark.parametrize(("_", "given", "used"), USABLE, ids=[row[0] for row in USABLE])
def test_a_person_with_a_wrong_field_is_still_called(
    _: str, given: dict[str, Any], used: dict[str, Any]
) -> None:
    read = read_contacts(json.dumps([{**FANG, **given}, LI]).encode())
    first, second = read.contacts
    assert second.name == "李建国"
    assert (first.contact_id, first.channels[0][:4]) == ("1", "tel:")
    for field, value in used.items():
        assert getattr(first, field) == value


@pytest.mark.parametrize("field", ["lang", "hours"])
def test_what_is_not_understood_is_told(field: str) -> None:
    read = read_contacts(json.dumps([{**FANG, field: "klingon"}]).encode())
    (problem,) = read.problems
    assert "王小芳" in problem
    assert "klingon" in problem


def test_a_problem_never_quotes_an_address() -> None:
    entry = {**FANG, "channels": ["ntfy://secret-topic", 5], "hours": "x", "lang": "y"}
    other = {**LI, "channels": [{"url": "tgram://token"}]}
    told = " ".join(read_contacts(json.dumps([entry, other]).encode()).problems)
    assert "secret" not in told
    assert "token" not in told


@pytest.mark.parametrize("identity", [None, 5, "", "2", "\u202e"])
def test_two_people_never_share_an_identity(identity: Any) -> None:
    text = json.dumps([LI, {**FANG, "contact_id": identity}]).encode()
    ids = [contact.contact_id for contact in read_contacts(text).contacts]
    assert len(set(ids)) == 2
    assert all(ids)
    assert ids == [contact.contact_id for contact in read_contacts(text).contacts]


WHOLE = json.dumps([FANG, LI], ensure_ascii=False, indent=1)
BOTH = ["王小芳", "李建国"]
TORN: list[tuple[str, bytes, list[str]]] = [
    ("as it is", WHOLE.encode(), BOTH),
    ("with a mark of Windows", b"\xef\xbb\xbf" + WHOLE.encode(), BOTH),
    ("line ends of Windows", WHOLE.replace("\n", "\r\n").encode(), BOTH),
    ("a comma missing", WHOLE.replace("},", "}").encode(), BOTH),
    ("a comma too many", WHOLE.replace("}\n]", "},\n]").encode(), BOTH),
    ("a comment", b"// the family\n" + WHOLE.encode(), BOTH),
    ("the end lost", WHOLE[:-30].encode(), ["王小芳"]),
    ("the beginning lost", WHOLE[12:].encode(), ["李建国"]),
    ("a quote missing", WHOLE.replace('"王小芳"', '"王小芳', 1).encode(), ["李建国"]),
    ("two bad bytes", WHOLE.encode().replace("王".encode(), b"\xff\xfe"), ["小芳", "李建国"]),
    ("a table around it", b'{"contacts": ' + WHOLE.encode() + b"}", BOTH),
    ("one person alone", json.dumps(FANG).encode(), ["王小芳"]),
]


@pytest.mark.parametrize(("_", "raw", "names"), TORN, ids=[row[0] for row in TORN])
def test_a_torn_file_gives_what_is_whole(_: str, raw: bytes, names: list[str]) -> None:
    contacts = read_contacts(raw).contacts
    assert [contact.name for contact in contacts] == names
    assert all(contact.channels for contact in contacts)


def test_a_file_in_another_encoding_loses_the_names_and_not_the_numbers() -> None:
    contacts = read_contacts(WHOLE.encode("gbk")).contacts
    assert [contact.channels[0] for contact in contacts] == ["tel:+8613800138000", "sip:li@home"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"7",
        b'"x"',
        b"{}",
        b"[{}]",
        b"[" * 100_000,
        b"\x00" * 100,
        b" " * (MAX_FILE_BYTES + 1),
    ],
    ids=lambda raw: repr(raw[:12]),
)
def test_what_holds_nobody_is_refused_and_the_file_before_is_used(
    tmp_path: Path, raw: bytes
) -> None:
    people = People(tmp_path)
    people.add(new_contact("王小芳", [], ["tel:1"]))
    people.add(new_contact("李建国", [], ["tel:2"]))
    (tmp_path / FILE_NAME).write_bytes(raw)
    people = People(tmp_path)
    people.read()
    assert [contact.name for contact in people.all] == ["王小芳"]
    assert people.problems


def test_a_change_keeps_what_could_not_be_read(tmp_path: Path) -> None:
    raw = json.dumps([{"name": "邻居", "channels": [5]}, LI])
    (tmp_path / FILE_NAME).write_text(raw)
    people = People(tmp_path)
    people.read()
    people.add(new_contact("新人", [], ["tel:5"]))
    (aside,) = tmp_path.glob(f"{FILE_NAME}.unreadable-*")
    assert json.loads(aside.read_text()) == json.loads(raw)
    assert people.problems == ()


def test_problems_are_gone_once_the_file_is_mended(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(json.dumps([LI, 5]))
    people = People(tmp_path)
    people.read()
    assert people.problems
    people.read()
    assert people.problems  # nothing has changed
    path.unlink()
    path.write_text(json.dumps([LI]))
    people.read()
    assert people.problems == ()
