"""`anban setup --answers FILE`: all of it is kept, or nothing, and every wrong line is told."""

from __future__ import annotations

import asyncio
import csv
import io
from pathlib import Path

from rich.console import Console

from assistant.commands.help_at_hand import needs, print_needs
from assistant.commands.reminder_list import change, opened_copy
from assistant.commands.setup_home import place as this_home
from assistant.commands.told import told
from assistant.commands.words import Words
from assistant.reminders.list_file import decoded
from assistant.reminders.list_words import ListFault
from assistant.services import ImportReminders, ListRefused
from assistant.services.errors import Refusal
from assistant.services.findings import Verdict
from assistant.setup import Place, SetupWords
from assistant.setup.answers import Answers, Medicine, read_answers
from assistant.setup.steps import HABITS_FIELD
from models import ModelError, pull


def set_up_from(file: Path, *, is_check: bool) -> int:
    """Read a file of answers and keep it; the exit status is 1 if a line of it is wrong.

    Raises:
        AnswersError: the file cannot be read.
        SettingsError, StoreError, OSError: something cannot be written.
    """
    console = Console(highlight=False)
    place = this_home()
    answers = read_answers(file, place)
    words = SetupWords(answers.lang)
    asyncio.run(_look_at_medicines(answers))
    if answers.wrong:
        for line, why in sorted(answers.wrong):
            console.print(f"{file}:{line}: {why}", markup=False, soft_wrap=True)
        console.print(words("answers_refused"))
        return 1
    if is_check:
        console.print(words("answers_checked"))
        return 0
    kept: list[str] = []
    try:
        _keep(answers, place, kept)
    except Exception:
        names = words("comma").join(words(f"name_{each}") for each in kept)
        console.print(words("left_kept", names=names) if kept else words("left_nothing"))
        raise
    console.print(words("answers_kept", place=place.folder), soft_wrap=True)
    if answers.pull_model and not _pull(console, place, answers.lang):
        return 1
    found = list(needs(place.folder, place.settings, Words(answers.lang)))
    print_needs(console, found, Words(answers.lang))
    return 1 if any(need.verdict is Verdict.BROKEN for need in found) else 0


def _keep(answers: Answers, place: Place, done: list[str]) -> None:
    """Keep all of it, first what an alarm needs most; `done` tells what was."""
    for contact in answers.contacts:
        people = place.people
        at = next((n for n, c in enumerate(people.all) if c.name == contact.name), None)
        people.add(contact, at)
    if answers.contacts:
        done.append("people")
    if answers.settings:
        place.keep(answers.settings)
        done.append("settings")
    if "language" in answers.settings:
        place.profile.speak(answers.lang)
    if answers.habits:
        kept = place.profile.get(HABITS_FIELD)
        place.profile.set(HABITS_FIELD, {**(kept or {}), **answers.habits})
        done.append("times")
    if answers.medicines:
        asyncio.run(change(ImportReminders(_as_list(answers.medicines))))
    if answers.medicine_list is not None:
        asyncio.run(change(ImportReminders(decoded(answers.medicine_list.read_bytes()))))
    if answers.medicines or answers.medicine_list is not None:
        done.append("medicines")


async def _look_at_medicines(answers: Answers) -> None:
    """Note which medicines cannot be kept."""
    async with opened_copy(answers.lang) as api:
        lists = await api.lists()
        for each in answers.medicines:
            try:
                await api.check(lists.wish(dict(each.cells)))
            except ListFault as fault:
                answers.refuse(each.line, lists.words.fault(fault))
            except Refusal as refusal:
                answers.refuse(each.line, lists.words.refusal(refusal))
        if (file := answers.medicine_list) is None:
            return
        try:
            await api.look_through(decoded(file.read_bytes()))
        except ListRefused as refused:
            for line in refused.lines:
                answers.refuse(0, f"{file}: {line}")
        except ListFault as fault:
            answers.refuse(0, f"{file}: {lists.words.fault(fault)}")


def _as_list(medicines: list[Medicine]) -> str:
    """Write medicines as a list, which is kept as a whole and doubles nothing."""
    columns = list(dict.fromkeys(name for each in medicines for name in each.cells))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(each.cells for each in medicines)
    return out.getvalue()


def _pull(console: Console, place: Place, lang: str) -> bool:
    try:
        with console.status(SetupWords(lang)("pulling")):
            pull(lang, place.folder / "models", lambda _here, _total: None)
    except ModelError as error:
        console.print(told(str(error), lang), markup=False)
        return False
    return True
