"""The thread that recognises: takes jobs, gives hypotheses."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from assistant.ear.backlog import Backlog, Begin, Finish, Job, Piece, TellDrained, UseModel
from assistant.ear.recognizer import SpeechModel, Transcript, UtteranceDecoder, plain
from assistant.ear.sound import BYTES_PER_SECOND
from assistant.events import Word

log = logging.getLogger(__name__)

REST_SECONDS: Final = 1.5
"""An utterance without a new word for so long has ended, whatever else sounds.  Vosk shows a word
up to 0.3 s after it was said, and the pause of an elder is 1.2 s."""
TRAILING_SECONDS: Final = 0.25
"""A sentence's last syllable may be as faint as another voice."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the recogniser made of an utterance, so far or finally; wake phrase and all."""

    utterance_id: str
    lang: str
    text: str
    is_final: bool
    confidence: float | None = None
    words: tuple[Word, ...] = ()
    alternatives: tuple[str, ...] = ()
    by_tiny_model: bool = False
    own: Transcript | None = None
    """The words without those of fainter voices that talked on; None if all may be meant."""


class Recognition:
    """Turns jobs into hypotheses; `step` belongs to one thread."""

    def __init__(
        self,
        model: SpeechModel,
        low_confidence: float,
        tell: Callable[[Hypothesis], None],
        rested: Callable[[str], None] | None = None,
    ) -> None:
        """`rested`: told of an utterance in which no new word came for `REST_SECONDS`."""
        self._model = model
        self._low_confidence = low_confidence
        self._tell, self._rested = tell, rested
        self._unchanged_seconds: float | None = None
        self._utterance_id = ""
        self._lang, self._is_tiny = model.lang, model.kind == "tiny"
        self._decoder: UtteranceDecoder | None = None

    def begin(self, utterance_id: str) -> None:
        """An utterance starts."""
        self._utterance_id = utterance_id
        self._lang, self._is_tiny = self._model.lang, self._model.kind == "tiny"
        self._decoder = UtteranceDecoder(self._model)
        self._unchanged_seconds = None

    def accept(self, pcm: bytes) -> None:
        """The next sound of it."""
        if self._decoder is None:
            return
        text = self._decoder.accept(pcm)
        if text is not None:
            self._unchanged_seconds = 0.0
            self._tell(
                Hypothesis(
                    self._utterance_id,
                    self._lang,
                    text,
                    is_final=False,
                    by_tiny_model=self._is_tiny,
                )
            )
        elif self._unchanged_seconds is not None:
            self._rest(len(pcm) / BYTES_PER_SECOND)

    def _rest(self, seconds: float) -> None:
        """Counted in sound, so that a recogniser that is behind takes no backlog for silence."""
        was = self._unchanged_seconds or 0.0
        self._unchanged_seconds = was + seconds
        if was < REST_SECONDS <= self._unchanged_seconds and self._rested is not None:
            self._rested(self._utterance_id)

    def finish(self, *, in_haste: bool = False, spoken_until: float | None = None) -> None:
        """Its end.

        Args:
            in_haste: No other readings are sought.
            spoken_until: From when on only fainter voices sounded, in seconds; None if they did
                not end it.
        """
        decoder, self._decoder = self._decoder, None
        if decoder is None:
            return
        result = decoder.finish()
        own = _own(decoder, result, spoken_until, in_haste=in_haste)
        doubtful = result.text and result.confidence < self._low_confidence
        others = decoder.alternatives(result.text) if doubtful and not in_haste else ()
        self._tell_final(result, others, own)

    def give_up(self) -> None:
        """The recogniser failed: the utterance ends without a word, and the next one is heard."""
        self._decoder = None
        self._tell_final(Transcript("", 0.0, ()), ())

    def use(self, model: SpeechModel) -> None:
        """Hear with another model from the next utterance on."""
        self._model = model

    def _tell_final(
        self,
        result: Transcript,
        alternatives: tuple[str, ...],
        own: Transcript | None = None,
    ) -> None:
        self._tell(
            Hypothesis(
                self._utterance_id,
                self._lang,
                result.text,
                is_final=True,
                confidence=result.confidence,
                words=result.words,
                alternatives=alternatives,
                by_tiny_model=self._is_tiny,
                own=own,
            )
        )


def _own(
    decoder: UtteranceDecoder, whole: Transcript, until: float | None, *, in_haste: bool
) -> Transcript | None:
    """The words of the speaker alone: others' words after them lead the recogniser astray, too."""
    if until is None:
        return None
    until += TRAILING_SECONDS
    if not in_haste:
        return decoder.until(until)
    words = tuple(word for word in whole.words if word.start_seconds < until - TRAILING_SECONDS)
    return replace(whole, text=plain(" ".join(word.text for word in words)), words=words)


class RecognitionThread:
    """Runs a `Recognition` over a backlog until the backlog is closed."""

    def __init__(self, backlog: Backlog, recognition: Recognition) -> None:
        self._backlog = backlog
        self._recognition = recognition
        self._thread = threading.Thread(target=self._run, name="recognition", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def _run(self) -> None:
        while (job := self._backlog.take()) is not None:
            try:
                self._do(job)
            except Exception:  # Vosk raises the bare class; one utterance must not end the ear
                log.exception("the recogniser failed on an utterance")
                self._recognition.give_up()

    def _do(self, job: Job) -> None:
        match job:
            case Begin():
                self._recognition.begin(job.utterance_id)
            case Piece():
                self._recognition.accept(job.pcm)
            case UseModel():
                self._recognition.use(job.model)
            case TellDrained():
                job.tell()
            case Finish():
                silence, speech = self._backlog.dropped_seconds()
                if silence or speech:
                    log.warning(
                        "recognition is behind: %.1f s of pauses and %.1f s of speech were dropped",
                        silence,
                        speech,
                    )
                is_whole = not silence and not speech  # else the words' times are not those told
                self._recognition.finish(
                    in_haste=self._backlog.waiting_seconds > 1.0,
                    spoken_until=job.spoken_until if is_whole else None,
                )
