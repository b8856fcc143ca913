"""A signed POST to a web address of the family's or a care service's own.

Signed as Standard Webhooks 1.0.0 describes: `webhook-id`, `webhook-timestamp` and
`webhook-signature: v1,BASE64`, HMAC-SHA-256 over `id.timestamp.body`.  The id is the attempt's:
a repeat of unknown outcome carries the same one, and the receiver keeps one of both.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncGenerator
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from assistant.channels.addresses import web_url
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
from assistant.channels.deadline import in_thread
from assistant.channels.server import server_of

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 10.0
DEADLINE_SECONDS: Final = 20.0
"""How long all of it may take: name server, connecting, an answer that drips byte by byte."""


class Webhook(Channel):
    """The channel to one web address."""

    kind = Kind.MESSAGE

    def __init__(self, url: str, secret: bytes, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._url = web_url(url)
        self._secret = secret
        self._deadline_seconds = deadline_seconds
        # The path and what follows often are the password.
        self.name = f"webhook at {urlsplit(self._url).hostname}"
        self.server = server_of(self._url)

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        """Post it once; a taken message is not an acknowledgement, whatever the answer says."""
        payload = {
            "type": _event_type(message),
            "timestamp": message.raised_at,
            "data": {
                "alarm_id": message.alarm_id,
                "contact": message.contact,
                "reason": message.reason,
                "headline": message.headline,
                "text": message.text,
                "lang": message.lang,
                "is_automatic": message.is_automatic,
                "acknowledge_url": message.acknowledge_url,
            },
        }
        ended = await self._post(message.attempt_id, payload)
        if ended.outcome is Outcome.DELIVERED:
            yield Dialled()
        yield ended

    async def check(self) -> ChannelStatus:
        """Send a signed event of type `anban.check`, which tells nobody anything."""
        ended = await self._post(f"check-{time.time_ns():d}", {"type": "anban.check"})
        return ChannelStatus(is_well=ended.outcome is Outcome.DELIVERED, detail=ended.detail)

    async def _post(self, message_id: str, payload: dict[str, Any]) -> Ended:
        body = json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")  # half characters
        headers = signed_headers(self._secret, message_id, int(time.time()), body)
        try:
            status = await in_thread(
                lambda: _post_once(self._url, headers, body), self._deadline_seconds
            )
        except TimeoutError:
            return Ended(Outcome.UNKNOWN, "no answer in time")
        except (requests.ConnectTimeout, requests.exceptions.SSLError) as error:
            return Ended(Outcome.FAILED, f"cannot connect ({type(error).__name__})")
        except requests.RequestException as error:
            # requests does not tell a refused connection from one that broke after sending.
            return Ended(_outcome_of(error), f"no answer ({type(error).__name__})")
        except ChannelError as error:
            return Ended(Outcome.FAILED, str(error))
        if 200 <= status < 300:
            return Ended(Outcome.DELIVERED, f"HTTP {status}")
        return Ended(Outcome.FAILED, f"HTTP {status}")


def _event_type(message: Message) -> str:
    if message.is_notice:
        return "anban.notice"
    return "alarm.test" if message.is_test else "alarm.raised"


def signed_headers(secret: bytes, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Make the headers of a signed event; `timestamp` is Unix time in seconds."""
    content = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    signature = base64.b64encode(hmac.digest(secret, content, hashlib.sha256)).decode()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Anban",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }


def _post_once(url: str, headers: dict[str, str], body: bytes) -> int:
    """Post once and give the status; the answer's body is nobody's business and is not read.

    A redirect is refused: the signature and the words are for the address that was entered.
    """
    with requests.Session() as session:
        # No proxy or .netrc of the environment: they would see or change what goes out.
        session.trust_env = False
        with session.post(
            url,
            data=body,
            headers=headers,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as answer:
            return answer.status_code


def _outcome_of(error: requests.RequestException) -> Outcome:
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    refused = type(reason).__name__ in {"NewConnectionError", "NameResolutionError"}
    return Outcome.FAILED if refused else Outcome.UNKNOWN
