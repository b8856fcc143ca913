"""Hear sound that is already there, as a whole: the same way as from a microphone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from assistant.ear.attention import Attention
from assistant.ear.heard import attend
from assistant.ear.listener import Listener
from assistant.ear.recognizer import SpeechModel
from assistant.ear.sound import BYTES_PER_SECOND
from assistant.ear.worker import Hypothesis, Recognition
from assistant.events import Heard
from assistant.settings import EarSettings

_STEP_BYTES: Final = BYTES_PER_SECOND


def transcribe(pcm: bytes, model: SpeechModel, settings: EarSettings) -> Iterator[Heard]:
    """The utterances of a sound (16 kHz, mono, int16), final ones only, as they are found.

    All of them count as addressed; a wake phrase is taken out of the text.
    """
    found: list[Hypothesis] = []
    recognition = Recognition(model, settings.low_confidence, found.append)
    attention = Attention(
        settings.wake_phrases, wake_required=False, follow_up_seconds=settings.follow_up_seconds
    )
    listener = Listener(settings, _Direct(recognition, attention))
    for start in range(0, len(pcm) + _STEP_BYTES, _STEP_BYTES):
        piece = pcm[start : start + _STEP_BYTES]
        if piece:
            listener.feed(piece)
        else:
            listener.break_off()
        yield from (attend(attention, item)[0] for item in found if item.is_final)
        found.clear()


class _Direct:
    """Recognises at once, in the same thread."""

    def __init__(self, recognition: Recognition, attention: Attention) -> None:
        self._recognition = recognition
        self._attention = attention

    def started(self, utterance_id: str) -> None:
        self._attention.started(utterance_id)
        self._recognition.begin(utterance_id)

    def audio(self, chunk: bytes, *, is_speech: bool) -> None:
        self._recognition.accept(chunk)

    def ended(self, utterance_id: str, duration_seconds: float) -> None:
        self._attention.ended(utterance_id)
        self._recognition.finish()

    def listened(self, seconds: float) -> None:
        self._attention.listened(seconds)
