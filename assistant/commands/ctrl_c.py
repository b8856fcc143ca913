"""One press of Ctrl-C that reaches whoever waits for a line."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Final

_AGAIN_SECONDS: Final = 0.05
_ECHO_SECONDS: Final = 0.5
"""Within which a second signal is the first one, sent again, and no second press."""


@contextlib.contextmanager
def heard_at_once() -> Iterator[None]:
    """Let one Ctrl-C reach the main thread wherever it waits.

    The kernel may hand the signal to any thread, and even in the main one it may come just before
    a wait begins, which it then does not end. So it is sent there again until it was heard.
    """
    main = threading.main_thread().ident
    if main is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = threading.Event()
    heard_at = 0.0

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal heard_at
        now = time.monotonic()
        if heard.is_set() and now - heard_at < _ECHO_SECONDS:
            return  # the same press, sent again
        heard_at = now
        heard.set()
        signal.default_int_handler(number, frame)

    def send_again() -> None:
        while got := os.read(reading, 1):
            while got[0] == signal.SIGINT and not heard.wait(_AGAIN_SECONDS):
                signal.pthread_kill(main, signal.SIGINT)

    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.signal(signal.SIGINT, interrupt)
    fd_before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    watch = threading.Thread(target=send_again, name="ctrl-c", daemon=True)
    watch.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(fd_before)
        signal.signal(signal.SIGINT, before)
        heard.set()
        os.close(writing)
        watch.join()
        os.close(reading)
