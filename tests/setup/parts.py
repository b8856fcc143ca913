"""A home that is set up in a test, and a telephone that gets messages as ntfy sends them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from assistant.channels import Equipment, Registry
from assistant.settings import Settings
from assistant.setup import Place


class Profile(dict[str, Any]):
    """What is known of the elder, without a database."""

    def set(self, name: str, value: Any) -> None:
        self[name] = value

    def speak(self, lang: str) -> None:
        self["spoken"] = lang


def place(folder: Path) -> Place:
    return Place(folder, Profile(), lambda settings, _: registry(settings))


def registry(_: Settings) -> Registry:
    return Registry(Equipment())


class Inbox:
    """The messages that came, oldest first."""

    def __init__(self, port: int) -> None:
        self.address = f"ntfy://127.0.0.1:{port}/anban-test"
        self.messages: list[dict[str, Any]] = []
        self.came = threading.Event()


@contextmanager
def ntfy() -> Iterator[Inbox]:
    """A server that takes messages as ntfy.sh does, on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            inbox.messages.append(json.loads(body))
            inbox.came.set()
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Nothing: pytest shows what matters."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        inbox = Inbox(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield inbox
        server.shutdown()
