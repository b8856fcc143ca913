"""What a sentence names, for a reminder that is being talked about."""

from __future__ import annotations

from dataclasses import replace

from skills.api import Turn, services
from skills.medication.draft import Draft, Item
from skills.medication.naming import chosen, find, items_of
from skills.medication.reading import Said
from skills.medication.words import words


async def take_names(
    turn: Turn, draft: Draft, said: Said, text: str, when: services.Understood
) -> tuple[Draft, str]:
    """Take in what is named; also the part of the text that is about it alone."""
    found = await items_of(turn, said) if said.whole.phrase or said.parts else ()
    if not found:
        return draft, text
    asks = draft.asks
    if not draft.items and draft.act == "add":
        if len(found) > 1 and (cut := _own_time(turn, text, found, when)) is not None:
            return replace(draft, items=(), rest=(text[len(cut) :], *draft.rest)), cut
        return replace(draft, items=found), text
    at = next((at for at, item in enumerate(draft.items) if _is_open(item)), 0)
    if asks == "what":
        if found[0].is_generic:  # asked once: then it is all of them
            return draft.with_item(at, any_medicine(turn, found[0])), text
        item = found[0]
        if draft.items[at].is_generic and not item.is_medicine:
            item = Item(item.title, is_unknown=True)
        return draft.with_item(at, item), text
    if asks in {"name", "unknown"}:
        if words(turn.lang).only_counts(text):  # "four hours" is no name
            return draft, text
        return draft.with_item(at, await _renamed(turn, draft.items[at], found[0])), text
    known = [item for item in found if item.is_medicine and not item.is_unknown and item.title]
    is_other = len(known) == 1 and not _is_named(known[0], draft.items[0])
    if is_other and len(draft.items) == 1 and draft.act == "add":
        return draft.with_item(0, _with_dose_of(known[0], draft.items[0])), text
    return draft, text


def any_medicine(turn: Turn, item: Item) -> Item:
    """The usual medicines, where the elder names none."""
    return Item(turn.render("any_medicine"), is_generic=True, amount=item.amount)


def _is_named(found: Item, item: Item) -> bool:
    """Whether a name, or what it may have been, is that of an item."""
    names = {found.title, *(each["title"] for each in found.candidates)}
    return item.title.casefold() in {name.casefold() for name in names}


def _is_open(item: Item) -> bool:
    return not item.title or bool(item.candidates) or item.is_unknown


async def _renamed(turn: Turn, item: Item, found: Item) -> Item:
    """An answer to "did you mean …?"."""
    titles = [each["title"] for each in item.candidates]
    named = found.title.casefold()
    picked = next((title for title in titles if title.casefold() in named), None)
    if picked is not None:
        return await as_chosen(turn, item, picked)
    if found.title == item.title:  # said once more: then it is so
        return replace(item, candidates=(), is_unknown=False)
    if not found.is_medicine:
        found = Item(found.title, is_unknown=True)
    return _with_dose_of(found, item) if found.title else item


async def as_chosen(turn: Turn, item: Item, title: str) -> Item:
    """The item as the medicine of this name."""
    found = await find(turn, title)
    match = next((each for each in found.matches if each.score == 1), None)
    if match is None:
        return replace(item, title=title, candidates=())
    return chosen(item, match, is_read_back=bool(match.confused_with))


def _with_dose_of(item: Item, before: Item) -> Item:
    if item.amount is not None:
        return item
    return replace(item, amount=before.amount, any_amount=before.any_amount)


def _own_time(
    turn: Turn, text: str, found: tuple[Item, ...], when: services.Understood
) -> str | None:
    """The part about the first of several medicines, where each has a time of its own."""
    second = text.casefold().find(found[1].title.casefold())
    first = text.casefold().find(found[0].title.casefold())
    if second <= first:
        return None
    starts = [start for start, _ in when.spans]
    between = [start for start in starts if first < start < second]
    if between and any(start > second for start in starts):
        return text[:second]
    # "One aspirin in the morning, ..." and the times ahead: "in the morning one aspirin, ...".
    end = first + len(found[0].title)
    new = [at for at in between if words(turn.lang).has("list", text[end:at])]
    return text[: new[0]] if new and any(start < first for start in starts) else None
