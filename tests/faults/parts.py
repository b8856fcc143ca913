"""A core alone with the equipment of the settings, and what it told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.core import Core, CoreOptions, running
from assistant.events import AlarmAcknowledged, Capability, CryForHelpHeard, Say
from assistant.people.contacts import new_contact
from assistant.settings import EmergencySettings, PhoneSettings, Settings
from simulators.webhook import WebhookReceiver
from tests.channels.parts import free_port

SECRET = "webhooks-of-this-home"
NONE: frozenset[Capability] = frozenset()


@dataclass
class Home:
    core: Core
    told: list[object]

    def cry(self, reason: str = "fall") -> None:
        self.core.bus.publish(CryForHelpHeard("救命", reason, 0.0))

    def add(self, name: str, *addresses: str) -> None:
        """Another contact, after those before."""
        self.core.ways.people.add(new_contact(name, [], addresses))

    def state(self) -> str:
        alarms = self.core.alarms.store.open_alarms()
        return alarms[0].state.value if alarms else "none"

    def taken_by(self) -> list[str]:
        return [event.contact for event in self.told if isinstance(event, AlarmAcknowledged)]

    def said(self) -> list[str]:
        return [event.text for event in self.told if isinstance(event, Say)]

    def outcomes(self, name: str) -> list[str]:
        """Of every settled try to reach a person, oldest first."""
        (contact,) = (c for c in self.core.ways.people.all if c.name == name)
        store = self.core.alarms.store
        return [
            attempt.outcome
            for alarm in store.open_alarms()
            for attempt in store.attempts(alarm.alarm_id)
            if attempt.contact_id == contact.contact_id and attempt.ended_at is not None
        ]

    def details(self, name: str) -> str:
        (contact,) = (c for c in self.core.ways.people.all if c.name == name)
        store = self.core.alarms.store
        return "; ".join(
            attempt.detail
            for alarm in store.open_alarms()
            for attempt in store.attempts(alarm.alarm_id)
            if attempt.contact_id == contact.contact_id
        )

    def has(self, kind: type) -> Callable[[], bool]:
        return lambda: any(isinstance(event, kind) for event in self.told)


@asynccontextmanager
async def a_home(
    folder: Path, capabilities: frozenset[Capability] = NONE, **settings: object
) -> AsyncIterator[Home]:
    wanted = replace(
        Settings(),
        **{  # type: ignore[arg-type]
            "elder_name": "王奶奶",
            "emergency": EmergencySettings(webhook_secret=SECRET),
            **settings,
        },
    )
    options = CoreOptions(folder, wanted, folder / "cache", capabilities=capabilities)
    async with running(options) as core:
        told: list[object] = []
        core.bus.listen(told.append)
        yield Home(core, told)


def receiver() -> WebhookReceiver:
    """A relative's side of a webhook."""
    return WebhookReceiver(SECRET.encode())


def a_phone(sound: str = "") -> PhoneSettings:
    """On free ports of this machine; `sound`: what it listens and speaks through."""
    port = free_port()
    return PhoneSettings(
        account=f"sip:anban@127.0.0.1:{port}",
        register_seconds=0,
        listen=f"127.0.0.1:{port}",
        interface="127.0.0.1",
        control_port=free_port(),
        microphone=sound,
        speaker=sound,
    )
