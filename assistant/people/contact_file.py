"""Reads contacts.json entry by entry: what cannot be read costs itself alone, and is told.

The file is edited by hand, copied from other machines and cut off by power failures.  A person with
one wrong field is still called; an entry that is none takes nobody else away.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from assistant.people.contact import HOURS, Contact, plain_name
from assistant.settings import LANGUAGES

MAX_FILE_BYTES: Final = 1_000_000
"""The largest list of people; more is no such list, and would be read at every alarm."""
_ENTRY: Final = re.compile(r"\{")
_NAMESPACE: Final = uuid.UUID("6e61626e-6163-5e6f-8e74-616374730000")


@dataclass(frozen=True, slots=True)
class Read:
    """What a file of contacts held."""

    contacts: tuple[Contact, ...]
    problems: tuple[str, ...]
    """The parts that cannot be used, in English, without addresses: they may be passwords."""


def read_contacts(raw: bytes) -> Read:
    """Read everybody who can be made out.

    Raises:
        ValueError: there is nothing of a list of contacts in it.
    """
    if len(raw) > MAX_FILE_BYTES:
        raise ValueError(f"has {len(raw)} bytes; a list of people has far fewer")
    text = raw.decode("utf-8-sig", errors="replace")
    problems: list[str] = []
    entries = _entries(text, problems)
    contacts: list[Contact] = []
    for number, entry in enumerate(entries, 1):
        contact = _contact(entry, number, {c.contact_id for c in contacts}, problems)
        if contact is not None:
            contacts.append(contact)
    if entries and not contacts:
        raise ValueError("; ".join(problems))
    return Read(tuple(contacts), tuple(problems))


def _entries(text: str, problems: list[str]) -> list[Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "it"
        found = _pieces(text)
        if not found:
            raise ValueError(f"is not valid JSON ({where})") from None
        problems.append(f"{where} is not valid JSON; {len(found)} entries could be made out")
        return found
    if isinstance(data, dict):
        inner = [value for value in data.values() if isinstance(value, list)]
        data = inner[0] if inner and "channels" not in data else [data]
    if isinstance(data, list):
        return data
    raise ValueError("is not a list of contacts")


def _pieces(text: str) -> list[Any]:
    """Give every whole entry of a text that is no JSON as a whole."""
    decoder = json.JSONDecoder()
    found, position = [], 0
    while match := _ENTRY.search(text, position):
        try:
            entry, position = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            position = match.end()
        else:
            found.append(entry)
    return found


def _contact(entry: Any, number: int, known: set[str], problems: list[str]) -> Contact | None:
    if not isinstance(entry, dict):
        problems.append(f"entry {number} is not a person")
        return None
    name = _readable(entry.get("name"))
    who = name or f"entry {number}"
    if not name:
        problems.append(f"entry {number} has no name that can be read")
    channels = _texts(entry.get("channels"), who, "channels", problems)
    if not channels:
        problems.append(f"{who} has no address and cannot be called")
        return None
    called = _texts(entry.get("called"), who, "called", problems)
    identity = entry.get("contact_id")
    if not isinstance(identity, str) or not _readable(identity) or identity in known:
        # The same at each start: open alarms know their people by it.
        identity = uuid.uuid5(_NAMESPACE, f"{name} {channels[0]} {number}").hex
    return Contact(
        identity,
        name or "?",
        tuple(said for each in called if (said := _readable(each))),
        channels,
        _choice(entry, "hours", who, lambda value: bool(HOURS.fullmatch(value)), problems),
        _choice(entry, "lang", who, lambda value: value in LANGUAGES, problems),
    )


def _texts(value: Any, who: str, field: str, problems: list[str]) -> tuple[str, ...]:
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    texts = tuple(item for item in items if isinstance(item, str) and item.strip())
    if len(texts) < len(items):
        problems.append(f"{who}: {len(items) - len(texts)} of {field} cannot be read")
    return texts


def _choice(
    entry: dict[str, Any],
    field: str,
    who: str,
    is_known: Callable[[str], bool],
    problems: list[str],
) -> str:
    """Give the field, or nothing: the home's language, and called at any hour."""
    value = entry.get(field)
    if value is None or value == "":
        return ""
    if isinstance(value, str) and is_known(value):
        return value
    instead = {"hours": "called at any hour", "lang": "spoken to in the home's language"}[field]
    shown = ascii(value)[:20]
    problems.append(f"{who}: {field} {shown} is not understood; {instead}")
    return ""


def _readable(name: Any) -> str:
    return plain_name(name) if isinstance(name, str) else ""
