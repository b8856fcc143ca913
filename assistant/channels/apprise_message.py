"""A message through Apprise: ntfy, WeCom, DingTalk, Feishu, Bark, e-mail, Twilio and many more.

One URL each, as Apprise documents them.  A URL holds passwords and tokens: it is never logged and
never part of an error.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncGenerator
from typing import Final

from apprise import Apprise, NotifyBase, NotifyType

from assistant.channels.addresses import (
    MAX_ADDRESS_CHARACTERS,
    AddressError,
    refuse_controls,
)
from assistant.channels.api import (
    AttemptEvent,
    Channel,
    ChannelError,
    ChannelStatus,
    Dialled,
    Ended,
    Kind,
    Message,
    Outcome,
)
from assistant.channels.messenger import MESSENGER, MessengerError
from assistant.channels.server import look_at, server_of

DEADLINE_SECONDS: Final = 30.0
_HERE_ONLY: Final = frozenset({"syslog", "dbus", "gnome", "macosx", "windows", "gotify-local"})
"""Services that reach this machine and nobody else."""

_URGENT: Final = {
    "bark": "level=critical",
    "barks": "level=critical",
    "gotify": "priority=emergency",
    "gotifys": "priority=emergency",
    "join": "priority=emergency",
    "ntfy": "priority=max",
    "ntfys": "priority=max",
    "pover": "priority=high",
    "prowl": "priority=emergency",
    "simplepush": "priority=5",
    "spush": "priority=5",
}
"""How an alarm wakes a phone that is silent at night, by the scheme of Apprise's address."""
_MAIL_PORT: Final = 25
_HOST: Final = re.compile(r"localhost|(?:[A-Za-z0-9_-]+\.)+[A-Za-z0-9-]+")
"""A host that stands where other services have a token."""

# Apprise's own log lines hold topics, tokens and what was said.
_apprise_log: Final = logging.getLogger("apprise")
_apprise_log.propagate = False
_apprise_log.addHandler(logging.NullHandler())


class AppriseMessage(Channel):
    """A message to one URL of Apprise."""

    kind = Kind.MESSAGE

    def __init__(self, url: str, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        # Here it is only looked at; it is sent by a process of its own.
        service = _service_of(url)
        self._url = url.strip()
        self._deadline_seconds = deadline_seconds
        self.name = str(service.service_name)
        self.server = _server_of(service)

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        """Hand the message to the service once."""
        text = message.text
        if message.acknowledge_url:
            text += f"\n{message.acknowledge_url}"
        try:
            taken, failed, code = await MESSENGER.send(
                message.attempt_id,
                self._url if message.is_test or message.is_notice else urgent(self._url),
                title=message.headline,
                body=text,
                kind=_notify_type(message).value,
                seconds=self._deadline_seconds,
            )
        except (TimeoutError, MessengerError, OSError):
            yield Ended(Outcome.UNKNOWN, f"{self.name} did not answer in time")
        else:
            if not failed:
                yield Dialled()
                yield Ended(Outcome.DELIVERED, f"taken by {self.name}")
            elif taken:  # of unknown outcome it is repeated, to those who did not take it
                told = f"taken by {taken} of {taken + failed} receivers of {self.name}"
                yield Ended(Outcome.UNKNOWN, told)
            elif code:
                yield Ended(Outcome.FAILED, f"{self.name} refused it (error {code})")
            else:
                yield Ended(Outcome.UNKNOWN, f"{self.name} could not be reached or did not answer")

    async def check(self) -> ChannelStatus:
        """Check that its server answers, as far as it is known.

        Services have no call that proves more without a message: the drill sends one.
        """
        if not self.server:
            detail = f"{self.name} is configured; the drill sends a message"
            return ChannelStatus(is_well=True, detail=detail)
        try:
            await look_at(self.server)
        except ChannelError as error:
            return ChannelStatus(is_well=False, detail=f"{self.name}: {error}")
        return ChannelStatus(is_well=True, detail=f"the server of {self.name} answers")


def urgent(url: str) -> str:
    """Give an address with which a message may wake; what the family set itself holds."""
    option = _URGENT.get(url.partition("://")[0].lower(), "")
    if not option or f"{option.partition('=')[0]}=" in url.partition("?")[2].lower():
        return url
    return f"{url}{'&' if '?' in url else '?'}{option}"


def _service_of(url: str) -> NotifyBase:
    url = refuse_controls(url, "the message address")
    schema = url.partition("://")[0].lower()
    shown = url.partition(":")[0][:20] if ":" in url else "…"  # all of it may be a password
    problem = AddressError(
        f"no messaging service understands this address ({shown}://…); "
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
    """Find where the service sends to; Apprise's hundred plugins keep it in one of four places."""
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
