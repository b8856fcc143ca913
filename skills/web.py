"""The two addresses Rasa asks: /webhook for actions, /nlg for the words of its own questions."""

from __future__ import annotations

import hmac
import json
import logging
from http import HTTPStatus
from typing import Any, Final

from rasa_sdk.interfaces import ActionNotFoundException
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from skills.actions import Skills

log = logging.getLogger(__name__)

BODY_LIMIT_BYTES: Final = 8_000_000
"""A tracker of 240 turns has half a megabyte (measured)."""


def application(skills: Skills, token: str) -> Starlette:
    """The host's ASGI application; every request must bear the token."""

    async def webhook(request: Request) -> Response:
        payload = await _body(request, token)
        try:
            return JSONResponse(await skills.act(payload))
        except ActionNotFoundException as error:
            log.error("no skill has the action %s", payload.get("next_action"))
            raise HTTPException(HTTPStatus.NOT_FOUND, "no such action") from error

    async def nlg(request: Request) -> Response:
        payload = await _body(request, token)
        return JSONResponse({"text": skills.utter(payload)})

    async def malformed(_: Request, error: Exception) -> Response:
        log.error("a request of another form was refused (%s)", type(error).__name__)
        return JSONResponse({"error": "malformed request"}, HTTPStatus.UNPROCESSABLE_ENTITY)

    return Starlette(
        routes=[
            Route("/webhook", webhook, methods=["POST"]),
            Route("/nlg", nlg, methods=["POST"]),
        ],
        exception_handlers={
            KeyError: malformed,
            TypeError: malformed,
            AttributeError: malformed,
            ValueError: malformed,
        },
    )


async def _body(request: Request, token: str) -> dict[str, Any]:
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "token refused")
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > BODY_LIMIT_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long")
    payload = json.loads(chunks)
    if not isinstance(payload, dict):
        raise TypeError("not an object")
    return payload
