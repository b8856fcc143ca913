from collections.abc import AsyncGenerator

import httpx

from assistant.channels import (
    AddressError,
    AttemptEvent,
    Channel,
    ChannelStatus,
    Dialled,
    Ended,
    Kind,
    Message,
    Outcome,
)


class Lamp(Channel):
    kind = Kind.MESSAGE

    def __init__(self, address: str) -> None:
        self._plug = address.removeprefix("lamp:")
        if not self._plug:
            raise AddressError("a lamp's address looks like lamp:192.168.1.20")
        self.name = f"lamp at {self._plug}"

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        try:
            await self._ask("Power On")
        except httpx.ConnectError:
            yield Ended(Outcome.FAILED, "the plug cannot be reached")
        except httpx.HTTPError as error:
            yield Ended(Outcome.UNKNOWN, f"no answer ({type(error).__name__})")
        else:
            yield Dialled()
            yield Ended(Outcome.DELIVERED, "on")

    async def check(self) -> ChannelStatus:
        try:
            await self._ask("Power")
        except httpx.HTTPError as error:
            return ChannelStatus(is_well=False, detail=f"no answer ({type(error).__name__})")
        return ChannelStatus(is_well=True, detail="the plug answers")

    async def _ask(self, command: str) -> None:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            url = f"http://{self._plug}/cm"
            (await client.get(url, params={"cmnd": command})).raise_for_status()
