"""`anban run`: the assistant itself, until it is told to end."""

from __future__ import annotations

import logging
import os
import sys

from assistant.commands.scratch import cache_folder
from assistant.core import ALL, Core, CoreOptions, run_until_told
from assistant.events import ChildDied, HearingLimited, MicrophoneLost, Ready, SpeakerLost
from assistant.settings import home_folder, load, settings_file

log = logging.getLogger("anban")


async def run_anban(lang: str | None) -> int:
    """Run until SIGTERM or SIGINT; the exit status.

    Raises:
        SettingsError: anban.toml is broken.
        AlreadyRunningError: another Anban runs on this home.
    """
    home = home_folder()
    settings = load(settings_file(home))
    level = "debug" if os.environ.get("ANBAN_DEBUG") else settings.log_level
    logging.basicConfig(
        level=level.upper(),
        stream=sys.stderr,
        format="%(asctime)s %(levelname)-7s %(name)s: %(message)s",
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every address it asks
    options = CoreOptions(
        home=home,
        settings=settings,
        cache=cache_folder(home),
        lang=lang,
        capabilities=ALL,
        progress=lambda text: log.info("%s", text),
    )
    await run_until_told(options, _report)
    log.info("Anban ended")
    return 0


def _report(core: Core) -> None:
    """Tell the log what works and what does not; never what was said."""
    log.info("Anban runs on %s, speaking %s", core.options.home, core.memory.lang)
    bus = core.bus
    bus.subscribe(Ready, lambda ready: log.info("%s is ready %s", ready.name, ready.detail))
    bus.subscribe(ChildDied, lambda died: log.warning("%s %s", died.name, died.reason))
    bus.subscribe(MicrophoneLost, lambda lost: log.error("no microphone: %s", lost.reason))
    bus.subscribe(HearingLimited, lambda limited: _tell_limited(core, limited.lang))
    bus.subscribe(SpeakerLost, lambda lost: log.error("no speaker: %s", lost.reason))


def _tell_limited(core: Core, lang: str) -> None:
    """Whoever set it up must know, and so must the elder who wonders why nobody listens."""
    log.warning(
        "only the tiny %s model is installed: it understands no people; run `anban models pull %s`",
        lang,
        lang,
    )
    core.speech.say(core.replies.render("no_speech_model", core.memory.lang))
