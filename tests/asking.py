"""Asks a service by its name and in JSON, as a third party's skill does, without a socket."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from assistant.runtime.bus import Bus
from assistant.services import Request, ask_by_name
from assistant.services.codec import fields_of, request_of, result_of, result_to_json

R = TypeVar("R")


async def over_the_wire(bus: Bus, request: Request[R]) -> R:
    """Its result, with request and result turned into JSON and back as on the socket."""
    kind = type(request)
    sent = request_of(kind, json.loads(json.dumps(fields_of(request))))
    value = result_to_json(kind, await bus.ask(sent))
    return result_of(kind, json.loads(json.dumps(value)))


async def call(bus: Bus, service: str, /, **arguments: Any) -> Any:
    """Its result as JSON values; a no of the reminders' is `{"refused": code, ...}`."""
    return await ask_by_name(bus.ask, service, arguments)
