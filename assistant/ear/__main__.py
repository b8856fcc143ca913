"""`python -m assistant.ear`: the child that hears; started by the supervisor."""

from __future__ import annotations

import logging
from typing import NoReturn

from assistant.ear.ear import NAME, WANTS, Ear, EarError
from assistant.runtime.child import end_at_once, run_child
from assistant.runtime.link import Link


async def _run() -> None:
    async with Link(NAME, WANTS) as link:
        home = await link.home_state()
        logging.getLogger().setLevel(home.settings.log_level.upper())
        await Ear(link, home).run()


def main() -> NoReturn:
    """Run the child; a hopeless error is one line on stderr and status 1."""
    end_at_once(run_child(NAME, _run(), EarError))


if __name__ == "__main__":
    main()
