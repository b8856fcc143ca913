"""Whom to call, and how: asked person by person, and tried."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any, Final

import segno
from rich.text import Text

from assistant.channels import AddressError, Channel, Ended, Outcome
from assistant.commands.address_hint import likely
from assistant.commands.contact_list import hints
from assistant.commands.setup_calls import ring
from assistant.commands.setup_terminal import EMPTIES, BackError, SkippedError, Terminal
from assistant.commands.words import Words
from assistant.console.check import PageCheck, check_page
from assistant.core.equipment import HomeEquipment
from assistant.people.contacts import Contact, ContactError, new_contact
from assistant.setup import NotUsableError, checks
from assistant.setup.steps import MODEM, PHONE
from assistant.setup.trial import Trial, can_be_tried, trying

_SERVER: Final = "ntfy.sh"
_NTFY: Final = re.compile(r"ntfy://[\w-]+")
"""A topic at the public server."""
_WAYS: Final = ("ntfy", "tel", "sms", "other")
_CALLED: Final = {"tel": "tel:{}", "sms": "sms:{}"}


def ask_people(front: Terminal) -> None:
    """Ask for one person after the other until no name is typed."""
    _show_people(front)
    while True:
        typed = front.ask(front.words("ask_person"), why=front.words("why_person"))
        if not typed:
            return
        try:
            if typed.startswith(EMPTIES) and typed != EMPTIES:
                gone = front.place.people.remove(typed.removeprefix(EMPTIES).strip())
                front.place.note("people")
                front.say("person_removed", name=gone.name)
                continue
            name = checks.name(typed, front.place)
        except (NotUsableError, ContactError) as error:
            front.refuse(error)
            continue
        with contextlib.suppress(BackError):  # to another name
            if contact := _ask_one(front, name):
                _try(front, contact)


def _show_people(front: Terminal) -> None:
    equipment = _equipment(front)
    for number, contact in enumerate(front.place.people.all, 1):
        ways = front.words("comma").join(_shown(equipment, each) for each in contact.channels)
        front.show(f"{number}. {contact.name}: {ways}", indent=2)


def _shown(equipment: HomeEquipment, address: str) -> str:
    """Without what may be a password."""
    scheme = address.partition(":")[0]
    if scheme in {"tel", "sms", "sip", "sips"}:
        return address
    try:
        return equipment.registry.open(address).name
    except AddressError:
        return f"{scheme}:…"


def _ask_one(front: Terminal, name: str) -> Contact | None:
    """Ask for everything of one person and keep them; None if there is no way to them."""
    known = {contact.name: contact for contact in front.place.people.all}
    before = known.get(name) or new_contact(name, [], [])
    called, channels = before.called, list(before.channels)
    while True:
        called = _ask_called(front, replace(before, called=called))
        try:
            channels = _ask_ways(front, replace(before, called=called), channels)
        except BackError:
            continue
        except SkippedError:
            front.say("skipped")
            kept = front.place.people.get(before.contact_id)
            channels = list(kept.channels) if kept else channels
        break
    if not channels:
        front.say("person_not_kept" if name not in known else "person_as_before", name=name)
        return None
    contact = replace(before, called=called, channels=tuple(channels))
    _keep(front, contact)  # before the last question: nobody is lost if it is left here
    contact = replace(contact, hours=_ask_hours(front, before))
    _keep(front, contact)
    front.say("person_kept", name=name)
    return contact


def _ask_ways(front: Terminal, contact: Contact, channels: list[str]) -> list[str]:
    """Ask for one way after the other, and keep each as it is given."""
    channels = list(channels)
    if channels:
        equipment = _equipment(front)
        ways = front.words("comma").join(_shown(equipment, address) for address in channels)
        front.say("ways_now", name=contact.name, ways=ways)
    while True:
        typed = _ask_way(front, contact.name, has_one=bool(channels))
        if not typed:
            return channels
        if typed == EMPTIES:
            channels = []
            continue
        try:
            address = _address(front, typed, contact.name, channels)
        except BackError:
            continue
        if address and address not in channels:
            channels.append(address)
            _keep(front, replace(contact, channels=tuple(channels)))
            front.say("way_added")


def _keep(front: Terminal, contact: Contact) -> None:
    people = front.place.people
    at = next((n for n, c in enumerate(people.all) if c.name == contact.name), None)
    people.add(contact, at)
    front.place.note("people")


def _ask_called(front: Terminal, before: Contact) -> tuple[str, ...]:
    while True:
        typed = front.ask(
            front.words("ask_called", name=before.name),
            "、".join(before.called),
            front.words("why_called"),
        )
        if not typed:
            return before.called
        if typed == EMPTIES:
            return ()
        try:
            parts = typed.replace("，", ",").replace("、", ",").split(",")
            return tuple(name for each in parts if (name := checks.name(each, front.place)))
        except NotUsableError as error:
            front.refuse(error)


def _ask_hours(front: Terminal, before: Contact) -> str:
    while True:
        typed = front.ask(
            front.words("ask_hours", name=before.name), before.hours, front.words("why_hours")
        )
        if not typed:
            return before.hours
        if typed == EMPTIES:
            return ""
        try:
            return checks.hours(typed, front.place)
        except NotUsableError as error:
            front.refuse(error)


def _ask_way(front: Terminal, name: str, *, has_one: bool) -> str:
    """Give the way that was chosen, an address that was typed at once, or nothing."""
    offered = [front.words(f"way_{way}") for way in _WAYS]
    while True:
        key = "ask_another_way" if has_one else "ask_way"
        asked = front.words(key, name=name)
        typed = front.ask(asked, why=front.words("why_way"), choices=offered)
        if not typed or typed == EMPTIES or ":" in typed:
            return typed
        if typed.isdecimal() and len(typed) < 4 and 0 < int(typed) <= len(_WAYS):
            return _WAYS[int(typed) - 1]
        if typed.lower() in _WAYS:
            return typed.lower()
        front.say("bad_choice", count=len(_WAYS))


def _address(front: Terminal, way: str, name: str, known: Iterable[str]) -> str:
    """Lead through one way; gives the address to keep, or nothing.

    `known`: how this person is reached already.
    """
    if way == "ntfy":
        return _ntfy(front, name, next(filter(_NTFY.fullmatch, known), ""))
    if way in _CALLED:
        return _number(front, way, name)
    if way != "other":
        return _checked(front, way)
    front.say("other_examples")
    while True:
        typed = front.ask(front.words("ask_address", name=name), why=front.words("why_address"))
        if not typed or (address := _checked(front, typed)):
            return address if typed else ""


def _ntfy(front: Terminal, name: str, known: str) -> str:
    """Have a phone subscribe: to the topic that there is, so that a new phone can do so, too."""
    topic = known.partition("://")[2] or f"anban-{secrets.token_hex(8)}"
    front.say("ntfy_again" if known else "ntfy_steps", name=name, topic=topic)
    show_code(front, f"https://{_SERVER}/{topic}")
    front.ask(front.words("ntfy_done"))
    return known or _checked(front, f"ntfy://{topic}")


def show_code(front: Terminal, text: str) -> None:
    """Show a QR code, dark on light whatever the terminal's colours are; two rows in a line."""
    rows = [bytearray(row) for row in segno.make(text, error="l").matrix_iter(border=3)]
    if len(rows[0]) > front.console.width:
        return
    for upper, lower in zip(rows[::2], [*rows[1::2], bytearray(len(rows[0]))], strict=False):
        line = "".join(" ▄▀█"[2 * (not a) + (not b)] for a, b in zip(upper, lower, strict=True))
        front.console.print(Text(line, "#ffffff on #000000"))


