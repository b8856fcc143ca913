"""Real Vosk on synthetic speech: words, times, confidence, other readings."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.ear.backlog import Backlog, Begin, Finish, Piece
from assistant.ear.recognizer import ModelBrokenError, UtteranceDecoder, load, plain
from assistant.ear.speech_model import find_and_load
from assistant.ear.transcribe import transcribe
from assistant.ear.worker import Hypothesis, Recognition, RecognitionThread
from assistant.settings import EarSettings
from tests.ear.speech import model, noise, say, silence


@pytest.mark.parametrize(
    ("recognised", "text"),
    [
        ("打开 卧室 的 灯", "打开卧室的灯"),
        ("[unk] 打开 [unk] 灯 [unk]", "打开灯"),
        ("[unk]", ""),
        ("", ""),
        ("call my daughter [unk] now", "call my daughter now"),
        ("打开 wifi 吧", "打开wifi吧"),
    ],
)
def test_plain(recognised: str, text: str) -> None:
    assert plain(recognised) == text


@pytest.mark.parametrize(
    ("lang", "sentence", "words"),
    [
        ("zh", "现在几点了", ["现在", "几", "点", "了"]),
        ("en", "what time is it", ["what", "time", "is", "it"]),
    ],
)
def test_words_come_as_they_are_spoken(lang: str, sentence: str, words: list[str]) -> None:
    spoken = say(sentence, lang)
    sound = silence(0.5) + spoken + silence(0.5)
    decoder = UtteranceDecoder(model(lang))
    partials = [p for i in range(0, len(sound), 1024) if (p := decoder.accept(sound[i : i + 1024]))]
    result = decoder.finish()
    assert result.text == sentence
    assert "".join(word.text for word in result.words) == "".join(words)
    assert result.confidence > 0.8
    assert len(partials) == len(set(partials)) > 1
    assert result.words[0].start_seconds == pytest.approx(0.5, abs=0.3)
    times = [t for word in result.words for t in (word.start_seconds, word.end_seconds)]
    assert times == sorted(times)


def test_a_pause_within_an_utterance_loses_nothing() -> None:
    """Vosk's own endpointer would cut here; ours has not."""
    decoder = UtteranceDecoder(model("zh"))
    decoder.accept(silence(0.5) + say("现在几点了", "zh"))
    for _ in range(15):
        decoder.accept(silence(0.1))
    decoder.accept(say("现在几点了", "zh") + silence(0.3))
    result = decoder.finish()
    assert result.text == "现在几点了" * 2
    assert result.words[-1].end_seconds > 3.0


@pytest.mark.parametrize("sound", [b"", silence(0.01), silence(2), noise(2)])
def test_no_word_has_no_confidence(sound: bytes) -> None:
    decoder = UtteranceDecoder(model("zh"))
    decoder.accept(sound)
    assert decoder.finish().text == ""


def test_a_doubtful_sentence_has_other_readings() -> None:
    """Drowned in babble, it is decoded once more; the readings differ from the first and repeat
    nothing."""
    heard: list[Hypothesis] = []
    recognition = Recognition(model("zh"), low_confidence=1.01, tell=heard.append)
    babble = np.frombuffer(
        say("我们昨天去游泳了，今天什么都没有吃", "zh", "cmn-latn-pinyin+m3"), "<i2"
    )
    for text in ("打开卧室的灯", "现在几点了", "提醒我吃药", "大声一点", "今天星期几"):
        speech = np.frombuffer(say(text, "zh"), "<i2")
        mixed = speech.astype(np.int32)
        mixed[: len(babble)] += np.resize(babble, min(len(babble), len(mixed)))[: len(mixed)] // 2
        recognition.begin(text)
        recognition.accept(silence(0.3) + mixed.clip(-32768, 32767).astype("<i2").tobytes())
        recognition.finish()
    finals = [h for h in heard if h.is_final]
    assert len(finals) == 5
    assert any(h.alternatives for h in finals)
    for h in finals:
        assert len(set(h.alternatives)) == len(h.alternatives)
        assert h.text not in h.alternatives
        assert "" not in h.alternatives


@pytest.mark.parametrize(("in_haste", "sought"), [(False, True), (True, False)])
def test_in_haste_no_other_reading_is_sought(
    in_haste: bool, sought: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = UtteranceDecoder.alternatives

    def noted(decoder: UtteranceDecoder, text: str) -> tuple[str, ...]:
        asked.append(text)
        return real(decoder, text)

    monkeypatch.setattr(UtteranceDecoder, "alternatives", noted)
    recognition = Recognition(model("zh"), low_confidence=1.01, tell=lambda _: None)
    recognition.begin("u")
    recognition.accept(silence(0.3) + say("现在几点了", "zh") + silence(0.3))
    recognition.finish(in_haste=in_haste)
    assert asked == ["现在几点了"] * sought


def test_a_sure_sentence_has_none() -> None:
    heard: list[Hypothesis] = []
    recognition = Recognition(model("en"), low_confidence=0.6, tell=heard.append)
    recognition.begin("u")
    recognition.accept(silence(0.3) + say("what time is it", "en") + silence(0.3))
    recognition.finish()
    assert heard[-1].text == "what time is it"
    assert heard[-1].alternatives == ()
    assert heard[-1].confidence is not None


def test_a_recording_is_heard_sentence_by_sentence() -> None:
    sound = b"".join(
        (silence(1), say("小安小安，现在几点了", "zh"), silence(2), say("救命", "zh"), silence(0.2))
    )
    heard = list(transcribe(sound, model("zh"), EarSettings()))
    assert [(h.text, h.is_final, h.addressed) for h in heard] == [
        ("现在几点了", True, True),
        ("救命", True, True),
    ]
    assert heard[0].raw_text == "小安小安现在几点了"


@pytest.mark.parametrize("sound", [b"", silence(3), noise(3)])
def test_a_recording_without_speech_gives_nothing(sound: bytes) -> None:
    assert list(transcribe(sound, model("en"), EarSettings())) == []


# ---------------------------------------------------------------------------------- models


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelBrokenError, match="nowhere"):
        find_and_load("zh", tmp_path, str(tmp_path / "nowhere"))
    with pytest.raises(ModelBrokenError, match="models pull"):
        load("zh", "own", tmp_path / "nowhere")


