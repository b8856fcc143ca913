"""What the server answers: the page of a link, its buttons, and the reports of pendants.

A GET only shows: messengers and mail scanners fetch links by themselves.  Only the POST of a
button acts.  What bears no valid signature is refused here, and the core never hears of it; what
bears one is never refused for what others do.
"""

from __future__ import annotations

import asyncio
import logging
import time
from http import HTTPStatus
from typing import Final, Protocol, TypeVar
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from assistant.channels.acknowledge import Acknowledger, TokenError
from assistant.console.pace import Pace, neighbourhood
from assistant.console.pages import (
    MINUTES,
    STYLE_HASH,
    alarm_page,
    close_page,
    home_page,
    problem_page,
)
from assistant.pendants import (
    PendantClockError,
    PendantDoor,
    PendantError,
    PendantRefusedError,
)
from assistant.pendants.webhook_in import MAX_BODY_BYTES
from assistant.runtime.link import LinkError
from assistant.services import (
    CloseByLink,
    ComeByLink,
    DeclineByLink,
    LinkTooOldRefused,
    LinkView,
    LookAtLink,
    ReportPendant,
    TakeByLink,
)
from assistant.services import Request as Asked
from assistant.services.errors import ServiceError

log = logging.getLogger(__name__)

BODY_SECONDS: Final = 8.0
FORM_BYTES: Final = 1_024
CORE_SECONDS: Final = 5.0
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Connection": "close",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
_PROBLEMS: Final = {
    "bad_link": HTTPStatus.NOT_FOUND,
    "old_link": HTTPStatus.GONE,
    "slow_down": HTTPStatus.TOO_MANY_REQUESTS,
    "down": HTTPStatus.SERVICE_UNAVAILABLE,
    "not_running": HTTPStatus.SERVICE_UNAVAILABLE,
    "bad_form": HTTPStatus.BAD_REQUEST,
}


R = TypeVar("R")


class Core(Protocol):
    """The core's services: `link.Link`."""

    async def request(self, request: Asked[R], deadline_seconds: float = 5.0) -> R:
        """A service's result; raises ServiceError, TimeoutError, LinkError."""


class NotRunningError(LinkError):
    """No core is meant to be there: nobody is being called."""


class _ProblemError(Exception):
    """A request that is answered with a page that says why in plain words."""


