"""Frames of meaning: "chest … hurts", "cannot … get up", "kettle … on fire", and who is asked.

A frame is a row of classes of words with gaps between them; classes and frames of every language
stand in the TOML files beside this one; one frame takes words of two languages ("my 胸口 hurts") if
they may stand together (`assistant.language.together`).

    "{chest} ~ {pain}"    a word of each, up to `GAP` other tokens between them ("~~": `WIDE_GAP`)
    "{worry} ~~~ {worry}" anywhere in the sentence
    "{call} + {number}"   next to each other
    "i (just|) fell"      literally; (a|b|) stands for a, b or nothing
"""

from __future__ import annotations

import gc
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any, Final

from assistant.language import Together, together
from assistant.packs import by_language, leave_out, tables
from assistant.phrases import Token, expand
from assistant.safety.lexicon import TONE, Lexicon, Span

GAP: Final = 3
WIDE_GAP: Final = 7
_MOST_ROWS: Final = 12
"""The most ways to find a frame from one first word on: the cheapest are kept."""
_JOINT: Final = re.compile(r"\s+(~~~|~~|~|\+)\s+")
_GAPS: Final = {"+": 0, "~": GAP, "~~": WIDE_GAP, "~~~": 99}
_SURE_WEIGHT: Final = 1.9
"""From how many syllables of meaning on the tone of one more may differ: 胸扣疼 is 胸口疼."""
_FORGIVEN_SHARE: Final = 0.3
"""How much may differ for each syllable of a cry that is asked about."""
_FORGIVEN_WEIGHT: Final = 2.5
"""The fewest syllables of meaning that are worth a question, if they are heard badly."""
_FORGIVEN_ALONE: Final = 0.3
"""How much a part of one syllable may differ."""


class Level(IntEnum):
    """What is done about a cry."""

    NOTHING = 0
    MILD = 1
    """The elder is asked; silence ends it."""
    SERIOUS = 2
    """The elder is asked; silence calls."""
    CALL = 3
    """People are called now."""


_LEVELS: Final = {"mild": Level.MILD, "serious": Level.SERIOUS, "call": Level.CALL}
_FILES: Final = "assistant/safety/{lang}.toml"
KINDS: Final = ("event", "state", "plea", "noun")


@dataclass(frozen=True, slots=True)
class Frame:
    """A row of classes of words, and what it means."""

    text: str
    """The frame as it stands in the data: no word of the elder."""
    names: tuple[str, ...]
    gaps: tuple[int, ...]
    """The most tokens between each word and the next."""
    reason: str = ""
    level: Level = Level.NOTHING
    kind: str = "event"
    """event (it may be past), state (it is so now), plea (it is asked for), noun (a topic)."""
    is_whole: bool = False
    """Whether it counts only if nothing else of meaning was said."""
    is_figure: bool = False
    """Whether it is a figure of speech as well: "I'm dying", of laughing."""
    is_anyone: bool = False
    """Whether it names its subject itself, or needs none."""
    is_at_once: bool = False
    """Whether it has no harmless use, whoever says it."""
    is_end: bool = False
    """Whether it counts only if its clause ends with it: "I can't stand", and not "…
    cabbage"."""


@dataclass(frozen=True, slots=True)
class Found:
    """A frame that stands in a sentence."""

    frame: Frame
    spans: tuple[Span, ...]
    cost: float

    @property
    def start(self) -> int:
        """Its first token."""
        return self.spans[0].start

    @property
    def end(self) -> int:
        """The token after its last."""
        return self.spans[-1].end

    @property
    def size(self) -> int:
        """How many tokens it uses."""
        return sum(span.end - span.start for span in self.spans)

    def is_sure(self, weights: Sequence[float]) -> bool:
        """Whether nothing had to be forgiven that could make it another word."""
        weight = sum(sum(weights[span.start : span.end]) for span in self.spans)
        return self.cost <= max(0.0, TONE * (weight - _SURE_WEIGHT)) and all(
            span.is_sure for span in self.spans
        )

    def is_forgivable(self, weights: Sequence[float]) -> bool:
        """Whether so much of meaning was heard that it is worth a question."""
        weight = sum(sum(weights[span.start : span.end]) for span in self.spans)
        return (
            weight >= _FORGIVEN_WEIGHT
            and self.cost <= _FORGIVEN_SHARE * weight
            and all(
                span.cost <= _FORGIVEN_ALONE
                for span in self.spans
                if sum(weights[span.start : span.end]) <= 1.0
            )
        )

    def holes(self) -> Iterator[tuple[int, int]]:
        """The pieces between its words."""
        for before, after in zip(self.spans, self.spans[1:], strict=False):
            yield before.end, after.start


