"""The people who are called, in their order, and how each of them is reached.

They lie in a file of their own, `contacts.json`: a database that is locked, full or corrupt must
not take away whom to call.  A change is written beside it and renamed into place; the file before
it is kept, and read where the newer one cannot be.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time
from pathlib import Path
from typing import Final

from cattrs import BaseValidationError, Converter

from assistant.events import new_id

log = logging.getLogger(__name__)

FILE_NAME: Final = "contacts.json"
PEOPLE_SECONDS: Final = 30.0
"""How often the list of people is looked at for changes."""
MAX_NAME_CHARACTERS: Final = 40
_NO_LETTERS: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
"""Kinds of characters (Unicode) that control, format or are half of one."""
_HOURS: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


class ContactError(ValueError):
    """A person cannot be kept as entered; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One person, or one service such as a neighbourhood office."""

    contact_id: str
    name: str
    called: tuple[str, ...]
    """What the elder calls this person: 大女儿, my son."""
    channels: tuple[str, ...]
    """Addresses, best first, as `channels.Registry` opens them."""
    hours: str = ""
    """When this person is called first, "08:00-22:00" of the home's clock; empty: always."""
    lang: str = ""
    """The language of calls and messages; empty: that of the home."""

    def is_reachable_at(self, now: time) -> bool:
        """Whether these are hours in which this person wants to be called."""
        if not self.hours:
            return True
        begin, end = (time.fromisoformat(part) for part in self.hours.split("-"))
        return begin <= now < end if begin <= end else now >= begin or now < end


class People:
    """Everybody who is called, as known to this process."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE_NAME
        self._before = home / f"{FILE_NAME}.before"
        self._contacts: tuple[Contact, ...] = ()
        self._stamp: tuple[int, int] | None = None

    def read(self) -> None:
        """Take in what was changed since; what cannot be read leaves everything as it was known."""
        for path in (self._path, self._before):
            try:
                status = path.stat()
                stamp = (status.st_mtime_ns, status.st_ino)
                if stamp == self._stamp:
                    return
                self._contacts = _read(path)
                self._stamp = stamp
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                log.error("%s cannot be used (%s)", path.name, type(error).__name__)
                if self._stamp is not None:
                    return  # what is known is newer than the file before
            else:
                return

    async def watch(self) -> None:
        """Take in changes for ever."""
        while True:
            await asyncio.sleep(PEOPLE_SECONDS)
            await asyncio.to_thread(self.read)

    @property
    def all(self) -> tuple[Contact, ...]:
        """Everybody, in the order of the family."""
        return self._contacts

    def in_order(self, now: datetime) -> tuple[Contact, ...]:
        """Everybody, those outside their hours last: an alarm that nobody takes wakes them too."""
        awake = [c for c in self._contacts if c.is_reachable_at(now.time())]
        return (*awake, *(c for c in self._contacts if c not in awake))

    def get(self, contact_id: str) -> Contact | None:
        """One person."""
        return next((c for c in self._contacts if c.contact_id == contact_id), None)

    def add(self, contact: Contact, position: int | None = None) -> None:
        """Keep a person, at a place in the order (from 0) or last; a same id or name is replaced.

        Raises:
            OSError: the file cannot be written.
        """
        others = [
            c
            for c in self._contacts
            if contact.contact_id != c.contact_id and contact.name != c.name
        ]
        others.insert(len(others) if position is None else position, contact)
        self._write(others)

    def remove(self, name: str) -> Contact:
        """Forget a person; how many remain is the caller's to tell.

        Raises:
            ContactError: nobody of this very name.
            OSError: the file cannot be written.
        """
        for contact in self._contacts:
            if contact.name == name:
                self._write([c for c in self._contacts if c is not contact])
                return contact
        known = ", ".join(c.name for c in self._contacts) or "nobody yet"
        raise ContactError(f"there is no contact {name!r}; there is {known}")

    def _write(self, contacts: Sequence[Contact]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = json.dumps([asdict(c) for c in contacts], ensure_ascii=False, indent=2)
        draft = self._path.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        if self._path.exists():
            self._before.unlink(missing_ok=True)
            os.link(self._path, self._before)
        draft.replace(self._path)
        self._contacts = tuple(contacts)
        status = self._path.stat()
        self._stamp = (status.st_mtime_ns, status.st_ino)


def new_contact(
    name: str, called: Iterable[str], channels: Iterable[str], hours: str = "", lang: str = ""
) -> Contact:
    """A person as entered, checked; the channels' addresses are the registry's to check.

    Raises:
        ContactError: no name, a name with control characters, wrong hours.
    """
    names = [_plain(text) for text in (name, *called)]
    if hours and not _HOURS.fullmatch(hours):
        raise ContactError(f"{hours!r} are no hours; write them like 08:00-22:00")
    return Contact(new_id(), names[0], tuple(names[1:]), tuple(channels), hours, lang)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text).strip()
    if not text or len(text) > MAX_NAME_CHARACTERS:
        raise ContactError(f"a name has 1 to {MAX_NAME_CHARACTERS} characters")
    if any(unicodedata.category(c) in _NO_LETTERS for c in text):
        raise ContactError("a name has a control character in it; type it again by hand")
    return text


def _read(path: Path) -> tuple[Contact, ...]:
    data = json.loads(path.read_text("utf-8"))
    try:
        contacts = Converter().structure(data, list[Contact])
    except (BaseValidationError, TypeError) as error:
        raise ValueError(f"{path.name} is not a list of contacts") from error
    # Edited by hand: neither hours that are none nor a strange name must stop an alarm.
    return tuple(
        replace(
            contact,
            name=_readable(contact.name) or "?",
            called=tuple(name for said in contact.called if (name := _readable(said))),
            hours=contact.hours if _HOURS.fullmatch(contact.hours) else "",
        )
        for contact in contacts
    )


def _readable(name: str) -> str:
    """Without what no name has: half characters cannot even be sent, others forge lines."""
    return "".join(c for c in name if unicodedata.category(c) not in _NO_LETTERS).strip()
