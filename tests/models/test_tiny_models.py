"""The committed models, heard by real Vosk, on speech from the espeak-ng program."""

import io
import json
import shutil
import subprocess

import numpy as np
import pytest
import soundfile
import soxr
import vosk

from models.tiny_vosk.build import HERE, phrase_file
from models.tiny_vosk.evaluate import CONDITIONS, exactly, one_of_each, refused, score
from models.tiny_vosk.phrases import read_phrases

pytestmark = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"
)
RATE = 16_000
# Not one of these variants was heard in training.
VOICES = {
    "zh": ("cmn-latn-pinyin+f4", "cmn-latn-pinyin+m7"),
    "en": ("en-us+f5", "en-gb+m4"),
}
MUST_HEAR = {
    "zh": [
        "小安小安", "小安小安，现在几点了", "救命", "救命，我摔倒了", "我起不来了", "我胸口疼",
        "喘不上气", "来人啊", "着火了", "有煤气味", "我没事", "不用了", "取消", "停", "大声点",
        "小声一点", "慢一点", "再说一遍", "是的", "不是", "谢谢", "再见", "今天几号", "说英文",
        "我们认识一下吧", "叫我王奶奶", "我姓李", "我的生日是三月五号", "三月五号",
        "今天股票怎么样", "提醒我每天早上八点吃一片降压药", "吃过了", "等一会儿",
        "十分钟以后再提醒我", "给我女儿打电话", "打幺二零", "过来", "跟我来", "回去充电",
        "看着我", "我要订餐", "讲个故事",
    ],
    "en": [
        "hey anban", "hey anban, what time is it?", "help", "help me", "help, i've fallen",
        "i can't get up", "my chest hurts", "i can't breathe", "call an ambulance", "i'm fine",
        "no thanks", "fire", "i smell gas", "stop", "louder please", "quieter", "slower please",
        "say that again", "yes", "no", "thank you", "goodbye", "what's the date",
        "speak chinese", "let's get acquainted", "call me mary", "my name is john",
        "my birthday is march fifth", "march fifth", "what do you think about the stock market",
        "translate this book", "remind me to take my blood pressure pill at eight every morning",
        "i took it", "later", "remind me in ten minutes", "call my daughter", "ring my son",
        "come here", "follow me", "go and charge", "i want to order lunch", "tell me a story",
    ],
}  # fmt: skip


def speak(text: str, voice: str) -> np.ndarray:
    command = ["espeak-ng", "-v", voice, "-s", "150", "--stdin", "--stdout"]
    spoken = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    samples, rate = soundfile.read(io.BytesIO(spoken.stdout), dtype="float32")
    padded = np.pad(soxr.resample(samples, rate, RATE), RATE // 2)
    return (padded.clip(-1, 1) * 20_000).astype(np.int16)


@pytest.fixture(scope="module")
def loaded(tiny):
    vosk.SetLogLevel(-1)
    return {lang: vosk.Model(str(path)) for lang, path in tiny.items()}


def hear(model, pcm: np.ndarray, grammar: list[str] | None = None) -> dict:
    arguments = [json.dumps(grammar, ensure_ascii=False)] if grammar else []
    recognizer = vosk.KaldiRecognizer(model, RATE, *arguments)
    recognizer.SetWords(True)
    recognizer.AcceptWaveform(pcm.tobytes())
    return json.loads(recognizer.FinalResult())


def plain(text: str) -> str:
    return "".join(c for c in text if c not in " ，,?。")


@pytest.mark.parametrize("lang", VOICES)
def test_what_demo_and_safety_stand_on_is_heard(loaded, lang):
    wrong = [
        (said, heard, voice)
        for voice in VOICES[lang]
        for said in MUST_HEAR[lang]
        if plain(heard := hear(loaded[lang], speak(said, voice))["text"]) != plain(said)
    ]
    assert wrong == []


@pytest.mark.parametrize("lang", VOICES)
def test_the_evaluation_on_a_part_of_the_list(loaded, lang):
    """The whole of it is in the model's CARD.md; this holds the line."""
    sentences = one_of_each(read_phrases(phrase_file(lang)))[3::12]
    clean, noisy, _ = CONDITIONS
    # "call the ambulance" may come out as "call an ambulance": two of fifty, no more.
    assert len(score(loaded[lang], lang, sentences, clean, exactly).wrong) <= 2
    assert len(score(loaded[lang], lang, sentences, noisy, exactly).wrong) <= 3
    outside = list(read_phrases(HERE / f"outside_{lang}.txt").patterns)
    assert len(score(loaded[lang], lang, outside, clean, refused).wrong) <= 1


@pytest.mark.parametrize("lang", VOICES)
def test_silence_and_noise_say_nothing(loaded, lang):
    silence = np.zeros(3 * RATE, np.int16)
    noise = np.random.default_rng(1).normal(0, 800, 3 * RATE).astype(np.int16)
    for pcm in (silence, noise):
        assert hear(loaded[lang], pcm)["text"] in {"", "[unk]"}


@pytest.mark.parametrize("lang", VOICES)
def test_every_word_of_the_list_is_known_to_the_model(loaded, lang):
    words = read_phrases(phrase_file(lang)).words()
    assert [w for w in words if loaded[lang].vosk_model_find_word(w) < 0] == []


def test_words_have_times_and_confidence(loaded):
    words = hear(loaded["en"], speak("call my daughter", VOICES["en"][0]))["result"]
    assert [word["word"] for word in words] == ["call", "my", "daughter"]
    assert 0.4 < words[0]["start"] < words[0]["end"] <= words[1]["start"]
    assert all(word["conf"] > 0.8 for word in words)


def test_a_grammar_at_run_time_is_obeyed(loaded):
    pcm = speak("救命", VOICES["zh"][0])
    assert hear(loaded["zh"], pcm, ["救命", "[unk]"])["text"] == "救命"
    assert hear(loaded["zh"], pcm, ["我 没事", "[unk]"])["text"] == "[unk]"


def test_partial_results_come_while_a_sentence_is_spoken(loaded):
    pcm = speak("help me i've fallen and i can't get up", VOICES["en"][0])
    recognizer = vosk.KaldiRecognizer(loaded["en"], RATE)
    partials = []
    for start in range(0, len(pcm), RATE // 10):
        recognizer.AcceptWaveform(pcm[start : start + RATE // 10].tobytes())
        partials.append(json.loads(recognizer.PartialResult())["partial"])
    first = next(i for i, text in enumerate(partials) if text.startswith("help me"))
    assert first < len(partials) * 0.6
