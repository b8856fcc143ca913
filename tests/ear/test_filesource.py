"""A file or FIFO in the place of the microphone."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest

from assistant.ear.filesource import FileSource
from assistant.ear.sound import Gap, Item
from assistant.events import MicrophoneBack, MicrophoneLost
from tests.waiting import LIMIT_SECONDS

Start = Callable[[Path], "Queue[Item]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Run a source in a thread; its items come through a queue."""
    running = []

    def run(path: Path) -> Queue[Item]:
        source, items = FileSource(path), Queue[Item]()
        thread = threading.Thread(target=lambda: [items.put(i) for i in source.items()])
        thread.start()
        running.append((source, thread))
        return items

    yield run
    for source, thread in running:
        source.close()
        thread.join(10)
        assert not thread.is_alive()


def sound(items: Queue[Item], size: int) -> bytes:
    """So many bytes of sound, and nothing else."""
    found = b""
    while len(found) < size:
        item = items.get(timeout=LIMIT_SECONDS)
        assert isinstance(item, bytes)
        found += item
    return found


def test_a_fifo_goes_on_with_the_next_writer(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "mic"
    os.mkfifo(path)
    items = start(path)
    assert items.get(timeout=LIMIT_SECONDS) == MicrophoneBack(f"file:{path}")
    for turn in range(3):
        content = bytes([turn]) * 5_000
        path.write_bytes(content)
        assert sound(items, 5_000) == content
        assert items.get(timeout=LIMIT_SECONDS) == Gap()


def test_an_odd_byte_waits_for_its_half(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "mic"
    os.mkfifo(path)
    items = start(path)
    assert isinstance(items.get(timeout=LIMIT_SECONDS), MicrophoneBack)
    with path.open("wb", buffering=0) as writer:
        writer.write(b"\x01\x02\x03")
        assert sound(items, 2) == b"\x01\x02"
        writer.write(b"\x04\x05\x06")
        assert sound(items, 4) == b"\x03\x04\x05\x06"


def test_a_file_is_read_to_its_end_and_on_as_it_grows(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "mic.raw"
    path.write_bytes(b"ab" * 100_000)
    items = start(path)
    assert isinstance(items.get(timeout=LIMIT_SECONDS), MicrophoneBack)
    assert sound(items, 200_000) == b"ab" * 100_000
    assert items.get(timeout=LIMIT_SECONDS) == Gap()
    with path.open("ab") as writer:
        writer.write(b"cd" * 10)
    assert sound(items, 20) == b"cd" * 10


def test_a_path_that_is_not_there_is_told_once_and_waited_for(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "mic"
    items = start(path)
    lost = items.get(timeout=LIMIT_SECONDS)
    assert isinstance(lost, MicrophoneLost)
    assert "No such file" in lost.reason
    os.mkfifo(path)
    assert isinstance(items.get(timeout=LIMIT_SECONDS), MicrophoneBack)


def test_a_folder_is_no_microphone(tmp_path: Path, start: Start) -> None:
    lost = start(tmp_path).get(timeout=LIMIT_SECONDS)
    assert isinstance(lost, MicrophoneLost)
    assert "directory" in lost.reason
