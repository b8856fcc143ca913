"""Text made ready for the voice: words for digits, and pieces short enough to listen between."""

import re
from itertools import pairwise
from math import ceil

from assistant.language.contract import Speech
from assistant.language.languages import language
from assistant.language.text import HAN

_ENDS = re.compile(r"""(?:[。！？…!?]|\.(?![\w.]))+[”’」』）"')\]]*|；|;(?=\s)|\n+""")
_CLAUSE_ENDS = re.compile(r"[，、：—]+|[,:]+(?=\s)|\s[-–]\s")
# The pieces of a clause that is too long: an amount with its unit, a word, a Han character.
_WORD = re.compile(r"\d[\d.,:/%-]*\s?[A-Za-z°%℃]*\s*|[A-Za-zÀ-ɏ0-9'.,-]+\s*|\S\s*|\s+")

_WORDS_ONLY = re.compile(rf"[A-Za-z{HAN}\s，。！？、；：“”,.!?;:'\"-]*")


def normalise(text: str, lang: str) -> str:
    """Write a text as the language's voice must be given it; empty if nothing can be said.

    Chinese comes out as toned pinyin, so show people the text itself, never this.
    """
    speech = language(lang).speech
    return speech.pronounce(speech.expand(text))


def speech_seconds(text: str, lang: str) -> float:
    """Estimate how long a text sounds, in seconds, at 4 hanzi or 2.5 words a second."""
    return _seconds(text, language(lang).speech)


def split_sentences(text: str, lang: str) -> list[str]:
    """Cut a text after its sentences; "Dr.", "7.30" and "3.5" end none."""
    return [piece.strip() for piece in _sentences(text, language(lang).speech)]


def split_for_speech(text: str, lang: str, max_seconds: float = 6.0) -> list[str]:
    """Cut a text into pieces of at most `max_seconds` of sound: sentences, else clauses or words.

    Between two pieces the microphone listens, so that "stop" and "help" get through a long story.
    """
    speech = language(lang).speech
    pieces: list[str] = []
    for sentence in _sentences(text, speech):
        if _seconds(sentence, speech) <= max_seconds:
            pieces.append(sentence)
            continue
        parts: list[str] = []
        for clause in _cut(sentence, [end.end() for end in _CLAUSE_ENDS.finditer(sentence)]):
            parts += _parts(clause, speech, max_seconds)
        pieces += _packed(parts, speech, max_seconds)
    return [piece.strip() for piece in pieces]


def _seconds(text: str, speech: Speech) -> float:
    if _WORDS_ONLY.fullmatch(text):  # most text; writing out what is words already is slow
        return speech.count_sounds(text) / speech.sounds_per_second
    return speech.count_sounds(speech.expand(text)) / speech.sounds_per_second


def _sentences(text: str, speech: Speech) -> list[str]:
    no_ends = {short_form.end() for short_form in speech.short_form.finditer(text)}
    ends = (end.end() for end in _ENDS.finditer(text))
    return _cut(text, [end for end in ends if end not in no_ends])


def _cut(text: str, places: list[int]) -> list[str]:
    pieces = (text[start:end] for start, end in pairwise([0, *places, len(text)]))
    return [piece for piece in pieces if piece.strip()]


def _parts(clause: str, speech: Speech, max_seconds: float) -> list[str]:
    """Leave a clause whole if it is short enough, else cut it at words into even shares."""
    seconds = _seconds(clause, speech)
    if seconds <= max_seconds:
        return [clause]
    words = [part for word in _WORD.findall(clause) for part in _halves(word, speech, max_seconds)]
    return _packed(words, speech, seconds / ceil(seconds / max_seconds))


def _halves(word: str, speech: Speech, max_seconds: float) -> list[str]:
    """Halve a word until each part is short enough; only a giant number needs it."""
    if len(word) < 2 or _seconds(word, speech) <= max_seconds:
        return [word]
    middle = len(word) // 2
    first, second = word[:middle], word[middle:]
    return _halves(first, speech, max_seconds) + _halves(second, speech, max_seconds)


def _packed(parts: list[str], speech: Speech, max_seconds: float) -> list[str]:
    """Join neighbours for as long as they fit together."""
    packed: list[str] = []
    for part in parts:
        if packed and _seconds(packed[-1] + part, speech) <= max_seconds:
            packed[-1] += part
        else:
            packed.append(part)
    return [piece for piece in packed if piece.strip()]
