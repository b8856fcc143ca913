"""Whether the technical log is shown: not to a person at a terminal, who is told in sentences."""

from __future__ import annotations

import logging
import os
import sys


def is_quiet() -> bool:
    """Whether a person sees what is logged, and did not ask for it; children share this stderr."""
    return sys.stderr.isatty() and not os.environ.get("ANBAN_DEBUG")


def begin_log(line_format: str, level: int) -> None:
    """Begin to log to stderr, or nowhere."""
    if is_quiet():
        logging.basicConfig(handlers=[logging.NullHandler()], level=level)
    else:
        logging.basicConfig(format=line_format, level=level)
