"""A real skill host beside a real bus, database and services, but no Rasa: tests play Rasa."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from assistant.events import Capability, Ready
from assistant.settings import DialogueSettings, Settings
from tests.homes import a_home, features

TOKEN = "a token of the tests"
ROOT = Path(__file__).parents[2]
INSTALLED = Path(__file__).parent / "installed"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def site_of_test_skills(folder: Path) -> Path:
    """A folder for PYTHONPATH where the skills of these tests are installed like any other."""
    for name in ("faulty", "broken", "shelf"):
        (folder / f"anban_{name}").symlink_to(INSTALLED / f"anban_{name}")
        info = folder / f"anban_skill_{name}-0.1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: anban-skill-{name}\nVersion: 0.1\n"
        )
        (info / "entry_points.txt").write_text(
            f"[anban.skills]\n{name} = anban_{name}.skill:skill\n"
        )
    return folder


@dataclass
class Core:
    """What of the core a skill host needs, in one process with the test."""

    folder: Path
    lang: str = "zh"
    settings: Settings = field(
        default_factory=lambda: Settings(dialogue=DialogueSettings(answer_deadline_seconds=2.0))
    )
    has_robot: bool = False

    async def __aenter__(self) -> Core:
        capabilities = frozenset({Capability.ROBOT} if self.has_robot else ())
        self.home = a_home(self.folder, self.settings, lang=self.lang, capabilities=capabilities)
        self.bus, self.database, self.memory = self.home.bus, self.home.database, self.home.memory
        self.speech = self.home.speech
        self.features = features(self.home, "services", "tables", "home services", "robot")
        await self.database.open()
        self.events: list[object] = []
        self.bus.listen(self.events.append)
        self.path = self.folder / "core.sock"
        await self.bus.open(self.path)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.bus.close()
        await self.features.stop()
        await self.database.close()

    async def until(self, kind: type, **fields: Any) -> Any:
        """The first event of this kind and fields, come or to come."""
        came = asyncio.Event()

        def matching() -> object:
            return next(
                (
                    event
                    for event in self.events
                    if isinstance(event, kind)
                    and all(getattr(event, name) == value for name, value in fields.items())
                ),
                None,
            )

        def look(_: object) -> None:
            if matching() is not None:
                came.set()

        self.bus.listen(look)
        look(None)
        try:
            async with asyncio.timeout(60):
                await came.wait()
        finally:
            self.bus.unlisten(look)
        return matching()


@dataclass
class Host:
    """`python -m skills.host` as a process, asked over HTTP as Rasa asks it."""

    core: Core
    site: Path | None = None
    port: int = field(default_factory=free_port)
    token: str = TOKEN
    environment: Mapping[str, str] = field(default_factory=dict)
    """Beside or instead of what it needs."""

    async def __aenter__(self) -> Host:
        environment = {
            **os.environ,
            "ANBAN_SOCKET": str(self.core.path),
            "ANBAN_HOME": str(self.core.folder),
            "ANBAN_SKILLS_PORT": str(self.port),
            "ANBAN_SKILLS_TOKEN": self.token,
            "PYTHONPATH": str(self.site or ""),
            **self.environment,
        }
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "skills.host"),
            cwd=ROOT,
            env=environment,
            stderr=asyncio.subprocess.PIPE,
        )
        self._http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def ready(self) -> Ready:
        came = asyncio.ensure_future(self.core.until(Ready, name="skills"))
        ended = asyncio.ensure_future(self.process.wait())
        await asyncio.wait({came, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not came.done():
            came.cancel()
            raise AssertionError(await self.said())
        ended.cancel()
        ready = came.result()
        assert isinstance(ready, Ready)
        return ready

    async def said(self) -> str:
        """All of standard error, once the process has ended."""
        assert self.process.stderr is not None
        return (await self.process.stderr.read()).decode()

    async def post(self, path: str, **arguments: Any) -> httpx.Response:
        return await self._http.post(path, **arguments)

    async def act(self, action: str, text: str = "…", **more: Any) -> dict[str, Any]:
        """One request of the action-server protocol; {"events", "text"}."""
        answer = await self.post("/webhook", json=payload(action, text, **more))
        assert answer.status_code == httpx.codes.OK, answer.text
        content = answer.json()
        text_said = " ".join(response["text"] for response in content["responses"])
        return {"events": content["events"], "text": text_said}


def payload(
    action: str,
    text: str,
    *,
    lang: str = "zh",
    intent: str = "nlu_fallback",
    slots: Mapping[str, Any] | None = None,
    form: str = "",
    at: datetime | None = None,
) -> dict[str, Any]:
    """What Rasa 3.6 sends, with the selective domain; `at` comes from our own channel."""
    beside = {"lang": lang} | ({"at": at.timestamp()} if at is not None else {})
    message = {
        "text": text,
        "intent": {"name": intent, "confidence": 0.9},
        "entities": [],
    }
    return {
        "next_action": action,
        "sender_id": "test",
        "version": "3.6.21",
        "tracker": {
            "sender_id": "test",
            "slots": {"requested_slot": None, **(slots or {})},
            "latest_message": message,
            "events": [{"event": "user", "text": text, "metadata": beside}],
            "paused": False,
            "followup_action": None,
            "active_loop": {"name": form} if form else {},
            "latest_action_name": "action_listen",
        },
    }
