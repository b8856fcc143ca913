"""What can go wrong with a model. Each message says what happened and what to do next."""


class ModelError(RuntimeError):
    """Root of this package's errors."""


class UnknownModelError(ModelError):
    """No model of that name or language is known."""


class ModelMissingError(ModelError):
    """A folder that should hold a model is not there."""


class CorruptModelError(ModelError):
    """A folder is there, but Vosk cannot use it."""


class WrongLanguageError(ModelError):
    """The model is of another language than asked for."""


class PullError(ModelError):
    """A model could not be fetched; what was there before is as it was."""


class UnreachableError(PullError):
    """The server does not answer: most often there is no internet."""


class RefusedError(PullError):
    """The server answers, but does not give the file."""


class InterruptedPullError(PullError):
    """The connection was cut again and again; the next pull goes on where this one stopped."""


class ChecksumError(PullError):
    """What arrived is not what was expected; it was thrown away."""


class BusyError(PullError):
    """Another process is pulling the same model."""


class NoSpaceError(PullError):
    """The disk is full."""


class ArchiveError(PullError):
    """Not a zip, or one that must not be unpacked."""
