"""What the words of a sentence add to a draft: names, doses, times, days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from skills.api import ImpossibleTimeError, LeftKind, Turn, read_sentence, services
from skills.medication.dosing import take_dose, take_limits, without_unclear_dose
from skills.medication.draft import Draft
from skills.medication.other_hours import hour_of_something_else
from skills.medication.reading import Said, lone_number, read
from skills.medication.renaming import take_names
from skills.medication.several import day_of
from skills.medication.timing import (
    number_behind_hour,
    number_beside_time,
    spans_of,
    take_habit,
    take_time,
    understand,
)
from skills.medication.words import words


async def absorb(turn: Turn, draft: Draft) -> Draft:
    """Take in what a sentence says; of what it takes back itself, the last counts."""
    own = words(turn.lang)
    text = own.patterns["breaks"].sub("，", turn.text)
    pieces = _pieces(turn, text, await spans_of(turn, text))
    for piece in [piece for piece in pieces if any(map(str.isalnum, piece))] or [text]:
        draft = await _take_in(turn, draft, piece)
    return draft


def replace_text(turn: Turn, text: str, intent: str = "") -> Turn:
    """The same turn with other words."""
    return replace(turn, text=text, intent=intent or turn.intent)


def _pieces(turn: Turn, text: str, spans: Sequence[Sequence[int]]) -> list[str]:
    """The text cut where something is taken back, unless it is a time that the language read."""
    pieces, begin = [], 0
    for found in words(turn.lang).patterns["correction"].finditer(text):
        is_time = any(start <= found.start() < end for start, end in spans)
        if is_time or _calls_off(turn, text[found.end() :]):
            continue
        pieces.append(text[begin : found.start()])
        begin = found.end()
    return [*pieces, text[begin:]]


def _calls_off(turn: Turn, text: str) -> bool:
    """Whether what is said behind a correction only says no: "hold on, I'll ask the doctor"."""
    try:
        reading = read_sentence(text, turn.lang, turn.now.date())
    except ImpossibleTimeError:
        return False
    says_no = any(each.kind is LeftKind.NEGATION for each in reading.leftover)
    return says_no and not reading.clues and not reading.said_doses


async def _take_in(turn: Turn, draft: Draft, text: str) -> Draft:
    if draft.asks == "habit" and (known := await take_habit(turn, draft, text)) is not None:
        return known
    own = words(turn.lang)
    text, when = await understand(turn, draft, text)
    if isinstance(when.problem, services.ImpossibleTimeRefused):
        impossible = own.patterns["impossible"].finditer(text.lower())
        when = replace(when, spans=tuple(found.span() for found in impossible))
    bare = draft.asks in {"amount", "unlikely"} or draft.takes_number
    may_ask = draft.asks in {"check", "change"} and not bare
    draft = replace(draft, takes_number=False)
    behind = number_behind_hour(turn, text)
    spans = list(when.spans)
    if behind is not None and not behind.is_before_name:
        spans = [*spans, (behind.start, behind.end)]
    said = read(text, turn.lang, spans, bare_number=bare, beside_name=not may_ask)
    if said.impossible:
        draft = draft.noting("impossible_amount")
    if may_ask and draft.items and not when.says and not said.has_dose:
        number = lone_number(turn, text, said)
        if number and own.has("unchanged", text):  # "still three": of both, the one that is three
            return draft.noting("unchanged")
        if number and any(each.is_medicine for each in draft.items):
            return replace(draft, number=number)
        if number:  # a thing to do has no dose
            return await _take_in(turn, draft, own.bare_time.format(number))
    draft, cut = await take_names(turn, draft, said, text, when)
    if cut != text:
        return await _take_in(turn, draft, cut)
    left = [each for each in when.leftover if not (behind and each.start == behind.start)]
    draft = without_unclear_dose(turn, take_dose(draft, said), said, left, text)
    draft = take_limits(turn, draft, said, text)
    is_medicine = not draft.items or draft.items[0].is_medicine
    number = "" if is_medicine else number_beside_time(when)
    if behind and not (behind.is_before_name and (said.has_dose or not is_medicine)):
        draft = draft.noting("words_left", words=behind.words)
    elif number:  # "four" of "at nine and four in the afternoon": a thing to do has no dose
        draft = draft.noting("words_left", words=number)
    elif other := hour_of_something_else(turn, text):
        draft = draft.noting("words_left", words=other)
    elif when.says:
        draft = await take_time(turn, draft, text)
    draft = await _on_one_day(turn, draft, said, text)
    if said.food and any(item.is_medicine for item in draft.items):
        draft = replace(draft, food=said.food, has_changes=True)
    if said.route:
        draft = replace(draft, route=said.route, has_changes=True)
    if said.is_once and not draft.is_once and draft.act == "add":
        draft = await take_time(turn, replace(draft, is_once=True), "")
    return draft


async def _on_one_day(turn: Turn, draft: Draft, said: Said, text: str) -> Draft:
    """Another dose, or another hour, of one day: the series stays as it is."""
    schedule = draft.schedule or {}
    if draft.act != "change" or "times" not in schedule or not draft.has_changes:
        return draft
    day = draft.day or await day_of(turn, text)
    if day is None and said.is_once:
        day = _coming_day(turn, schedule)
    if day is None:
        return draft
    amount = draft.items[0].amount if said.has_dose else None
    on_day = {**(draft.on_day or {}), "day": day} | ({"amount": amount} if amount else {})
    return replace(draft, day=day, on_day=on_day)


def _coming_day(turn: Turn, schedule: dict[str, Any]) -> str:
    """Today, where it still comes today, else tomorrow."""
    last = max(each["at"] for each in schedule["times"])
    days = 0 if last > f"{turn.now:%H:%M}" else 1
    return (turn.now.date() + timedelta(days)).isoformat()
