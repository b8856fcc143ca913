"""The dialogue's side of the core, before a server that answers like Rasa or not at all."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assistant.conversation import understanding as understanding_module
from assistant.conversation.understanding import NAME, Understanding, UnderstandingError
from assistant.dialogue import Outcome
from assistant.events import Ready
from tests.homes import a_home


class RasaDouble(ThreadingHTTPServer):
    """Takes every sentence for an intent named after the model that is in place."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.model = "zh"
        self.refuses = 0
        """How many models it will still not load."""


class _Answers(BaseHTTPRequestHandler):
    server: RasaDouble

    def do_PUT(self) -> None:
        model = self._body()["model_file"]
        if self.server.refuses:
            self.server.refuses -= 1
            self.send_error(500)
            return
        self.server.model = Path(model).name.partition(".")[0]
        self.send_response(204)
        self.end_headers()

    def do_POST(self) -> None:
        self._body()
        intent = {"name": self.server.model, "confidence": 1.0}
        answer = json.dumps({"intent": intent, "entities": [], "replies": ["."], "form": ""})
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer.encode())

    def _body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *_: object) -> None:
        """Not on the screen."""


@pytest.fixture
def rasa() -> Iterator[RasaDouble]:
    with RasaDouble() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


async def test_a_language_that_was_not_put_in_place_is_tried_at_the_next_sentence(
    rasa: RasaDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def adopted(_: object, langs: Iterable[str]) -> dict[str, Outcome]:
        return {lang: Outcome(tmp_path / f"{lang}.tar.gz") for lang in langs}

    monkeypatch.setattr(understanding_module, "adopt", adopted)
    monkeypatch.setattr(understanding_module, "_free_port", lambda: rasa.server_address[1])
    home = a_home(tmp_path, lang="zh")
    bus, memory = home.bus, home.memory
    understanding = Understanding(home, tmp_path)

    async def intent() -> str:
        return (await understanding.think("一句话", (), {})).intent

    try:
        await understanding.follow("zh")
        bus.publish(Ready(NAME, ""))
        async with asyncio.timeout(60):
            await understanding.ready()
        assert await intent() == "zh"

        rasa.refuses = 2
        memory.speak("en")
        await understanding.follow("en")
        with pytest.raises(UnderstandingError, match="500"):
            await intent()
        assert await intent() == "en"

        rasa.refuses = 1
        memory.speak("zh")
        await understanding.follow("zh")
        rasa.model = "zh"  # it took too long and happened after all
        memory.speak("en")
        assert await intent() == "en"
    finally:
        await understanding.stop()