class Door:
    """The server's door: who may come in, and how often."""

    def __init__(
        self, core: Core, acknowledger: Acknowledger | None, pendants: PendantDoor | None
    ) -> None:
        self._core, self._acknowledger, self._pendants = core, acknowledger, pendants
        self._strangers = Pace(burst=20, seconds_each=3.0)
        self._looks = Pace(burst=60, seconds_each=1.0)
        self._presses = Pace(burst=10, seconds_each=2.0)

    async def look(self, request: Request) -> Response:
        """Show the page of a link."""
        view = await self._ask(LookAtLink(self._token(request, self._looks)))
        return _page(alarm_page(view, _path(request)))

    async def ask_to_close(self, request: Request) -> Response:
        """Ask whether it is really over."""
        view = await self._ask(LookAtLink(self._token(request, self._looks)))
        return _page(close_page(view, _path(request)))

    async def take(self, request: Request) -> Response:
        """Take the alarm on: the button that acknowledges."""
        token, _ = await self._pressed(request, "take")
        await self._ask(TakeByLink(token))
        return _seen_anew(request)

    async def close(self, request: Request) -> Response:
        """Close the alarm: the button that ends it."""
        token, _ = await self._pressed(request, "close")
        await self._ask(CloseByLink(token))
        return _seen_anew(request)

    async def come(self, request: Request) -> Response:
        """Note when somebody will be there, by the buttons that say so."""
        token, form = await self._pressed(request, "come")
        said = form.get("minutes", [""])[0]
        if said not in {str(minutes) for minutes in MINUTES}:
            raise _ProblemError("bad_form")
        await self._ask(ComeByLink(token, int(said)))
        return _seen_anew(request)

    async def decline(self, request: Request) -> Response:
        """Note that the link's reader cannot come: the others are called without them."""
        token, _ = await self._pressed(request, "decline")
        await self._ask(DeclineByLink(token))
        return _seen_anew(request)

    async def report(self, request: Request) -> Response:
        """Take a pendant's report."""
        if self._pendants is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        device, now = request.path_params["device"], time.time()
        try:
            body = await _body(request, MAX_BODY_BYTES)
            said = self._pendants.check(request.headers, device, body, now)
        except PendantError as error:
            return self._refuse_report(request, error)
        if said is None:
            return JSONResponse({"taken": True, "again": True}, headers=HEADERS)
        try:
            await self._core.request(
                ReportPendant(said.device, said.event, said.battery_percent), CORE_SECONDS
            )
        except (LinkError, ServiceError, TimeoutError) as error:
            log.error("a pendant's report did not reach the core (%s)", type(error).__name__)
            return JSONResponse(
                {"taken": False, "error": "send it again"},
                HTTPStatus.SERVICE_UNAVAILABLE,
                HEADERS | {"Retry-After": "1"},
            )
        self._pendants.took(request.headers, now)
        return JSONResponse({"taken": True}, headers=HEADERS)

    def _refuse_report(self, request: Request, error: PendantError) -> Response:
        if isinstance(error, PendantRefusedError):
            status = HTTPStatus.UNAUTHORIZED
        elif isinstance(error, PendantClockError):
            status = HTTPStatus.CONFLICT
        else:
            status = HTTPStatus.BAD_REQUEST
        if not self._strangers.allows(_caller(request), time.monotonic()):
            status = HTTPStatus.TOO_MANY_REQUESTS
        else:
            log.warning("dropped: %s", error)
        return JSONResponse({"taken": False, "error": str(error)}, status, HEADERS)

    async def _pressed(self, request: Request, does: str) -> tuple[str, dict[str, list[str]]]:
        """Give the link's token and the form, if the form is our own page's."""
        token = self._token(request, self._presses)
        # A scanner that follows every form sends none of the fields; a foreign page's form is not
        # pressed by whoever got the message.
        form = parse_qs((await _body(request, FORM_BYTES)).decode("ascii", "replace"))
        is_foreign = request.headers.get("sec-fetch-site", "same-origin") not in {
            "same-origin",
            "none",
        }
        if form.get("do") != [does] or is_foreign:
            raise _ProblemError("bad_form")
        return token, form

    def _token(self, request: Request, pace: Pace) -> str:
        token = str(request.path_params["token"])
        try:
            if self._acknowledger is None:
                raise TokenError("this home makes no links")
            self._acknowledger.read(token)  # how old it may be, the core knows
        except TokenError as error:
            if not self._strangers.allows(_caller(request), time.monotonic()):
                raise _ProblemError("slow_down") from error
            raise _ProblemError("bad_link") from error
        if not pace.allows(token, time.monotonic()):
            raise _ProblemError("slow_down")
        return token

    async def _ask(self, asked: Asked[LinkView]) -> LinkView:
        try:
            return await self._core.request(asked, CORE_SECONDS)
        except LinkTooOldRefused as error:
            log.warning("%s: %s", asked.SERVICE, error)
            raise _ProblemError("old_link") from error
        except ServiceError as error:
            log.warning("%s: %s", asked.SERVICE, error)
            raise _ProblemError("bad_link") from error
        except NotRunningError as error:
            raise _ProblemError("not_running") from error
        except (LinkError, TimeoutError) as error:
            log.error("%s: the core does not answer", asked.SERVICE)
            raise _ProblemError("down") from error


def _seen_anew(request: Request) -> Response:
    """Show the page by a GET: loading it again presses nothing again."""
    return RedirectResponse(_path(request), HTTPStatus.SEE_OTHER, HEADERS)


def application(door: Door) -> Starlette:
    """The ASGI application."""
    get, post = ["GET"], ["POST"]
    served = Starlette(
        routes=[
            Route("/", _home, methods=get),
            Route("/a/{token}", door.look, methods=get),
            Route("/a/{token}/", door.look, methods=get),  # as some messengers write a link
            Route("/a/{token}/take", door.take, methods=post),
            Route("/a/{token}/come", door.come, methods=post),
            Route("/a/{token}/decline", door.decline, methods=post),
            Route("/a/{token}/close", door.ask_to_close, methods=get),
            Route("/a/{token}/close", door.close, methods=post),
            Route("/pendant/{device}", door.report, methods=post),
        ],
        exception_handlers={
            _ProblemError: _problem,
            HTTPException: _refused,
            ClientDisconnect: _gone,
            Exception: _failed,
        },
    )
    # Behind a proxy that does TLS a redirect would lead to http, with the link in its path.
    served.router.redirect_slashes = False
    return served


def _page(html: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return HTMLResponse(html, status, HEADERS)


async def _home(_: Request) -> Response:
    return _page(home_page())


async def _problem(_: Request, error: Exception) -> Response:
    problem = str(error)
    return _page(problem_page(problem), _PROBLEMS[problem])


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
    return Response(status_code=status, headers=HEADERS)


async def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=HTTPStatus.BAD_REQUEST, headers=HEADERS)


async def _failed(_: Request, error: Exception) -> Response:
    log.error("the page failed", exc_info=error)
    return _page(problem_page("down"), HTTPStatus.INTERNAL_SERVER_ERROR)


async def _body(request: Request, limit_bytes: int) -> bytes:
    """Read what was sent; raises HTTPException if it is too long or comes too slowly."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit_bytes:
                    raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except TimeoutError as error:
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT) from error
    return bytes(body)


def _path(request: Request) -> str:
    return f"/a/{request.path_params['token']}"


def _caller(request: Request) -> str:
    return neighbourhood(request.client.host if request.client else "")
