import hashlib
import json
import socket
from pathlib import Path

import pytest

from models import (
    ChecksumError,
    InterruptedPullError,
    RefusedError,
    UnreachableError,
)
from models.fetch import CHUNK_BYTES, Expected, download

CONTENT = bytes(range(256)) * 4096  # 1 MiB, more than a chunk
RIGHT = Expected(
    len(CONTENT),
    hashlib.md5(CONTENT).hexdigest(),
    hashlib.sha256(CONTENT).hexdigest(),
)


class Seen:
    def __init__(self) -> None:
        self.steps: list[tuple[int, int | None]] = []

    def __call__(self, here: int, total: int | None) -> None:
        self.steps.append((here, total))


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "downloads/model.zip.part"


def fetch(server, part, expected=RIGHT, seen=None):
    server.files.setdefault("model.zip", CONTENT)
    url = f"{server.url}/model.zip"
    download(url, part, expected, seen or Seen(), retry_wait_seconds=0)


def test_a_whole_file_arrives_with_progress(server, part):
    seen = Seen()
    fetch(server, part, seen=seen)
    assert part.read_bytes() == CONTENT
    assert seen.steps[-1] == (len(CONTENT), len(CONTENT))
    assert [here for here, _ in seen.steps] == sorted({here for here, _ in seen.steps})
    assert list(part.parent.iterdir()) == [part]  # no note of the version is left behind


def test_a_cut_connection_is_taken_up_where_it_was_cut(server, part):
    server.cuts = [CHUNK_BYTES, CHUNK_BYTES]
    fetch(server, part)
    assert part.read_bytes() == CONTENT
    ranges = [wanted for _, wanted in server.asked]
    assert ranges == [None, f"bytes={CHUNK_BYTES}-", f"bytes={2 * CHUNK_BYTES}-"]


def test_a_later_pull_goes_on_with_the_part(server, part):
    server.cuts = [CHUNK_BYTES, 0, 0, 0]
    with pytest.raises(InterruptedPullError, match="pull again to go on"):
        fetch(server, part)
    assert part.stat().st_size == CHUNK_BYTES
    server.asked.clear()
    fetch(server, part)
    assert part.read_bytes() == CONTENT
    assert server.asked == [("/model.zip", f"bytes={CHUNK_BYTES}-")]


def test_a_file_that_changed_meanwhile_is_fetched_anew(server, part):
    server.files["model.zip"] = b"old" * CHUNK_BYTES
    server.cuts = [CHUNK_BYTES, 0, 0, 0]
    with pytest.raises(InterruptedPullError):
        fetch(server, part, Expected())
    server.files["model.zip"], server.etag = CONTENT, '"two"'
    fetch(server, part)
    assert part.read_bytes() == CONTENT


def test_a_server_without_ranges_sends_everything_again(server, part):
    server.ranges = False
    server.cuts = [CHUNK_BYTES]
    fetch(server, part)
    assert part.read_bytes() == CONTENT


def test_a_part_of_another_address_is_not_continued(server, part):
    part.parent.mkdir()
    part.write_bytes(b"of something else")
    part.with_name(part.name + ".json").write_text(json.dumps({"url": "http://elsewhere/"}))
    fetch(server, part)
    assert part.read_bytes() == CONTENT


def test_a_part_that_is_whole_already_is_not_fetched_again(server, part):
    part.parent.mkdir()
    part.write_bytes(CONTENT)
    url = f"{server.url}/model.zip"
    part.with_name(part.name + ".json").write_text(json.dumps({"url": url, "validator": ""}))
    fetch(server, part)
    assert server.asked == []


def test_a_whole_part_of_unknown_size_is_recognised(server, part):
    """The server answers 416: there is nothing after the last byte."""
    part.parent.mkdir()
    part.write_bytes(CONTENT)
    url = f"{server.url}/model.zip"
    part.with_name(part.name + ".json").write_text(json.dumps({"url": url, "validator": ""}))
    fetch(server, part, Expected(sha256=RIGHT.sha256))
    assert part.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("expected", "reason"),
    [
        (Expected(len(CONTENT), sha256="0" * 64), "sha256"),
        (Expected(len(CONTENT), md5="0" * 32), "md5"),
        (Expected(len(CONTENT) + 1), "1,048,577"),
    ],
)
def test_what_is_not_expected_is_thrown_away(server, part, expected, reason):
    with pytest.raises(ChecksumError, match=reason):
        fetch(server, part, expected)
    assert list(part.parent.iterdir()) == []


def test_a_file_longer_than_expected_is_refused_before_it_fills_the_disk(server, part):
    with pytest.raises(RefusedError, match="more than"):
        fetch(server, part, Expected(1000))
    assert part.stat().st_size == 0


@pytest.mark.parametrize("path", ["nothing.zip"])
def test_an_error_of_the_server_names_its_status(server, part, path):
    with pytest.raises(RefusedError, match="404"):
        download(f"{server.url}/{path}", part, Expected(), Seen(), retry_wait_seconds=0)


def test_without_a_server_the_way_out_is_told(part):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(UnreachableError, match="--from"):
        download(f"http://127.0.0.1:{port}/x", part, RIGHT, Seen(), retry_wait_seconds=0)


def test_an_address_that_is_none(part):
    with pytest.raises(RefusedError, match="cannot be fetched"):
        download("http://", part, RIGHT, Seen(), retry_wait_seconds=0)
