"""What the elder and the family are told of sensors; the words are in `replies/`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from assistant.language import Replies
from assistant.sensors.case import Case

REPLIES: Final = Replies.load(Path(__file__).with_name("replies"))
Texts = Callable[[str], tuple[str, str]]
"""Gives headline and text in a language."""


class Wording:
    """Makes sentences."""

    def __init__(self, home_lang: Callable[[], str], elder: str, zone: ZoneInfo) -> None:
        self._home_lang, self._elder, self._zone = home_lang, elder, zone

    def said(self, key: str, **slots: Any) -> str:
        """Say something to the elder."""
        return render(key, self._home_lang(), **slots)

    def to_elder(self, key: str, case: Case) -> str:
        """Say to the elder what a sensor told."""
        return self._about(key, case, self._home_lang())

    def question(self, case: Case) -> str:
        """Ask the elder whether all is well; a yes means that it is."""
        return self.said("ask", what=self.to_elder("elder", case))

    def to_family(self, case: Case) -> Texts:
        """Tell the family what happened, and what the elder said to it."""

        def texts(lang: str) -> tuple[str, str]:
            elder = self._elder or render("the_elder", lang)
            what = self._about("family", case, lang)
            at = datetime.fromtimestamp(case.since, self._zone)
            answer = render(f"answer_{case.answer}", lang, elder=elder) if case.answer else ""
            text = render("family", lang, elder=elder, time=f"{at:%H:%M}", what=what)
            headline = render("headline", lang, elder=elder, what=what)
            return headline, f"{text} {answer}".strip()

        return texts

    def _about(self, key: str, case: Case, lang: str) -> str:
        whole = f"{key}_{case.kind}"
        value = "" if case.value is None else f"{case.value:.0f}"
        return render(whole, lang, place=case.place, value=value)


def render(key: str, lang: str, **slots: Any) -> str:
    """Render one of the wordings."""
    return REPLIES.render(key, lang, **slots)
