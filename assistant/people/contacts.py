"""The people who are called, in their order, and how each of them is reached.

They lie in a file of their own, `contacts.json`: a database that is locked, full or corrupt must
not take away whom to call.  A change is written beside it and renamed into place; the file before
it is kept, and read where the newer one cannot be.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import shutil
import stat
import time
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

from assistant.events import new_id
from assistant.people.contact import HOURS, NO_LETTERS, Contact
from assistant.people.contact_file import read_contacts
from assistant.runtime.private_files import write_private

__all__ = ["Contact", "ContactError", "People", "new_contact"]

log = logging.getLogger(__name__)

FILE_NAME: Final = "contacts.json"
PEOPLE_SECONDS: Final = 30.0
"""How often the list of people is looked at for changes."""
MAX_NAME_CHARACTERS: Final = 40


class ContactError(ValueError):
    """A person cannot be kept as entered; the message says why and what to do."""


class People:
    """Everybody who is called, as known to this process."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE_NAME
        self._before = home / f"{FILE_NAME}.before"
        self._contacts: tuple[Contact, ...] = ()
        self._stamp: tuple[int, int] | None = None
        self.problems: tuple[str, ...] = ()
        """The parts of the file that cannot be used, in English, for the installer."""

    def read(self) -> None:
        """Take in what was changed; if it cannot be read, everything stays as it was known."""
        problems: tuple[str, ...] = ()
        for path in (self._path, self._before):
            try:
                status = path.stat()
                stamp = (status.st_mtime_ns, status.st_ino)
                if stamp == self._stamp:
                    return
                if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for, for ever
                    raise ValueError("is no file")
                read = read_contacts(path.read_bytes())
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                # An OSError names the file, a ValueError what is wrong; neither quotes an address.
                problems += (f"{path.name} cannot be used: {error}",)
                if self._stamp is not None:
                    break  # what is known is newer than the file before
            else:
                self._contacts, self._stamp = read.contacts, stamp
                problems += tuple(f"{path.name}: {problem}" for problem in read.problems)
                break
        if problems != self.problems:
            self.problems = problems
            for problem in problems:
                log.error("%s", problem)

    async def watch(self) -> None:
        """Take in changes, until cancelled."""
        while True:
            await asyncio.sleep(PEOPLE_SECONDS)
            await asyncio.to_thread(self.read)

    @property
    def all(self) -> tuple[Contact, ...]:
        """Everybody, in the order of the family."""
        return self._contacts

    def in_order(self, now: datetime) -> tuple[Contact, ...]:
        """List everybody, those outside their hours last.

        An alarm that nobody takes wakes them too.
        """
        awake = [c for c in self._contacts if c.is_reachable_at(now.time())]
        return (*awake, *(c for c in self._contacts if c not in awake))

    def get(self, contact_id: str) -> Contact | None:
        """Find one person."""
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
        if self.problems and self._path.exists():
            # What could not be read would be gone for good, and somebody's number with it.
            aside = self._path.with_name(f"{FILE_NAME}.unreadable-{time.time_ns()}")
            with contextlib.suppress(OSError):
                shutil.copyfile(self._path, aside)
        text = json.dumps([asdict(c) for c in contacts], ensure_ascii=False, indent=2)
        write_private(self._path, f"{text}\n".encode(), before=self._before)
        self._contacts, self.problems = tuple(contacts), ()
        status = self._path.stat()
        self._stamp = (status.st_mtime_ns, status.st_ino)


def new_contact(
    name: str, called: Iterable[str], channels: Iterable[str], hours: str = "", lang: str = ""
) -> Contact:
    """Make a person of what was entered, checked; the addresses are the registry's to check.

    Raises:
        ContactError: no name, a name with control characters, wrong hours.
    """
    names = [_plain(text) for text in (name, *called)]
    if hours and not HOURS.fullmatch(hours):
        raise ContactError(f"{hours!r} are no hours; write them like 08:00-22:00")
    return Contact(new_id(), names[0], tuple(names[1:]), tuple(channels), hours, lang)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text).strip()
    if not text or len(text) > MAX_NAME_CHARACTERS:
        raise ContactError(f"a name has 1 to {MAX_NAME_CHARACTERS} characters")
    if any(unicodedata.category(c) in NO_LETTERS for c in text):
        raise ContactError("a name has a control character in it; type it again by hand")
    return text
