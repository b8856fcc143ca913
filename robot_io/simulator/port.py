"""The simulator's end of the line: a pseudo-terminal that carries bytes as fast as a UART would."""

import os
import random
import tty
from collections import deque
from pathlib import Path

from robot_io.simulator.faults import Faults

# A UART's receiver is emptied at least this often, so larger pieces would hide line time.
_PIECE_SECONDS = 0.001
_PIECE_MIN_BYTES = 16
_BACKLOG_MAX_BYTES = 65_536


class PtyPort:
    """A pty under a link of a stable name, paced to a baud rate, with faults; may be unplugged.

    Pseudo-terminals carry bytes at once; to say something about a real line, every byte is
    delivered when a line of this speed would have carried it, in both directions.
    """

    def __init__(self, link: Path, baud: int, faults: Faults, rng: random.Random) -> None:
        self.faults = faults
        self._link, self._rng = link, rng
        self._byte_seconds = 10 / baud
        self._piece_bytes = max(_PIECE_MIN_BYTES, int(_PIECE_SECONDS / self._byte_seconds))
        self._ends: tuple[int, int] | None = None
        self._incoming: deque[tuple[float, bytes]] = deque()
        self._incoming_free_at = 0.0
        self._outgoing: deque[tuple[float, bytes]] = deque()
        self._outgoing_bytes = 0
        self._outgoing_free_at = 0.0

    @property
    def fileno(self) -> int | None:
        """To wait on, when a piece may be read; None while unplugged or while one is on the way."""
        if self._ends is None or len(self._incoming) * self._piece_bytes > 4096:
            return None
        return self._ends[0] if self._may_read() else None

    def _may_read(self) -> bool:
        # Behind a delay several pieces are on the way; without one, the next waits its turn.
        return not self._incoming or self.faults.delay_seconds > 0

    def plug(self) -> None:
        """Make a new pty and point the link to it."""
        if self._ends is not None:
            return
        ours, theirs = os.openpty()
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        self._ends = (ours, theirs)
        new = self._link.with_name(self._link.name + ".new")
        new.unlink(missing_ok=True)
        new.symlink_to(os.ttyname(theirs))
        new.replace(self._link)

    def unplug(self) -> None:
        """Take the pty away, as a pulled plug does."""
        if self._ends is None:
            return
        self._link.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = None
        self._incoming.clear()
        self._outgoing.clear()
        self._outgoing_bytes = 0

    def read_ready(self, now: float) -> None:
        """Take one piece off the pty; it arrives when the line has carried it."""
        if self._ends is None:
            return
        try:
            data = os.read(self._ends[0], self._piece_bytes)
        except BlockingIOError:
            return
        start = max(now, self._incoming_free_at)
        self._incoming_free_at = start + len(data) * self._byte_seconds
        arrives = self._incoming_free_at + self.faults.delay_seconds
        self._incoming.append((arrives, self.faults.apply(data, self._rng)))

    def arrived(self, now: float) -> bytes:
        """What the line has delivered by now."""
        out = b""
        while self._incoming and self._incoming[0][0] <= now:
            out += self._incoming.popleft()[1]
        return out

    def send(self, data: bytes, now: float) -> None:
        """Put bytes on the line towards the host; what nobody reads is lost, as on a UART."""
        if self._ends is None or self._outgoing_bytes > _BACKLOG_MAX_BYTES:
            return
        start = max(now, self._outgoing_free_at)
        self._outgoing_free_at = start + len(data) * self._byte_seconds
        arrives = self._outgoing_free_at + self.faults.delay_seconds
        self._outgoing.append((arrives, self.faults.apply(data, self._rng)))
        self._outgoing_bytes += len(data)

    def flush(self, now: float) -> None:
        """Hand over what has reached the host by now."""
        if self._ends is None:
            return
        ready = bytearray()
        while self._outgoing and self._outgoing[0][0] <= now:
            ready += self._outgoing.popleft()[1]
        if not ready:
            return
        self._outgoing_bytes = sum(len(data) for _, data in self._outgoing)
        try:
            os.write(self._ends[0], ready)
        except BlockingIOError:
            return  # the host does not read: a UART loses what is not taken

    def next_at(self) -> float | None:
        """When something is due, on either way."""
        due = [queue[0][0] for queue in (self._incoming, self._outgoing) if queue]
        return min(due) if due else None
