"""The voices themselves, as the machine has them."""

from __future__ import annotations

import subprocess

import pytest

from assistant.language import normalise
from assistant.mouth.pieces import trim
from assistant.mouth.synthesizer import Synthesizer
from assistant.mouth.voices import SAMPLE_RATE_HZ, VOICES

ZH = (
    "今天天气很好，记得按时吃药。",
    "我去银行取钱，在重庆长大。",
    "现在是下午3点25分，气温26.5℃，湿度65%。",
    "请给女儿打电话13800138000。",
)
PROSE = {
    # Words, or hanzi: 1.2 of them are spoken for each asked word per minute.
    "zh": ("今天天气很好，我们一起去公园散步，看看花，听听鸟叫，然后回家吃饭，好不好？", 31 / 1.2),
    "en": (
        "The weather is lovely today, so we could walk to the park together, look at the "
        "flowers, listen to the birds, and then come home for lunch.",
        26,
    ),
}


@pytest.mark.parametrize("text", ZH)
def test_no_hanzi_is_read_as_english(text: str) -> None:
    spoken = normalise(text, "zh")
    told = subprocess.run(
        ["espeak-ng", "-x", "-q", "--stdin", "-v", VOICES["zh"].engine_id],
        input=spoken.encode(),
        capture_output=True,
        check=True,
        timeout=20,
    ).stdout.decode()
    assert told.strip()
    assert "(en)" not in told


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("lang", list(VOICES))
@pytest.mark.parametrize("rate", [120, 160, 220])
async def test_the_asked_rate_is_the_spoken_rate(
    synthesizer: Synthesizer, lang: str, rate: int
) -> None:
    text, words = PROSE[lang]
    # Twice: pyttsx3 spoke with the rate of the request before, about every second time.
    await synthesizer.synthesize("a", lang, 300)
    samples = trim(await synthesizer.synthesize(normalise(text, lang), lang, rate))
    assert words / (len(samples) / SAMPLE_RATE_HZ) * 60 == pytest.approx(rate, rel=0.15)
