"""`anban drill`: leads through a drill with the Anban that runs, on the terminal.

First a cry for help from each room, which is answered and calls nobody; then a call and a message
to each contact, named a drill.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from typing import Final

from rich.console import Console
from rich.markup import escape

from assistant.channels import CENTRE_ADDRESS
from assistant.commands.selftest import table_of
from assistant.commands.told import told
from assistant.commands.words import words_of
from assistant.drill.mode import LEASE_SECONDS
from assistant.events import DrillCryHeard, DrillEnded, new_id
from assistant.people.contacts import People
from assistant.runtime.home_folder import socket_path
from assistant.runtime.link import Link, LinkError
from assistant.services import BeginDrill, DrillContact, EndDrill, NameRoom, StayInDrill
from assistant.services.errors import ServiceError
from assistant.services.findings import CheckResult, Verdict
from assistant.settings import home_folder, load, settings_file

ROOM_SECONDS: Final = 120.0
"""To walk there and cry; then it counts as not heard."""
WINDOW_SECONDS: Final = 60.0
CALL_SECONDS: Final = 1_800.0
"""For all ways to one person: each rings, and repeats its message."""
STAY_SECONDS: Final = LEASE_SECONDS / 4
_GIVEN_UP: Final = object()
"""Enter was pressed: the cry was not heard."""


class _RealError(RuntimeError):
    """Something real ended the drill, or Anban went away."""


async def lead(rooms: list[str], *, with_rooms: bool, with_calls: bool, is_sure: bool) -> int:
    """Lead through it; 1 if somebody or some room was not reached.

    Raises:
        LinkError: no Anban runs here.
        ServiceError: it is no moment for a drill, with the reason.
    """
    console = Console()
    home = home_folder()
    places = rooms or _rooms(console, load(settings_file(home)).emergency.pendants, is_sure=is_sure)
    findings: list[CheckResult] = []
    wants = (DrillCryHeard, DrillEnded)
    async with Link("drill", wants, socket_path(home)) as link:
        drill_id = new_id()
        try:
            if with_rooms and not places:
                console.print(told("No room was named, so no cry is tried: anban drill ROOM…"))
            elif with_rooms:
                drill_id = await link.request(BeginDrill())
                try:
                    async with _staying(link) as news:
                        findings += await _cries(console, link, news, places)
                finally:  # also at Ctrl-C
                    with contextlib.suppress(ServiceError, LinkError, TimeoutError):
                        await link.request(EndDrill())
            if with_calls:
                findings += await _calls(console, link, drill_id, is_sure=is_sure)
        except _RealError:
            real = "[red]Something real ended the drill: a second cry, a pendant, a sensor.[/]"
            console.print(told(real))
            return 1
    if findings:
        console.print(table_of(findings, "the drill"))
    return 0 if findings and all(finding.is_well for finding in findings) else 1


def _rooms(console: Console, pendants: dict[str, str], *, is_sure: bool) -> list[str]:
    known = list(dict.fromkeys(filter(None, pendants.values())))
    if is_sure or not sys.stdin.isatty():
        return known
    console.print(told("Rooms to cry from, with commas between"), end="")
    console.print(told(f" (Enter: {escape(', '.join(known))})") if known else "", end=": ")
    said = sys.stdin.readline().replace("，", ",").replace("、", ",")
    return [room for part in said.split(",") if (room := part.strip())] or known


@contextlib.asynccontextmanager
async def _staying(link: Link) -> AsyncIterator[asyncio.Queue[object]]:
    """The drill goes on as long as the block: should this program die, it ends by itself.

    Yields what the drill tells; None if Anban went away.
    """
    news: asyncio.Queue[object] = asyncio.Queue()

    async def listen() -> None:
        async for event in link:
            news.put_nowait(event)
        news.put_nowait(None)

    async def stay() -> None:
        with contextlib.suppress(ServiceError):  # it is over
            while True:
                await asyncio.sleep(STAY_SECONDS)
                await link.request(StayInDrill())

    tasks = [asyncio.create_task(stay()), asyncio.create_task(listen())]
    try:
        yield news
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _cries(
    console: Console, link: Link, news: asyncio.Queue[object], rooms: list[str]
) -> list[CheckResult]:
    begins = (
        "A drill begins: cries are answered and call nobody. "
        "[bold]A second cry after the answer is a real one[/], and so is a pendant.\n"
    )
    console.print(told(begins))
    findings: list[CheckResult] = []
    for room in rooms:
        try:
            with console.status(told("a second cry would still be a real one; please wait")):
                await link.request(NameRoom(room), WINDOW_SECONDS)
        except ServiceError as error:
            await asyncio.sleep(0)  # what ended the drill was told before the answer
            if news.empty():
                raise
            raise _RealError from error
        go = (
            f"[bold]{escape(room)}[/]: go there and cry for help, once "
            f"(at most {ROOM_SECONDS:.0f} s; Enter: it was not heard)"
        )
        console.print(told(go))
        heard = await _wait_cry(news)
        verdict = Verdict.BROKEN if heard is None else Verdict.WELL
        detail = "no cry was heard from there" if heard is None else f"heard: {heard.phrase}"
        findings.append(CheckResult("room", verdict, detail, room))
        console.print(f"   {escape(told(detail))}\n")
    return findings


async def _wait_cry(news: asyncio.Queue[object]) -> DrillCryHeard | None:
    """The next cry; None if none came in time, or Enter was pressed."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        sys.stdin.readline()
        news.put_nowait(_GIVEN_UP)

    if sys.stdin.isatty():
        loop.add_reader(sys.stdin, read)
    try:
        async with asyncio.timeout(ROOM_SECONDS):
            event = await news.get()
    except TimeoutError:
        return None
    finally:
        if sys.stdin.isatty():
            loop.remove_reader(sys.stdin)
    if event is _GIVEN_UP:
        return None
    if isinstance(event, DrillCryHeard):
        return event
    raise _RealError


async def _calls(
    console: Console, link: Link, drill_id: str, *, is_sure: bool
) -> list[CheckResult]:
    people = People(home_folder())
    people.read()
    if not people.all:
        detail = "nobody to call: anban contacts add NAME ADDRESS"
        return [CheckResult("contact", Verdict.BROKEN, detail)]
    names = words_of()("and").join(contact.name for contact in people.all)
    console.print(told(f"Now a call and a message, named a drill, to: {escape(names)}."))
    if any(CENTRE_ADDRESS in contact.channels for contact in people.all):
        centre = "The alarm centre gets a heartbeat only: agree a test alarm with it."
        console.print(told(centre))
    if not is_sure and not _agrees(console):
        return []
    findings: list[CheckResult] = []
    for contact in people.all:
        with console.status(told(f"{contact.name}: please press 1 there")):
            try:
                answer = await link.request(
                    DrillContact(contact.contact_id, drill_id), CALL_SECONDS
                )
            except ServiceError as error:
                if not findings:
                    raise  # nothing was tried, so nothing is broken
                refused = CheckResult("contact", Verdict.POOR, str(error), contact.name)
                return [*findings, refused]
        for finding in answer:
            findings.append(finding)
            console.print(f"   {escape(finding.subject)}: {escape(told(finding.detail))}")
    return findings


def _agrees(console: Console) -> bool:
    if not sys.stdin.isatty():
        console.print(told("Not asked for here: say --yes to call them."))
        return False
    console.print(told("Go on? [y/N] "), end="", markup=False)
    return sys.stdin.readline().strip().lower() in {"y", "yes", "是", "好"}
