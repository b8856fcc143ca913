"""A real core with the real page's child, and people whose telephones are web servers."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from assistant.core import Core, CoreOptions, running
from assistant.events import CryForHelpHeard, Say
from assistant.people.contacts import new_contact
from assistant.settings import ConsoleSettings, EmergencySettings, Settings
from simulators.webhook import WebhookReceiver
from tests.channels.parts import free_port
from tests.waiting import until

WEBHOOK_SECRET = "webhooks-of-this-home"
PENDANT_TOKEN = "pendants-of-this-home-only"
DOOR, HEALTH, ADDRESS = "钥匙在邻居老张家", "高血压，青霉素过敏", "幸福里3号楼502"
READY_SECONDS = 60.0


@dataclass
class Home:
    core: Core
    url: str
    web: httpx.AsyncClient
    told: list[object]

    def cry(self, reason: str = "fall") -> None:
        self.core.bus.publish(CryForHelpHeard("救命", reason, 0.0))

    def said(self) -> list[str]:
        return [event.text for event in self.told if isinstance(event, Say)]

    def state(self) -> str:
        """Of the one alarm; "none" where none is open."""
        alarms = self.core.alarms.store.open_alarms()
        return alarms[0].state.value if alarms else "none"

    def has(self, kind: type) -> Callable[[], bool]:
        return lambda: any(isinstance(event, kind) for event in self.told)


@asynccontextmanager
async def a_home(
    folder: Path,
    contacts: dict[str, str],
    *,
    lang: str = "zh",
    scheme: str = "http",
    **console: str,
) -> AsyncIterator[Home]:
    """Contacts by name, with their one address."""
    port = free_port()
    url = f"{scheme}://127.0.0.1:{port}"
    settings = replace(
        Settings(),
        language=lang,
        elder_name="王奶奶",
        console=ConsoleSettings(**{"listen": f"127.0.0.1:{port}", "url": url, **console}),
        emergency=EmergencySettings(
            address=ADDRESS,
            door_code=DOOR,
            health=HEALTH,
            webhook_secret=WEBHOOK_SECRET,
            pendant_token=PENDANT_TOKEN,
            pendants={"cord-1": "浴室"},
        ),
    )
    options = CoreOptions(folder, settings, folder / "cache", capabilities=frozenset())
    async with running(options) as core, httpx.AsyncClient(verify=False, timeout=20) as web:
        told: list[object] = []
        core.bus.listen(told.append)
        for name, address in contacts.items():
            core.ways.people.add(new_contact(name, [], [address]))
        async with asyncio.timeout(READY_SECONDS):
            await core.children.ready("console")
        yield Home(core, url, web, told)


def receiver() -> WebhookReceiver:
    """A relative's side of a webhook."""
    return WebhookReceiver(WEBHOOK_SECRET.encode())


async def link_of(people: WebhookReceiver, number: int = 0) -> str:
    """The link in a message that came of an alarm; what else is told may come between."""

    def urgent() -> list[dict[str, Any]]:
        return [each for each in people.events.values() if each["type"] != "anban.notice"]

    await until(lambda: len(urgent()) > number)
    return str(urgent()[number]["data"]["acknowledge_url"])


def certificate(folder: Path, name: str = "page") -> tuple[Path, Path]:
    """Signed by itself, for the loopback address, with its key."""
    pem, key = folder / f"{name}.pem", folder / f"{name}.key"
    wanted = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name}"
    wanted += f" -addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {pem}"
    subprocess.run(["openssl", *wanted.split()], check=True, capture_output=True)
    return pem, key
