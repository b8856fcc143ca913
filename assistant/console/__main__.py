"""The page's child: `python -m assistant.console` serves the address of the settings."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import uvicorn

from assistant.channels.acknowledge import KEY_FILE, Acknowledger, load_secret
from assistant.console.connection import serving
from assistant.console.web import Door, application
from assistant.events import Ready, Shutdown
from assistant.pendants import PendantDoor
from assistant.pendants.webhook_in import TOKEN_VARIABLE
from assistant.runtime.child import follow_core, run_child
from assistant.runtime.link import Link
from assistant.settings import ConsoleSettings

NAME: Final = "console"
HEAD_BYTES: Final = 16_384
CERTIFICATE_SECONDS: Final = 600.0
"""How often a renewed certificate is looked for: they last 90 days and less."""

log = logging.getLogger(__name__)


class ConsoleError(RuntimeError):
    """The page cannot be served; the message says what to do."""


async def run() -> None:
    """Serve until the core goes or says so.

    Raises:
        ConsoleError: the address or the certificate of the settings cannot be used.
        LinkError: no core listens.
    """
    async with Link(NAME, (Shutdown,)) as link:
        state = await link.home_state()
        logging.getLogger().setLevel(state.settings.log_level.upper())
        wanted = state.settings.console
        door = Door(link, _acknowledger(state.home, wanted), _pendants())
        async with _serving(door, wanted) as config:
            ready = Ready(NAME, f"serves {wanted.listen}")
            await follow_core(
                link,
                lambda _: None,
                _renew_certificate(config, wanted),
                tell_ready=lambda: link.send(ready),
            )


def _acknowledger(home: Path, wanted: ConsoleSettings) -> Acknowledger | None:
    if not wanted.url:
        return None
    try:
        return Acknowledger(load_secret(home / KEY_FILE))
    except OSError as error:
        raise ConsoleError(f"{home / KEY_FILE} cannot be read: {error.strerror}") from error


def _pendants() -> PendantDoor | None:
    token = os.environ.get(TOKEN_VARIABLE, "")
    if not token:
        return None
    try:
        return PendantDoor(token)
    except ValueError as error:
        # The family's page is served all the same.
        log.error("pendants cannot report: [emergency] pendant_token of anban.toml: %s", error)
        return None


@contextlib.asynccontextmanager
async def _serving(door: Door, wanted: ConsoleSettings) -> AsyncIterator[uvicorn.Config]:
    config = _config(door, wanted)
    with _listener(wanted.listen) as listener:
        async with serving(config, listener):
            yield config


def _config(door: Door, wanted: ConsoleSettings) -> uvicorn.Config:
    config = uvicorn.Config(
        application(door),
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_level="error",  # what is no request is no news on an open port
        access_log=False,  # links are in the paths
        h11_max_incomplete_event_size=HEAD_BYTES,
        forwarded_allow_ips="127.0.0.1,::1",
        ssl_certfile=wanted.certificate or None,
        ssl_keyfile=wanted.key or None,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise ConsoleError(f"[console] certificate or key of anban.toml: {error}") from error
    return config


async def _renew_certificate(config: uvicorn.Config, wanted: ConsoleSettings) -> None:
    """A certificate that was renewed is used from the next connection on."""
    before = _stamp(wanted.certificate)
    while True:
        await asyncio.sleep(CERTIFICATE_SECONDS)
        now = _stamp(wanted.certificate)
        if config.ssl is None or now == before:
            continue
        try:
            config.ssl.load_cert_chain(wanted.certificate, wanted.key or None)
        except (OSError, ssl.SSLError) as error:
            log.error("the renewed certificate cannot be used yet: %s", error)
        else:
            before = now


def _stamp(path: str) -> float:
    try:
        return Path(path).stat().st_mtime if path else 0.0
    except OSError:
        return 0.0


def _listener(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family, backlog=128)
    except (OSError, OverflowError, ValueError) as error:
        raise ConsoleError(
            f"[console] listen = {listen!r} of anban.toml cannot be used: {error}; "
            "write it like 0.0.0.0:8095"
        ) from error


def main() -> None:
    """Run the child; a hopeless error is one line and status 1."""
    sys.exit(run_child("console", run(), ConsoleError))


if __name__ == "__main__":
    main()
