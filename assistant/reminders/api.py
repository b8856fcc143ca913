"""What may be asked of reminders, in Python's own types; `services` offers it on the bus."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final

from assistant.events import DoseRefused, DoseSkipped, RemindersChanged, ReminderSnoozed, new_id
from assistant.language import Unit
from assistant.reminders import counting, journal, lookup, tables, transactions
from assistant.reminders.adherence import by_week
from assistant.reminders.altering import Alterations
from assistant.reminders.codec import to_json
from assistant.reminders.csv_list import Lists
from assistant.reminders.export_calendar import calendar_file
from assistant.reminders.export_fhir import Elder, bundle
from assistant.reminders.factory import Known, ReminderFactory
from assistant.reminders.journal import Image
from assistant.reminders.limits import MedicineFacts
from assistant.reminders.list_words import ListWords
from assistant.reminders.model import Item
from assistant.reminders.notice import Notice, owe
from assistant.reminders.occurrence_days import local_date, moments
from assistant.reminders.planning import keep_settled_slots, plan_reminder, replan
from assistant.reminders.scheduler import ReminderScheduler
from assistant.reminders.spoken_schedule import understand
from assistant.reminders.stock import StockLeft, left, refill, set_stock
from assistant.services.doses import SNOOZE_MINUTES, WeekOfMedicine
from assistant.services.errors import InvalidRefused, Refusal
from assistant.services.refusals import DoseTooMuchRefused, ListRefused, TooManyRefused
from assistant.services.reminder import Reminder, ReminderWish
from assistant.services.reminders import Deed, Understood

MAX_REMINDERS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Listed:
    """What a line of a list would add."""

    line: int
    wish: ReminderWish
    made: Reminder
    is_new: bool
    """Whether there is none like it yet."""


class ReminderApi:
    """Adds, changes, removes, lists and answers.

    `which` names a reminder: its id, an occurrence's id, or a title as it was heard; empty means
    whatever is open.  Every method raises `Refusal` for a plain no, and StoreError if
    the disk refused; nothing was written then.
    """

    def __init__(self, scheduler: ReminderScheduler, facts: MedicineFacts | None = None) -> None:
        self._scheduler, self._factory = scheduler, ReminderFactory(scheduler, facts)
        self._database, self._bus = scheduler.database, scheduler.bus
        self.altered = Alterations(scheduler)
        """Changes of one day, pauses, and taking back."""

    async def add(self, wish: ReminderWish) -> Reminder:
        """Keep a new reminder."""
        (reminder,) = await self.add_all([wish])
        return reminder

    async def add_all(self, wishes: Sequence[ReminderWish]) -> list[Reminder]:
        """Keep all of them, or none."""
        now = self._factory.now()
        others = await self._others()
        made: list[tuple[Reminder, date | None]] = []
        for wish in wishes:
            known = await self._factory.known(wish, [*others, *(each for each, _ in made)])
            made.append(await self._made(known, new_id(), now))

        def work(connection: sqlite3.Connection) -> None:
            if tables.count_active(connection) + len(made) > MAX_REMINDERS:
                raise TooManyRefused(MAX_REMINDERS)
            for reminder, first in made:
                tables.save_reminder(connection, reminder, first)
                if first is not None:
                    at = now.timestamp()
                    plan_reminder(connection, reminder, first, self._scheduler.calendar, at)
            if made:
                new = Image(connection, [each.reminder_id for each, _ in made], now.timestamp())
                new.note_added([each.title for each, _ in made])

        await self._database.write(work)
        for reminder, _ in made:
            self._changed(reminder)
        return [reminder for reminder, _ in made]

    async def check(
        self, wish: ReminderWish, instead_of: str = ""
    ) -> tuple[Reminder, float | None]:
        """Give what `add` would make of a request, and when it first comes; writes nothing.

        Args:
            wish: What is asked for.
            instead_of: The id of the reminder that it would change.
        """
        await self._scheduler.know_habits()
        now = self._factory.now()
        known = await self._factory.known(wish, await self._others(instead_of))
        reminder, first = await self._made(self._beside_unlike(known, now), "", now)
        if first is None or reminder.schedule is None:
            return reminder, None
        calendar = self._scheduler.calendar
        times = moments(reminder.schedule, first, calendar.zone, calendar.habits)
        return reminder, min(at for _, at in times if at >= now.timestamp())

    async def understand(self, texts: Sequence[str], lang: str, *, is_daily: bool) -> Understood:
        """When sentences mean, the later ones correcting the earlier."""
        habits, now = await self._scheduler.know_habits(), self._factory.now()
        # The first Chinese number takes 0.2 s.
        return await asyncio.to_thread(understand, texts, lang, now, habits, is_daily=is_daily)

    async def change(self, which: str, wish: ReminderWish) -> Reminder:
        """Put a reminder in the place of another; doses that were counted stay counted."""
        now = self._factory.now()
        others = await self._others((await self.find(which)).reminder_id)
        known = await self._factory.known(wish, others)
        await self._made(known, "", now)

        def work(connection: sqlite3.Connection) -> Reminder:
            before = lookup.reminder(connection, which)
            made, first = self._factory.made_of(known, before.reminder_id, now)
            after = replace(
                made,
                added_at=before.added_at,
                pauses=before.pauses,
                exceptions=(*before.exceptions, *made.exceptions),
            )
            at = now.timestamp()
            image = Image(connection, [before.reminder_id], at)
            keep_settled_slots(connection, before, after, now.date())
            if after.schedule == before.schedule:
                after = replace(after, changed_at=before.changed_at)
            tables.save_reminder(connection, after, first)
            replan(connection, after, self._scheduler.calendar, at)
            image.note(Deed.CHANGED, [before.title])
            return after

        reminder = await self._database.write(work)
        self._changed(reminder)
        return reminder

    async def remove(self, which: str) -> Reminder:
        """Remove a reminder: it comes no more."""
        (reminder,) = await self.remove_all([which])
        return reminder

    async def remove_all(self, which: Sequence[str]) -> list[Reminder]:
        """Remove several reminders: all of these, or none if one is not known."""
        now = self._scheduler.clock.now()

        def work(connection: sqlite3.Connection) -> list[Reminder]:
            reminders = [lookup.reminder(connection, each) for each in which]
            image = Image(connection, [each.reminder_id for each in reminders], now)
            for reminder in reminders:
                transactions.remove(connection, reminder.reminder_id, now)
            image.note(Deed.REMOVED, [each.title for each in reminders])
            return reminders

        reminders = await self._database.write(work)
        for reminder in reminders:
            self._changed(reminder)
        return reminders

    async def all(self) -> list[Reminder]:
        """Every reminder that may come again or came within a day, oldest first."""
        since = self._scheduler.clock.now() - transactions.LATE_SECONDS
        return await self._database.read(lambda c: tables.current_reminders(c, since))

    async def find(self, which: str) -> Reminder:
        """One reminder."""
        return await self._database.read(lambda c: lookup.reminder(c, which))

    async def taken(self, which: str = "") -> list[counting.Taken]:
        """Count what the elder says was taken; a second time for the same dose is refused."""
        now = self._scheduler.clock.now()

        def work(connection: sqlite3.Connection) -> list[counting.Taken]:
            calendar = self._scheduler.calendar
            meant = lookup.meant(connection, which, now, self._scheduler.last_asked)
            if meant.as_needed is not None:
                image = Image(connection, [meant.as_needed.reminder_id], now)
                taken = [counting.take_as_needed(connection, meant.as_needed, calendar, now)]
                image.note(Deed.TAKEN, [meant.as_needed.title])
                return taken
            transactions.refuse_all_taken(connection, meant.ids)
            return journal.take(connection, meant.ids, calendar, now)

        taken = await self._database.write(work)
        self._scheduler.tell_taken(taken)
        self._scheduler.wake()
        return taken

    async def allowed(self, which: str) -> None:
        """Refuse if a medicine as needed may not be taken now."""
        now = self._scheduler.clock.now()
        await self._database.read(
            lambda c: counting.refuse_overstepping(c, lookup.reminder(c, which), now)
        )

    async def skip(self, which: str = "", reason: str = "") -> list[Item]:
        """Skip what is open or comes next, with the elder's reason."""
        now, asked = self._scheduler.clock.now(), self._scheduler.last_asked

        def work(connection: sqlite3.Connection) -> list[Item]:
            ids = lookup.meant(connection, which, now, asked).ids
            image = Image.of_occurrences(connection, ids, now)
            items = transactions.skip(connection, ids, now, reason)
            image.note(Deed.SKIPPED, [item.reminder.title for item in items])
            return items

        skipped = await self._database.write(work)
        for item in skipped:
            self._bus.publish(
                DoseSkipped(
                    item.occurrence.occurrence_id,
                    item.reminder.reminder_id,
                    item.reminder.title,
                    reason,
                )
            )
        self._scheduler.wake()
        return skipped

    async def snooze(
        self, which: str = "", minutes: float = SNOOZE_MINUTES, until: datetime | None = None
    ) -> list[Item]:
        """Offer what is open again in so many minutes, or at a time."""
        now, asked = self._scheduler.clock.now(), self._scheduler.last_asked
        at = until.timestamp() if until is not None else now + minutes * 60
        if not now < at < now + 86_400:
            raise InvalidRefused("minutes", "later is within a day from now")

        def work(connection: sqlite3.Connection) -> list[Item]:
            ids = lookup.offered(connection, which, now, asked)
            image = Image.of_occurrences(connection, ids, now)
            items = transactions.snooze(connection, ids, at)
            image.note(Deed.SNOOZED, [item.reminder.title for item in items])
            return items

        snoozed = await self._database.write(work)
        for item in snoozed:
            self._bus.publish(
                ReminderSnoozed(
                    item.occurrence.occurrence_id,
                    item.reminder.reminder_id,
                    item.reminder.title,
                    at,
                )
            )
        self._scheduler.wake()
        return snoozed

    async def today(self) -> list[Item]:
        """Give all of today's occurrences, in order; those that are open are what is left."""
        now, zone = self._scheduler.clock.now(), self._scheduler.calendar.zone
        midnight = datetime.combine(local_date(now, zone), datetime.min.time(), zone)
        end = datetime.combine(midnight.date() + timedelta(1), datetime.min.time(), zone)
        begin = midnight.timestamp()
        return await self._database.read(lambda c: tables.between(c, begin, end.timestamp()))

    async def left(self, which: str) -> StockLeft | None:
        """Give what is left of a medicine; None if it was never counted."""
        now = self._scheduler.clock.now()
        return await self._database.read(
            lambda c: left(c, lookup.reminder(c, which).title, self._scheduler.calendar, now)
        )

    async def refill(self, which: str, amount: Fraction, unit: Unit) -> StockLeft | None:
        """Add to what is left of a medicine, or begin to count it."""
        if not 0 < amount <= 10_000:
            raise InvalidRefused("amount", "a refill is more than 0 and at most 10000")
        now = self._scheduler.clock.now()

        def work(connection: sqlite3.Connection) -> StockLeft | None:
            title = lookup.reminder(connection, which).title
            refill(connection, title, amount, unit)
            return left(connection, title, self._scheduler.calendar, now)

        return await self._database.write(work)

    async def count(self, which: str, amount: Fraction, unit: Unit) -> StockLeft | None:
        """Set what is in the house to so much, whatever was counted before."""
        if not 0 <= amount <= 10_000:
            raise InvalidRefused("amount", "a stock is 0 to 10000")
        now = self._scheduler.clock.now()

        def work(connection: sqlite3.Connection) -> StockLeft | None:
            title = lookup.reminder(connection, which).title
            set_stock(connection, title, amount, unit)
            return left(connection, title, self._scheduler.calendar, now)

        return await self._database.write(work)

    async def adherence(self, weeks: int) -> list[WeekOfMedicine]:
        """Give how regularly each medicine was taken in the last weeks, this one included."""
        if not 1 <= weeks <= 520:
            raise InvalidRefused("weeks", "1 to 520 weeks")
        now = self._scheduler.clock.now()
        return by_week(
            await self._database.read(lambda c: tables.between(c, now - weeks * 7 * 86_400, now))
        )

    async def export(self, form: str, since: float = 0.0) -> str:
        """Write all reminders as `fhir` (R4B, with the doses due since), `calendar` or `csv`."""
        await self._scheduler.know_habits()
        now, calendar = self._scheduler.clock.now(), self._scheduler.calendar
        words = self._scheduler.wording.in_writing(calendar.habits)
        match form:
            case "fhir":
                reminders = await self._database.read(tables.all_reminders)
                kept = await self._database.read(tables.active_reminders)
                active = {each.reminder_id for each in kept}
                items = await self._database.read(lambda c: tables.between(c, since, now))
                about = Elder(words.elder(self._scheduler.elder_name), words, calendar)
                made = bundle(about, reminders, items, now, active)
                return json.dumps(made, ensure_ascii=False)
            case "calendar":
                reminders = await self.all()
                whose = self._scheduler.elder_name
                return calendar_file(reminders, calendar, now, words, whose).decode()
            case "csv":
                reminders = [each for each in await self.all() if self._factory.comes_again(each)]
                return (await self.lists()).write(reminders, self._factory.wish_for)
        raise InvalidRefused("form", "one of fhir, calendar, csv")

    async def lists(self) -> Lists:
        """Give what reads and writes lists (CSV) in the language of the home."""
        habits, lang = await self._scheduler.know_habits(), self._scheduler.lang
        words = self._scheduler.wording.in_writing(habits)
        return Lists(ListWords(lang), words, self._factory.now(), habits)

    async def import_list(self, text: str) -> list[Reminder]:
        """Add the reminders of a CSV file, all or none; one that is there is not doubled."""
        looked = await self.look_through(text)
        return await self.add_all([each.wish for each in looked if each.is_new])

    async def look_through(self, text: str) -> list[Listed]:
        """Read a CSV file and say what each line would add; no reminder is written.

        Raises:
            ListRefused: at least one line cannot be kept; each of them is named.
        """
        lists, now = await self.lists(), self._factory.now()
        there = {_likeness(each) for each in await self.all()}
        others = await self._others()
        looked: list[Listed] = []

        def check(wish: ReminderWish) -> None:
            self._factory.made(replace(wish, is_confirmed=True), "", now)

        # A thousand lines in words take seconds, and the core hears cries meanwhile.
        wishes, wrong = await asyncio.to_thread(lists.read, text, check)
        for line, wish in wishes:
            try:
                known = await self._factory.known(wish, others)
                made, _ = await self._made(self._beside_unlike(known, now), "", now)
            except Refusal as refusal:
                wrong.append((line, lists.words.refusal(refusal)))
            else:
                likeness = _likeness(made)
                looked.append(Listed(line, wish, made, is_new=likeness not in there))
                there.add(likeness)
                others.append(made)
        if wrong:
            raise ListRefused(tuple(lists.at_line(line, why) for line, why in sorted(wrong)))
        return looked

    async def _others(self, instead_of: str = "") -> list[Reminder]:
        """Give what there is already, but for the reminder that is changed."""
        kept = await self._database.read(tables.active_reminders)
        return [each for each in kept if each.reminder_id != instead_of]

    def _beside_unlike(self, known: Known, now: datetime) -> Known:
        """Leave out reminders equal to the one asked for: said once more, it is not added up."""
        made, _ = self._factory.made(replace(known.wish, is_confirmed=True), "", now)
        likeness = _likeness(made)
        others = tuple(each for each in known.others if _likeness(each) != likeness)
        return replace(known, others=others)

    async def _made(
        self, known: Known, reminder_id: str, now: datetime
    ) -> tuple[Reminder, date | None]:
        """Make it as `ReminderFactory.made_of` does; the family is told of what is refused."""
        try:
            return self._factory.made_of(known, reminder_id, now)
        except DoseTooMuchRefused as refusal:
            notice, at = Notice.refused(refusal), now.timestamp()
            await self._database.write(lambda c: owe(c, notice, at))
            self._bus.publish(DoseRefused(refusal.title, refusal.amount, refusal.unit))
            raise

    def _changed(self, reminder: Reminder) -> None:
        self._bus.publish(RemindersChanged(reminder.reminder_id))
        self._scheduler.wake()


def _likeness(reminder: Reminder) -> str:
    """Give what is the same for reminders that differ only in when they were made, and in days."""
    schedule = reminder.schedule
    if schedule is not None:
        schedule = replace(schedule, start=date.min)
    same = replace(
        reminder,
        reminder_id="",
        added_at=0.0,
        changed_at=0.0,
        schedule=schedule,
        exceptions=(),
        pauses=(),
    )
    return json.dumps(to_json(same), sort_keys=True)
