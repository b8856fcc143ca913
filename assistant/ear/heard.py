"""From a hypothesis to what the rest of the house is told."""

from __future__ import annotations

from assistant.ear.attention import Attention
from assistant.ear.worker import Hypothesis
from assistant.events import Heard


def attend(attention: Attention, hypothesis: Hypothesis) -> tuple[Heard, str | None]:
    """What a hypothesis means, as an event; and the wake phrase where it was just said."""
    lang, utterance_id = hypothesis.lang, hypothesis.utterance_id
    attended = attention.read(utterance_id, lang, hypothesis.text, is_final=hypothesis.is_final)
    others = dict.fromkeys(attention.strip(lang, reading) for reading in hypothesis.alternatives)
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
