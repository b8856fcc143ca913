"""The people who are called: kept, found by sound, in their order, whatever became of the file."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, time
from pathlib import Path

import pytest

from assistant.calls.who import resolve, to_elder
from assistant.people.contacts import FILE_NAME, Contact, ContactError, People, new_contact


@pytest.fixture
def people(tmp_path: Path) -> People:
    everybody = People(tmp_path)
    everybody.add(new_contact("王小芳", ["大女儿", "闺女"], ["tel:1"]))
    everybody.add(new_contact("李建国", ["老李"], ["tel:2"], hours="08:00-22:00"))
    everybody.add(new_contact("Thomas", ["my son", "tom"], ["tel:3"], lang="en"))
    return everybody


def names(people: People, hour: int) -> list[str]:
    return [c.name for c in people.in_order(datetime(2026, 1, 1, hour))]  # noqa: DTZ001


def test_what_was_kept_is_read_again_and_is_private(people: People, tmp_path: Path) -> None:
    again = People(tmp_path)
    again.read()
    assert again.all == people.all
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("大女儿", "王小芳"),
        ("王晓方", "王小芳"),  # other characters of the same sound
        ("大女鹅", "王小芳"),
        ("李见过", "李建国"),
        ("my sun", "Thomas"),
        ("tomas", "Thomas"),
        ("消防队", None),
        ("", None),
    ],
)
def test_a_contact_is_found_by_sound(people: People, said: str, name: str | None) -> None:
    found = [each.contact.name for each in resolve(said, people.all)]
    assert found == ([name] if name else [])


def test_two_who_may_be_meant_are_both_named(people: People) -> None:
    people.add(new_contact("王小丽", ["二女儿", "my younger daughter"], []))
    people.add(new_contact("Susan Brown", ["the doctor"], []))

    def found(said: str, *, is_sentence: bool = False) -> set[str]:
        return {each.contact.name for each in resolve(said, people.all, is_sentence=is_sentence)}

    assert found("女儿") == {"王小芳"}, "闺女 is the same word"
    people.add(new_contact("王小芳", ["大女儿"], []))
    assert found("女儿") == found("俺闺女") == {"王小芳", "王小丽"}
    assert found("我大姑娘") == {"王小芳"}
    assert found("给我女儿打个电话", is_sentence=True) == {"王小芳", "王小丽"}
    assert found("ring my younger daughter up please", is_sentence=True) == {"王小丽"}
    assert found("my boy") == {"Thomas"}
    assert found("susan") == found("my gp") == {"Susan Brown"}
    assert found("老张") == found("孙子") == found("今天天气怎么样", is_sentence=True) == set()


@pytest.mark.parametrize(
    ("name", "said"),
    [("my son", "your son"), ("我儿子", "您儿子"), ("老李", "老李"), ("Myra", "Myra")],
)
def test_a_name_is_turned_round_for_the_elder(name: str, said: str) -> None:
    assert to_elder(name) == said


def test_outside_their_hours_people_come_last_and_are_not_left_out(people: People) -> None:
    assert names(people, 12) == ["王小芳", "李建国", "Thomas"]
    assert names(people, 3) == ["王小芳", "Thomas", "李建国"]


@pytest.mark.parametrize(
    ("hours", "at", "inside"),
    [
        ("22:00-06:00", time(23), True),
        ("22:00-06:00", time(5, 59), True),
        ("22:00-06:00", time(6), False),
        ("", time(3), True),
    ],
)
def test_hours_may_pass_midnight(hours: str, at: time, inside: bool) -> None:
    assert new_contact("a", [], [], hours).is_reachable_at(at) is inside


def test_the_same_name_is_replaced_and_a_place_can_be_given(people: People) -> None:
    people.add(new_contact("王小芳", [], ["tel:9"]))
    people.add(new_contact("邻居", [], ["tel:4"]), 0)
    assert [(c.name, c.channels) for c in people.all] == [
        ("邻居", ("tel:4",)),
        ("李建国", ("tel:2",)),
        ("Thomas", ("tel:3",)),
        ("王小芳", ("tel:9",)),
    ]


@pytest.mark.parametrize("damage", [b"", b"{", b'[{"name": 1}]', b"\xff\xfe", b"null"])
def test_a_damaged_file_leaves_the_people_before_it(
    people: People, tmp_path: Path, damage: bytes
) -> None:
    people.remove("Thomas")
    (tmp_path / FILE_NAME).write_bytes(damage)
    running = people.all
    people.read()
    assert people.all == running
    started_anew = People(tmp_path)
    started_anew.read()
    assert [c.name for c in started_anew.all] == ["王小芳", "李建国", "Thomas"]


def test_a_change_by_another_process_is_taken_in(people: People, tmp_path: Path) -> None:
    other = People(tmp_path)
    other.read()
    other.add(new_contact("新人", [], ["tel:5"]))
    people.read()
    assert people.all[-1].name == "新人"


def test_wrong_hours_in_a_file_edited_by_hand_stop_nothing(people: People, tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(path.read_text("utf-8").replace("08:00-22:00", "morning"), "utf-8")
    people.read()
    assert names(people, 3) == ["王小芳", "李建国", "Thomas"]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00", "x" * 41, "a\u202eb", "\ud800"])
def test_a_name_that_could_forge_a_header_is_refused(name: str) -> None:
    with pytest.raises(ContactError):
        new_contact(name, [], [])


@pytest.mark.parametrize("hours", ["8-22", "25:00-26:00", "08:00", "08:00-22:00\n"])
def test_wrong_hours_are_refused(hours: str) -> None:
    with pytest.raises(ContactError, match="08:00-22:00"):
        new_contact("a", [], [], hours)


def test_forgetting_a_stranger_is_refused(people: People) -> None:
    with pytest.raises(ContactError, match="王小芳"):
        people.remove("谁")


def test_a_strange_name_in_the_file_is_made_readable_and_nobody_is_left_out(tmp_path: Path) -> None:
    names = ["大\ud83d女\r\n儿", "\x00\u202e", "老李"]
    people = [asdict(Contact(str(n), name, (name,), ("sip:a@b",))) for n, name in enumerate(names)]
    (tmp_path / FILE_NAME).write_text(json.dumps(people), "utf-8")
    known = People(tmp_path)
    known.read()
    assert [contact.name for contact in known.all] == ["大女儿", "?", "老李"]
    assert known.all[1].called == ()
