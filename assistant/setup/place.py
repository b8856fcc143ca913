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
        """Keep a field, through the Anban that runs, else by itself; raises SettingsError."""

    def speak(self, lang: str) -> None:
        """Let a language hold from now on, whatever was said before; raises SettingsError."""


@dataclass(slots=True)
class Place:
    """One home."""

    folder: Path
    profile: Profile
    opens: Callable[[Settings, Path], Registry]
    """Gives what opens addresses in a home with these settings."""
    meant: Callable[[Settings, Path, str], str] = lambda _settings, _folder, _address: ""
    """Gives the address that was most likely meant by one that cannot be used; empty: no idea."""
    told: Callable[[str, str], str] = lambda english, _lang: english
    """Gives an error, which is written in English, in a language."""
    has_medicines: Callable[[], bool] = lambda: False
    """Whether any medicine or other reminder is kept."""
    seen: dict[str, bool] = field(default_factory=dict)
    """Whether speaker, microphone and page work, by their settings, as far as it was tried."""
    said_lang: str = ""
    """The language that holds instead of the settings'; empty: theirs."""
    kept: list[str] = field(default_factory=list)
    """The keys of what was kept in this sitting, in its order."""

    @property
    def settings(self) -> Settings:
        """What holds now; the default stands for whatever cannot be used."""
        return read(settings_file(self.folder)).settings

    @property
    def lang(self) -> str:
        """The language in which the home is set up."""
        return self.said_lang or self.settings.language

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

    def keep(self, values: Mapping[str, Any], answered: str = "") -> None:
        """Keep settings; raises SettingsError.

        Args:
            values: by their names.
            answered: the question that it was, if it is not each of them.
        """
        set_values(settings_file(self.folder), values)
        self.note(*([answered] if answered else values))

    def note(self, *keys: str) -> None:
        """Remember that something was kept."""
        self.kept += [key for key in keys if key not in self.kept]
