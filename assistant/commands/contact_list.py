"""What `anban contacts` does: shows, keeps, forgets and checks the people who are called."""

from __future__ import annotations

import secrets
import sys
from typing import Final

from assistant.channels import AddressError, Channel
from assistant.commands.address_hint import likely
from assistant.commands.told import told
from assistant.commands.words import Words, words_of
from assistant.core.equipment import HomeEquipment
from assistant.people.contacts import ContactError, People, new_contact
from assistant.runtime.home_folder import socket_path
from assistant.runtime.link import Link
from assistant.services import CheckContact
from assistant.settings import home_folder, read, settings_file

CHECK_SECONDS: Final = 40.0
"""The core gives each channel 30 s."""


def show() -> None:
    """Show everybody, in the order in which they are called."""
    people, equipment = _people(), _equipment()
    for number, contact in enumerate(people.all, 1):
        called = f" ({', '.join(contact.called)})" if contact.called else ""
        line = f"{number}. {contact.name}{called}"
        _print(told(f"{line}, first at {contact.hours}") if contact.hours else line)
        for address in contact.channels:
            problem = _problem(equipment, address)
            _print(f"     {_shown(equipment, address)}{f': {told(problem)}' if problem else ''}")
    if not people.all:
        _print(told("Nobody yet. An alarm can call nobody: anban contacts add NAME ADDRESS…"))


def keep(
    name: str,
    addresses: list[str],
    called: list[str],
    hours: str,
    lang: str,
    position: int | None,
) -> None:
    """Keep a person, or replace the one of the same name; `position` counts from 1.

    Raises:
        ContactError: a name, hours or an address that cannot be used, with the reason.
    """
    equipment = _equipment()
    kept = []
    for address in addresses:
        try:
            kept.append(equipment.registry.check(address))
        except AddressError as error:
            refused = f"{name} is not kept: {address}: {error}"
            raise ContactError(
                "\n".join([refused, *hints(equipment, address, words_of())])
            ) from error
    people = _people()
    people.add(
        new_contact(name, called, kept, hours, lang),
        None if position is None else position - 1,
    )
    _print(told(f"{name} is kept. Try it now: anban contacts test {name}"))


def forget(name: str) -> None:
    """Forget a person; raises ContactError."""
    people = _people()
    people.remove(name)
    left = len(people.all)
    done = f"{name} is forgotten; {left} left." if left else f"{name} is forgotten. NOBODY is left."
    _print(told(done))


async def check(name: str | None) -> int:
    """Check each way to one person or to everybody, by the Anban that runs; the exit status.

    Telephone and modem belong to the running core.

    Raises:
        ContactError: nobody to check.
        LinkError: no Anban runs here.
    """
    people = _people()
    wanted = [c for c in people.all if name in (None, c.name, *c.called)]
    if not wanted:
        raise ContactError(f"there is no contact {name!r}" if name else "there is nobody to test")
    bad = 0
    home = home_folder()
    async with Link("contacts", (), socket_path(home)) as link:
        for contact in wanted:
            checks = await link.request(
                CheckContact(contact.contact_id),
                deadline_seconds=CHECK_SECONDS * (len(contact.channels) + 1),
            )
            for found in checks:
                bad += not found.is_well
                verdict = "ok" if found.is_well else "BAD"
                way = f"{contact.name}: {told(found.channel)}: {told(found.detail)}"
                _print(f"{told(verdict)} {way}")
    return 1 if bad else 0


def hints(equipment: HomeEquipment, address: str, words: Words) -> list[str]:
    """What to type instead, in the home's language."""
    meant = likely(address, equipment.numbering([]).country)
    hints = [words("address_meant", address=meant)] if meant and meant != address else []
    scheme = (meant or address).partition(":")[0].lower()
    if isinstance(_opened(equipment, meant or address), str):
        # A telephone has to be set up first; a message need not be.
        key = {"sip": "way_sip", "sips": "way_sip", "tel": "way_tel", "sms": "way_sms"}
        hints.append(words(key.get(scheme, "way_any")))
        hints.append(words("way_now", topic=f"anban-{secrets.token_hex(8)}"))
    return hints


def _problem(equipment: HomeEquipment, address: str) -> str:
    opened = _opened(equipment, address)
    return opened if isinstance(opened, str) else ""


def _shown(equipment: HomeEquipment, address: str) -> str:
    """Without what may be a password: many addresses of messengers are one."""
    scheme = address.partition(":")[0]
    if scheme in {"tel", "sms", "sip", "sips", "scaip"}:
        return address
    opened = _opened(equipment, address)
    return f"{scheme}:…" if isinstance(opened, str) else opened.name


def _opened(equipment: HomeEquipment, address: str) -> Channel | str:
    try:
        return equipment.registry.open(address)
    except AddressError as error:
        return str(error)


def _equipment() -> HomeEquipment:
    home = home_folder()
    return HomeEquipment(read(settings_file(home)).settings, home, runs_phone=False)


def _people() -> People:
    people = People(home_folder())
    people.read()
    return people


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
