"""`anban run`: the assistant itself, until it is told to end."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from assistant.commands.greeting import Greeting
from assistant.commands.help_at_hand import needs, print_needs
from assistant.commands.words import Words
from assistant.core import ALL, Core, CoreOptions
from assistant.core.systemd import run_until_told
from assistant.demo.scratch import cache_folder
from assistant.events import ChildDied, HearingLimited, MicrophoneLost, Ready, SpeakerLost
from assistant.runtime import versions
from assistant.runtime.child import LOG_FORMAT
from assistant.runtime.home_folder import use_spare_temporary_folder
from assistant.runtime.quiet import begin_log
from assistant.services.findings import Verdict
from assistant.settings import ReadSettings, home_folder, read, settings_file

log = logging.getLogger("anban")


async def run_anban(lang: str | None) -> int:
    """Run until SIGTERM or SIGINT; the exit status.

    A mistake in anban.toml costs its own value; once it is mended, Anban begins anew by itself.

    Raises:
        AlreadyRunningError: another Anban runs on this home.
        OSError: neither the disk nor the machine's memory can be written.
    """
    home = home_folder()
    use_spare_temporary_folder(home)
    begin_log(LOG_FORMAT, logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every address it asks
    refused: Path | None = None
    while await _run_once(home, lang, refused):
        if versions.is_outdated(home):
            log.info("another version was chosen; this one makes room for it")
            versions.make_room(home, sys.argv[1:])
            refused = versions.chosen(home)
        else:
            log.info("the settings were mended; Anban begins anew with them")
    log.info("Anban ended")
    return 0


async def _run_once(home: Path, lang: str | None, refused: Path | None) -> bool:
    """Whether to run again: with settings that are mended now, or as another version.

    `refused`: the version that could not be started when this one made room for it.
    """
    known = read(settings_file(home))
    level = "debug" if os.environ.get("ANBAN_DEBUG") else known.settings.log_level
    logging.getLogger().setLevel(level.upper())
    options = CoreOptions(
        home=home,
        settings=known.settings,
        cache=cache_folder(home),
        lang=lang,
        capabilities=ALL,
        progress=_progress_in(known.settings.language),
        settings_problems=known.problems,
    )
    return await run_until_told(
        options,
        _report,
        lambda core: _is_outdated(home, known, core, refused),
    )


def _progress_in(lang: str) -> Callable[[str], None]:
    """Tell the log how far it is, and a person once why it takes minutes."""
    told: set[str] = set()

    def progress(text: str) -> None:
        log.info("%s", text)
        if sys.stdout.isatty() and text.startswith("learning") and not told:
            told.add(text)
            _show(Words(lang)("run_learns"))

    return progress


def _is_outdated(home: Path, known: ReadSettings, core: Core, refused: Path | None) -> bool:
    """Whether to begin anew: with settings that are mended, or as another version."""
    if versions.is_outdated(home) and versions.chosen(home) != refused:
        return True
    if not known.problems and not core.skill_problems:
        return False
    now = read(settings_file(home))
    is_other = now.settings.skills != known.settings.skills
    return now.problems != known.problems or (bool(core.skill_problems) and is_other)


async def _confirm_later(home: Path) -> None:
    """End the trial of a version that was chosen by `anban update`, once it has run for a time."""
    await asyncio.sleep(versions.TRIAL_SECONDS)
    try:
        await asyncio.to_thread(versions.confirm, home)
    except OSError as error:
        log.error("it cannot be written down that this version runs: %s", error)


def _report(core: Core) -> None:
    """Tell the log what works and what does not; never what was said."""
    log.info("Anban runs on %s, speaking %s", core.options.home, core.memory.lang)
    bus = core.bus
    bus.subscribe(Ready, lambda ready: log.info("%s is ready %s", ready.name, ready.detail))
    bus.subscribe(ChildDied, lambda died: log.warning("%s %s", died.name, died.reason))
    bus.subscribe(MicrophoneLost, lambda lost: log.error("no microphone: %s", lost.reason))
    bus.subscribe(HearingLimited, lambda limited: _tell_limited(core, limited.lang))
    bus.subscribe(SpeakerLost, lambda lost: log.error("no speaker: %s", lost.reason))
    core.home.starting.spawn(_confirm_later(core.options.home))
    if sys.stdout.isatty():
        _greet(core)


def _greet(core: Core) -> None:
    """Tell whoever started it by hand what there is to know, in the home's language."""
    core.home.starting.spawn(asyncio.to_thread(_tell_needs, core))  # nothing waits for it
    Greeting(core.bus, core.options.settings, lambda: core.memory.lang, _show)


def _tell_needs(core: Core) -> None:
    settings, words = core.options.settings, Words(core.memory.lang)
    found = needs(core.options.home, settings, words)
    if lacking := [need for need in found if need.verdict is Verdict.BROKEN]:
        print_needs(Console(), lacking, words)


def _show(line: str) -> None:
    """As it is: the terminal breaks it, so that a command in it can still be copied."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _tell_limited(core: Core, lang: str) -> None:
    """Whoever set it up must know, and so must the elder who wonders why nobody listens."""
    log.warning(
        "only the tiny %s model is installed: it understands no people; run `anban models pull %s`",
        lang,
        lang,
    )
    core.speech.say(core.home.replies.render("no_speech_model", core.memory.lang))
