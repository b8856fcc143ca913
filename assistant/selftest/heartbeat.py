"""A sign of life to the outside, so that a dead home is noticed there: to a URL, to a centre.

It is sent while core, ear and mouth really live.  Where one of them does not, that is told instead
(`URL/fail`, as healthchecks.io and its kin take it); a home that is off sends nothing, and the
silence is the message.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import requests

from assistant.channels import AddressError, Channel, ChannelError, web_url
from assistant.channels.deadline import in_thread
from assistant.channels.server import server_of
from assistant.services.findings import CheckResult, found
from assistant.settings import SelfTestSettings

log = logging.getLogger(__name__)

START_SECONDS: Final = 180.0
"""How long after the start ear and mouth may take: a small board loads a large model."""
GRACE_SECONDS: Final = 60.0
"""How long a child may be gone that is started again: that is no fault."""
LOOK_SECONDS: Final = 1.0
SECONDS_A_MINUTE: Final = 60.0
CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 10.0
DEADLINE_SECONDS: Final = 20.0
CENTRE_SECONDS: Final = 240.0
"""How long a sign to the centre may take: it may ask to hold, several times, and each route has
deadlines of its own."""
FIRST_PAUSE_SECONDS: Final = 15.0
"""The pause after a sign that did not arrive; doubled up to the usual time between two."""

Send = Callable[[dict[str, str]], Awaitable[None]]
"""Sends what does not live, by part; raises ChannelError."""


class Heartbeat:
    """Both signs of life of one home: to a URL and to a centre."""

    def __init__(
        self,
        settings: SelfTestSettings,
        problems: Callable[[], dict[str, str]],
        centre: Callable[[], Channel],
    ) -> None:
        """`problems` gives, by part, what does not live now; `centre` opens the alarm centre."""
        self._problems = problems
        self._centre = centre
        self._url = ""
        self.server = ""
        self._beats: list[_Beat] = []
        self._refused = ""
        if settings.heartbeat_url:
            try:
                self._url = web_url(settings.heartbeat_url)
            except AddressError as error:
                self._refused = f"[selftest] heartbeat_url: {error}"
                log.error("%s", self._refused)
            else:
                self.server = server_of(self._url)
                minutes = settings.heartbeat_minutes
                self._beats.append(_Beat("web", minutes, self._to_url, problems))
        if settings.centre_minutes:
            beat = _Beat("alarm centre", settings.centre_minutes, self._to_centre, problems)
            self._beats.append(beat)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Beat from now on."""
        self._tasks = [asyncio.create_task(beat.run()) for beat in self._beats]

    async def stop(self) -> None:
        """Beat no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def findings(self) -> list[CheckResult]:
        """Say whether each sign arrives; nothing if none is wanted."""
        refused = [found("heartbeat", is_well=False, detail=self._refused, subject="web")]
        return [beat.finding() for beat in self._beats] + (refused if self._refused else [])

    async def _to_url(self, problems: dict[str, str]) -> None:
        try:
            status = await in_thread(lambda: _ask(self._url, problems), DEADLINE_SECONDS)
        except TimeoutError as error:
            raise ChannelError("no answer in time") from error
        except (OSError, ValueError) as error:  # without its words: the address is a secret
            raise ChannelError(f"not reached ({type(error).__name__})") from None
        if not 200 <= status < 300:
            raise ChannelError(f"HTTP {status}")

    async def _to_centre(self, problems: dict[str, str]) -> None:
        if problems:  # SCAIP knows no other heartbeat: its silence tells
            raise ChannelError("not sent: " + _listed(problems))
        try:
            async with asyncio.timeout(CENTRE_SECONDS):
                health = await self._centre().check()
        except TimeoutError as error:
            raise ChannelError("no answer in time") from error
        except AddressError as error:
            raise ChannelError(str(error)) from error
        if not health.is_well:
            raise ChannelError(health.detail)


class _Beat:
    """One sign of life, in its rhythm."""

    def __init__(
        self, name: str, minutes: float, send: Send, problems: Callable[[], dict[str, str]]
    ) -> None:
        self._name, self._minutes = name, minutes
        self._seconds = minutes * SECONDS_A_MINUTE
        self._send, self._problems = send, problems
        self._failures = 0
        self._problem = ""

    async def run(self) -> None:
        """Send again and again, until cancelled."""
        grace = START_SECONDS
        while True:
            await self._until_well(grace)
            grace = GRACE_SECONDS
            await asyncio.sleep(await self._beat())

    async def _beat(self) -> float:
        """Send one; gives the pause until the next."""
        try:
            await self._send(self._problems())
        except ChannelError as error:
            problem = str(error)
        except Exception as error:  # a sign of life may not end for a fault of its own
            log.exception("a sign of life failed")
            problem = type(error).__name__
        else:
            self._failures, self._problem = 0, ""
            return self._seconds
        self._failures += 1
        if problem != self._problem:
            log.warning("the sign of life (%s) did not arrive: %s", self._name, problem)
        self._problem = problem
        # A long time without a sign doubles no further: 2.0 ** 2000 is no number.
        return min(FIRST_PAUSE_SECONDS * 2.0 ** min(self._failures - 1, 16), self._seconds)

    def finding(self) -> CheckResult:
        """Say whether the last sign arrived."""
        if self._problem:
            detail = f"{self._failures} did not arrive: {self._problem}"
            return found("heartbeat", is_well=False, detail=detail, subject=self._name)
        detail = f"every {self._minutes:g} minutes"
        return found("heartbeat", is_well=True, detail=detail, subject=self._name)

    async def _until_well(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while self._problems() and loop.time() < until:  # noqa: ASYNC110  (three things at once)
            await asyncio.sleep(LOOK_SECONDS)


def _ask(url: str, problems: dict[str, str]) -> int:
    with requests.Session() as session:
        session.trust_env = False  # no proxy or password of the environment
        with session.request(
            "POST" if problems else "GET",
            _failing(url) if problems else url,
            data=_listed(problems).encode("utf-8", "replace") or None,
            headers={"User-Agent": "Anban"},
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as answer:
            return answer.status_code


def _failing(url: str) -> str:
    """Make `URL/fail`, with its query left as it is."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/fail"))


def _listed(problems: dict[str, str]) -> str:
    return "; ".join(f"{part}: {problem}" for part, problem in problems.items())
