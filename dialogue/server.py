"""The Rasa server as an application: our one channel, a token on every route, nothing logged."""

from __future__ import annotations

import asyncio
import hmac
import os
import sys
from functools import partial
from http import HTTPStatus
from pathlib import Path

from rasa.core.run import close_resources, configure_app, load_agent_on_start
from rasa.core.utils import AvailableEndpoints
from sanic import Sanic, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from dialogue import quiet
from dialogue.channel import TurnChannel

ENDPOINTS = Path(__file__).with_name("endpoints.yml")
RESPONSE_TIMEOUT_SECONDS = 35
"""Above every deadline of the callers, far below Rasa's own hour."""


def build(model: str, token: str) -> Sanic:
    """The server, which loads its model when it starts."""
    quiet.silence()
    endpoints = AvailableEndpoints.read_endpoints(str(ENDPOINTS))
    app = configure_app(
        input_channels=[TurnChannel()],
        response_timeout=RESPONSE_TIMEOUT_SECONDS,
        endpoints=endpoints,
    )
    app.config.ACCESS_LOG = False
    app.config.REQUEST_MAX_SIZE = 1_000_000

    @app.middleware("request")
    async def guard(request: Request) -> HTTPResponse | None:
        given = request.headers.get("Authorization", "")
        if hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return None
        return response.json({"error": "token refused"}, HTTPStatus.UNAUTHORIZED)

    @app.exception(Exception)
    async def contain(_: Request, error: Exception) -> HTTPResponse:
        # The text of an error may hold what was said; its kind never does.
        status = error.status_code if isinstance(error, SanicException) else 500
        sys.stderr.write(f"dialogue: a request failed: {_kinds(error)}\n")
        return response.json({"error": type(error).__name__}, status)

    app.register_listener(
        partial(load_agent_on_start, model, endpoints, None), "before_server_start"
    )
    app.register_listener(end_without_model, "before_server_start")
    app.register_listener(close_resources, "after_server_stop")
    return app


async def end_without_model(app: Sanic, _: asyncio.AbstractEventLoop) -> None:
    """Rasa would serve without a model and refuse every sentence; better to end and say so."""
    if not app.ctx.agent.is_ready():
        sys.stderr.write("dialogue: the model cannot be loaded; `anban train` makes a new one\n")
        sys.stderr.flush()
        os._exit(1)


def _kinds(error: BaseException | None) -> str:
    """The kinds of an error and its causes, and where the last one arose."""
    names, place = [], ""
    while error is not None:
        names.append(type(error).__name__)
        trace = error.__traceback__
        while trace is not None:
            place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
            trace = trace.tb_next
        error = error.__cause__
    return " from ".join(names) + place
