"""A German home in one process: its core alone, as when every child is down."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from assistant.core import Core, CoreOptions, running
from assistant.events import CryForHelpHeard, Heard, Say, StopRobot
from assistant.language import Replies, language
from assistant.settings import LANGUAGES, Settings

_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Told:
    """What came of a sentence."""

    cries: tuple[str, ...]
    """The reason of each cry for help."""
    said: tuple[str, ...]


def typed(text: str) -> Told:
    """Type a sentence and wait for its answer."""
    return asyncio.run(_typed(text))


def heard(text: str) -> Told:
    """Let the ear hear a sentence, and wait for the first words that are said to it."""
    return asyncio.run(_heard(text))


def stops_at(text: str) -> bool:
    """Whether the robot is told to stand still as soon as the ear heard so much."""
    return asyncio.run(_stops_at(text))


async def _typed(text: str) -> Told:
    with tempfile.TemporaryDirectory() as folder:
        async with running(_options(folder)) as core:
            cries = _cries(core)
            async with asyncio.timeout(_PATIENCE_SECONDS):
                turn = await core.conversation.turns.take(text)
            return Told(tuple(cries), (turn.reply,))


async def _heard(text: str) -> Told:
    with tempfile.TemporaryDirectory() as folder:
        async with running(_options(folder)) as core:
            cries, said = _cries(core), asyncio.Queue[str]()
            core.bus.subscribe(Say, lambda say: said.put_nowait(say.text))
            whole = Heard("u1", text, "de", is_final=True, addressed=True, confidence=0.9)
            core.bus.publish(whole)
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return Told(tuple(cries), (await said.get(),))


async def _stops_at(text: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        async with running(_options(folder)) as core:
            stopped: list[StopRobot] = []
            core.bus.subscribe(StopRobot, stopped.append)
            core.bus.publish(Heard("u1", text, "de", is_final=False, addressed=False))
            return bool(stopped)


def _options(folder: str) -> CoreOptions:
    home = Path(folder)
    settings = Settings(language="de")
    return CoreOptions(home, settings, home / "cache", capabilities=frozenset())


def _cries(core: Core) -> list[str]:
    cries: list[str] = []
    core.bus.subscribe(CryForHelpHeard, lambda cry: cries.append(cry.reason))
    return cries


# ------------------------------------------------------------------ what a test asks beside that


def languages() -> tuple[str, ...]:
    """List the languages of the settings."""
    return LANGUAGES


def rendered(folder: Path, key: str, **slots: str) -> str:
    """Word a reply in German."""
    return Replies.load(folder).render(key, "de", **slots)


def spoken(what: str, *given: object) -> str:
    """Say something as `Spoken` does."""
    return str(getattr(language("de").spoken, what)(*given))
