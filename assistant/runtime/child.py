"""A child's whole life, from its start to the one line of a hopeless end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from assistant.runtime.link import LinkError
from assistant.runtime.privacy import keep_private
from assistant.services.errors import ServiceError


def run_child(name: str, work: Coroutine[Any, Any, None], *hopeless: type[Exception]) -> str | None:
    """Run a child to its end; gives one line for stderr if the end was hopeless.

    Args:
        name: The child.
        work: What it does.
        hopeless: Errors of its own that only a new process, or a human, can mend.
    """
    keep_private()
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.INFO)
    ends: tuple[type[Exception], ...] = (LinkError, ServiceError, TimeoutError, *hopeless)
    try:
        asyncio.run(work)
    except ends as error:
        return f"anban {name}: {str(error) or 'the core does not answer'}"
    return None
