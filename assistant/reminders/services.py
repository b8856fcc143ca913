"""Reminders offered on the bus, in JSON: `reminders.add`, `.list`, `.taken` and their like.

A plain no is an answer, not an error: `{"refused": code, ...}` with what a reply needs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from fractions import Fraction
from functools import wraps
from typing import Any, Final

from assistant.language import LANGUAGES, Unit
from assistant.reminders.api import SNOOZE_MINUTES, ReminderApi
from assistant.reminders.codec import from_json, to_json
from assistant.reminders.counting import Taken
from assistant.reminders.model import Amount, DayException, Item, Reminder
from assistant.reminders.refusals import InvalidRefused, ReminderRefused
from assistant.reminders.requests import ReminderRequest, wish_of
from assistant.reminders.stock import StockLeft
from assistant.runtime.bus import Bus

Answer = Callable[..., Awaitable[Any]]
MOST_TEXTS: Final = 20
MOST_AT_ONCE: Final = 20
MOST_REMOVED: Final = 1000


@dataclass(frozen=True, slots=True)
class Stock:
    """An amount of a medicine, which may be none at all."""

    amount: Fraction
    unit: Unit


class ReminderServices:
    """Offers a `ReminderApi` on the bus."""

    def __init__(self, api: ReminderApi) -> None:
        self._api = api

    def register(self, bus: Bus) -> None:
        """Serve all of them."""
        services: dict[str, Answer] = {
            "reminders.understand": self._understand,
            "reminders.check": self._check,
            "reminders.add": self._add,
            "reminders.add_all": self._add_all,
            "reminders.change": self._change,
            "reminders.remove": self._remove,
            "reminders.list": self._list,
            "reminders.taken": self._taken,
            "reminders.allowed": self._allowed,
            "reminders.snooze": self._snooze,
            "reminders.skip": self._skip,
            "reminders.today": self._today,
            "reminders.left": self._left,
            "reminders.refill": self._refill,
            "reminders.count": self._count,
            "reminders.adherence": self._adherence,
            "reminders.import": self._import,
            "reminders.remove_all": self._remove_all,
            "reminders.on_day": self._on_day,
            "reminders.pause": self._pause,
            "reminders.resume": self._resume,
            "reminders.not_taken": self._not_taken,
            "reminders.take_back": self._take_back,
        }
        for name, service in services.items():
            bus.serve(name, _typed(service))

    async def _understand(
        self, texts: list[str], lang: str, is_daily: bool = False
    ) -> dict[str, Any]:
        """Give a `spoken_schedule.Understood`; `texts`: the sentences so far, earliest first."""
        if lang not in LANGUAGES:
            raise InvalidRefused("lang", f"one of {', '.join(LANGUAGES)}")
        if not isinstance(texts, list) or len(texts) > MOST_TEXTS:
            raise InvalidRefused("texts", f"a list of at most {MOST_TEXTS} sentences")
        said = [from_json(text, str, "texts") for text in texts]
        return asdict(await self._api.understand(said, lang, is_daily=is_daily))

    async def _check(self, reminder: dict[str, Any], instead_of: str = "") -> dict[str, Any]:
        """Give what `reminders.add` would keep, and when it first comes; nothing is written."""
        wish = from_json(reminder, ReminderRequest, "reminder")
        made, first_at = await self._api.check(wish, _text(instead_of))
        return {"reminder": _reminder(made), "first_at": first_at}

    async def _add_all(self, reminders: list[dict[str, Any]]) -> dict[str, Any]:
        """Add all of them or none."""
        if not isinstance(reminders, list) or not 0 < len(reminders) <= MOST_AT_ONCE:
            raise InvalidRefused("reminders", f"a list of 1 to {MOST_AT_ONCE}")
        wishes = [from_json(each, ReminderRequest, "reminders") for each in reminders]
        return {"added": [_reminder(each) for each in await self._api.add_all(wishes)]}

    async def _add(self, reminder: dict[str, Any]) -> dict[str, Any]:
        """Add one; `reminder`: the fields of `requests.ReminderRequest`."""
        wish = from_json(reminder, ReminderRequest, "reminder")
        return _reminder(await self._api.add(wish))

    async def _change(self, which: str, changes: dict[str, Any]) -> dict[str, Any]:
        """Change one; `changes`: the fields of `requests.ReminderRequest` that are to be others."""
        before = to_json(wish_of(await self._api.find(_text(which))))
        if not isinstance(changes, dict):
            raise InvalidRefused("changes", "an object with the fields to change")
        if changes.keys() & {"amount", "schedule", "as_needed", "title", "route"}:
            before.pop("is_confirmed", None)  # another dose is judged anew
        wish = from_json({**before, **changes}, ReminderRequest, "changes")
        return _reminder(await self._api.change(which, wish))

    async def _remove(self, which: str) -> dict[str, Any]:
        return _reminder(await self._api.remove(_text(which)))

    async def _remove_all(self, which: list[str]) -> dict[str, Any]:
        """Remove all of these, or none if one is not known."""
        removed = await self._api.remove_all(_several(which, least=1))
        return {"removed": [_reminder(each) for each in removed]}

    async def _on_day(self, which: str, day: dict[str, Any]) -> dict[str, Any]:
        """Change one day; `day`: the fields of `model.DayException`; the series stays as it is."""
        wanted = from_json(day, DayException, "day")
        return _reminder(await self._api.altered.on_day(_text(which), wanted))

    async def _pause(
        self, which: list[str], until: str | None = None, since: str | None = None
    ) -> dict[str, Any]:
        """Pause `which`, None: all; without `until`, until `reminders.resume`."""
        begin, end = (
            from_json(at, datetime, name) if at is not None else None
            for name, at in (("since", since), ("until", until))
        )
        paused = await self._api.altered.pause(_several(which), end, begin)
        return {"paused": [_reminder(each) for each in paused]}

    async def _resume(self, which: list[str]) -> dict[str, Any]:
        resumed = await self._api.altered.resume(_several(which))
        return {"resumed": [_reminder(each) for each in resumed]}

    async def _not_taken(self, which: str = "") -> dict[str, Any]:
        """Take back the count of the last dose, which was not taken: it is offered again."""
        items = await self._api.altered.not_taken(_text(which))
        return {"not_taken": [_item(item) for item in items]}

    async def _take_back(self) -> dict[str, Any]:
        """Take back what was done last; `kind` is one of `journal.Deed`."""
        undone = await self._api.altered.take_back()
        return {"kind": undone.kind.value, "titles": list(undone.titles)}

    async def _list(self) -> list[dict[str, Any]]:
        return [_reminder(reminder) for reminder in await self._api.all()]

    async def _taken(self, which: str = "") -> dict[str, Any]:
        return {"taken": [_taken(dose) for dose in await self._api.taken(_text(which))]}

    async def _allowed(self, which: str) -> dict[str, Any]:
        """Refuse if a medicine as needed may not be taken now; else say nothing."""
        await self._api.allowed(_text(which))
        return {}

    async def _snooze(
        self, which: str = "", minutes: float = SNOOZE_MINUTES, until: str | None = None
    ) -> dict[str, Any]:
        at = from_json(until, datetime, "until").astimezone() if until is not None else None
        items = await self._api.snooze(_text(which), from_json(minutes, float, "minutes"), at)
        return {"snoozed": [_item(item) for item in items]}

    async def _skip(self, which: str = "", reason: str = "") -> dict[str, Any]:
        items = await self._api.skip(_text(which), from_json(reason, str, "reason"))
        return {"skipped": [_item(item) for item in items]}

    async def _today(self) -> list[dict[str, Any]]:
        return [_item(item) for item in await self._api.today()]

    async def _left(self, which: str) -> dict[str, Any]:
        return {"left": _stock(await self._api.left(_text(which)))}

    async def _refill(self, which: str, amount: dict[str, Any]) -> dict[str, Any]:
        """Add to the stock; `amount`: {"amount": "30", "unit": "tablet"}."""
        wanted = from_json(amount, Amount, "amount")
        return {"left": _stock(await self._api.refill(which, wanted.amount, wanted.unit))}

    async def _count(self, which: str, amount: dict[str, Any]) -> dict[str, Any]:
        """Set the stock: as `reminders.refill`, but this is all there is."""
        wanted = from_json(amount, Stock, "amount")
        return {"left": _stock(await self._api.count(which, wanted.amount, wanted.unit))}

    async def _adherence(self, weeks: int = 4) -> list[dict[str, Any]]:
        found = await self._api.adherence(from_json(weeks, int, "weeks"))
        return [asdict(week) | {"monday": week.monday.isoformat()} for week in found]

    async def _import(self, text: str) -> dict[str, Any]:
        if not isinstance(text, str):
            raise InvalidRefused("text", "the CSV file's text")
        return {"added": [_reminder(each) for each in await self._api.import_list(text)]}


def _typed(service: Answer) -> Answer:
    @wraps(service)
    async def answer(**arguments: Any) -> Any:
        try:
            return await service(**arguments)
        except ReminderRefused as refusal:
            return refusal.to_dict()

    return answer


def _text(which: Any) -> str:
    return from_json(which, str, "which")


def _several(which: Any, least: int = 0) -> list[str]:
    if not isinstance(which, list) or not least <= len(which) <= MOST_REMOVED:
        raise InvalidRefused("which", f"a list of {least} to {MOST_REMOVED} names")
    return [_text(each) for each in which]


def _reminder(reminder: Reminder) -> dict[str, Any]:
    value: dict[str, Any] = to_json(reminder)
    return value


def _item(item: Item) -> dict[str, Any]:
    occurrence = item.occurrence
    return {
        "occurrence_id": occurrence.occurrence_id,
        "reminder_id": occurrence.reminder_id,
        "title": item.reminder.title,
        "kind": item.reminder.kind.value,
        "act": item.reminder.act.value,
        "day": occurrence.day.isoformat(),
        "slot": occurrence.slot,
        "due_at": occurrence.due_at,
        "state": occurrence.state.value,
        "is_left": occurrence.state.is_open,
        "settled_at": occurrence.settled_at,
        "reason": occurrence.reason,
    }


def _taken(dose: Taken) -> dict[str, Any]:
    return {**_item(dose.item), "amount": dose.item.occurrence.amount, "left": _stock(dose.stock)}


def _stock(stock: StockLeft | None) -> dict[str, Any] | None:
    if stock is None:
        return None
    return {"amount": str(stock.amount), "unit": stock.unit.value, "days": stock.days}
