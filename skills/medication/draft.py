"""What is known so far of a reminder that is being talked about; lives in the form's slot."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

ACTS: Final = {
    "medication_add": "add",
    "medication_change": "change",
    "medication_remove": "remove",
    "medication_pause": "pause",
}
"""What is to be done with a reminder, by intent."""
SEVERAL: Final = frozenset({"pause", "resume", "remove_all"})
"""Acts that may be about several reminders at once."""


@dataclass(frozen=True, slots=True)
class Item:
    """One medicine, or one thing to do."""

    title: str
    is_medicine: bool = True
    amount: dict[str, Any] | None = None
    number: str | None = None
    """How many, where no unit was said and none is known."""
    any_amount: bool = False
    """The elder does not say how many."""
    plain_class: str = ""
    """What it is for; read back where the name is easily mistaken."""
    candidates: tuple[dict[str, str], ...] = ()
    """Names that may have been meant: {"title", "class"}; to be asked back."""
    is_unknown: bool = False
    """No medicine that Anban knows; asked back once and kept as said."""
    is_generic: bool = False
    """ "My pills": which ones was asked."""
    unit: str = ""
    """What it is counted in, where that is known."""
    is_high_risk: bool = False
    limit: dict[str, float] | None = None
    """As needed, of the leaflet: {"daily_max", "min_hours"}."""

    @property
    def needs_amount(self) -> bool:
        """Whether "how many" has to be asked."""
        return self.is_medicine and not (self.amount or self.any_amount or self.is_generic)


@dataclass(frozen=True, slots=True)
class Draft:
    """A reminder to be added, changed or removed."""

    act: str = "add"
    """add, change, remove; pause (also of a single day), resume or remove_all of several."""
    reminder_id: str = ""
    """Which is changed or removed."""
    ids: tuple[str, ...] = ()
    """Which are paused, begun again, or all removed."""
    day: str = ""
    """Of a change: the one day that is meant, ISO 8601; of a pause: the day that is left out."""
    until: str = ""
    """When a pause ends, ISO 8601; empty: when somebody says so."""
    on_day: dict[str, Any] | None = None
    """What is otherwise on that one day: `model.DayException`."""
    takes_number: bool = False
    """The next number without a unit is the dose: that was asked."""
    number: str = ""
    """A number that may be the hour or the dose: it is being asked which."""
    items: tuple[Item, ...] = ()
    texts: tuple[str, ...] = ()
    """Sentences that say something about time, earliest first."""
    schedule: dict[str, Any] | None = None
    when_problem: dict[str, Any] | None = None
    left_out: tuple[str, ...] = ()
    """Single days on which it does not come, ISO 8601."""
    is_once: bool = False
    is_as_needed: bool = False
    least_hours: float | None = None
    daily_most: int | None = None
    food: str = ""
    route: str = ""
    unlikely: dict[str, Any] | None = None
    """Not as is usual, and what would be: it is being asked back."""
    is_confirmed: bool = False
    """The unlikely dose was asked back, and is right."""
    unknown_habits: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    """Parts of the same sentence with a time of their own: each is asked about after the yes."""
    notes: tuple[tuple[str, dict[str, str]], ...] = ()
    """Said before the next question: keys of replies.yml with their slots."""
    first_at: float | None = None
    has_changes: bool = False
    was_refused: bool = False
    """A read-back was answered with "no"."""
    choices: tuple[str, ...] = field(default=())
    """Ids among which the elder chooses which to change or remove."""

    @property
    def asks(self) -> str:
        """What is to be asked next; "check" where all is known."""
        if self.number:
            return "number"
        if self.act in SEVERAL:
            return "check" if self.ids else "which"
        if self.act != "add":
            if not self.reminder_id:
                return "which"
            if self.act == "remove":
                return "check"
            if not self.has_changes:
                return "change"
        for ask, is_open in self._open_questions():
            if is_open:
                return ask
        return "check"

    def _open_questions(self) -> tuple[tuple[str, bool], ...]:
        when = (self.when_problem or {}).get("refused")
        is_medicine = any(item.is_medicine for item in self.items)
        limits_lack = self.least_hours is None or self.daily_most is None
        return (
            ("what", not self.items or not all(item.title for item in self.items)),
            ("name", any(item.candidates for item in self.items)),
            ("unknown", any(item.is_unknown for item in self.items)),
            ("limits", self.is_as_needed and is_medicine and limits_lack),
            ("days", not self.is_as_needed and when == "days_missing"),
            ("meal", not self.is_as_needed and when == "meal_missing"),
            ("when", not self.is_as_needed and self.schedule is None),
            ("habit", not self.is_as_needed and len(self.unknown_habits) == 1),
            ("amount", any(item.needs_amount for item in self.items)),
            ("unlikely", self.unlikely is not None and not self.is_confirmed),
        )

    def with_item(self, at: int, item: Item) -> Draft:
        """With another item in the place of one."""
        return replace(self, items=(*self.items[:at], item, *self.items[at + 1 :]))

    def noting(self, key: str, **slots: str) -> Draft:
        """With something to say before the next question."""
        return replace(self, notes=(*self.notes, (key, slots)))

    def to_json(self) -> dict[str, Any]:
        """As the slot keeps it."""
        return asdict(self)


def draft_of(value: Any) -> Draft | None:
    """What the slot kept; None if there is none."""
    if not isinstance(value, dict):
        return None
    items = tuple(
        Item(**{**item, "candidates": tuple(item["candidates"])}) for item in value["items"]
    )
    tuples = {
        name: tuple(value[name])
        for name in ("texts", "unknown_habits", "rest", "choices", "ids", "left_out")
    }
    notes = tuple((key, slots) for key, slots in value["notes"])
    return Draft(**{**value, **tuples, "items": items, "notes": notes})


def wishes_of(draft: Draft) -> list[dict[str, Any]]:
    """The draft as `reminders.add_all` takes it."""
    return [_wish(draft, item) for item in draft.items]


def _wish(draft: Draft, item: Item) -> dict[str, Any]:
    wish: dict[str, Any] = {"title": item.title}
    if draft.left_out and not draft.is_as_needed:
        wish["left_out"] = list(draft.left_out)
    if not item.is_medicine:
        return {**wish, "schedule": draft.schedule}
    wish["kind"] = "medicine"
    if draft.is_as_needed:
        wish["as_needed"] = {"least_hours": draft.least_hours, "daily_most": draft.daily_most}
    else:
        wish["schedule"] = draft.schedule
    if item.amount is not None:
        wish["amount"] = item.amount
    if draft.food:
        wish["food"] = draft.food
    if draft.route:
        wish["route"] = draft.route
    if draft.is_confirmed:
        wish["is_confirmed"] = True
    return wish
