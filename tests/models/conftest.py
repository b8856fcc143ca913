"""Real parts for the tests of models: an HTTP server on loopback, zips of a real model."""

import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from models.manifest import PACKAGE


@dataclass
class FileServer:
    """Serves files by name, with ranges and ETags; may cut a connection short."""

    files: dict[str, bytes] = field(default_factory=dict)
    etag: str = '"one"'
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    """For each coming answer, the bytes after which the connection is cut."""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and Range of every request."""
    url: str = ""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    state = FileServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            state.asked.append((self.path, wanted))
            content = state.files.get(self.path.lstrip("/"))
            if content is None:
                self.send_error(404)
                return
            begin = 0
            if wanted and state.ranges and self.headers.get("If-Range") in {None, state.etag}:
                begin = int(wanted.removeprefix("bytes=").rstrip("-"))
                if begin >= len(content):
                    self.send_error(416)
                    return
                self.send_response(206)
            else:
                self.send_response(200)
            body = content[begin:]
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", state.etag)
            self.end_headers()
            self.wfile.write(body[: state.cuts.pop(0)] if state.cuts else body)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture(autouse=True)
def _no_model_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOSK_MODEL_PATH", raising=False)


@pytest.fixture(scope="session")
def tiny() -> dict[str, Path]:
    """The models that come with Anban, by language."""
    return {lang: PACKAGE / f"vosk-tiny-{lang}" for lang in ("zh", "en")}


@pytest.fixture(scope="session")
def zip_of() -> Callable[[Path, Path, str], Path]:
    """Zip a folder under a name ("": its files lie at the top)."""

    def make(folder: Path, target: Path, top: str) -> Path:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    archive.write(path, Path(top) / path.relative_to(folder))
        return target

    return make


@pytest.fixture
def english_zip(tmp_path: Path, tiny, zip_of) -> Path:
    return zip_of(tiny["en"], tmp_path / "somebodys-model.zip", "somebodys-model")
