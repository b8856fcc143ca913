"""What a cry for help needs of the family, as `anban doctor` tells it first: people, a way in."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.channels import AddressError
from assistant.commands.told import told
from assistant.commands.words import Words
from assistant.core.equipment import HomeEquipment
from assistant.people.contacts import Contact, People
from assistant.services.findings import Verdict
from assistant.settings import Settings, settings_file

_MARKS: Final = {
    Verdict.WELL: Text("+", "green"),
    Verdict.POOR: Text("!", "yellow"),
    Verdict.BROKEN: Text("X", "bold red"),
}


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is there or lacks, and what to type."""

    verdict: Verdict
    text: str
    to_type: str = ""
    """A command, or lines of anban.toml; empty: nothing is to be done."""


def needs(home: Path, settings: Settings, words: Words) -> Iterator[Need]:
    """Look at whom to call, where the home is and how a helper gets in; reaches out to nobody."""
    yield from _people(home, settings, words)
    lacking = []
    for name in ("address", "door_code"):
        # Only whether it is there: what a doctor prints is shown to others.
        if getattr(settings.emergency, name).strip():
            yield Need(Verdict.WELL, words(f"has_{name}"))
        else:
            yield Need(Verdict.POOR, words(f"no_{name}"))
            lacking.append(f'{name} = "{words(f"example_{name}")}"')
    if lacking:
        lines = "\n".join(["[emergency]", *lacking])
        yield Need(Verdict.POOR, words("write_into", file=settings_file(home)), lines)


def print_needs(console: Console, found: list[Need], words: Words) -> None:
    """Print them, each with what to type on lines of its own, so that it can be copied."""
    console.print(Text(words("help_at_hand"), "bold"))
    for need in found:
        row = Table.grid(padding=(0, 1))
        row.add_row("", _MARKS[need.verdict], Text(need.text, overflow="fold"))
        console.print(row)
        for line in need.to_type.splitlines():
            # A command that is broken over two lines could not be copied.
            console.print(Text(f"     {line}", "cyan"), soft_wrap=True)
    console.print()


def _people(home: Path, settings: Settings, words: Words) -> Iterator[Need]:
    people = People(home)
    people.read()
    for problem in people.problems:
        yield Need(Verdict.POOR, told(problem, words.lang))
    equipment = HomeEquipment(settings, home, runs_phone=False)
    reasons = {contact.name: _reason(equipment, contact) for contact in people.all}
    reachable = [name for name, reason in reasons.items() if not reason]
    # A topic of ntfy is known to whoever guesses it.
    add = words("example_add", topic=f"anban-{secrets.token_hex(8)}")
    if not people.all:
        yield Need(Verdict.BROKEN, words("nobody_stored"), add)
    elif not reachable:
        yield Need(Verdict.BROKEN, words("nobody_reachable"), add)
    else:
        yield Need(Verdict.WELL, words("people_stored", names=words("and").join(reachable)))
    for name, reason in reasons.items():
        if reason:
            yield Need(Verdict.POOR, words("no_way_to", name=name, reason=told(reason, words.lang)))


def _reason(equipment: HomeEquipment, contact: Contact) -> str:
    """Why none of a person's addresses can be used in this home; empty: one can."""
    reasons = []
    for address in contact.channels:
        try:
            equipment.registry.open(address)
        except AddressError as error:
            reasons.append(str(error))
        else:
            return ""
    return reasons[0] if reasons else "-"