def _number(front: Terminal, way: str, name: str) -> str:
    while True:
        typed = front.ask(front.words("ask_number", name=name), why=front.words("why_number"))
        if not typed:
            return ""
        try:
            number = checks.telephone(typed, front.place)
        except NotUsableError as error:
            front.refuse(error)
            continue
        country = _equipment(front).numbering(front.place.people.all).country
        meant = likely(_CALLED[way].format(number), country) or likely(number, country)
        full = meant.partition(":")[2] if meant and not number.startswith("+") else number
        if full != number:
            front.say("taken_as", value=full)
        address = _CALLED[way].format(full)
        if _can_open(front, address):
            return _checked(front, address)
        _lead_to_telephone(front, way)
        if _can_open(front, address):
            return _checked(front, address)
        front.say("no_telephone_yet")
        return ""


def _can_open(front: Terminal, address: str) -> bool:
    try:
        front.place.registry.open(address)
    except AddressError:
        return False
    return True


def _lead_to_telephone(front: Terminal, way: str) -> None:
    """Lead through what a home needs to ring or to text."""
    front.say(f"needs_{way}")
    if way == "tel":
        offered = [front.words(key) for key in ("by_sip", "by_modem")]
        asked, why = front.words("ask_telephone"), front.words("why_telephone")
        typed = front.ask(asked, why=why, choices=offered)
    else:
        typed = "2"
    if typed.startswith("1"):
        for question in PHONE:
            front.question(question)
    elif typed.startswith("2"):
        for question in MODEM:
            front.question(question)


