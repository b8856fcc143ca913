"""A test call to one person: by the Anban that runs, else by a telephone that runs meanwhile."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from assistant.channels import Ended, Kind, Outcome, Purpose, try_once, ways
from assistant.channels.call_voice import CallVoice
from assistant.core.equipment import HomeEquipment
from assistant.drill.message import drill_message
from assistant.events import new_id
from assistant.people.contacts import Contact
from assistant.runtime.bus import Bus
from assistant.runtime.home_folder import AlreadyRunningError, lock_home, socket_path
from assistant.runtime.link import Link, LinkError
from assistant.runtime.supervisor import Supervisor
from assistant.selftest.wording import render
from assistant.services import DrillContact
from assistant.services.errors import ServiceError
from assistant.setup import Place

_CALL_SECONDS: Final = 1_800.0
"""For all ways to one person: each rings, and repeats its message."""


async def ring(place: Place, contact: Contact) -> tuple[bool, str]:
    """Ring one person, who hears that it is a drill and presses 1; whether they did, and how."""
    try:
        lock = lock_home(place.folder)
    except AlreadyRunningError:
        return await _by_the_one_that_runs(place, contact)
    with lock:
        async with _equipped(place) as equipment:
            for way in ways(contact.channels, equipment.registry, Purpose.DRILL, Kind.CALL):
                with tempfile.TemporaryDirectory(prefix="anban-voice-") as folder:
                    voice = CallVoice(Path(folder))
                    lang = contact.lang or place.settings.language
                    elder = place.settings.elder_name or render("the_elder", lang)
                    message = drill_message(contact, lang, elder, voice)
                    ended = await try_once(way.channel, message, ends_with_key=True)
                    await voice.close()
                return _told(ended)
    return False, ""


def _told(ended: Ended) -> tuple[bool, str]:
    return ended.outcome is Outcome.ACKNOWLEDGED, ended.detail or ended.outcome.value


async def _by_the_one_that_runs(place: Place, contact: Contact) -> tuple[bool, str]:
    """Let it ring: telephone and modem are its own."""
    try:
        async with Link("setup", (), socket_path(place.folder)) as link:
            asked = DrillContact(contact.contact_id, new_id())
            found = await link.request(asked, _CALL_SECONDS)
    except (LinkError, ServiceError, TimeoutError) as error:
        return False, str(error)
    return all(each.is_well for each in found), "; ".join(each.detail for each in found)


@contextlib.asynccontextmanager
async def _equipped(place: Place) -> AsyncIterator[HomeEquipment]:
    equipment, supervisor = HomeEquipment(place.settings, place.folder), Supervisor(Bus())
    try:
        if equipment.phone_process is not None:
            supervisor.start(equipment.phone_child(equipment.phone_process))
        await equipment.start()
        yield equipment
    finally:
        with contextlib.suppress(TimeoutError):
            await equipment.stop()
        await supervisor.stop()
