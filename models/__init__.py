"""Speech models: which there are, where they lie, fetching and checking them.

`find` gives the best model of a language that is on this machine, `pull` brings a better one,
`verify` tells whether one works. Nothing here loads Vosk into the calling process.
"""

from models.errors import (
    ArchiveError,
    BusyError,
    ChecksumError,
    CorruptModelError,
    InterruptedPullError,
    ModelError,
    ModelMissingError,
    NoSpaceError,
    PullError,
    RefusedError,
    UnknownModelError,
    UnreachableError,
    WrongLanguageError,
)
from models.folder import PATH_VARIABLE, ModelFolder, check_layout, find, installed
from models.manifest import Entry, Kind, entries, fetchable, languages
from models.pull import pull
from models.verify import Report, verify

__all__ = [
    "PATH_VARIABLE",
    "ArchiveError",
    "BusyError",
    "ChecksumError",
    "CorruptModelError",
    "Entry",
    "InterruptedPullError",
    "Kind",
    "ModelError",
    "ModelFolder",
    "ModelMissingError",
    "NoSpaceError",
    "PullError",
    "RefusedError",
    "Report",
    "UnknownModelError",
    "UnreachableError",
    "WrongLanguageError",
    "check_layout",
    "entries",
    "fetchable",
    "find",
    "installed",
    "languages",
    "pull",
    "verify",
]
