"""The one form of sound inside the ear: mono, 16 kHz, signed 16 bits, in chunks of 32 ms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from assistant.events import MicrophoneBack, MicrophoneLost

SAMPLE_RATE_HZ: Final = 16_000
BYTES_PER_SECOND: Final = 2 * SAMPLE_RATE_HZ
CHUNK_SAMPLES: Final = 512
"""What the voice activity detector takes at a time."""
CHUNK_BYTES: Final = 2 * CHUNK_SAMPLES
CHUNK_SECONDS: Final = CHUNK_SAMPLES / SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Gap:
    """The sound was broken off: what comes next does not join what came before."""


Item = bytes | Gap | MicrophoneLost | MicrophoneBack


class SourceHungError(RuntimeError):
    """The sound system does not return from a call: only a fresh process can open it again."""


class Source(Protocol):
    """A source of sound: a microphone, or a file in its place."""

    live: bool
    """Whether it goes on without us; if its writer waits for us, nothing need ever be dropped."""

    def items(self) -> Iterator[Item]:
        """Sound of any length and what becomes of the source, until `close`; it blocks.

        Raises:
            SourceHungError: nothing more can come in this process.
        """

    def close(self) -> None:
        """Let `items` end soon; from any thread."""


class Chunker:
    """Cuts sound of any length into whole chunks."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, pcm: bytes) -> Iterator[bytes]:
        """The chunks that are whole now; the rest waits for more."""
        whole = self._rest + pcm
        end = len(whole) - len(whole) % CHUNK_BYTES
        self._rest = whole[end:]
        for start in range(0, end, CHUNK_BYTES):
            yield whole[start : start + CHUNK_BYTES]

    def clear(self) -> None:
        """Forget the rest."""
        self._rest = b""
