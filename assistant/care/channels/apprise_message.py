"""A message through Apprise: ntfy, WeCom, DingTalk, Feishu, Bark, e-mail, Twilio and many more.

One URL each, as Apprise documents them.  A URL holds passwords and tokens: it is never logged and
never part of an error.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import AsyncGenerator
from typing import Final

from apprise import Apprise, NotifyBase, NotifyFormat, NotifyType

from assistant.care.channels.addresses import (
    MAX_ADDRESS_CHARACTERS,
    AddressError,
    refuse_controls,
)
from assistant.care.channels.api import (
    AttemptEvent,
    Channel,
    ChannelError,
    Dialled,
    Ended,
    Health,
    Kind,
    Message,
    Outcome,
)
from assistant.care.channels.deadline import in_thread
from assistant.care.channels.server import look_at, server_of

DEADLINE_SECONDS: Final = 30.0
_HERE_ONLY: Final = frozenset({"syslog", "dbus", "gnome", "macosx", "windows", "gotify-local"})
"""Services that reach this machine and nobody else."""

_MAIL_PORT: Final = 25
_HOST: Final = re.compile(r"localhost|(?:[A-Za-z0-9_-]+\.)+[A-Za-z0-9-]+")
"""A host that stands where other services have a token."""

# Apprise's own log lines hold topics, tokens and what was said.
_apprise_log: Final = logging.getLogger("apprise")
_apprise_log.propagate = False
_apprise_log.addHandler(logging.NullHandler())


class AppriseMessage(Channel):
    """One URL."""

    kind = Kind.MESSAGE

    def __init__(self, url: str, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._service = _service_of(url)
        self._deadline_seconds = deadline_seconds
        self.name = str(self._service.service_name)
        self.server = _server_of(self._service)

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        """Hand it to the service once."""
        try:
            is_taken, complaint = await in_thread(
                lambda: self._notify(message), self._deadline_seconds
            )
        except TimeoutError:
            yield Ended(Outcome.UNKNOWN, f"{self.name} did not answer in time")
        except ChannelError as error:
            yield Ended(Outcome.FAILED, str(error))
        except Exception as error:  # noqa: BLE001  (a hundred services, each with its own faults)
            yield Ended(Outcome.UNKNOWN, f"{self.name} failed ({type(error).__name__})")
        else:
            if is_taken:
                yield Dialled()
                yield Ended(Outcome.DELIVERED, f"taken by {self.name}")
            elif complaint:
                yield Ended(Outcome.FAILED, f"{self.name} refused it (error {complaint})")
            else:
                yield Ended(Outcome.UNKNOWN, f"{self.name} could not be reached or did not answer")

    async def check(self) -> Health:
        """That its server answers, as far as it is known.

        Services have no call that proves more without a message: the drill sends one.
        """
        if not self.server:
            detail = f"{self.name} is configured; the drill sends a message"
            return Health(is_well=True, detail=detail)
        try:
            await look_at(self.server)
        except ChannelError as error:
            return Health(is_well=False, detail=f"{self.name}: {error}")
        return Health(is_well=True, detail=f"the server of {self.name} answers")

    def _notify(self, message: Message) -> tuple[bool, str]:
        body = message.text
        if message.acknowledge_url:
            body += f"\n{message.acknowledge_url}"
        listener = _ErrorCode()
        _apprise_log.addHandler(listener)
        try:
            taken = self._service.notify(
                body=body,
                title=message.headline,
                notify_type=_notify_type(message),
                body_format=NotifyFormat.TEXT,
            )
        finally:
            _apprise_log.removeHandler(listener)
        return bool(taken), listener.code


class _ErrorCode(logging.Handler):
    """Hears the status of an HTTP answer in Apprise's warnings, and keeps nothing else."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.code = ""
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging."""
        if record.thread != self._thread:
            return  # another contact's message, sent at the same time
        if match := re.search(r"error=(\d{3})\b", record.getMessage()):
            self.code = match.group(1)


def _service_of(url: str) -> NotifyBase:
    url = refuse_controls(url, "the message address")
    schema = url.partition("://")[0].lower()
    problem = AddressError(
        f"no messaging service understands this address ({schema[:20]}://…); "
        "they are listed at https://github.com/caronc/apprise/wiki"
    )
    if len(url) > MAX_ADDRESS_CHARACTERS or schema in _HERE_ONLY:
        raise problem
    try:
        service = Apprise.instantiate(url)
    except Exception as error:
        raise problem from error
    if not isinstance(service, NotifyBase) or not str(service.service_name):
        raise problem
    return service


def _notify_type(message: Message) -> NotifyType:
    if message.is_test:
        return NotifyType.INFO
    return NotifyType.WARNING if message.is_notice else NotifyType.FAILURE


def _server_of(service: NotifyBase) -> str:
    """Where the service sends to; Apprise's hundred plugins keep it in one of four places."""
    mail = str(getattr(service, "smtp_host", "") or "")
    if mail:
        return f"smtp://{mail}:{service.port or _MAIL_PORT}"
    host = str(getattr(service, "host", "") or "")
    fixed = server_of(str(getattr(service, "notify_url", "") or ""))
    if fixed:
        return fixed
    if _HOST.fullmatch(host):
        scheme = "https" if service.secure else "http"
        return server_of(f"{scheme}://{host}{f':{service.port}' if service.port else ''}/")
    return server_of(str(getattr(service, "cloud_notify_url", "") or ""))