def _checked(front: Terminal, typed: str) -> str:
    """Give an address as it is to be kept; what is wrong is told, with what was meant."""
    equipment = _equipment(front)
    try:
        return equipment.registry.check(typed)
    except AddressError as error:
        front.refuse(error)
        for line in hints(equipment, typed, Words(front.place.settings.language)):
            front.show(line, indent=2)
        return ""


def _equipment(front: Terminal) -> HomeEquipment:
    return HomeEquipment(front.place.settings, front.place.folder, runs_phone=False)


# ------------------------------------------------------------------------------ trying it


def _try(front: Terminal, contact: Contact) -> None:
    """Offer a test over each way, one after the other."""
    registry = front.place.registry
    channels = [registry.open(each) for each in contact.channels if _can_open(front, each)]
    if not channels or not front.confirm(
        front.words("ask_try", name=contact.name), default=front.is_person
    ):
        return
    messages = [channel for channel in channels if can_be_tried(channel)]
    if messages:
        _send(front, contact, messages)
    if len(messages) < len(channels):
        is_well, detail = front.wait(lambda _: ring(front.place, contact), "calling")
        key = "trial_call_well" if is_well else "trial_call_bad"
        front.say(key, name=contact.name, detail=detail)


def try_page(front: Terminal) -> None:
    """Open the page at its own address, as a phone would; it is served for as long."""
    console, place = front.place.settings.console, front.place
    if not console.url or not console.listen:
        return
    nobody = new_contact(front.words("the_elder"), [], [])

    async def work(_: Callable[[str], None]) -> PageCheck:
        async with trying(console, place.folder, nobody, "", place.lang):
            return await asyncio.to_thread(check_page, console)

    check = front.wait(work, "opening_page")
    place.seen["console.url"] = check.is_well
    front.say("page_well" if check.is_well else "page_not_well", detail=check.detail)


def _send(front: Terminal, contact: Contact, channels: list[Channel]) -> None:
    settings = front.place.settings
    console = settings.console

    async def work(update: Callable[[str], None]) -> tuple[list[Ended], bool, str]:
        async with trying(
            console, front.place.folder, contact, settings.elder_name, settings.language
        ) as trial:
            ended = [await trial.send(channel) for channel in channels]
            has_gone = any(each.outcome is Outcome.DELIVERED for each in ended)
            if not has_gone or not trial.link or not front.is_person:
                return ended, bool(trial.link), ""
            return ended, True, await _pressed(front, trial, update)

    ended, has_link, button = front.wait(work, "sending")
    for channel, each in zip(channels, ended, strict=True):
        key = "trial_sent" if each.outcome is Outcome.DELIVERED else "trial_not_sent"
        front.say(key, way=channel.name, detail=each.detail)
    if not any(each.outcome is Outcome.DELIVERED for each in ended):
        front.say("trial_failed")
    elif button:
        front.say(button, name=contact.name)
    elif has_link:
        front.say("trial_not_pressed", name=contact.name)
    elif console.url and console.listen:
        front.say("trial_no_page", listens=console.listen)
    elif front.is_person and front.confirm(
        front.words("ask_arrived", name=contact.name), default=True
    ):
        front.say("trial_arrived")
    else:
        front.say("trial_no_link")


async def _pressed(front: Terminal, trial: Trial, update: Callable[[str], None]) -> str:
    """Wait until she presses, or Enter is pressed here; the words for her button, if she did."""
    loop, given_up = asyncio.get_running_loop(), asyncio.Event()

    def read() -> None:
        sys.stdin.readline()
        given_up.set()

    async def count() -> None:
        seconds = 0
        while True:
            update(front.words("waiting_for_press", name=trial.contact.name, seconds=seconds))
            await asyncio.sleep(1)
            seconds += 1

    counting = asyncio.create_task(count())
    pressed = asyncio.create_task(trial.pressed())
    leaving = asyncio.create_task(given_up.wait())
    loop.add_reader(sys.stdin, read)
    waits: tuple[Awaitable[Any], ...] = (counting, pressed, leaving)
    try:
        await asyncio.wait((pressed, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not pressed.done():
            return ""
        return "trial_declined" if trial.has_declined else "trial_pressed"
    finally:
        loop.remove_reader(sys.stdin)
        for task in (counting, pressed, leaving):
            task.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
