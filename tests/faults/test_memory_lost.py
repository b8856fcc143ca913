"""What was written and is damaged is told at the next start: it may have been a call for help."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.people.contacts import People, new_contact
from simulators.webhook import WebhookReceiver
from tests.faults.parts import SECRET, a_home
from tests.store.test_store import killed_while_writing
from tests.waiting import until


@pytest.mark.parametrize("damaged", ["anban.sqlite", "anban.sqlite-wal"])
async def test_the_family_is_told_of_it(tmp_path: Path, damaged: str) -> None:
    killed_while_writing(tmp_path / "anban.sqlite")
    if damaged == "anban.sqlite":  # its pages stand in the log as well, which would mend it
        (tmp_path / "anban.sqlite-wal").unlink()
    file = tmp_path / damaged
    file.write_bytes(b"\xff" * 100 + file.read_bytes()[100:])
    with WebhookReceiver(SECRET.encode()) as daughter:
        People(tmp_path).add(new_contact("大女儿", [], [daughter.url]))
        async with a_home(tmp_path):
            await until(lambda: "坏了一部分" in json.dumps(daughter.events, ensure_ascii=False))
    assert list(tmp_path.glob("*.corrupt-*"))


async def test_nothing_is_told_where_nothing_is_lost(tmp_path: Path) -> None:
    killed_while_writing(tmp_path / "anban.sqlite")
    async with a_home(tmp_path) as home:
        assert home.core.database.set_aside is None
