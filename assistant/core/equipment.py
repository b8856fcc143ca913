"""What the home reaches people with, made from the settings: baresip, modem, centre, webhooks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from assistant.channels import AddressError, ChannelError, Equipment, Numbering, Registry
from assistant.channels.callers import country_of, host_of
from assistant.channels.gsm import (
    IncomingSms,
    Journal,
    Modem,
    ModemAudio,
    ModemSettings,
)
from assistant.channels.installed import load_channels
from assistant.channels.scaip import CALLBACK, NO_CALLBACK, CentreSettings
from assistant.channels.sip import (
    Phone,
    PhoneCall,
    PhoneProcess,
    PhoneSettings,
    SipAccount,
    write_folder,
)
from assistant.packs import facts
from assistant.people.contacts import Contact
from assistant.runtime.home_folder import run_folder
from assistant.runtime.supervisor import ChildSpec
from assistant.services.findings import CheckResult, found
from assistant.settings import Settings

log = logging.getLogger(__name__)

PHONE_CHILD: Final = "phone"
WRITE_AGAIN_SECONDS: Final = 30.0
"""How soon it is tried again after a disk refused what the telephone program reads."""
_UNWRITTEN: Final = "what the telephone program reads cannot be written"
LOW_BATTERY_PERCENT: Final = 20
"""The charge below which a modem's own battery is low; it carries calls through a power cut."""


