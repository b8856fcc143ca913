"""What the family is written of the self-test and the elder told; the words are in `replies/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from assistant.language import Replies
from assistant.selftest.trouble import Owed, Trouble
from assistant.services.findings import CheckResult

if TYPE_CHECKING:  # the core starts before reminders are imported
    from assistant.reminders.family import Texts

MOST_SPOKEN: Final = 2
"""The most faults that are named in one breath; the others are counted."""
_NO_USE: Final = {
    "microphone": ("ear", "chime"),
    "speaker": ("mouth", "chime"),
    "chime": ("ear", "microphone", "mouth", "speaker"),
    "ear": ("microphone", "chime"),
    "mouth": ("speaker", "chime"),
    "dialogue": ("skills",),
    "skills": ("dialogue",),
    "page": ("console",),
    "console": ("page",),
}
"""What is not called fine while a part is not well."""
REPLIES: Final = Replies.load(Path(__file__).parent / "replies")


class Wording:
    """Makes sentences."""

    def __init__(self, home_lang: Callable[[], str], elder_name: Callable[[], str]) -> None:
        self._home_lang, self._elder_name = home_lang, elder_name

    def for_family(self, owed: Owed, findings: Sequence[CheckResult]) -> Texts:
        """Give headline and text in the reader's language: what fails, what to do, what works.

        Args:
            owed: what is to be told.
            findings: of the newest test, for what still works.
        """

        def texts(lang: str) -> tuple[str, str]:
            elder = self.elder(lang)
            lines = [render("family_intro", lang, elder=elder)]
            for number, trouble in enumerate(owed.bad, 1):
                key = "family_bad" if trouble.days == 1 else "family_bad_again"
                lines.append(
                    render(
                        key,
                        lang,
                        count=number,
                        days=trouble.days,
                        what=_begun(_of("bad", trouble.part, trouble.subject, lang)),
                        fix=_of("fix", trouble.part, trouble.subject, lang),
                    )
                )
            if owed.well:
                lines.append(render("family_well", lang, what=_names(owed.well, lang)))
            works = _works(findings)
            if owed.bad and works:
                lines.append(render("family_works", lang, what=_names(works, lang)))
            key = "family_headline" if owed.bad else "family_headline_well"
            return render(key, lang, elder=elder, count=len(owed.bad)), "\n".join(lines)

        return texts

    def for_elder(self, owed: Owed, *, is_family_reached: bool) -> str:
        """Say what is wrong in a sentence or two, in the language of the home."""
        lang = self._home_lang()
        said = []
        if owed.bad:
            bad = [_of("bad", t.part, t.subject, lang) for t in owed.bad[:MOST_SPOKEN]]
            what = _joined("join", bad, lang)
            if len(owed.bad) > MOST_SPOKEN:
                more = len(owed.bad) - MOST_SPOKEN
                what = render("elder_more", lang, what=what, count=more)
            said.append(render("elder_bad", lang, what=what))
            key = "elder_family_knows" if is_family_reached else "elder_family_unknown"
            said.append(render(key, lang))
        if owed.well:
            said.append(render("elder_well", lang, what=_names(owed.well, lang)))
        return " ".join(said)

    def about_chime(self) -> str:
        """Say what the chime was."""
        return render("about_chime", self._home_lang())

    def drill(self, key: str) -> str:
        """Say what the elder is told of a drill."""
        return render(key, self._home_lang())

    def elder(self, lang: str) -> str:
        """Say what the elder is called."""
        return self._elder_name() or render("the_elder", lang)


def render(key: str, lang: str, **slots: Any) -> str:
    """Render one of the wordings."""
    return REPLIES.render(key, lang, **slots)


def _of(what: str, part: str, subject: str, lang: str) -> str:
    who, _, way = subject.partition(": ")
    key = f"{what}_{part}"
    if key not in REPLIES:  # a child that is new in this home
        key, who = f"{what}_other", part
    return render(key, lang, who=who, way=way)


def _works(findings: Sequence[CheckResult]) -> list[CheckResult]:
    """Give what works; a program runs well, too, whose device is broken, but is no use then."""
    doubted = {part for each in findings if not each.is_well for part in _NO_USE.get(each.part, ())}
    return [each for each in findings if each.is_well and each.part not in doubted]


def _names(parts: Iterable[CheckResult | Trouble], lang: str) -> str:
    # Each once: a person may be reached in three ways.
    names = dict.fromkeys(_of("name", each.part, each.subject, lang) for each in parts)
    return _joined("names", list(names), lang)


def _joined(key: str, texts: Sequence[str], lang: str) -> str:
    return reduce(lambda first, second: render(key, lang, first=first, second=second), texts)


def _begun(text: str) -> str:
    """Write a text as a sentence of its own begins."""
    return text[:1].upper() + text[1:]
