"""The home as `anban setup` reaches it: beside the Anban that runs, and without it."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.channels import Registry
from assistant.commands.told import told
from assistant.runtime.home_folder import AlreadyRunningError, lock_home, socket_path
from assistant.settings import Settings, SettingsError, home_folder
from assistant.setup import Place
from assistant.store import Database, KeyedValues, StoreError

if TYPE_CHECKING:
    from assistant.services import Request

_DATABASE = "anban.sqlite"


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Database]:
    """The database at this path, open."""
    database = Database(path)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


class HomeProfile:
    """What is known of the elder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Any] | None = None

    def get(self, name: str) -> Any:
        """Read a field from a copy of the database, once; raises StoreError."""
        if self._known is None:
            self._known = asyncio.run(self._read())
        return self._known.get(name)

    def set(self, name: str, value: Any) -> None:
        """Keep a field, through the Anban that runs, else by itself; raises SettingsError."""
        from assistant.services import SetProfileField  # noqa: PLC0415

        async def by_itself(database: Database) -> None:
            await KeyedValues.profile(database).set(name, value)

        try:
            asyncio.run(self._change(by_itself, SetProfileField(name, value)))
        except (StoreError, OSError, TimeoutError) as error:
            raise SettingsError(str(error)) from error
        self._known = {**(self._known or {}), name: value}

    def speak(self, lang: str) -> None:
        """Let a language hold from now on, also after one that was asked for aloud."""
        from assistant.services import SwitchLanguage  # noqa: PLC0415

        async def by_itself(database: Database) -> None:
            kept = KeyedValues.home(database)
            if await kept.get("lang") not in {None, lang}:
                await kept.set("lang", lang)

        if not (self._folder / _DATABASE).exists():
            return  # nothing was asked for yet
        try:
            asyncio.run(self._change(by_itself, SwitchLanguage(lang)))
        except (StoreError, OSError, TimeoutError) as error:
            raise SettingsError(str(error)) from error

    async def _read(self) -> dict[str, Any]:
        from assistant.commands.reminder_list import copied  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix="anban-") as folder:
            path = copied(Path(folder))
            if not path.exists():  # nothing was kept yet, and the home is not touched
                return {}
            async with opened(path) as database:
                return await KeyedValues.profile(database).all()

    async def _change(
        self, by_itself: Callable[[Database], Awaitable[None]], wish: Request[None]
    ) -> None:
        try:
            lock = lock_home(self._folder)
        except AlreadyRunningError:
            await _ask(self._folder, wish)
            return
        with lock:
            async with opened(self._folder / _DATABASE) as database:
                await by_itself(database)


async def _ask(folder: Path, wish: Request[None]) -> None:
    """Let the Anban that runs do it."""
    from assistant.runtime.link import Link, LinkError  # noqa: PLC0415
    from assistant.services.errors import ServiceError  # noqa: PLC0415

    try:
        async with Link("setup", (), socket_path(folder)) as link:
            await link.request(wish)
    except (LinkError, ServiceError) as error:
        raise SettingsError(str(error)) from error


def runs(folder: Path) -> bool:
    """Whether an Anban runs on this home."""
    try:
        lock_home(folder).close()
    except AlreadyRunningError:
        return True
    return False


def place() -> Place:
    """The home of this user."""
    folder = home_folder()
    kept = partial(_has_reminders, folder / _DATABASE)
    return Place(folder, HomeProfile(folder), _opener, _meant, told, kept)


def _has_reminders(path: Path) -> bool:
    """Look without a copy and without a change; what cannot be read is told by who needs it."""
    if not path.exists():
        return False
    with contextlib.suppress(sqlite3.Error):
        reading = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        with contextlib.closing(reading) as database:
            return database.execute("SELECT 1 FROM reminder LIMIT 1").fetchone() is not None
    return False


def _opener(settings: Settings, folder: Path) -> Registry:
    from assistant.core.equipment import HomeEquipment  # noqa: PLC0415  (a second of imports)

    return HomeEquipment(settings, folder, runs_phone=False).registry


def _meant(settings: Settings, folder: Path, address: str) -> str:
    from assistant.commands.address_hint import likely  # noqa: PLC0415
    from assistant.core.equipment import HomeEquipment  # noqa: PLC0415

    equipment = HomeEquipment(settings, folder, runs_phone=False)
    return likely(address, equipment.numbering([]).country)
