"""Services by their names and in JSON: for third parties' skills, which know no class of ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from assistant.services.codec import request_of, result_to_json
from assistant.services.errors import NotStartedError, Refusal
from assistant.services.request import REQUESTS, Request


async def ask_by_name(
    ask: Callable[[Request[Any]], Awaitable[Any]], service: str, arguments: Mapping[str, Any]
) -> Any:
    """Ask a service by its name, and give its result as JSON values.

    A typed no of a service that has some is an answer here: `{"refused": code, ...}`.

    Args:
        ask: sends the request.
        service: its name in docs/services.md.
        arguments: its fields, as JSON values.

    Raises:
        ServiceError: as `ask`; NotStartedError for a name that there is not.
    """
    kind = REQUESTS.get(service)
    if kind is None:
        raise NotStartedError(service)
    try:
        return result_to_json(kind, await ask(request_of(kind, arguments)))
    except Refusal as refusal:
        if not service.startswith("reminders."):
            raise
        return refusal.to_dict()
