"""The reasons reach the family over a real channel, in each one's language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.channels import Equipment, Registry
from assistant.channels.call_voice import CallVoice
from assistant.medicines import Wording
from assistant.medicines.warnings import Kind, Warned
from assistant.people.contacts import Contact, People
from assistant.reminders import Messenger
from assistant.reminders.wording import Wording as ReminderWording
from simulators.webhook import WebhookReceiver
from tests.reminders.home import SHANGHAI

SECRET = b"a secret of thirty-two characters"
FOUND = [("ibuprofen", Warned("warfarin", Kind.INTERACTION, "bleeding"))]


def messenger(people: People, tmp_path: Path) -> Messenger:
    return Messenger(
        people,
        Registry(Equipment(webhook_secret=SECRET)),
        ReminderWording(SHANGHAI, lambda: "en"),
        CallVoice(tmp_path / "voice"),
        lambda: "en",
        lambda: "Lin",
        SHANGHAI,
    )


@pytest.mark.parametrize(("lang", "why"), [("en", "bleeding"), ("zh", "出血"), ("", "bleeding")])
async def test_the_family_is_told_why(tmp_path: Path, lang: str, why: str) -> None:
    people = People(tmp_path)
    texts = Wording(lambda: "en", lambda: "Lin").for_family(FOUND)
    with WebhookReceiver(SECRET) as server:
        people.add(Contact("1", "Mei", (), (server.url,), lang=lang))
        reached = await messenger(people, tmp_path).write("notice1", texts, 1_795_000_000.0)
        assert reached == "Mei"
        (event,) = server.events.values()
    told = json.dumps(event, ensure_ascii=False)
    assert why in told
    assert "warfarin" in told
    assert "Lin" in told


async def test_nobody_is_reached_where_there_is_nobody(tmp_path: Path) -> None:
    people = People(tmp_path)
    texts = Wording(lambda: "zh", lambda: "").for_family(FOUND)
    assert await messenger(people, tmp_path).write("notice1", texts, 1_795_000_000.0) is None
    people.add(Contact("1", "Mei", (), ("http://127.0.0.1:9/closed",)))
    assert await messenger(people, tmp_path).write("notice1", texts, 1_795_000_000.0) is None
