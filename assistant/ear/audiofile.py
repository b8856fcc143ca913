"""Recordings in any usual format, as the ear wants them: mono, 16 kHz, signed 16 bits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from assistant.ear.sound import SAMPLE_RATE_HZ

LIMIT_SECONDS: Final = 600.0
"""Ten minutes, exactly ten included: a longer one is no utterance but an archive."""
SILENCE_DBFS: Final = -60.0
"""RMS of the loudest tenth of a second; quiet speech into a cheap microphone is above -50."""
CLIPPED_SHARE: Final = 0.001
"""The share of all samples at full scale; speech that was not clipped reaches it a handful of
times."""
_FULL_SCALE: Final = 32_767 / 32_768
_BLOCK_SECONDS: Final = 10
_RATES_HZ: Final = range(1_000, 768_001)


class AudioFileError(ValueError):
    """A recording cannot be used; the message says why and what would do."""


class AudioFileMissingError(AudioFileError):
    """Nothing is there, or it is no file, or it may not be read."""


class NotAudioError(AudioFileError):
    """The file holds no sound in a known format."""


class EmptyAudioError(AudioFileError):
    """A sound file without a single sample."""


class AudioTooLongError(AudioFileError):
    """Longer than the limit."""


class SilentAudioError(AudioFileError):
    """Nothing can be heard in it."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that can be heard."""

    pcm: bytes
    """16 kHz, mono, signed 16 bits, little-endian."""
    seconds: float
    warnings: tuple[str, ...] = ()
    """What may hurt recognition, in plain words; empty if nothing does."""


def read(path: Path) -> Recording:
    """Read a recording (WAV, FLAC, OGG, MP3 and what else libsndfile knows) and convert it.

    Several channels are averaged, other rates resampled (soxr), other sample formats scaled.

    Raises:
        AudioFileError: one of the errors above, with the reason.
    """
    if path.is_dir():
        raise AudioFileMissingError(f"{path} is a folder; give a sound file, such as a WAV")
    try:
        with path.open("rb") as opened, soundfile.SoundFile(opened) as sound:
            samples, rate_hz = _read_mono(path, sound)
    except FileNotFoundError as error:
        raise AudioFileMissingError(f"{path} does not exist") from error
    except OSError as error:
        raise AudioFileMissingError(f"{path} cannot be read: {error.strerror or error}") from error
    except soundfile.LibsndfileError as error:
        if path.stat().st_size == 0:
            raise EmptyAudioError(f"{path} is empty: it has no byte at all") from error
        reason = str(error.error_string).rstrip(".")
        raise NotAudioError(
            f"{path} is not a sound file that can be read ({reason}); WAV, FLAC, OGG and MP3 can"
        ) from error
    level_dbfs = loudest_dbfs(samples, rate_hz)
    if level_dbfs < SILENCE_DBFS:
        raise SilentAudioError(
            f"{path} is silent: its loudest moment is at {level_dbfs:.0f} dBFS, "
            f"speech is above {SILENCE_DBFS:.0f}"
        )
    warnings = _warnings(samples, rate_hz)
    if rate_hz != SAMPLE_RATE_HZ:
        samples = soxr.resample(samples, rate_hz, SAMPLE_RATE_HZ).astype(np.float32)
    pcm = np.clip(np.round(samples * 32_768), -32_768, 32_767).astype("<i2").tobytes()
    return Recording(pcm, len(pcm) / 2 / SAMPLE_RATE_HZ, warnings)


def loudest_dbfs(samples: NDArray[np.float32], rate_hz: int) -> float:
    """RMS of the loudest tenth of a second of samples (-1 to 1), in dB below full scale.

    Full scale is a square wave; digital silence gives -inf.
    """
    window = min(len(samples), rate_hz // 10)
    if window == 0:
        return -np.inf
    whole = samples[: len(samples) // window * window].reshape(-1, window)
    power = float(np.square(whole, dtype=np.float64).mean(axis=1).max())
    return 10 * float(np.log10(power)) if power > 0 else -np.inf


def _read_mono(path: Path, sound: soundfile.SoundFile) -> tuple[NDArray[np.float32], int]:
    """All samples as one channel, read block by block: the header may lie about their number."""
    rate_hz = int(sound.samplerate)
    if rate_hz not in _RATES_HZ:
        raise NotAudioError(
            f"{path} has a sample rate of {rate_hz} Hz; "
            f"{_RATES_HZ.start} to {_RATES_HZ.stop - 1} Hz can be read"
        )
    limit_frames = int(LIMIT_SECONDS * rate_hz)
    blocks: list[NDArray[np.float32]] = []
    frames = 0
    while len(block := sound.read(_BLOCK_SECONDS * rate_hz, dtype="float32", always_2d=True)):
        frames += len(block)
        if frames > limit_frames:
            raise AudioTooLongError(
                f"{path} is longer than {LIMIT_SECONDS / 60:.0f} minutes; "
                "cut it into pieces, each an utterance or a few"
            )
        mono = block.mean(axis=1, dtype=np.float32)
        # Float formats may hold anything: no number, or far beyond full scale.
        blocks.append(np.clip(np.nan_to_num(mono, posinf=1.0, neginf=-1.0), -1.0, 1.0))
    if frames == 0:
        raise EmptyAudioError(f"{path} is a sound file without any sound: it has 0 samples")
    return np.concatenate(blocks), rate_hz


def _warnings(samples: NDArray[np.float32], rate_hz: int) -> tuple[str, ...]:
    warnings = []
    clipped = float(np.mean(np.abs(samples) >= _FULL_SCALE))
    if clipped > CLIPPED_SHARE:
        warnings.append(
            f"clipped: {clipped:.1%} of its samples are at full scale; record it more quietly"
        )
    if rate_hz < SAMPLE_RATE_HZ:
        warnings.append(
            f"recorded at {rate_hz} Hz: above {rate_hz // 2} Hz there is nothing, "
            "which the speech models miss; record at 16000 Hz"
        )
    return tuple(warnings)
