"""A web server for tests and the demonstration: takes signed events, or misbehaves."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

MAX_AGE_SECONDS = 300
"""An older event is a replay."""


@dataclass(slots=True)
class WebManners:
    """How this server answers."""

    status: int = 200
    location: str = ""
    delay_seconds: float = 0.0
    junk: bytes = b""
    """Sent instead of an HTTP answer."""
    drip_seconds: float = 0.0
    """The answer's head comes byte by byte, so far apart."""
    body: bytes = b"{}"
    hang_up: bool = False
    """Close the line without an answer, the event already taken."""


class WebhookReceiver:
    """`with WebhookReceiver(secret) as server: server.url … server.events`."""

    def __init__(self, secret: bytes, manners: WebManners | None = None, *, port: int = 0) -> None:
        """`port` 0: any that is free."""
        self.secret = secret
        self.manners = manners or WebManners()
        self.events: dict[str, dict[str, Any]] = {}
        """By id: an event that comes twice is one event."""
        self.posts = 0
        self.forged = 0
        receiver = self

        class _Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.serve(self)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
                """Nothing: what comes in is a home's troubles."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/alarm/token5"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        """One POST."""
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        self.posts += 1
        if self._is_genuine(request, body):
            self.events[request.headers["webhook-id"]] = json.loads(body)
        else:
            self.forged += 1
        manners = self.manners
        time.sleep(manners.delay_seconds)
        request.close_connection = True
        if manners.hang_up:
            return
        if manners.junk:
            request.wfile.write(manners.junk)
            return
        head = f"HTTP/1.1 {manners.status} X\r\nContent-Length: {len(manners.body)}\r\n"
        if manners.location:
            head += f"Location: {manners.location}\r\n"
        for byte in (head + "\r\n").encode() if manners.drip_seconds else ():
            request.wfile.write(bytes((byte,)))
            time.sleep(manners.drip_seconds)
        if not manners.drip_seconds:
            request.wfile.write((head + "\r\n").encode() + manners.body)

    def _is_genuine(self, request: BaseHTTPRequestHandler, body: bytes) -> bool:
        stamp = request.headers.get("webhook-timestamp", "0")
        signed = f"{request.headers.get('webhook-id')}.{stamp}.".encode() + body
        digest = hmac.new(self.secret, signed, hashlib.sha256).digest()
        wanted = "v1," + base64.b64encode(digest).decode()
        is_fresh = abs(time.time() - int(stamp)) < MAX_AGE_SECONDS
        return is_fresh and hmac.compare_digest(
            wanted, request.headers.get("webhook-signature", "")
        )
