"""The pages, as HTML that needs no script, no picture and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Final

from assistant.language import Replies
from assistant.services import LinkView, Stage
from assistant.settings import LANGUAGES

REFRESH_SECONDS: Final = 15
MINUTES: Final = (5, 10, 20, 40)
WORDS: Final = Replies.load(Path(str(files("assistant.console") / "replies")))
STYLE: Final = (files("assistant.console") / "page.css").read_text("utf-8")
STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_FACTS: Final = (
    *("reason", "notes", "place", "since", "address", "door", "health"),
    *("medicines", "allergies"),
)
_CALM: Final = frozenset({"mine", "over", "drill"})
_CAN_TAKE: Final = frozenset({Stage.OPEN, Stage.ANEW})
_CAN_CLOSE: Final = frozenset({Stage.MINE, Stage.TAKEN})


def alarm_page(view: LinkView, path: str) -> str:
    """What is known of an alarm and what can be done now.

    Args:
        view: what the core tells of the link.
        path: of the page itself.
    """
    lang, stage = view.lang, view.stage
    say = _speaker(lang, view)
    if stage is Stage.OVER:
        return _document(lang, say("over_title"), [_status(say("over_status"), stage)])
    parts = [_status(say(f"{stage}_status"), stage), _facts(view, say)]
    if view.facts.is_drill:
        parts.insert(0, _status(say("drill"), "drill"))
    if stage in _CAN_TAKE:
        parts.append(_button(f"{path}/take", say("open_button"), "take"))
    parts.append(_paragraph(say(f"{stage}_hint")))
    if stage is Stage.MINE:
        parts.append(_minutes(f"{path}/come", say))
    if stage in _CAN_CLOSE:
        parts.append(_link(f"{path}/close", say("well_button")))
    parts.append(_paragraph(_with_call(say("danger"), view.facts.number)))
    parts.append(_paragraph(say("refreshed"), "small"))
    return _document(lang, say("help_title"), parts, refreshes=True)


def close_page(view: LinkView, path: str) -> str:
    """Ask whether it is really over; if that is no question any more, show the alarm's page."""
    if view.stage not in _CAN_CLOSE:
        return alarm_page(view, path)
    say = _speaker(view.lang, view)
    parts = [
        _paragraph(say("well_question")),
        _button(f"{path}/close", say("well_yes"), "close"),
        _link(path, say("well_no")),
    ]
    return _document(view.lang, say("well_title"), parts)


def problem_page(problem: str) -> str:
    """Why it cannot be shown, in every language: whose it is, is not known."""
    parts = []
    for lang in LANGUAGES:
        say = _speaker(lang)
        parts.append(
            f'<section lang="{lang}"><h2>{say(f"{problem}_title")}</h2>'
            f"{_paragraph(say(problem))}</section>"
        )
    return _document(LANGUAGES[0], "安伴 Anban", parts)


def _speaker(lang: str, view: LinkView | None = None) -> Callable[[str], str]:
    """Words of a language with the view's values, ready for HTML."""
    now = datetime.now().astimezone()
    values = _values(view) if view is not None else {}
    slots = {**values, "seconds": str(REFRESH_SECONDS), "time": f"{now:%H:%M:%S}"}
    return lambda key: escape(WORDS.render(key, lang, **slots))


def _status(text: str, stage: str) -> str:
    calm = "calm" if stage in _CALM else "urgent"
    return f'<p role="status" class="status {calm}">{text}</p>'


def _values(view: LinkView) -> dict[str, str]:
    """The slots of the page's words, by their names."""
    own = {"contact": view.contact, "by": view.by, "since": view.since}
    return own | {name: value for name, value in asdict(view.facts).items() if name != "is_drill"}


def _facts(view: LinkView, say: Callable[[str], str]) -> str:
    values = _values(view)
    rows = (
        f"<dt>{say(f'label_{name}')}</dt><dd>{escape(values[name])}</dd>"
        for name in _FACTS
        if values[name]
    )
    return f"<dl>{''.join(rows)}</dl>"


def _paragraph(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{text}</p>' if kind else f"<p>{text}</p>"


def _with_call(text: str, number: str) -> str:
    """Make a number that can be rung a link; "the emergency number" is none."""
    if not (number.isascii() and number.isdigit()):
        return text
    return text.replace(number, f'<a href="tel:{number}">{number}</a>')


def _button(path: str, text: str, does: str) -> str:
    return (
        f'<form method="post" action="{escape(path)}">'
        f'<button name="do" value="{does}">{text}</button></form>'
    )


def _minutes(path: str, say: Callable[[str], str]) -> str:
    """Let the family say in how many minutes they will be there: the elder is told."""
    buttons = "".join(
        f'<button name="minutes" value="{minutes}">{minutes}</button>' for minutes in MINUTES
    )
    return (
        f'<form class="minutes" method="post" action="{escape(path)}">'
        f'<input type="hidden" name="do" value="come"><p>{say("come_hint")}</p>{buttons}</form>'
    )


def _link(path: str, text: str) -> str:
    return f'<p><a class="button" href="{escape(path)}">{text}</a></p>'


def _document(lang: str, title: str, parts: Iterable[str], *, refreshes: bool = False) -> str:
    refresh = f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}">' if refreshes else ""
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex, nofollow">{refresh}'
        f"<title>{title}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{title}</h1>{''.join(parts)}</main></body></html>"
    )