def test_an_incomplete_model_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "model"
    shutil.copytree(model("zh").path, broken)
    (broken / "conf" / "mfcc.conf").unlink()
    with pytest.raises(ModelBrokenError, match=r"mfcc\.conf"):
        find_and_load("zh", tmp_path, str(broken))


def test_a_model_that_kills_its_process_is_found_out_the_second_time(tmp_path: Path) -> None:
    """Without silence phones Vosk aborts at the first sound: the layout is right, no check of the
    files can see it."""
    deadly = tmp_path / "model"
    shutil.copytree(model("zh").path, deadly)
    (deadly / "SHA256SUMS").unlink(missing_ok=True)
    settings = deadly / "conf" / "model.conf"
    lines = settings.read_text().splitlines()
    settings.write_text("\n".join(line for line in lines if "silence-phones" not in line))
    command = (
        "import sys, pathlib; from assistant.ear.speech_model import find_and_load; "
        "find_and_load('zh', pathlib.Path(sys.argv[1]), sys.argv[2])"
    )
    arguments = [sys.executable, "-c", command, str(tmp_path), str(deadly)]
    first = subprocess.run(arguments, capture_output=True, timeout=60, check=False)
    assert first.returncode < 0
    with pytest.raises(ModelBrokenError, match="Vosk cannot use this model"):
        find_and_load("zh", tmp_path, str(deadly))
    # Once it is mended, the next start hears.
    settings.write_text("\n".join(lines))
    find_and_load("zh", tmp_path, str(deadly))
    assert not (tmp_path / "loading-speech-model-zh").exists()


# --------------------------------------------------------------------------------- backlog


def test_silence_goes_first_then_the_oldest_speech() -> None:
    backlog = Backlog(limit_seconds=0.004)  # four pieces of a millisecond
    piece = [Piece(bytes([n]) * 32, is_speech=n not in {1, 3}) for n in range(8)]
    backlog.put(Begin("u"))
    for item in piece[:4]:
        backlog.put(item)
    for item in piece[4:7]:
        backlog.put(item)
    backlog.put(Finish())
    taken = [backlog.take() for _ in range(6)]
    assert taken == [Begin("u"), piece[2], piece[4], piece[5], piece[6], Finish()]
    silence_seconds, speech_seconds = backlog.dropped_seconds()
    assert silence_seconds == pytest.approx(0.002)
    assert speech_seconds == pytest.approx(0.001)
    assert backlog.dropped_seconds() == (0, 0)


def test_a_patient_backlog_drops_nothing() -> None:
    backlog = Backlog(limit_seconds=0.002, may_drop=False)
    heard: list[Hypothesis] = []
    recognition = Recognition(model("en"), 0.6, heard.append)
    RecognitionThread(backlog, recognition).start()
    sound = silence(0.3) + say("what time is it", "en") + silence(0.3)
    backlog.put(Begin("u"))
    for start in range(0, len(sound), 1024):
        backlog.put(Piece(sound[start : start + 1024], is_speech=True))
    backlog.put(Finish())
    while not (heard and heard[-1].is_final):
        backlog.put(Piece(b"", is_speech=False))  # waits until there is room
    backlog.close()
    assert heard[-1].text == "what time is it"
    assert backlog.dropped_seconds() == (0, 0)


def test_a_failing_recogniser_ends_the_utterance_and_hears_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[Hypothesis] = []
    recognition = Recognition(model("en"), 0.6, heard.append)
    backlog = Backlog()
    real = UtteranceDecoder.accept
    failures = iter([True])

    def fails_once(decoder: UtteranceDecoder, pcm: bytes) -> str | None:
        if next(failures, False):
            raise Exception("Failed to process waveform")
        return real(decoder, pcm)

    monkeypatch.setattr(UtteranceDecoder, "accept", fails_once)
    sound = silence(0.3) + say("what time is it", "en") + silence(0.3)
    for name in ("first", "second"):
        backlog.put(Begin(name))
        backlog.put(Piece(sound, is_speech=True))
        backlog.put(Finish())
    thread = RecognitionThread(backlog, recognition)
    thread.start()
    while len(finals := [h for h in heard if h.is_final]) < 2:
        thread._thread.join(0.01)
    backlog.close()
    assert [(h.utterance_id, h.text) for h in finals] == [
        ("first", ""),
        ("second", "what time is it"),
    ]
