"""`anban chat` as practice: the people of the home are known by name, and nobody is called."""

from __future__ import annotations

from pathlib import Path

from assistant.core import CoreOptions, running
from assistant.demo.practice import practise
from assistant.people.contacts import People, new_contact
from assistant.settings import Settings
from tests.waiting import until


async def test_a_cry_names_who_would_be_called(tmp_path: Path) -> None:
    real, scratch = tmp_path / "real", tmp_path / "scratch"
    real.mkdir()
    people = People(real)
    for name in ("王小芳", "老李"):
        people.add(new_contact(name, [], ["tel:+8613800138000"]))
    before = (real / "contacts.json").read_bytes()
    options = CoreOptions(scratch, Settings(), tmp_path / "cache", capabilities=frozenset())
    async with running(options) as core:
        called: list[str] = []
        practise(core, real, called.append)
        turn = await core.conversation.turns.take("救命")
        assert "没有存下任何联系人" not in turn.reply
        await until(lambda: called == ["王小芳"])
        known = [address for each in core.ways.people.all for address in each.channels]
        assert known == ["practice:0", "practice:1"]
    assert (real / "contacts.json").read_bytes() == before
