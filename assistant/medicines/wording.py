"""What is said and written of medicines that may not go together; the words are in `replies/`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path

from assistant.language import Replies
from assistant.medicines.warnings import Kind, Warned
from assistant.reminders.family import Texts


class Wording:
    """Makes sentences."""

    def __init__(self, home_lang: Callable[[], str], elder_name: Callable[[], str]) -> None:
        self._home_lang, self._elder_name = home_lang, elder_name
        self._replies = Replies.load(Path(__file__).parent / "replies")

    def for_elder(self, found: Sequence[tuple[str, Warned]]) -> str:
        """That a doctor or pharmacist should be asked."""
        lang = self._home_lang()
        if len(found) > 1:
            return self._replies.render("elder_many", lang)
        ((title, warned),) = found
        key = "elder_allergy" if warned.kind is Kind.ALLERGY else "elder_pair"
        return self._replies.render(key, lang, what=title, other=warned.other)

    def for_family(self, found: Sequence[tuple[str, Warned]]) -> Texts:
        """Give headline and text with the reasons, in the language of whoever reads it."""

        def texts(lang: str) -> tuple[str, str]:
            who = self._elder_name() or self._render("the_elder", lang)
            lines = [self._line(title, warned, lang) for title, warned in found]
            text = reduce(
                lambda first, second: self._render("join", lang, first=first, second=second),
                [self._render("family_text", lang, elder=who), *lines],
            )
            return self._render("family_headline", lang, elder=who), text

        return texts

    def _line(self, title: str, warned: Warned, lang: str) -> str:
        key = "family_allergy" if warned.kind is Kind.ALLERGY else "family_pair"
        why = self._render(f"why_{warned.why}", lang)
        return self._render(key, lang, what=title, other=warned.other, why=why)

    def _render(self, key: str, lang: str, **slots: str) -> str:
        return self._replies.render(key, lang, avoid="", **slots)
