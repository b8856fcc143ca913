"""The people of the home and what reaches them: one feature, used by alarms, calls and drills."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator

from assistant.alarm.sms_answers import SmsJournal
from assistant.channels import AddressError, ChannelError, ChannelStatus, registry, status_of
from assistant.channels.call_voice import CallVoice
from assistant.channels.gsm import IncomingSms
from assistant.channels.sip import Phone, PhoneCall
from assistant.core.equipment import HomeEquipment
from assistant.home.home import Home
from assistant.people.contacts import People
from assistant.runtime.feature import Feature
from assistant.runtime.home_folder import run_folder
from assistant.runtime.tasks import Tasks
from assistant.services import CheckContact, NoContactRefused, WayChecked
from assistant.services.findings import CheckResult, lasting


class ContactWays(Feature):
    """The contacts, and telephone, modem, centre and messages that reach them."""

    def __init__(self, home: Home) -> None:
        self._supervisor = home.supervisor
        self._tasks = Tasks("making the ways to people ready")
        self.people = People(home.folder)
        self.equipment = HomeEquipment(
            home.settings,
            home.folder,
            self._call_came,
            self._sms_came,
            journal=SmsJournal(home.database),
        )
        self.voice = CallVoice(run_folder(home.folder) / "voice")
        """What is said in calls."""
        self._take_call: Callable[[Phone, PhoneCall], Awaitable[None]]
        self._take_sms: Callable[[IncomingSms], Awaitable[None]]
        home.bus.serve(CheckContact.answered_by(self._serve_check))

    def bring_in(
        self,
        call: Callable[[Phone, PhoneCall], Awaitable[None]],
        sms: Callable[[IncomingSms], Awaitable[None]],
    ) -> None:
        """Say who takes calls and text messages that come in; needed before `start`."""
        self._take_call, self._take_sms = call, sms

    async def start(self) -> None:
        """Run the telephone and open the modem; connecting goes on in the background."""
        if self.equipment.phone_process is not None:
            await self._run_phone()
        else:
            self._tasks.spawn(self._run_phone())
        await self.equipment.start()
        if any(map(self.equipment.registry.is_message, self._addresses())):
            self._tasks.spawn(asyncio.to_thread(registry.warm))

    async def stop(self) -> None:
        """Close telephone and modem."""
        await self._tasks.end()
        with contextlib.suppress(TimeoutError):
            await self.equipment.stop()
        await self.voice.close()

    async def findings(self) -> list[CheckResult]:
        """Say which channels and contacts cannot be used until somebody mends them."""
        findings = [
            lasting("added_channel", each.reason, each.scheme) for each in self.equipment.not_loaded
        ]
        if self.people.problems:
            findings.append(lasting("contacts", "; ".join(self.people.problems)))
            if not self.people.all:
                findings.append(lasting("people", "nobody is left to call"))
        return findings

    async def check_contact(self, contact_id: str) -> tuple[WayChecked, ...]:
        """Check whether each way to a person could work now; alarms nobody."""
        await asyncio.to_thread(self.people.read)
        contact = self.people.get(contact_id)
        if contact is None:
            raise NoContactRefused
        return tuple([await self._check(address) for address in contact.channels])

    async def _serve_check(self, wish: CheckContact) -> tuple[WayChecked, ...]:
        return await self.check_contact(wish.contact_id)

    async def _check(self, address: str) -> WayChecked:
        name = address.partition(":")[0]
        try:
            channel = self.equipment.registry.open(address)
        except (AddressError, ChannelError) as error:
            status = ChannelStatus(is_well=False, detail=str(error))
        else:
            name, status = channel.name, await status_of(channel)
        return WayChecked(name, status.is_well, status.detail)

    def _addresses(self) -> Iterator[str]:
        return (address for contact in self.people.all for address in contact.channels)

    async def _run_phone(self) -> None:
        """Run baresip, as soon as the disk takes what it reads."""
        process = await self.equipment.phone_written()
        if self.equipment.phone is None or process is None:
            return
        self._supervisor.start(self.equipment.phone_child(process))

    async def _call_came(self, call: PhoneCall) -> None:
        if self.equipment.phone is not None:
            await self._take_call(self.equipment.phone, call)

    async def _sms_came(self, sms: IncomingSms) -> None:
        await self._take_sms(sms)
