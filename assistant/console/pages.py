"""The pages, as HTML that needs no script, no picture and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Final

from assistant.language import Replies
from assistant.services import LinkView, Stage, Step, StepKind
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
_LOOKS: Final[dict[str, tuple[str, str]]] = {
    Stage.MINE: ("seen-to", "✓"),
    Stage.TAKEN: ("seen-to", "✓"),
    Stage.OVER: ("over", "■"),
    "drill": ("drill", "i"),
    "answer": ("answer", "✓"),
}
"""How a state is shown beside its words: its style and its sign; all others are urgent."""
_URGENT: Final = ("urgent", "!")
_CAN_TAKE: Final = frozenset({Stage.OPEN, Stage.ANEW})
_CAN_CLOSE: Final = frozenset({Stage.MINE, Stage.TAKEN})
_CAN_DECLINE: Final = frozenset({Stage.OPEN, Stage.ANEW, Stage.AGAIN, Stage.USED, Stage.MINE})
_DIALLED: Final = re.compile(r"\+?[0-9][0-9 ()./-]{1,30}[0-9]")
"""What is written as a telephone number: anything else makes no link."""


def alarm_page(view: LinkView, path: str) -> str:
    """What is known of an alarm and what can be done now.

    Args:
        view: what the core tells of the link.
        path: of the page itself.
    """
    lang, stage = view.lang, view.stage
    say = _speaker(lang, view)
    if view.facts.is_test:
        return _test_page(view, path, say)
    if stage is Stage.OVER:
        parts = [_status(say("over_status"), stage), *_story(view, say("story_title"))]
        return _document(lang, say("over_title"), parts)
    parts = [*_states(view, say), _facts(view, say), *_buttons(view, path, say)]
    parts += _story(view, say("so_far_title"))
    parts.append(_paragraph(say("refreshed"), "small"))
    return _document(lang, say("help_title"), parts, refreshes=True)


def _test_page(view: LinkView, path: str, say: Callable[[str], str]) -> str:
    """A try whether somebody can be reached.

    It says nothing of an alarm, since there is none, and does not renew itself: what it says holds
    also once nobody serves it any more.
    """
    if view.stage is not Stage.OPEN or view.has_declined:
        key = "test_declined" if view.has_declined else f"test_{view.stage}"
        parts = [_status(say(key), "answer"), _paragraph(say("test_end"))]
        return _document(view.lang, say("test_title"), parts)
    parts = [
        _status(say("test_status"), "drill"),
        _button(f"{path}/take", say("open_button"), "take"),
        _paragraph(say("test_hint")),
        _button(f"{path}/decline", say("decline_button"), "decline", "quiet"),
        _paragraph(say("test_decline_hint"), "small"),
    ]
    return _document(view.lang, say("test_title"), parts)


def home_page() -> str:
    """What answers here, to whoever opens the address without a link; whose it is, is not said."""
    parts = [
        f'<section lang="{lang}"><h2>{say("home_title")}</h2>{_paragraph(say("home"))}</section>'
        for lang in LANGUAGES
        for say in [_speaker(lang)]
    ]
    return _document(LANGUAGES[0], "安伴 Anban", parts)


def _states(view: LinkView, say: Callable[[str], str]) -> list[str]:
    """How it stands, in words and signs: who sees to it, when they come, who cannot."""
    stage = view.stage
    has_gone_out_again = stage in {Stage.ANEW, Stage.AGAIN, Stage.USED}
    key = "given_up" if view.given_up_by and has_gone_out_again else stage
    parts = [_status(say(f"{key}_status"), stage)]
    if view.facts.is_drill:
        parts.insert(0, _status(say("drill"), "drill"))
    if stage in _CAN_CLOSE and view.expected:
        when = "comes" if view.minutes_left else "due"
        parts.append(_status(say(f"{stage}_{when}"), "answer" if view.minutes_left else "urgent"))
    if view.nobody_can_come and stage not in _CAN_CLOSE:
        parts.append(_status(say("nobody_can_status"), "urgent"))
    if view.has_declined and stage not in _CAN_CLOSE:
        told = [say("declined_status")]
        told += [say("declined_others")] if not view.nobody_can_come else []
        told += [say("declined_after")] if stage in _CAN_TAKE else []
        parts.append(_status("<br>".join(told), "answer"))
    if others := [name for name in view.cannot if name != view.contact]:
        names = escape(_listed(others, view.lang))
        parts.append(_paragraph(f"{say('cannot_label')}<strong>{names}</strong>"))
    return parts


def _buttons(view: LinkView, path: str, say: Callable[[str], str]) -> list[str]:
    """What can be done now, the most wanted first."""
    stage, parts = view.stage, []
    if stage in _CAN_TAKE:
        parts.append(_button(f"{path}/take", say("open_button"), "take"))
    parts.append(_paragraph(say(f"{stage}_hint")))
    parts += _ring(view.facts.phone, say)
    if stage is Stage.MINE:
        parts.append(_minutes(f"{path}/come", say))
    if stage in _CAN_CLOSE:
        parts.append(_link(f"{path}/close", say("well_button")))
    if stage in _CAN_DECLINE and not view.has_declined:
        hint = say("mine_decline_hint" if stage is Stage.MINE else "decline_hint")
        button = _button(f"{path}/decline", say("decline_button"), "decline", "quiet")
        parts += [button, _paragraph(hint, "small")]
    parts.append(_paragraph(_with_call(say("danger"), view.facts.number)))
    return parts


def _ring(phone: str, say: Callable[[str], str]) -> list[str]:
    """A button that rings the elder; what is no number is shown as it is written."""
    if not phone:
        return []
    if not _DIALLED.fullmatch(phone):
        return [_paragraph(f"{say('phone_label')}<strong>{escape(phone)}</strong>")]
    dialled = "".join(c for c in phone if c in "+0123456789")
    number = f'<span class="number">{escape(phone)}</span>'
    return [_link(f"tel:{dialled}", f"{say('ring_button')} {number}")]


def _story(view: LinkView, title: str) -> list[str]:
    """What happened, a line each."""
    if not view.steps:
        return []
    lines = "".join(f"<li>{_step(step, view.lang)}</li>" for step in view.steps)
    return [f'<h2>{title}</h2><ol class="story">{lines}</ol>']


def _step(step: Step, lang: str) -> str:
    key = f"step_{step.kind}"
    if step.kind is StepKind.RUNG and step.times > 1:
        key = "step_rung_often"
    elif step.kind is StepKind.COMES and not step.minutes:
        key = "step_comes_some_time"
    slots = {
        "who": step.who or WORDS.render("somebody", lang),
        "times": str(step.times),
        "until": step.until,
        "minutes": str(step.minutes),
    }
    text = escape(WORDS.render(key, lang, **slots))
    return f"<time>{escape(step.at)}</time> {text[:1].upper()}{text[1:]}"


def _listed(names: Iterable[str], lang: str) -> str:
    return WORDS.render("and_next", lang).join(names)


def close_page(view: LinkView, path: str) -> str:
    """Ask whether it is really over; if that is no question any more, show the alarm's page."""
    if view.facts.is_test or view.stage not in _CAN_CLOSE:
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
    slots = {**values, "seconds": str(REFRESH_SECONDS), "now": f"{now:%H:%M:%S}"}
    return lambda key: escape(WORDS.render(key, lang, **slots))


def _status(text: str, stage: str) -> str:
    style, sign = _LOOKS.get(stage, _URGENT)
    mark = f'<span class="sign" aria-hidden="true">{sign}</span>'
    return f'<p role="status" class="status {style}">{mark}<span>{text}</span></p>'


def _values(view: LinkView) -> dict[str, str]:
    """The slots of the page's words, by their names."""
    own = {
        "contact": view.contact,
        "by": view.by or WORDS.render("somebody", view.lang),
        "given_up_by": view.given_up_by,
        "since": view.since,
        "expected": view.expected,
        "left": str(view.minutes_left),
    }
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


def _button(path: str, text: str, does: str, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return (
        f'<form method="post" action="{escape(path)}">'
        f'<button{style} name="do" value="{does}">{text}</button></form>'
    )


def _minutes(path: str, say: Callable[[str], str]) -> str:
    """Let the family say in how many minutes they will be there: the elder is told."""
    unit = say("minutes_unit")
    buttons = "".join(
        f'<button name="minutes" value="{minutes}">{minutes} <small>{unit}</small></button>'
        for minutes in MINUTES
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
