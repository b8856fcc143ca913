"""The child that serves the family's page and hears the hubs' reports."""

from __future__ import annotations

import sys
from typing import Final

from assistant.home.home import Home
from assistant.pendants.webhook_in import TOKEN_VARIABLE
from assistant.runtime.feature import Feature
from assistant.runtime.link import SOCKET_VARIABLE
from assistant.runtime.supervisor import ChildSpec
from assistant.settings import HOME_VARIABLE

CONSOLE_CHILD: Final = "console"


class ConsoleChild(Feature):
    """Runs the console, if the settings name an address for it."""

    def __init__(self, home: Home) -> None:
        self._home = home

    async def start(self) -> None:
        """Run it from now on; the supervisor ends it."""
        if self._home.settings.console.listen:
            self._home.supervisor.start(self._spec())

    def _spec(self) -> ChildSpec:
        home = self._home
        environment = {SOCKET_VARIABLE: str(home.bus.path), HOME_VARIABLE: str(home.folder)}
        # By the environment, which only this user can read; `home.state` tells it to no child.
        if token := home.settings.emergency.pendant_token:
            environment[TOKEN_VARIABLE] = token
        return ChildSpec(CONSOLE_CHILD, (sys.executable, "-m", "assistant.console"), environment)