@dataclass(frozen=True, slots=True)
class Grammar:
    """All words and frames of the languages of one sentence."""

    languages: Together
    lexicon: Lexicon
    by_first: dict[str, list[Frame]]
    cues: frozenset[str]
    """Classes that say how a clause is meant."""
    spellings: dict[str, str]
    """How a dialect says it, and the word that the data knows."""
    stammered: re.Pattern[str]
    """A word of no weight, said again for want of breath: "my my my arm", 我我我."""

    def find(self, sentence: tuple[Token, ...], *, is_lenient: bool) -> Reading:
        """All words of the data in a sentence, and all frames that they make."""
        by_name: defaultdict[str, list[Span]] = defaultdict(list)
        for span in self.lexicon.find(sentence, is_lenient=is_lenient):
            by_name[span.name].append(span)
        for spans in by_name.values():
            spans.sort(key=lambda span: (span.start, span.cost))
        found = [
            each
            for name in by_name
            for frame in self.by_first.get(name, ())
            for each in _standing(frame, by_name)
        ]
        written = {
            name: [
                span for span in spans if span.is_sure and self.lexicon.is_written(span, sentence)
            ]
            for name, spans in by_name.items()
        }
        return Reading(found, written)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the data has in a sentence."""

    frames: list[Found]
    words: dict[str, list[Span]]
    """Those heard as they are written."""

    def sure(self, *names: str) -> list[Span]:
        """Words of these classes."""
        return [span for name in names for span in self.words.get(name, ())]


def _standing(frame: Frame, by_name: dict[str, list[Span]]) -> Iterator[Found]:
    """For each first word the cheapest row of the others."""
    for first in by_name[frame.names[0]]:
        best: Found | None = None
        rows: list[tuple[Span, ...]] = [(first,)]
        for name, gap in zip(frame.names[1:], frame.gaps, strict=True):
            rows = [
                (*row, span)
                for row in rows
                for span in by_name.get(name, ())
                if row[-1].end <= span.start <= row[-1].end + gap
            ]
            if len(rows) > _MOST_ROWS:
                rows = sorted(rows, key=lambda row: sum(span.cost for span in row))[:_MOST_ROWS]
        for row in rows:
            cost = sum(span.cost for span in row)
            if best is None or cost < best.cost:
                best = Found(frame, row, cost)
        if best is not None:
            yield best


def load(lang: str = "") -> Grammar:
    """Words and frames of a language, and of those that may stand beside it."""
    return _load(together(lang))


@cache
def _load(languages: Together) -> Grammar:
    found = tables(_FILES)
    parts: list[_Part] = []
    for code in languages.codes:
        if code in found:
            try:
                parts.append(_part(code, found[code]))
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                leave_out(code, by_language(_FILES)[code], error)
    known = {name for part in parts for name, _ in part.entries}
    by_first: defaultdict[str, list[Frame]] = defaultdict(list)
    for part in parts:
        for frame in part.frames:
            if missing := set(frame.names) - known:
                unknown = ValueError(f"{frame.text!r} names unknown words: {sorted(missing)}")
                leave_out(part.code, by_language(_FILES)[part.code], unknown)
            else:
                by_first[frame.names[0]].append(frame)
    entries = dict.fromkeys(entry for part in parts for entry in part.entries)
    with _kept_for_good():
        lexicon = Lexicon(entries, languages)
    return Grammar(
        languages,
        lexicon,
        dict(by_first),
        frozenset(cue for part in parts for cue in part.cues),
        {said: written for part in parts for said, written in part.spellings.items()},
        _stammer([word for part in parts for word in part.stammered], languages),
    )


@contextmanager
def _kept_for_good() -> Iterator[None]:
    """Keep what is made within out of the garbage collector's way.

    It would go through half a million objects again and again: a third of the time it takes to make
    them, and later, in the middle of a conversation, a pause at each full collection.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Part:
    """What one language's file holds."""

    code: str
    entries: list[tuple[str, str]]
    frames: list[Frame]
    cues: list[str]
    spellings: dict[str, str]
    stammered: list[str]


def _part(code: str, data: dict[str, Any]) -> _Part:
    entries: list[tuple[str, str]] = []
    frames: list[Frame] = []
    cues = data.get("cues", {})
    for name, texts in (*data["words"].items(), *cues.items()):
        entries += [(name, text) for line in texts for text in expand(line)]
    for table in data["frames"]:
        for pattern in table["patterns"]:
            frame = _frame(pattern, table)
            frames.append(frame)
            entries += [
                (name, text)
                for name in frame.names
                if name.startswith("=")
                for text in expand(name[1:])
            ]
    spellings, stammered = data.get("spellings", {}), data.get("stammered", [])
    return _Part(code, entries, frames, list(cues), spellings, stammered)


def _stammer(words: list[str], languages: Together) -> re.Pattern[str]:
    spaced = "|".join(re.escape(word) for word in words if languages.is_word(word))
    close = "".join(re.escape(word) for word in words if not languages.is_word(word))
    parts = [rf"\b(?P<word>{spaced})(?:[ ,.]+(?P=word)\b)+"] if spaced else []
    parts += [rf"(?P<close>[{close}])(?P=close)+"] if close else []
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


def _frame(pattern: str, table: dict[str, Any]) -> Frame:
    parts: Sequence[str] = _JOINT.split(pattern.strip())
    names = tuple(
        part[1:-1] if part.startswith("{") and part.endswith("}") else f"={part}"
        for part in parts[::2]
    )
    kind = table.get("kind", "event")
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not one of {', '.join(KINDS)}")
    return Frame(
        pattern,
        names,
        tuple(_GAPS[joint] for joint in parts[1::2]),
        table.get("reason", ""),
        _LEVELS.get(table.get("level", ""), Level.NOTHING),
        kind,
        table.get("whole", False),
        table.get("figure", False),
        table.get("anyone", False),
        table.get("at_once", False),
        table.get("ends", False),
    )
