"""The home that is being set up: what is known of it now, and how an answer is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from assistant.channels import Registry
from assistant.people.contacts import People
from assistant.settings import Settings, read, settings_file
from assistant.setup.settings_file import set_values


class Profile(Protocol):
    """What is known of the elder, kept in the database."""

    def get(self, name: str) -> Any:
        """A field; None if it was never set.  Raises StoreError."""

    def set(self, name: str, value: Any) -> None:
        """Keep a field, through the Anban that runs, else by itself; raises StoreError."""


@dataclass(slots=True)
class Place:
    """One home."""

    folder: Path
    profile: Profile
    opens: Callable[[Settings, Path], Registry]
    """Gives what opens addresses in a home with these settings."""
    kept: list[str] = field(default_factory=list)
    """The keys of what was kept in this sitting, in its order."""

    @property
    def settings(self) -> Settings:
        """What holds now; the default stands for whatever cannot be used."""
        return read(settings_file(self.folder)).settings

    @property
    def people(self) -> People:
        """Whom to call, as it is known now."""
        people = People(self.folder)
        people.read()
        return people

    @property
    def registry(self) -> Registry:
        """What opens addresses in this home, as it is set up now."""
        return self.opens(self.settings, self.folder)

    def keep(self, values: Mapping[str, Any]) -> None:
        """Keep settings; raises SettingsError."""
        set_values(settings_file(self.folder), values)
        self.note(*values)

    def note(self, *keys: str) -> None:
        """Remember that something was kept."""
        self.kept += [key for key in keys if key not in self.kept]
