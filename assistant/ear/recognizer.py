"""Vosk: from the sound of one utterance to its words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import vosk

from assistant.ear.sound import BYTES_PER_SECOND, SAMPLE_RATE_HZ
from assistant.events import Word

UNKNOWN_WORD: Final = "[unk]"
MAX_ALTERNATIVES: Final = 5
_PARTIAL_BYTES: Final = BYTES_PER_SECOND // 8
"""How much sound is gathered before it is decoded: every eighth of a second is soon enough."""
_TRIAL_BYTES: Final = BYTES_PER_SECOND
"""How much silence is tried after loading: what is wrong with a model comes out with the first
frames."""
_HAN_GAP: Final = re.compile(r"(?<=[\u4e00-\u9fff])\s+|\s+(?=[\u4e00-\u9fff])")


class ModelBrokenError(RuntimeError):
    """A folder is not a speech model that can be loaded; the message says what to do."""


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """A loaded Vosk model; one serves any number of decoders, one after the other."""

    lang: str
    kind: str
    """tiny, official or own."""
    path: Path
    handle: Any


@dataclass(frozen=True, slots=True)
class Transcript:
    """The words of a whole utterance."""

    text: str
    confidence: float
    """Mean of the words', 0 to 1; a sound that is no known word counts as 0, as does no word."""
    words: tuple[Word, ...]


def load(lang: str, kind: str, path: Path) -> SpeechModel:
    """Load a model and decode a moment of silence with it; takes up to seconds, and blocks.

    A broken model can abort the whole process inside of Vosk: check its folder first.

    Raises:
        ModelBrokenError: Vosk refuses it.
    """
    vosk.SetLogLevel(-1)
    try:
        handle = vosk.Model(str(path.absolute()))
        decoder = vosk.KaldiRecognizer(handle, SAMPLE_RATE_HZ)
        decoder.AcceptWaveform(bytes(_TRIAL_BYTES))
        decoder.FinalResult()
    except Exception as error:  # vosk raises the bare class
        raise ModelBrokenError(
            f"the speech model in {path} cannot be loaded ({error}); "
            "get it again with `anban models pull`, or name another folder in anban.toml"
        ) from error
    return SpeechModel(lang, kind, path, handle)


class UtteranceDecoder:
    """Decodes one utterance as it comes in.

    Where an utterance ends is decided outside: what Vosk takes for an end is not heeded, so that
    the words keep their times over a pause.
    """

    def __init__(self, model: SpeechModel) -> None:
        self._model = model
        self._decoder = vosk.KaldiRecognizer(model.handle, SAMPLE_RATE_HZ)
        self._decoder.SetWords(True)
        self._sound = bytearray()
        self._decoded_bytes = 0
        self._partial = ""

    def accept(self, pcm: bytes) -> str | None:
        """Take more sound; gives the text so far if it changed."""
        self._sound += pcm
        if len(self._sound) - self._decoded_bytes < _PARTIAL_BYTES:
            return None
        self._decode()
        partial = plain(json.loads(self._decoder.PartialResult()).get("partial", ""))
        if partial == self._partial:
            return None
        self._partial = partial
        return partial

    def finish(self) -> Transcript:
        """The final words; no sound is taken after this."""
        self._decode()
        return _transcript(json.loads(self._decoder.FinalResult()))

    def until(self, seconds: float) -> Transcript:
        """Decode again, as if the sound had ended there."""
        decoder = vosk.KaldiRecognizer(self._model.handle, SAMPLE_RATE_HZ)
        decoder.SetWords(True)
        decoder.AcceptWaveform(bytes(self._sound[: 2 * round(seconds * SAMPLE_RATE_HZ)]))
        return _transcript(json.loads(decoder.FinalResult()))

    def alternatives(self, text: str) -> tuple[str, ...]:
        """Decode the whole utterance again: other readings than this text, best first."""
        decoder = vosk.KaldiRecognizer(self._model.handle, SAMPLE_RATE_HZ)
        decoder.SetMaxAlternatives(MAX_ALTERNATIVES)
        decoder.AcceptWaveform(bytes(self._sound))
        found = json.loads(decoder.FinalResult()).get("alternatives", [])
        readings = dict.fromkeys(plain(item["text"]) for item in found)
        return tuple(reading for reading in readings if reading not in {"", text})

    def _decode(self) -> None:
        piece = bytes(self._sound[self._decoded_bytes :])
        self._decoded_bytes = len(self._sound)
        if piece:
            self._decoder.AcceptWaveform(piece)


def plain(text: str) -> str:
    """Recognised text without unknown sounds, and without blanks between Han characters."""
    known = " ".join(word for word in text.split() if word != UNKNOWN_WORD)
    return _HAN_GAP.sub("", known)


def _transcript(result: dict[str, Any]) -> Transcript:
    found = result.get("result", [])
    confidences = [0.0 if w["word"] == UNKNOWN_WORD else float(w["conf"]) for w in found]
    words = tuple(
        Word(w["word"], float(w["start"]), float(w["end"]), float(w["conf"]))
        for w in found
        if w["word"] != UNKNOWN_WORD
    )
    mean = sum(confidences) / len(confidences) if confidences else 0.0
    return Transcript(plain(result.get("text", "")), round(min(mean, 1.0), 4), words)
