"""espeak-ng through ctypes: speech together with the time of every phoneme.

libespeak-ng tells the sample position of each word and each phoneme it speaks
(`espeakEVENT_WORD`, `espeakEVENT_PHONEME` in espeak-ng/speak_lib.h), so the
labels of training speech need no alignment.
"""

import ctypes
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

LIBRARY = "libespeak-ng.so.1"
# speak_lib.h
_AUDIO_OUTPUT_SYNCHRONOUS = 2  # events come in this thread, before espeak_Synth returns
_INITIALIZE_PHONEME_EVENTS = 0x0001
_INITIALIZE_DONT_EXIT = 0x8000
_EVENT_LIST_TERMINATED, _EVENT_WORD, _EVENT_PHONEME = 0, 1, 7
_CHARS_UTF8 = 1
_RATE, _PITCH, _RANGE = 1, 3, 4


class _EventId(ctypes.Union):
    _fields_ = [
        ("number", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("string", ctypes.c_char * 8),
    ]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class EspeakError(RuntimeError):
    """espeak-ng is missing, did not start, or has no such voice."""


@dataclass(frozen=True, slots=True)
class PhoneMark:
    """A phoneme and where it begins: its mnemonic, the sample, the character of the word."""

    mnemonic: str
    sample: int
    character: int


class Espeak:
    """The speech synthesiser. One per process (`shared`): the library keeps global state."""

    def __init__(self) -> None:
        try:
            self._lib = ctypes.CDLL(LIBRARY)
        except OSError as error:
            raise EspeakError(
                f"{LIBRARY} is not installed; on Debian: apt install espeak-ng"
            ) from error
        self.sample_rate: int = self._lib.espeak_Initialize(
            _AUDIO_OUTPUT_SYNCHRONOUS, 0, None, _INITIALIZE_PHONEME_EVENTS | _INITIALIZE_DONT_EXIT
        )
        if self.sample_rate <= 0:
            raise EspeakError("espeak-ng did not start; is its data (espeak-ng-data) installed?")
        self._pcm: list[NDArray[np.int16]] = []
        self._marks: list[PhoneMark] = []
        self._character = 0
        self._callback = _Callback(self._collect)  # must outlive the library's use of it
        self._lib.espeak_SetSynthCallback(self._callback)

    def _collect(self, wav, count, events) -> int:  # type: ignore[no-untyped-def] # ctypes pointers
        if count > 0:
            self._pcm.append(np.ctypeslib.as_array(wav, (count,)).copy())
        index = 0
        while (event := events[index]).type != _EVENT_LIST_TERMINATED:
            if event.type == _EVENT_WORD:
                self._character = max(0, event.text_position - 1)
            elif event.type == _EVENT_PHONEME:
                name = event.id.string.decode("utf-8", "replace")
                self._marks.append(PhoneMark(name, event.sample, self._character))
            index += 1
        return 0

    def speak(
        self, text: str, voice: str, *, rate_wpm: int = 175, pitch: int = 50, pitch_range: int = 50
    ) -> tuple[NDArray[np.float32], list[PhoneMark]]:
        """Speak a text and return its samples, at `sample_rate`, and its phonemes.

        Samples are in the range of int16, pitch and range in 0..100.

        Raises:
            EspeakError: there is no such voice.
        """
        self._pcm, self._marks, self._character = [], [], 0
        if self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
            raise EspeakError(f"espeak-ng has no voice {voice!r}")
        for parameter, value in ((_RATE, rate_wpm), (_PITCH, pitch), (_RANGE, pitch_range)):
            self._lib.espeak_SetParameter(parameter, int(value), 0)
        data = text.encode()
        self._lib.espeak_Synth(
            data, ctypes.c_size_t(len(data) + 1), 0, 1, 0, _CHARS_UTF8, None, None
        )
        self._lib.espeak_Synchronize()
        pcm = np.concatenate(self._pcm) if self._pcm else np.zeros(0, np.int16)
        return pcm.astype(np.float32), self._marks


@cache
def shared() -> Espeak:
    """Return this process's synthesiser; a second start in one process would hang."""
    return Espeak()
