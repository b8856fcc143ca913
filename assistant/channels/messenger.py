"""The core's end of the process in which Apprise sends; begun when it is first needed, or before.

It ends with the core: its standard input is closed.  One that died is begun anew with the next
message; what it held is of unknown outcome.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import threading
import uuid
from collections import OrderedDict
from concurrent.futures import Future, InvalidStateError
from typing import Any, Final

_REMEMBERED: Final = 256
"""Of how many attempts it is remembered which of several receivers took them."""
_MARGIN_SECONDS: Final = 2.0


class MessengerError(RuntimeError):
    """The process that sends died over a message; it may or may not have gone out."""


class Messenger:
    """Hands messages to Apprise's process; may be used from any event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting: dict[str, tuple[subprocess.Popen[bytes], Future[dict[str, Any]]]] = {}
        self._taken: OrderedDict[tuple[str, str], list[str]] = OrderedDict()

    def warm(self) -> None:
        """Begin the process, so that the first message need not wait for it; blocks shortly."""
        with self._lock:
            self._begun()

    async def send(
        self, attempt_id: str, url: str, *, title: str, body: str, kind: str, seconds: float
    ) -> tuple[int, int, str]:
        """Send; gives how many receivers took it, how many did not, and the last HTTP error.

        An attempt that is made again goes only to those who did not take it before.

        Raises:
            MessengerError: the process died over it.
            TimeoutError: no answer in time; the process that sends it is ended.
        """
        job: dict[str, Any] = {
            "id": uuid.uuid4().hex,
            "url": url,
            "title": title,
            "body": body,
            "kind": kind,
            "seconds": seconds,
            "skip": self._taken.get((attempt_id, url), []),
        }
        future: Future[dict[str, Any]] = Future()
        try:
            await asyncio.to_thread(self._hand_over, job, future)
            async with asyncio.timeout(seconds + _MARGIN_SECONDS):
                answer = await asyncio.wrap_future(future)
        finally:
            self._waiting.pop(job["id"], None)
        if answer.get("died"):
            raise MessengerError("the process that sends it was ended")
        if answer["failed"]:
            self._taken[attempt_id, url] = answer["taken"]
        while len(self._taken) > _REMEMBERED:
            self._taken.popitem(last=False)
        return len(answer["taken"]), int(answer["failed"]), str(answer["code"])

    def _hand_over(self, job: dict[str, Any], future: Future[dict[str, Any]]) -> None:
        line = json.dumps(job).encode() + b"\n"
        with self._lock:
            process = self._begun()
            self._waiting[job["id"]] = (process, future)
            try:
                if process.stdin is not None:
                    process.stdin.write(line)
                    process.stdin.flush()
            except OSError as error:
                raise MessengerError("the process that sends it ended") from error

    def _begun(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "assistant.channels.apprise_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # it may hold addresses, which are passwords
            )
            threading.Thread(target=self._read, args=(self._process,), daemon=True).start()
        return self._process

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        for line in process.stdout or ():
            answer = json.loads(line)
            _, future = self._waiting.get(answer["id"], (None, None))
            _settle(future, answer)
        process.wait()
        for of_process, future in list(self._waiting.values()):
            if of_process is process:
                _settle(future, {"died": True})


def _settle(future: Future[dict[str, Any]] | None, answer: dict[str, Any]) -> None:
    if future is not None:
        with contextlib.suppress(InvalidStateError):  # nobody waits for it any more
            future.set_result(answer)


MESSENGER: Final = Messenger()
"""The messenger of this process."""
