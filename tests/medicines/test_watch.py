"""Warnings told: to the family why, to the elder only that somebody should be asked, each once."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from assistant.events import MedicineWarned, Say, Urgency
from assistant.medicines import Medicines, MedicineWatch, doses
from assistant.medicines import medicines as medicines_module
from assistant.medicines.lookup import Lookup
from assistant.medicines.table import Table
from assistant.medicines.warnings import Checker
from assistant.reminders import ReminderApi, ReminderServices
from assistant.reminders.family import Texts
from assistant.services.errors import ServiceError
from assistant.services.reminder import Risk
from assistant.store import KeyedValues
from tests.asking import call
from tests.reminders.home import SHANGHAI, Home, VirtualClock

SCHEDULE = {"rrule": "FREQ=DAILY", "times": [{"at": "07:30"}]}

NIGHT_SECONDS, DAY_SECONDS = 16 * 3600.0, 24 * 3600.0
"""From nine in the morning to one at night, and to the next morning."""


class Reader:
    """A relative who reads messages, unless out."""

    def __init__(self) -> None:
        self.is_out = False
        self.read: list[str] = []
        self.ids: set[str] = set()

    async def write(self, notice_id: str, texts: Texts, now: float) -> str | None:
        if self.is_out:
            return None
        self.read.append("\n".join(texts("en")))
        self.ids.add(notice_id)
        return "Mei"


class House:
    """Reminders and the watch over them, in virtual time."""

    def __init__(self, home: Home, reader: Reader) -> None:
        self.home, self.reader = home, reader
        self.medicines = Medicines(home.base)
        api = ReminderApi(home.scheduler, self.medicines)
        ReminderServices(api).register(home.bus)
        self.watch = MedicineWatch(home.base, self.medicines, api, reader)

    async def add(self, title: str) -> dict:
        wish = {"title": title, "kind": "medicine", "schedule": SCHEDULE}
        return await call(self.home.bus, "reminders.add", reminder=wish)

    async def set_allergies(self, value: object) -> None:
        await KeyedValues.profile(self.home.database).set("allergies", value)

    def said(self) -> list[str]:
        return [say.text for say in self.home.seen(Say) if say.urgency is Urgency.REMINDER]


@pytest.fixture(autouse=True)
def _one_table(table: Table, lookup: Lookup, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = medicines_module._Loaded(table, lookup, Checker(table, lookup), doses.load())
    monkeypatch.setattr(medicines_module, "_load", lambda: loaded)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    memory = Path("/dev/shm")
    folder = memory if os.access(memory, os.W_OK) else tmp_path
    begin = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
    with TemporaryDirectory(dir=folder) as name:
        home = await Home(Path(name) / "anban.sqlite", VirtualClock(begin.timestamp())).open()
        yield House(home, Reader())
        await home.database.close()


async def test_a_pair_is_told_once(house: House) -> None:
    await house.add("warfarin")
    assert await house.watch.look()
    assert house.reader.read == house.said() == []
    await house.add("ibuprofen")
    assert await house.watch.look()
    (warned,) = house.home.seen(MedicineWarned)
    assert warned == MedicineWarned("ibuprofen", "warfarin", "interaction", "bleeding")
    (text,) = house.reader.read
    assert "Lin" in text
    assert "bleeding" in text
    (said,) = house.said()
    assert "doctor or pharmacist" in said
    assert "ibuprofen" in said
    assert "warfarin" in said
    assert "bleeding" not in said
    await house.add("六味地黄丸")
    assert await house.watch.look()
    assert len(house.reader.read) == len(house.said()) == 1


async def test_it_outlives_a_power_cut(house: House) -> None:
    house.reader.is_out = True
    await house.add("warfarin")
    await house.add("Nurofen")
    assert not await house.watch.look()
    assert len(house.said()) == 1
    await house.home.again()
    again = House(house.home, house.reader)
    house.reader.is_out = False
    assert await again.watch.look()
    assert len(house.reader.read) == 1
    assert len(house.said()) == 1, "the elder was told before"
    assert await again.watch.look()
    assert len(house.reader.read) == 1


async def test_what_was_removed_and_comes_again_is_told_again(house: House) -> None:
    await house.add("warfarin")
    await house.add("ibuprofen")
    await house.watch.look()
    await call(house.home.bus, "reminders.remove", which="ibuprofen")
    await house.watch.look()
    await house.add("ibuprofen")
    await house.watch.look()
    assert len(house.reader.read) == len(house.said()) == len(house.reader.ids) == 2


async def test_nobody_is_woken(house: House) -> None:
    at_nine = house.home.clock.now()
    house.home.clock.move(at_nine + NIGHT_SECONDS)
    await house.add("warfarin")
    await house.add("ibuprofen")
    assert not await house.watch.look()
    assert house.reader.read == house.said() == []
    house.home.clock.move(at_nine + DAY_SECONDS)
    assert await house.watch.look()
    assert len(house.reader.read) == len(house.said()) == 1


async def test_a_new_allergy_is_compared_with_what_is_there(house: House) -> None:
    await house.add("amoxicillin")
    await house.watch.look()
    await house.set_allergies(["penicillin", 7, ""])
    assert await house.watch.look()
    (text,) = house.reader.read
    assert "allergy to penicillin" in text
    assert "doctor or pharmacist" in house.said()[0]


async def test_many_are_one_sentence(house: House) -> None:
    for title in ("warfarin", "ibuprofen", "naproxen", "aspirin"):
        await house.add(title)
    await house.watch.look()
    assert len(house.said()) == 1
    assert len(house.reader.read) == 1
    assert "naproxen" in house.reader.read[0]


async def test_the_known_risk_decides_the_escalation(house: House) -> None:
    for title, risk in (
        ("华法林钠片", "anticoagulant"),
        ("诺和锐", "insulin"),
        ("胰岛素", "insulin"),
        ("地高辛", "narrow"),
        ("morphine", "opiate"),
        ("氨氯地平", None),
        ("the little white one", None),
    ):
        assert (await house.add(title)).get("risk") == risk, title
    kept = await call(house.home.bus, "reminders.list")
    assert kept[0]["risk"] == Risk.ANTICOAGULANT.value
    task = {"title": "warfarin blood test", "schedule": SCHEDULE}
    assert "risk" not in await call(house.home.bus, "reminders.add", reminder=task)
    asked = {"title": "warfarin", "kind": "medicine", "schedule": SCHEDULE, "risk": "narrow"}
    assert (await call(house.home.bus, "reminders.add", reminder=asked))["risk"] == "narrow"


async def test_the_services_answer_in_json(house: House) -> None:
    ask = partial(call, house.home.bus)
    answer = await ask("medicines.find", text="拜新同", lang="zh")
    (match,) = answer["matches"]
    assert (match["key"], match["generic"], match["said"]) == ("nifedipine", "硝苯地平", "拜新同")
    assert (match["class"], match["food"], match["high_risk"]) == ("血压药", "unknown", False)
    assert match["score"] == 1
    assert match["as_needed"] is None
    assert answer["group"] is None
    (match,) = (await ask("medicines.find", text="Panadol", lang="en"))["matches"]
    assert match["as_needed"] == {"daily_max": 4, "min_hours": 4}
    assert match["class"] == "painkiller"
    group = (await ask("medicines.find", text="insulin", lang="en"))["group"]
    assert group == {"key": "insulin", "class": "insulin", "risk": "insulin", "high_risk": True}
    nothing = {"matches": [], "group": None}
    assert await ask("medicines.find", text="grapefruit", lang="en") == nothing
    assert await ask("medicines.find", text="浇花", lang="zh") == nothing
    await house.set_allergies("青霉素")
    answer = await ask("medicines.warnings", titles=["华法林"], adding="阿莫西林")
    assert answer == {"warnings": [{"with": "青霉素", "kind": "allergy", "why": "allergy_same"}]}


@pytest.mark.parametrize(
    ("service", "arguments"),
    [
        ("find", {"text": "", "lang": "zh"}),
        ("find", {"text": "x" * 201, "lang": "zh"}),
        ("find", {"text": 7, "lang": "zh"}),
        ("find", {"text": "aspirin", "lang": "fr"}),
        ("find", {"text": "aspirin"}),
        ("warnings", {"titles": "aspirin", "adding": "warfarin"}),
        ("warnings", {"titles": [None], "adding": "warfarin"}),
        ("warnings", {"titles": ["a"] * 301, "adding": "warfarin"}),
        ("warnings", {"titles": [], "adding": ""}),
    ],
)
async def test_nonsense_is_refused(house: House, service: str, arguments: dict) -> None:
    with pytest.raises(ServiceError):
        await call(house.home.bus, f"medicines.{service}", **arguments)
