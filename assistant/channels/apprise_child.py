"""The process in which Apprise sends: `python -m assistant.channels.apprise_child`.

A hundred services' plugins read whatever a server answers, without end if it has none.  Here each
message is sent by a process of its own, with bounds on memory, time and what is read of an answer;
the one that waits has imported Apprise already, so that the first alarm need not.

A job a line on standard input: {"id", "url", "title", "body", "kind", "seconds", "skip"}; an
answer a line on standard output: {"id", "taken": [...], "failed", "code"}, or {"id", "died": true}.
`skip` and `taken` are marks of receivers: what one of two did not take is sent again to that one.
"""

from __future__ import annotations

import copy
import hashlib
import json
import logging
import os
import re
import resource
import signal
import sys
from collections.abc import Iterator
from typing import Any, Final

import requests
from apprise import Apprise, NotifyBase, NotifyFormat, NotifyType

from assistant.runtime.privacy import keep_private

MAX_ANSWER_BYTES: Final = 65_536
"""How much of an answer is read; a service says yes or no in far less."""
MAX_MEMORY_BYTES: Final = 256_000_000
"""How much memory a message may take, beside what the process has when it begins."""
_RECEIVERS: Final = ("targets", "topics", "channels", "rooms", "devices", "emails", "users")
"""The names under which Apprise's plugins keep whom they send to."""

_send = requests.Session.send


def _bounded_send(
    session: requests.Session, request: requests.PreparedRequest, **more: Any
) -> requests.Response:
    """Send once, follow nowhere, and read the beginning of the answer."""
    more |= {"stream": True, "allow_redirects": False}
    answer = _send(session, request, **more)
    try:
        answer._content = answer.raw.read(MAX_ANSWER_BYTES, decode_content=True)
    except Exception:  # noqa: BLE001  (of urllib3, of the decoder, of the socket: it is unread)
        answer._content = b""
    answer._content_consumed = True  # type: ignore[attr-defined]
    answer.close()
    return answer


class _ErrorCode(logging.Handler):
    """Hears the status of an HTTP answer in Apprise's warnings, and keeps nothing else."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.code = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging."""
        if match := re.search(r"error=(\d{3})\b", record.getMessage()):
            self.code = match.group(1)


def _parts(service: NotifyBase) -> Iterator[tuple[str, NotifyBase]]:
    """Give the service once for each receiver, with the receiver's mark."""
    for name in _RECEIVERS:
        receivers = getattr(service, name, None)
        if isinstance(receivers, (list, tuple)) and len(receivers) > 1:
            for receiver in receivers:
                part = copy.copy(service)
                setattr(part, name, [receiver])
                yield hashlib.sha256(repr(receiver).encode()).hexdigest()[:16], part
            return
    yield "all", service


def _deliver(job: dict[str, Any]) -> dict[str, Any]:
    listener = _ErrorCode()
    logger = logging.getLogger("apprise")
    logger.propagate = False  # its own lines hold topics, tokens and what was said
    logger.addHandler(listener)
    service = Apprise.instantiate(job["url"])
    if not isinstance(service, NotifyBase):
        return {"id": job["id"], "taken": [], "failed": 1, "code": ""}
    taken, failed = list(job["skip"]), 0
    for mark, part in _parts(service):
        if mark in job["skip"]:
            continue
        is_taken = part.notify(
            body=job["body"],
            title=job["title"],
            notify_type=NotifyType(job["kind"]),
            body_format=NotifyFormat.TEXT,
        )
        if is_taken:
            taken.append(mark)
        else:
            failed += 1
    return {"id": job["id"], "taken": taken, "failed": failed, "code": listener.code}


def _run(job: dict[str, Any]) -> None:
    """Send in a process of its own, tell and end; whatever happens, it ends in time."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, job["seconds"])
    pages = int(open("/proc/self/statm", encoding="ascii").read().split()[0])  # noqa: PTH123, SIM115
    most = pages * resource.getpagesize() + MAX_MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    _tell(_deliver(job))


def _tell(answer: dict[str, Any]) -> None:
    # One write: lines of several processes do not mix below the size of a pipe's buffer.
    os.write(1, json.dumps(answer).encode() + b"\n")


def main() -> None:
    """Wait for jobs until the core goes."""
    keep_private()
    logging.disable(logging.NOTSET)
    requests.Session.send = _bounded_send  # type: ignore[assignment,method-assign]
    running: dict[int, str] = {}

    def reap(*_: object) -> None:
        while running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            job_id = running.pop(pid, "")
            if status:
                _tell({"id": job_id, "died": True})

    signal.signal(signal.SIGCHLD, reap)
    _tell({"id": "", "ready": True})
    while line := sys.stdin.readline():
        job = json.loads(line)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if not pid:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            status = 1
            try:
                _run(job)
                status = 0
            finally:
                os._exit(status)
        running[pid] = job["id"]
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})


if __name__ == "__main__":
    main()
