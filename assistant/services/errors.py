"""What a request may raise: a typed no with what an answer needs, or a fault.

Each crosses the socket by its name and its fields, and is raised again as the same class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final


class ServiceError(RuntimeError):
    """A request was not done; the subclass and its message say why."""


@dataclass
class Refused(ServiceError):  # noqa: N818  (a plain no, not a fault)
    """A plain no, with a sentence for the one who asked."""

    why: str

    def __str__(self) -> str:
        return self.why


@dataclass
class NotStartedError(ServiceError):
    """A service is not there yet: the core starts some of them after the skills."""

    service: str

    def __str__(self) -> str:
        return f"no service {self.service!r}"


@dataclass
class NotAllowedError(ServiceError):
    """The one who asks has no right to it."""

    who: str
    service: str

    def __str__(self) -> str:
        return f"{self.who} may not ask for {self.service!r}"


@dataclass
class FailedError(ServiceError):
    """A fault inside the core, which is in its log."""

    service: str

    def __str__(self) -> str:
        return f"{self.service} failed inside the core; see its log"


class Refusal(ServiceError):  # noqa: N818  (a plain no, not a fault)
    """A no that an answer is made of: the subclass says why and carries what that needs."""

    code: ClassVar[str] = "refused"

    def to_dict(self) -> dict[str, Any]:
        """Give it as third parties' skills get it: `{"refused": code, ...}`."""
        details = {name: value for name, value in self._details().items() if value is not None}
        return {"refused": self.code, **details}

    def _details(self) -> dict[str, Any]:
        return dict(vars(self))

    def __str__(self) -> str:
        details = ", ".join(f"{name.replace('_', ' ')} {v}" for name, v in self._details().items())
        return f"{self.code.replace('_', ' ')}: {details}" if details else self.code

    def __init_subclass__(cls) -> None:
        name = "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__)
        cls.code = name.removeprefix("_").removesuffix("_refused")


@dataclass
class InvalidRefused(Refusal):
    """A field is missing or cannot be; `field` names it, `why` says it in plain English."""

    field: str
    why: str

    def __str__(self) -> str:
        return f"{self.field}: {self.why}"


GENERAL: Final[tuple[type[ServiceError], ...]] = (
    Refused,
    NotStartedError,
    NotAllowedError,
    FailedError,
    InvalidRefused,
)
"""What every request may raise."""
