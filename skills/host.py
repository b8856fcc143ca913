"""The child that runs the skills: `python -m skills.host`.

From the environment: ANBAN_SOCKET (the core), ANBAN_SKILLS_PORT (on loopback) and
ANBAN_SKILLS_TOKEN (asked of every request).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import time
from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import Final, NoReturn

import uvicorn
from starlette.applications import Starlette

from assistant.dialogue.sources import SkillFolder, installed_skills, usable
from assistant.events import ElderAnswered, LanguageChanged, Ready, Shutdown, SkillsLoaded
from assistant.language import warm
from assistant.runtime.child import end_at_once, follow_core, run_child
from assistant.runtime.home_folder import run_folder
from assistant.runtime.link import Link
from assistant.runtime.tasks import Tasks
from assistant.services import GetSkillSettings, OpenTables
from assistant.services.errors import ServiceError
from assistant.settings import home_folder
from skills.actions import Skills
from skills.growth import limit_memory
from skills.guarding import LOOK_SECONDS, AnewError, Guard
from skills.loading import Loaded, declared, load_skills
from skills.marks import Marks, left_behind
from skills.outside import HostOutside
from skills.settings import fit
from skills.standing import Standings, Why
from skills.web import application
from skills.worker import Worker

log = logging.getLogger(__name__)

PORT_VARIABLE: Final = "ANBAN_SKILLS_PORT"
TOKEN_VARIABLE: Final = "ANBAN_SKILLS_TOKEN"  # noqa: S105  (a name, no secret)
ACTION_SHARE: Final = 0.75
"""Of the answer's deadline: Rasa and the way back need the rest."""
_MARKS: Final = "skills.marks"


class HostError(RuntimeError):
    """The host cannot work; the message says what to do."""


async def run() -> None:
    """Serve until the core goes or says so.

    Raises:
        HostError: the environment is incomplete, or the port is taken.
        AnewError: a skill hangs or grows, or was switched on or off.
        LinkError: no core listens.
    """
    listener, token = _listener(), os.environ.get(TOKEN_VARIABLE, "")
    if not token:
        raise HostError(f"{TOKEN_VARIABLE} is not set; the skill host is started by `anban run`")
    installed = installed_skills()
    standings, marks = _standings(installed)
    off = standings.off()
    loaded, broken = load_skills(off=off, marks=marks)
    off_folders = tuple(skill for skill in installed if skill.name in off)
    warm()
    limit_memory()
    reactions = {kind for item in loaded for kind, _ in item.skill.reactions}
    wants = {ElderAnswered, LanguageChanged, Shutdown, *reactions}
    async with Link("skills", tuple(wants)) as link:
        kept, _ = usable(off_folders)
        # One that is switched off is understood all the same: it is answered for.
        names = tuple(item.skill.name for item in loaded) + tuple(skill.name for skill in kept)
        ours = tuple(item.skill.name for item in loaded if item.is_ours)
        ours += tuple(skill.name for skill in kept if skill.is_ours)
        await _open_tables(link, loaded)
        left_out = {item.name: item.reason for item in broken}
        sections = await link.request(GetSkillSettings())
        fitted = fit(declared(loaded), sections, {*left_out, *off})
        switched_off = {skill.name: str(off[skill.name]) for skill in off_folders}
        link.send(SkillsLoaded(names, ours, left_out, dict(fitted.problems), switched_off))
        state = await link.home_state()
        outside = HostOutside(link, state, loaded)
        deadline = ACTION_SHARE * state.settings.dialogue.answer_deadline_seconds
        skills = Skills(
            loaded,
            outside,
            deadline,
            fitted.by_skill,
            new_worker=lambda name: Worker(name, marks.of(name)),
            off=kept,
        )
        guard = Guard(standings, skills.workers)
        skills.memory_refused = partial(guard.note, fault=Why.GROWS)
        async with _serving(application(skills, token), listener):
            without = [item.name for item in broken] + sorted(switched_off)
            told = ", ".join(item.skill.name for item in loaded)
            told += "".join(f", without {name}" for name in without)
            ready = Ready("skills", told)
            under_way = Tasks("a skill's reaction")
            take = partial(_take, outside, skills, under_way)
            try:
                await follow_core(link, take, _watch(guard), tell_ready=lambda: link.send(ready))
            except AnewError:
                marks.clear()  # who is to blame is noted
                raise
            marks.clear()


async def _open_tables(link: Link, loaded: tuple[Loaded, ...]) -> None:
    """Hand the core each skill's migrations, before any of them can ask for its tables."""
    for item in loaded:
        if item.migrations:
            name = item.skill.name
            try:
                await link.request(OpenTables(name, tuple(item.migrations)))
            except ServiceError as error:  # told again to the skill, whenever it asks
                log.error("the skill %s is without its tables: %s", name, error)


def _take(outside: HostOutside, skills: Skills, reactions: Tasks, event: object) -> None:
    if isinstance(event, LanguageChanged):
        outside.lang = event.lang
    if isinstance(event, ElderAnswered):
        outside.answered(event)
    for reaction in skills.react(event):
        reactions.spawn(reaction)


async def _watch(guard: Guard) -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        guard.look()


def _standings(installed: Iterable[SkillFolder]) -> tuple[Standings, Marks]:
    """Note who took the last host down, and begin to mark who runs now.

    Raises:
        HostError: no folder takes a file, neither on the disk nor in memory.
    """
    home = home_folder()
    standings, place = Standings(home), run_folder(home) / _MARKS
    try:
        for name in left_behind(place):
            standing = standings.note(name, Why.CRASHES, time.time())
            log.error("the skill %s took the host down (%d)", name, len(standing.faults))
        return standings, Marks(place, (skill.name for skill in installed))
    except OSError as error:
        raise HostError(f"{place} cannot be written: {error.strerror}") from error


@contextlib.asynccontextmanager
async def _serving(app: Starlette, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
            if task.done():
                raise HostError("the skill host's web server ended at once") from task.exception()
        yield
    finally:
        server.should_exit = True
        server.force_exit = True
        await asyncio.gather(task, return_exceptions=True)


def _listener() -> socket.socket:
    port = os.environ.get(PORT_VARIABLE, "")
    if not port.isdecimal() or int(port) > 65535:
        raise HostError(f"{PORT_VARIABLE} must be a port; the skill host is started by `anban run`")
    try:
        return socket.create_server(("127.0.0.1", int(port)))
    except OSError as error:
        raise HostError(f"port {port} cannot be used: {error.strerror}") from error


def main() -> NoReturn:
    """Run the child; a hopeless error is one line on stderr and status 1."""
    for noisy in ("rasa_sdk", "httpx"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    end_at_once(run_child("skills", run(), HostError, AnewError))


if __name__ == "__main__":
    main()
