"""From a hypothesis to what the rest of the house is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assistant.ear.attention import Attention
from assistant.ear.recognizer import plain
from assistant.ear.worker import Hypothesis
from assistant.events import Heard, Word

LONG_GAP_SECONDS: Final = 2.0
"""Words that come so long after the others were said by somebody else: the speaker had finished
(a pause ends an utterance after 1.2 s, and the absence of words after 1.5 s)."""


def attend(attention: Attention, hypothesis: Hypothesis) -> tuple[Heard, str | None]:
    """Make an event of a hypothesis, and give the wake phrase if it was just said."""
    lang, utterance_id = hypothesis.lang, hypothesis.utterance_id
    own = _own_text(hypothesis, attention)
    attended = attention.read(utterance_id, lang, own, is_final=hypothesis.is_final)
    # Other readings are of all that sounded: where only some of it was meant, they are of no use.
    readings = hypothesis.alternatives if own == hypothesis.text else ()
    others = dict.fromkeys(attention.strip(lang, reading) for reading in readings)
    heard = Heard(
        utterance_id=utterance_id,
        text=attended.text,
        lang=lang,
        is_final=hypothesis.is_final,
        addressed=attended.addressed,
        confidence=hypothesis.confidence,
        words=hypothesis.words,
        alternatives=tuple(other for other in others if other not in {"", attended.text}),
        raw_text=hypothesis.text,
        by_tiny_model=hypothesis.by_tiny_model,
    )
    return heard, attended.woken


def _own_text(hypothesis: Hypothesis, attention: Attention) -> str:
    """The words of who spoke to Anban: without those of a television that talked on.

    All words remain in `Heard.raw_text`, by which cries for help are judged.
    """
    if not hypothesis.is_final or not attention.is_addressed(hypothesis.utterance_id):
        return hypothesis.text
    words, text = hypothesis.words, hypothesis.text
    own = hypothesis.own
    # Without a wake phrase the text is a beginning of the raw text: by that it is known which is
    # which, since only a wake phrase stands before the text.
    if own is not None and (
        attention.is_woken(hypothesis.utterance_id) or text.startswith(own.text)
    ):
        words, text = own.words, own.text
    count = _first_gap(words, attention, hypothesis.lang)
    return text if count == len(words) else _joined(words[:count])


def _first_gap(words: Sequence[Word], attention: Attention, lang: str) -> int:
    """How many words come before the first long gap after the wake phrase and a word."""
    for count in range(1, len(words)):
        gap = words[count].start_seconds - words[count - 1].end_seconds
        if gap >= LONG_GAP_SECONDS and attention.asked(lang, _joined(words[:count])):
            return count
    return len(words)


def _joined(words: Sequence[Word]) -> str:
    return plain(" ".join(word.text for word in words))
