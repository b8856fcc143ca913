"""Offers the reminders on the bus: `services.reminders` has what may be asked."""

from __future__ import annotations

from dataclasses import fields

from assistant.language import LANGUAGES
from assistant.reminders.api import ReminderApi
from assistant.reminders.counting import Taken
from assistant.reminders.model import Item
from assistant.reminders.requests import wish_of
from assistant.reminders.stock import StockLeft
from assistant.runtime.bus import Bus
from assistant.services import (
    AddReminder,
    AddReminders,
    AddToStock,
    Allowed,
    AskAllowed,
    ChangeDay,
    ChangeReminder,
    CheckReminder,
    CountedItem,
    CountNotTaken,
    CountTaken,
    DeedTakenBack,
    DosesNotTaken,
    DosesSkipped,
    DosesSnoozed,
    DosesTaken,
    DueItem,
    GetAdherence,
    GetLeft,
    ImportReminders,
    InvalidRefused,
    Left,
    ListReminders,
    ListToday,
    PauseReminders,
    Reminder,
    ReminderChecked,
    RemindersAdded,
    RemindersPaused,
    RemindersRemoved,
    RemindersResumed,
    RemoveReminder,
    RemoveReminders,
    ResumeReminders,
    SetStock,
    SkipDoses,
    SnoozeDoses,
    StockTold,
    TakeBack,
    UnderstandWhen,
    Understood,
    WeekOfMedicine,
)


