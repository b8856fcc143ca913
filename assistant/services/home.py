"""The home: how it is set, what runs in it, its language, its voice, and one turn by text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.events import TurnTaken
from assistant.services.findings import CheckResult
from assistant.services.request import Request, request
from assistant.services.strict import LongText
from assistant.settings import Settings


@dataclass(frozen=True, slots=True)
class HomeState:
    """What a child must know before it begins."""

    lang: str
    """The language that is spoken now; later ones come as `LanguageChanged`."""
    volume: float
    rate_words_per_minute: int
    home: Path
    """The data folder."""
    settings: Settings
    """Without what no child may know: passwords, the door code, illnesses, links."""


@request("home.state")
class GetHomeState(Request[HomeState]):
    """How the home is set now."""


@request("home.children")
class GetChildren(Request[dict[str, bool]]):
    """Whether each child is ready, by its name."""


@request("home.troubles")
class GetTroubles(Request[dict[str, LongText]]):
    """Why each child that is not ready is not."""


@request("home.devices")
class CheckDevices(Request[tuple[CheckResult, ...]]):
    """How every device is."""


@request("language.switch")
class SwitchLanguage(Request[None]):
    """Go on in another language."""

    lang: str


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The voice after a change."""

    volume: float
    """0 to 1."""
    rate_words_per_minute: int
    at_limit: bool
    """It was as far as it goes already."""


@request("voice.adjust")
class AdjustVoice(Request[Adjusted]):
    """One step louder, quieter, faster or slower, from the next sentence on."""

    direction: str


@dataclass(frozen=True, slots=True)
class LastSaid:
    """The answer before this one."""

    text: LongText
    """Empty if there was none."""


@request("speech.last")
class GetLastSaid(Request[LastSaid]):
    """What was said last."""


@request("speech.stop")
class StopSpeech(Request[None]):
    """Be silent now; alarms go on."""


@request("turn")
class TakeTurn(Request[TurnTaken]):
    """One turn of the conversation, by text."""

    text: LongText


@request("conversation.forget")
class ForgetConversation(Request[None]):
    """Begin the conversation anew."""
