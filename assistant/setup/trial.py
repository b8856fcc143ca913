"""A test message to one person, with a page whose button they press.

The page is the real one, served by this process at the settings' own address: so what is tried is
the way that an alarm goes.  No alarm is raised, and nothing is written down.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.channels import Channel, Ended, Kind, Message, try_once
from assistant.channels.acknowledge import KEY_FILE, TEST_PREFIX, Acknowledger, load_secret
from assistant.console.connection import serving
from assistant.console.web import Door, NotRunningError, application
from assistant.events import new_id
from assistant.people.contact import Contact
from assistant.services import (
    AlarmFacts,
    DeclineByLink,
    LinkView,
    Request,
    Stage,
    TakeByLink,
)
from assistant.settings import ConsoleSettings
from assistant.setup.words import SetupWords

_HEAD_BYTES: Final = 16_384
_SHOWN_SECONDS: Final = 15.0
"""How long a telephone may take to load the thanks after its button, on the slowest of networks."""


class _Answers:
    """Stands where the core is: answers for one link, which leads to no alarm.

    A link of an alarm that is open may come here, too: whoever pressed it would believe to
    have taken it on, and nobody would know.  They are told that Anban does not run.
    """

    def __init__(self, view: LinkView, token: str) -> None:
        self._view, self._token = view, token
        self.pressed = asyncio.Event()
        self.shown = asyncio.Event()
        """Set once the thanks were sent: what is not whole by then would be cut off."""

    def serve(self, page: ASGIApp) -> ASGIApp:
        """Serve the page, and note when it has said thanks."""

        async def served(scope: Scope, receive: Receive, send: Send) -> None:
            await page(scope, receive, send)
            is_look = scope.get("method") == "GET" and scope["path"].endswith(self._token)
            if self.pressed.is_set() and is_look:
                self.shown.set()

        return served

    @property
    def has_declined(self) -> bool:
        """Whether the button was that they cannot come."""
        return self._view.has_declined

    async def request(self, request: Request[Any], deadline_seconds: float = 5.0) -> Any:
        """Answer a button or a look; raises NotRunningError for any other link."""
        if getattr(request, "token", "") != self._token:
            raise NotRunningError("Anban does not run now")
        match request:
            case TakeByLink():
                self._view = replace(self._view, stage=Stage.MINE, has_declined=False)
                self.pressed.set()
            case DeclineByLink():
                self._view = replace(self._view, stage=Stage.OPEN, has_declined=True)
                self.pressed.set()
        return self._view


@dataclass(frozen=True, slots=True)
class Trial:
    """A test message that can be sent, and its button."""

    contact: Contact
    elder: str
    """What the elder is called; empty: not known."""
    words: SetupWords
    """In the contact's language."""
    link: str
    """What the message leads to; empty: it has no link."""
    _answers: _Answers

    @property
    def has_declined(self) -> bool:
        """Whether the button was that they cannot come."""
        return self._answers.has_declined

    async def pressed(self) -> None:
        """Wait until a button is pressed, and its answer was most likely read from here."""
        await self._answers.pressed.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SHOWN_SECONDS):
                await self._answers.shown.wait()

    async def send(self, channel: Channel) -> Ended:
        """Send it over one channel; never raises for what the world does."""
        message_id = new_id()
        elder = self.elder or self.words("the_elder")
        key = "trial_text" if self.link else "trial_text_alone"
        message = Message(
            alarm_id=f"{TEST_PREFIX}{message_id}",
            attempt_id=message_id,
            contact=self.contact.name,
            headline=self.words("trial_headline", elder=elder),
            text=self.words(key, elder=elder, name=self.contact.name),
            lang=self.words.lang,
            reason="other",
            raised_at=time.time(),
            acknowledge_url=self.link or None,
            is_test=True,
        )
        return await try_once(channel, message)


def can_be_tried(channel: Channel) -> bool:
    """Whether a test message goes over it; calls need the Anban that runs."""
    return channel.kind is Kind.MESSAGE


@contextlib.asynccontextmanager
async def trying(
    console: ConsoleSettings, folder: Path, contact: Contact, elder: str, lang: str
) -> AsyncIterator[Trial]:
    """Serve the page as long as the block; without one the message has no link."""
    words = SetupWords(contact.lang or lang)
    alarm_id = f"{TEST_PREFIX}{new_id()}"
    facts = AlarmFacts(elder=elder or words("the_elder"), is_test=True)
    view = LinkView(Stage.OPEN, words.lang, contact.name, facts=facts)
    listener, url = _open(console)
    if listener is None:
        yield Trial(contact, elder, words, "", _Answers(view, ""))
        return
    acknowledger = Acknowledger(await asyncio.to_thread(load_secret, folder / KEY_FILE))
    token = acknowledger.token(alarm_id, contact.contact_id, time.time())
    answers = _Answers(view, token)
    with listener:
        page = answers.serve(application(Door(answers, acknowledger, None)))
        async with serving(_config(page, console), listener):
            yield Trial(contact, elder, words, f"{url}/a/{token}", answers)


def _open(console: ConsoleSettings) -> tuple[socket.socket | None, str]:
    """Listen where the page does.

    If something listens there, it most likely is the Anban that runs: then at another port, if the
    telephones reach this machine without a proxy.  None: there is no page, or none can be served.
    """
    if not console.listen or not console.url:
        return None, ""
    host, _, port = console.listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    url = console.url.rstrip("/")
    with contextlib.suppress(OSError, OverflowError, ValueError):
        return socket.create_server((host, int(port)), family=family, backlog=16), url
    parts = urlsplit(url)
    if parts.scheme == "http" and str(parts.port) == port:
        with contextlib.suppress(OSError):
            listener = socket.create_server((host, 0), family=family, backlog=16)
            other = parts.netloc.rpartition(":")[0] + f":{listener.getsockname()[1]}"
            return listener, parts._replace(netloc=other).geturl()
    return None, ""


def _config(page: ASGIApp, console: ConsoleSettings) -> uvicorn.Config:
    config = uvicorn.Config(
        page,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,  # links are in the paths
        h11_max_incomplete_event_size=_HEAD_BYTES,
        forwarded_allow_ips="127.0.0.1,::1",
        ssl_certfile=console.certificate or None,
        ssl_keyfile=console.key or None,
    )
    config.load()
    return config
