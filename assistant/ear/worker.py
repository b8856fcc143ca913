"""The thread that recognises: takes jobs, gives hypotheses."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from assistant.ear.backlog import Backlog, Begin, Finish, Job, Piece, TellDrained, UseModel
from assistant.ear.recognizer import SpeechModel, Transcript, UtteranceDecoder
from assistant.events import Word

log = logging.getLogger(__name__)


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


class Recognition:
    """Turns jobs into hypotheses; `step` belongs to one thread."""

    def __init__(
        self,
        model: SpeechModel,
        low_confidence: float,
        tell: Callable[[Hypothesis], None],
    ) -> None:
        self._model = model
        self._low_confidence = low_confidence
        self._tell = tell
        self._utterance_id = ""
        self._lang, self._is_tiny = model.lang, model.kind == "tiny"
        self._decoder: UtteranceDecoder | None = None

    def begin(self, utterance_id: str) -> None:
        """An utterance starts."""
        self._utterance_id = utterance_id
        self._lang, self._is_tiny = self._model.lang, self._model.kind == "tiny"
        self._decoder = UtteranceDecoder(self._model)

    def accept(self, pcm: bytes) -> None:
        """The next sound of it."""
        if self._decoder is not None and (text := self._decoder.accept(pcm)) is not None:
            self._tell(
                Hypothesis(
                    self._utterance_id,
                    self._lang,
                    text,
                    is_final=False,
                    by_tiny_model=self._is_tiny,
                )
            )

    def finish(self, *, in_haste: bool = False) -> None:
        """Its end; in haste no other readings are sought."""
        decoder, self._decoder = self._decoder, None
        if decoder is None:
            return
        result = decoder.finish()
        doubtful = result.text and result.confidence < self._low_confidence
        others = decoder.alternatives(result.text) if doubtful and not in_haste else ()
        self._tell_final(result, others)

    def give_up(self) -> None:
        """The recogniser failed: the utterance ends without a word, and the next one is heard."""
        self._decoder = None
        self._tell_final(Transcript("", 0.0, ()), ())

    def use(self, model: SpeechModel) -> None:
        """Hear with another model from the next utterance on."""
        self._model = model

    def _tell_final(self, result: Transcript, alternatives: tuple[str, ...]) -> None:
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
            )
        )


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
                self._recognition.finish(in_haste=self._backlog.waiting_seconds > 1.0)
