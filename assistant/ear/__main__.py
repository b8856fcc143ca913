"""`python -m assistant.ear`: the child that hears; started by the supervisor."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

from assistant.ear.ear import NAME, WANTS, Ear, EarError
from assistant.runtime.link import Link, LinkError
from assistant.runtime.privacy import keep_private
from assistant.services.errors import ServiceError


async def _run() -> None:
    async with Link(NAME, WANTS) as link:
        home = await link.home_state()
        logging.getLogger().setLevel(home.settings.log_level.upper())
        ear = Ear(link, home)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ear.stop)
        await ear.run()


def main() -> int:
    keep_private()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(_run())
    except (EarError, LinkError, ServiceError) as error:
        print(f"ear: {error}", file=sys.stderr)  # noqa: T201  (the one line of a hopeless end)
        return 1
    except TimeoutError:
        print("ear: the core did not tell how the home is set", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    # Not sys.exit: a sound system that hangs would hold the process at its end for ever.
    os._exit(status)