class ReminderServices:
    """Offers a `ReminderApi` on the bus."""

    def __init__(self, api: ReminderApi) -> None:
        self._api = api

    def register(self, bus: Bus) -> None:
        """Serve all of them."""
        bus.serve(
            UnderstandWhen.answered_by(self._understand),
            CheckReminder.answered_by(self._check),
            AddReminder.answered_by(self._add),
            AddReminders.answered_by(self._add_all),
            ImportReminders.answered_by(self._import),
            ChangeReminder.answered_by(self._change),
            ChangeDay.answered_by(self._on_day),
            RemoveReminder.answered_by(self._remove),
            RemoveReminders.answered_by(self._remove_all),
            PauseReminders.answered_by(self._pause),
            ResumeReminders.answered_by(self._resume),
            TakeBack.answered_by(self._take_back),
            ListReminders.answered_by(self._list),
            ListToday.answered_by(self._today),
            CountTaken.answered_by(self._taken),
            AskAllowed.answered_by(self._allowed),
            CountNotTaken.answered_by(self._not_taken),
            SnoozeDoses.answered_by(self._snooze),
            SkipDoses.answered_by(self._skip),
            GetAdherence.answered_by(self._adherence),
            GetLeft.answered_by(self._left),
            AddToStock.answered_by(self._refill),
            SetStock.answered_by(self._count),
        )

    async def _understand(self, wish: UnderstandWhen) -> Understood:
        if wish.lang not in LANGUAGES:
            raise InvalidRefused("lang", f"one of {', '.join(LANGUAGES)}")
        return await self._api.understand(wish.texts, wish.lang, is_daily=wish.is_daily)

    # ------------------------------------------------------------------- set and changed

    async def _check(self, wish: CheckReminder) -> ReminderChecked:
        made, first_at = await self._api.check(wish.reminder, wish.instead_of)
        return ReminderChecked(made, first_at)

    async def _add(self, wish: AddReminder) -> Reminder:
        return await self._api.add(wish.reminder)

    async def _add_all(self, wish: AddReminders) -> RemindersAdded:
        return RemindersAdded(tuple(await self._api.add_all(wish.reminders)))

    async def _import(self, wish: ImportReminders) -> RemindersAdded:
        return RemindersAdded(tuple(await self._api.import_list(wish.text)))

    async def _change(self, wish: ChangeReminder) -> Reminder:
        before = wish_of(await self._api.find(wish.which))
        return await self._api.change(wish.which, wish.changes.applied_to(before))

    async def _on_day(self, wish: ChangeDay) -> Reminder:
        return await self._api.altered.on_day(wish.which, wish.day)

    async def _remove(self, wish: RemoveReminder) -> Reminder:
        return await self._api.remove(wish.which)

    async def _remove_all(self, wish: RemoveReminders) -> RemindersRemoved:
        return RemindersRemoved(tuple(await self._api.remove_all(wish.which)))

    async def _pause(self, wish: PauseReminders) -> RemindersPaused:
        paused = await self._api.altered.pause(wish.which, wish.until, wish.since)
        return RemindersPaused(tuple(paused))

    async def _resume(self, wish: ResumeReminders) -> RemindersResumed:
        return RemindersResumed(tuple(await self._api.altered.resume(wish.which)))

    async def _take_back(self, _: TakeBack) -> DeedTakenBack:
        undone = await self._api.altered.take_back()
        return DeedTakenBack(undone.kind, undone.titles)

    # ----------------------------------------------------------------------------- doses

    async def _list(self, _: ListReminders) -> tuple[Reminder, ...]:
        return tuple(await self._api.all())

    async def _today(self, _: ListToday) -> tuple[DueItem, ...]:
        return tuple(_due(item) for item in await self._api.today())

    async def _taken(self, wish: CountTaken) -> DosesTaken:
        return DosesTaken(tuple(_counted(dose) for dose in await self._api.taken(wish.which)))

    async def _allowed(self, wish: AskAllowed) -> Allowed:
        await self._api.allowed(wish.which)
        return Allowed()

    async def _not_taken(self, wish: CountNotTaken) -> DosesNotTaken:
        items = await self._api.altered.not_taken(wish.which)
        return DosesNotTaken(tuple(_due(item) for item in items))

    async def _snooze(self, wish: SnoozeDoses) -> DosesSnoozed:
        until = wish.until.astimezone() if wish.until is not None else None
        items = await self._api.snooze(wish.which, wish.minutes, until)
        return DosesSnoozed(tuple(_due(item) for item in items))

    async def _skip(self, wish: SkipDoses) -> DosesSkipped:
        items = await self._api.skip(wish.which, wish.reason)
        return DosesSkipped(tuple(_due(item) for item in items))

    async def _adherence(self, wish: GetAdherence) -> tuple[WeekOfMedicine, ...]:
        return tuple(await self._api.adherence(wish.weeks))

    # ----------------------------------------------------------------------------- stock

    async def _left(self, wish: GetLeft) -> Left:
        return Left(_stock(await self._api.left(wish.which)))

    async def _refill(self, wish: AddToStock) -> Left:
        amount = wish.amount
        return Left(_stock(await self._api.refill(wish.which, amount.amount, amount.unit)))

    async def _count(self, wish: SetStock) -> Left:
        amount = wish.amount
        return Left(_stock(await self._api.count(wish.which, amount.amount, amount.unit)))


def _due(item: Item) -> DueItem:
    occurrence = item.occurrence
    return DueItem(
        occurrence_id=occurrence.occurrence_id,
        reminder_id=occurrence.reminder_id,
        title=item.reminder.title,
        kind=item.reminder.kind,
        act=item.reminder.act,
        day=occurrence.day,
        slot=occurrence.slot,
        due_at=occurrence.due_at,
        state=occurrence.state,
        is_left=occurrence.state.is_open,
        settled_at=occurrence.settled_at,
        reason=occurrence.reason,
    )


def _counted(dose: Taken) -> CountedItem:
    due = _due(dose.item)
    told = {each.name: getattr(due, each.name) for each in fields(due)}
    return CountedItem(**told, amount=dose.item.occurrence.amount, left=_stock(dose.stock))


def _stock(stock: StockLeft | None) -> StockTold | None:
    return StockTold(stock.amount, stock.unit, stock.days) if stock is not None else None
