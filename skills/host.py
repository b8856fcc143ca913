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
from collections.abc import AsyncIterator
from functools import partial
from typing import Final, NoReturn

import uvicorn
from starlette.applications import Starlette

from assistant.events import ElderAnswered, LanguageChanged, Ready, Shutdown, SkillsLoaded
from assistant.language import warm
from assistant.runtime.child import end_at_once, follow_core, run_child
from assistant.runtime.link import Link
from assistant.runtime.tasks import Tasks
from assistant.services import GetSkillSettings, OpenTables
from assistant.services.errors import ServiceError
from skills.actions import Skills
from skills.loading import Loaded, declared, load_skills
from skills.outside import HostOutside
from skills.settings import fit
from skills.web import application

log = logging.getLogger(__name__)

PORT_VARIABLE: Final = "ANBAN_SKILLS_PORT"
TOKEN_VARIABLE: Final = "ANBAN_SKILLS_TOKEN"  # noqa: S105  (a name, no secret)
ACTION_SHARE: Final = 0.75
"""Of the answer's deadline: Rasa and the way back need the rest."""
_WATCH_SECONDS: Final = 1.0


class HostError(RuntimeError):
    """The host cannot work; the message says what to do."""


async def run() -> None:
    """Serve until the core goes or says so.

    Raises:
        HostError: the environment is incomplete, the port is taken, or a skill hangs for good.
        LinkError: no core listens.
    """
    listener, token = _listener(), os.environ.get(TOKEN_VARIABLE, "")
    if not token:
        raise HostError(f"{TOKEN_VARIABLE} is not set; the skill host is started by `anban run`")
    loaded, broken = load_skills()
    warm()
    reactions = {kind for item in loaded for kind, _ in item.skill.reactions}
    wants = {ElderAnswered, LanguageChanged, Shutdown, *reactions}
    async with Link("skills", tuple(wants)) as link:
        names = tuple(item.skill.name for item in loaded)
        ours = tuple(item.skill.name for item in loaded if item.is_ours)
        await _open_tables(link, loaded)
        left_out = {item.name: item.reason for item in broken}
        sections = await link.request(GetSkillSettings())
        fitted = fit(declared(loaded), sections, left_out)
        link.send(SkillsLoaded(names, ours, left_out, dict(fitted.problems)))
        state = await link.home_state()
        outside = HostOutside(link, state, loaded)
        deadline = ACTION_SHARE * state.settings.dialogue.answer_deadline_seconds
        skills = Skills(loaded, outside, deadline, fitted.by_skill)
        async with _serving(application(skills, token), listener):
            without = "".join(f", without {name}" for name in left_out)
            link.send(Ready("skills", f"{', '.join(names)}{without}"))
            under_way = Tasks("a skill's reaction")
            take = partial(_take, outside, skills, under_way)
            await follow_core(link, take, _watch(skills))


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


async def _watch(skills: Skills) -> None:
    while True:
        await asyncio.sleep(_WATCH_SECONDS)
        if stuck := skills.stuck():
            # A thread cannot be ended from outside; the supervisor starts a clean process.
            raise HostError(f"the skill {', '.join(stuck)} hangs; all skills begin anew")


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
    end_at_once(run_child("skills", run(), HostError))


if __name__ == "__main__":
    main()
