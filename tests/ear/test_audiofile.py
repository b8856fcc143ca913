"""Any sound file comes out right, or is refused with a reason."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.ear.audiofile import (
    LIMIT_SECONDS,
    AudioFileError,
    AudioFileMissingError,
    AudioTooLongError,
    EmptyAudioError,
    NotAudioError,
    SilentAudioError,
    read,
)
from assistant.ear.sound import BYTES_PER_SECOND, SAMPLE_RATE_HZ
from assistant.ear.transcribe import transcribe
from assistant.settings import EarSettings
from tests.ear.speech import model, say, silence, write_wav


def tone(seconds: float, rate_hz: int, level: float = 0.5) -> NDArray[np.float64]:
    """440 Hz."""
    return level * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate_hz)) / rate_hz)


@pytest.mark.parametrize(
    ("name", "rate_hz", "channels", "kind"),
    [
        ("a.wav", 16_000, 1, "PCM_16"),
        ("a.wav", 8_000, 1, "PCM_U8"),
        ("a.wav", 8_000, 1, "ULAW"),
        ("a.wav", 8_000, 2, "ALAW"),
        ("a.wav", 44_100, 2, "PCM_24"),
        ("a.wav", 48_000, 6, "PCM_32"),
        ("a.wav", 96_000, 1, "FLOAT"),
        ("a.wav", 22_050, 1, "DOUBLE"),
        ("a.wav", 11_025, 1, "IMA_ADPCM"),
        ("a.flac", 48_000, 2, "PCM_16"),
        ("a.ogg", 44_100, 2, "VORBIS"),
        ("a.ogg", 48_000, 1, "OPUS"),
        ("a.mp3", 44_100, 1, "MPEG_LAYER_III"),
        ("a.aiff", 32_000, 1, "PCM_16"),
    ],
)
def test_formats(tmp_path: Path, name: str, rate_hz: int, channels: int, kind: str) -> None:
    path = tmp_path / name
    sound = np.repeat(tone(1.0, rate_hz)[:, None], channels, axis=1)
    soundfile.write(path, sound, rate_hz, subtype=kind)
    recording = read(path)
    assert recording.seconds == pytest.approx(1.0, abs=0.1)
    samples = np.frombuffer(recording.pcm, "<i2").astype(float)
    middle = samples[4000:12_000]
    spectrum = np.abs(np.fft.rfft(middle))
    assert np.argmax(spectrum) * SAMPLE_RATE_HZ / len(middle) == pytest.approx(440, abs=3)
    assert middle.std() == pytest.approx(0.5 * 32_768 / np.sqrt(2), rel=0.06)


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000])
def test_converted_speech_is_understood(tmp_path: Path, rate_hz: int) -> None:
    import soxr

    spoken = np.frombuffer(silence(1) + say("现在几点了", "zh") + silence(1), "<i2")
    other = soxr.resample(spoken.astype(np.float32) / 32_768, SAMPLE_RATE_HZ, rate_hz)
    path = tmp_path / "a.flac"
    soundfile.write(path, np.stack([other, other], axis=1), rate_hz)
    (heard,) = transcribe(read(path).pcm, model("zh"), EarSettings())
    assert heard.text == "现在几点了"


def test_what_needs_no_conversion_is_left_bit_for_bit(tmp_path: Path) -> None:
    spoken = say("现在几点了", "zh")
    recording = read(write_wav(tmp_path / "a.wav", spoken))
    assert recording.pcm == spoken
    assert recording.warnings == ()


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", EmptyAudioError, "no byte"),
        (b"RIFF", NotAudioError, "not a sound file"),
        (b"<html>not found</html>" * 50, NotAudioError, "not a sound file"),
        (b"\0" * 4096, NotAudioError, "not a sound file"),
        (os.urandom(65_536), NotAudioError, "not a sound file"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0", NotAudioError, "not a sound file"),
    ],
)
def test_what_is_no_sound(
    tmp_path: Path, content: bytes, error: type[AudioFileError], words: str
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(error, match=words):
        read(path)


def test_not_there(tmp_path: Path) -> None:
    with pytest.raises(AudioFileMissingError, match="does not exist"):
        read(tmp_path / "nothing.wav")
    with pytest.raises(AudioFileMissingError, match="is a folder"):
        read(tmp_path)
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(AudioFileMissingError, match="cannot be read"):
        read(tmp_path / "file" / "below.wav")


def test_no_samples(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", b"")
    with pytest.raises(EmptyAudioError, match="0 samples"):
        read(path)


@pytest.mark.parametrize("level", [0.0, 0.000_5])
def test_silent(tmp_path: Path, level: float) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(3, 16_000, level), 16_000)
    with pytest.raises(SilentAudioError, match="dBFS"):
        read(path)


def test_a_word_in_a_long_silence_is_not_silent(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", silence(60) + say("停", "zh") + silence(60))
    assert read(path).seconds > 120


def test_clipped_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.clip(tone(1, 16_000, 3.0), -1, 1), 16_000)
    (warning,) = read(path).warnings
    assert warning.startswith("clipped")


def test_a_narrow_band_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(1, 8_000), 8_000)
    (warning,) = read(path).warnings
    assert "8000 Hz" in warning


def test_ten_minutes_are_read_and_a_moment_more_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    sound = np.zeros(int(LIMIT_SECONDS * 8_000) + 1, np.float32)
    sound[:8_000] = tone(1, 8_000)
    soundfile.write(path, sound[:-1], 8_000)
    assert len(read(path).pcm) == int(LIMIT_SECONDS * BYTES_PER_SECOND)
    soundfile.write(path, sound, 8_000)
    with pytest.raises(AudioTooLongError, match="10 minutes"):
        read(path)


def test_numbers_that_are_none_and_too_large_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    sound = tone(1, 16_000).astype(np.float32)
    sound[100:110] = [np.nan, np.inf, -np.inf, 1e30, -1e30, 2, -2, 1e-40, 0, np.nan]
    soundfile.write(path, sound, 16_000, subtype="FLOAT")
    samples = np.frombuffer(read(path).pcm, "<i2")
    assert list(samples[100:107]) == [0, 32_767, -32_768, 32_767, -32_768, 32_767, -32_768]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.integers(0, 2_000),
    flips=st.lists(st.tuples(st.integers(0, 1_999), st.integers(0, 255)), max_size=8),
)
def test_a_damaged_file_is_read_or_refused(
    tmp_path: Path, cut: int, flips: list[tuple[int, int]]
) -> None:
    """Whatever happened to it on its way: sound or a typed error, never anything else."""
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(0.06, 16_000), 16_000)
    content = bytearray(path.read_bytes()[:cut])
    for position, value in flips:
        if position < len(content):
            content[position] = value
    path.write_bytes(content)
    with contextlib.suppress(AudioFileError):
        recording = read(path)
        assert len(recording.pcm) == pytest.approx(recording.seconds * BYTES_PER_SECOND)
