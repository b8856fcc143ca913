"""Looks whether a server that a channel needs can be reached, and what time it is there.

Nothing is sent but the question for its front page, without any name or secret.
"""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import requests

from assistant.channels.api import ChannelError
from assistant.channels.deadline import in_thread

CONNECT_SECONDS: Final = 5.0
DEADLINE_SECONDS: Final = 15.0
_HOST: Final = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")


@dataclass(frozen=True, slots=True)
class ServerAnswer:
    """A server was there."""

    ahead_seconds: float | None
    """How far its clock is ahead of this machine's; None if it did not say."""


def server_of(url: str) -> str:
    """Give scheme, host and port of a web address; empty if it has none, or only a placeholder."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        host = parts.hostname or ""
    except ValueError:
        return ""
    host = f"[{host}]" if ":" in host else host
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        return ""
    return f"{parts.scheme}://{host}{port}"


async def look_at(server: str) -> ServerAnswer:
    """Ask a server, `https://host`, `http://host:port` or `smtp://host:port`.

    Raises:
        ChannelError: it cannot be reached.
    """
    host = urlsplit(server).hostname
    try:
        return await in_thread(lambda: _ask(server), DEADLINE_SECONDS)
    except TimeoutError as error:
        raise ChannelError(f"{host} does not answer in time") from error
    except requests.exceptions.SSLError as error:
        raise ChannelError(f"the certificate of {host} is not to be trusted") from error
    except (OSError, ValueError) as error:  # what requests raises is an OSError
        raise ChannelError(f"{host} cannot be reached ({type(error).__name__})") from error


def _ask(server: str) -> ServerAnswer:
    parts = urlsplit(server)
    if parts.scheme == "smtp":
        with socket.create_connection((parts.hostname, parts.port), CONNECT_SECONDS):
            return ServerAnswer(None)
    with requests.Session() as session:
        session.trust_env = False  # no proxy or password of the environment
        with session.head(
            f"{server}/",
            headers={"User-Agent": "Anban"},
            timeout=CONNECT_SECONDS,
            allow_redirects=False,
            stream=True,
        ) as answer:
            return ServerAnswer(_ahead(answer.headers.get("Date", "")))


def _ahead(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError, OSError):
        return None
