"""Sentences of an unseen list that the skill must ask about or refuse, or that wish nothing.

`eighth_above_*.tsv`: now, the sentence, what is right, the kind, the writer's remark.  Right is
`ask`, a question or a refusal, be it how much a medicine's limit is; `nothing`, of what wishes
nothing: it is tried as if it had been taken for a new reminder, and agreed to; or `intent`, of what
wishes nothing and has no word that says so: "the bus goes at nine every day" is for the intents.
"""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest

from skills.api import services
from tests.asking import over_the_wire
from tests.reminders.home import SHANGHAI
from tests.skills.medication.talk import Talk

_MOST_QUESTIONS = 3
_ASKS_HOW_MUCH = ("真的是这样吗", "Is that really right?")
FILES = sorted(Path(__file__).parent.glob("eighth_above_*.tsv"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_it_is_asked_or_kept_out(zh: Talk, en: Talk, file: Path) -> None:
    talk = {"zh": zh, "en": en}[file.stem[-2:]]
    wrong = []
    with file.open(encoding="utf-8") as rows:
        for now, said, right, *_ in csv.reader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
            if right == "intent":
                continue
            at = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)
            talk.home.clock.move(at.timestamp())
            told = await talk.say(said, "add")
            for _ in range(_MOST_QUESTIONS):
                if talk.is_open:
                    told += await talk.yes()
            is_asked = right == "ask" and any(question in told for question in _ASKS_HOW_MUCH)
            kept = await talk.kept()
            if kept and not is_asked:
                wrong.append((said, told))
            if kept:
                ids = tuple(each["reminder_id"] for each in kept)
                await over_the_wire(talk.home.bus, services.RemoveReminders(ids))
            talk.slots.clear()
            talk.is_open = False
    assert not wrong
