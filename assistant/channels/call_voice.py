"""The voice of a telephone call: the same synthesis as the mouth's, into a file of its own."""

from __future__ import annotations

import asyncio
import hashlib
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assistant.channels import CallScript

if TYPE_CHECKING:
    from assistant.mouth.synthesizer import Synthesizer

RATE_WORDS_PER_MINUTE: Final = 150
"""The rate of a call, slower than in the room: a telephone line takes away half of the sound."""
_SAMPLE_RATE_HZ: Final = 22_050
"""The sample rate of the voices; espeak-ng gives no other."""
_KEPT_FILES: Final = 40


class CallVoice:
    """Speaks texts into WAV files; the same words are made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._synthesizer: Synthesizer | None = None
        self._one_at_a_time = asyncio.Lock()

    def script(self, text: str, lang: str) -> CallScript:
        """Give what a call says; the words are synthesised when it first rings."""

        async def speak() -> Path:
            return await self._speak(text, lang)

        return CallScript(speak)

    async def close(self) -> None:
        """End the voice process."""
        if self._synthesizer is not None:
            await self._synthesizer.close()

    async def _speak(self, text: str, lang: str) -> Path:
        # Imported when first needed: numpy takes a fifth of a second to load.
        from assistant.mouth.synthesizer import Synthesizer  # noqa: PLC0415

        name = hashlib.sha256(f"{lang} {text}".encode()).hexdigest()[:24]
        target = self._folder / f"said-{name}.wav"
        async with self._one_at_a_time:
            if target.exists():
                return target
            self._synthesizer = self._synthesizer or Synthesizer()
            samples = await self._synthesizer.synthesize(text, lang, RATE_WORDS_PER_MINUTE)
            self._write(target, samples.tobytes())
        return target

    def _write(self, target: Path, samples: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = sorted(self._folder.glob("said-*.wav"), key=lambda path: path.stat().st_mtime)
        for old in kept[: max(0, len(kept) - _KEPT_FILES)]:
            old.unlink(missing_ok=True)
        draft = target.with_suffix(".part")
        with wave.open(str(draft), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(_SAMPLE_RATE_HZ)
            sound.writeframes(samples)
        draft.replace(target)
