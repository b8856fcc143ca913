"""Errors that a person can do something about: told by the command line as one plain line."""

from __future__ import annotations

from assistant.commands.hear import NothingHeardError, NotSpokenError
from assistant.demo import DemoError
from assistant.demo.elder import ElderError
from assistant.dialogue import DialogueError
from assistant.ear.audiofile import AudioFileError
from assistant.language import LanguageError
from assistant.people.contacts import ContactError
from assistant.runtime.home_folder import AlreadyRunningError
from assistant.runtime.link import LinkError
from assistant.services.errors import Refused, ServiceError
from assistant.settings import SettingsError
from assistant.setup.answers import AnswersError
from assistant.store import StoreError
from models import ModelError

EXPECTED = (
    AlreadyRunningError,
    AnswersError,
    AudioFileError,
    ContactError,
    DemoError,
    DialogueError,
    ElderError,
    LanguageError,
    LinkError,
    ModelError,
    NotSpokenError,
    NothingHeardError,
    Refused,
    ServiceError,
    SettingsError,
    StoreError,
    TimeoutError,
    OSError,
)