class HomeEquipment:
    """Everything that reaches out; a part that cannot be set up leaves the others working.

    Without `runs_phone` nothing is written for baresip: a command beside the running core opens
    addresses to check them, and leaves the telephone alone.
    """

    def __init__(
        self,
        settings: Settings,
        home: Path,
        on_incoming: Callable[[PhoneCall], Awaitable[None]] | None = None,
        on_sms: Callable[[IncomingSms], Awaitable[None]] | None = None,
        *,
        journal: Journal | None = None,
        runs_phone: bool = True,
    ) -> None:
        self._runs_phone = runs_phone
        self.problems: list[str] = []
        """The reasons why parts of the settings cannot be used."""
        self.phone_process: PhoneProcess | None = None
        self._stack = contextlib.AsyncExitStack()
        self._write_phone: Callable[[], PhoneProcess] | None = None
        self.phone = self._phone(settings, home, on_incoming)
        self.modem = self._modem(settings, on_sms, journal)
        self._numbering = _numbering(settings)
        self.registry = Registry(
            Equipment(
                phone=self.phone,
                trunk_domain=settings.phone.provider,
                modem=self.modem,
                centre=_centre(settings),
                webhook_secret=settings.emergency.webhook_secret.encode(),
                numbering=self._numbering,
            ),
            may_ring_emergency=settings.emergency.may_ring_number,
        )
        openers, self.not_loaded = load_channels()
        for scheme, opener in openers.items():
            self.registry.add(scheme, opener)

    async def start(self) -> None:
        """Connect to baresip and open the modem, both again and again."""
        for part in (self.phone, self.modem):
            if part is not None:
                await self._stack.enter_async_context(part)

    async def stop(self) -> None:
        """Close telephone and modem."""
        async with asyncio.timeout(5):
            await self._stack.aclose()

    @property
    def is_calling(self) -> bool:
        """Whether a call stands or rings."""
        phone, modem = self.phone, self.modem
        return (phone is not None and phone.is_busy) or (
            modem is not None and modem.calls.line.locked()
        )

    def numbering(self, contacts: Iterable[Contact]) -> Numbering:
        """Tell how callers' numbers are read: by the settings' country, else the contacts'."""
        if self._numbering.country:
            return self._numbering
        addresses = [address.partition(":") for c in contacts for address in c.channels]
        numbers = [rest for scheme, _, rest in addresses if scheme in {"tel", "sms"}]
        return replace(self._numbering, country=country_of(numbers))

    async def findings(self) -> list[CheckResult]:
        """Say what of the settings cannot be used, and how the modem's own battery is."""
        findings = [
            found("equipment", is_well=False, detail=problem, subject=problem.partition(":")[0])
            for problem in self.problems
        ]
        if self.modem is not None and (problem := self.modem.problem or self.modem.message_problem):
            # Also if no contact's channel needs it: answers come in through it.
            findings.append(found("equipment", is_well=False, detail=problem, subject="modem"))
        if self.phone is not None and self.phone.connection.problem:
            problem, subject = self.phone.connection.problem, "[phone] of anban.toml"
            findings.append(found("equipment", is_well=False, detail=problem, subject=subject))
        try:
            percent = await self.modem.battery_percent() if self.modem is not None else None
        except ChannelError:  # told by the channels that need it
            percent = None
        if percent is not None:
            detail = f"{percent} %"
            is_well = percent >= LOW_BATTERY_PERCENT
            findings.append(found("modem_battery", is_well=is_well, detail=detail))
        return findings

    def _phone(
        self,
        settings: Settings,
        home: Path,
        on_incoming: Callable[[PhoneCall], Awaitable[None]] | None,
    ) -> Phone | None:
        wanted = settings.phone
        if not wanted.account:
            return None
        account = SipAccount(
            wanted.account, wanted.username, wanted.password, wanted.register_seconds
        )
        phone = PhoneSettings(
            account,
            wanted.control_port,
            wanted.listen,
            wanted.interface,
            wanted.microphone,
            wanted.speaker,
        )
        folder = (run_folder(home) if self._runs_phone else home / "run") / "phone"
        try:
            if self._runs_phone:
                self._write_phone = partial(write_folder, folder, phone)
                self.phone_process = self._write_phone()
        except AddressError as error:
            self._tell(f"[phone] of anban.toml: {error}")
            return None
        except OSError as error:  # a full disk may have room again: see `phone_written`
            self._tell(f"{_UNWRITTEN}: {error}")
        return Phone(phone, folder, on_incoming)

    async def phone_written(self) -> PhoneProcess | None:
        """Give how to run baresip, once what it reads could be written; None if there is none."""
        while self.phone_process is None and self._write_phone is not None and self.phone:
            await asyncio.sleep(WRITE_AGAIN_SECONDS)
            try:
                self.phone_process = await asyncio.to_thread(self._write_phone)
            except OSError as error:
                log.warning("%s: %s", _UNWRITTEN, error)
                continue
            self.problems = [each for each in self.problems if not each.startswith(_UNWRITTEN)]
        return self.phone_process

    def phone_child(self, process: PhoneProcess) -> ChildSpec:
        """Tell the supervisor how baresip is run."""
        phone = self.phone
        return ChildSpec(
            PHONE_CHILD,
            process.command,
            folder=process.folder,
            output=process.folder / "baresip.log",
            probe=phone.connection.probe if phone is not None else None,
            explain=lambda: phone.connection.problem if phone is not None else "",
        )

    def _modem(
        self,
        settings: Settings,
        on_sms: Callable[[IncomingSms], Awaitable[None]] | None,
        journal: Journal | None,
    ) -> Modem | None:
        wanted = settings.modem
        if not wanted.port:
            return None
        audio = (
            ModemAudio(
                wanted.audio_port, microphone=settings.ear.device, speaker=settings.mouth.device
            )
            if wanted.audio_port
            else None
        )
        modem = ModemSettings(wanted.port, wanted.baud, wanted.pin, audio)
        return Modem(modem, on_sms, journal=journal)

    def _tell(self, problem: str) -> None:
        log.error("%s", problem)
        self.problems.append(problem)


def _centre(settings: Settings) -> CentreSettings | None:
    wanted = settings.centre
    if not wanted.controller:
        return None
    # The operator rings the home there, and takes the alarm on with the key 1.
    callback = settings.phone.account.partition(";")[0]
    return CentreSettings(
        wanted.controller,
        tuple(wanted.routes.split()),
        wanted.username,
        wanted.password,
        callback if CALLBACK.fullmatch(callback) else NO_CALLBACK,
    )


def _numbering(settings: Settings) -> Numbering:
    phone = settings.phone
    hosts = {phone.provider.lower().removesuffix(".")}
    if phone.register_seconds:
        hosts.add(host_of(phone.account))
    country = settings.emergency.country or facts(settings.language).country
    return Numbering(str(country), frozenset(hosts - {""}))
