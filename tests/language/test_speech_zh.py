"""Chinese text made ready for the voice."""

import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language import LANGUAGES, normalise
from assistant.language.zh.pronounce import syllables
from assistant.language.zh.sounds import readings
from tests.language.tables import read_table

VOICE = "sit/cmn-latn-pinyin"

# What is written: what is said.
SAID = {
    # times
    "现在7:30": "现在七点半",
    "7:05吃药": "七点零五分吃药",
    "2:30": "两点半",
    "19:05吃药": "晚上七点零五分吃药",
    "晚上19:05": "晚上七点零五分",
    "下午2:15": "下午两点一刻",
    "7.30pm": "晚上七点半",
    "00:05": "零点零五分",
    "24:00": "夜里十二点",
    "12:30:45": "十二点三十分四十五秒",
    "7：30-8：00": "七点半到八点",
    "12点30分": "十二点三十分",
    # dates
    "2026-11-21": "二零二六年十一月二十一日",
    "2026/1/2": "二零二六年一月二日",
    "2026年2月2日": "二零二六年二月二日",
    "11/21": "十一月二十一日",
    "3月5日": "三月五日",
    "星期2": "星期二",
    "2025年12月31日23:59": "二零二五年十二月三十一日夜里十一点五十九分",
    # numbers
    "0": "零",
    "10": "十",
    "12": "十二",
    "22": "二十二",
    "105": "一百零五",
    "112": "一百一十二",
    "200米": "两百米",
    "2000元": "两千元",
    "20000": "两万",
    "2200": "两千二百",
    "一共1,234元": "一共一千二百三十四元",
    "36.5": "三十六点五",
    "0.05": "零点零五",
    "2.5倍": "二点五倍",
    "-3": "负三",
    "007": "零零七",
    "99999999999999999999": "九" * 20,
    "٣个": "三个",
    "３个": "三个",
    "1.2.3": "一点二点三",
    # two: 两 counts, 二 names
    "2个月": "两个月",
    "2片": "两片",
    "第2天": "第二天",
    "2两": "二两",
    "2月2号": "二月二号",
    "2-3片": "两到三片",
    "2楼": "二楼",
    # units
    "体温36.5℃": "体温三十六点五摄氏度",
    "-3℃": "零下三摄氏度",
    "吃2片5mg的药": "吃两片五毫克的药",
    "10ml": "十毫升",
    "60kg": "六十公斤",
    "1.5km": "一点五公里",
    "5m²": "五平方米",
    "60km/h": "六十公里每小时",
    "5mg/次": "五毫克每次",
    "血糖6.1mmol/L": "血糖六点一毫摩尔每升",
    "血压135/85 mmHg": "血压一百三十五、八十五毫米汞柱",
    "心率72bpm": "心率七十二次每分钟",
    # per cent, fractions, ratios, ranges, money
    "下降了50%": "下降了百分之五十",
    "5%-10%": "百分之五到十",
    "10~20%": "百分之十到二十",
    "1/2片": "二分之一片",
    "½片": "二分之一片",
    "1½片": "一又二分之一片",
    "3/4": "四分之三",
    "2：1": "二比一",
    "10-15分钟": "十到十五分钟",
    "约~5km": "约五公里",
    "¥12.50": "十二点五元",
    "$5": "五美元",
    "￥100": "一百元",
    # numbers to call
    "拨打120": "拨打幺二零",
    "打110报警": "打幺幺零报警",
    "火警119": "火警幺幺九",
    "120急救": "幺二零急救",
    "我帮您打了120": "我帮您打了幺二零",
    "打96110": "打九六幺幺零",
    "120毫克": "一百二十毫克",
    "血压120": "血压一百二十",
    "心率120次每分": "心率一百二十次每分",
    "我的电话是13800138000": "我的电话是幺三八零零幺三八零零零",
    "138-0013-8000": "幺三八，零零幺三，八零零零",
    "010-62345678": "零幺零，六二三四五六七八",
    "+86 138 0013 8000": "八六，幺三八，零零幺三，八零零零",
    "房间302室": "房间三零二室",
    # signs, emoji, Latin
    "你好😀世界": "你好 世界",
    "你\u200b好\x07": "你好",
    "5>3": "五大于三",
    "A&B": "A和B",
    "说WiFi和CT": "说WiFi和CT",
    "B12": "B十二",
    "yin2 hang2": "yin2 hang2",
}

READ = {
    "去银行取钱": "qu4 yin2 hang2 qu3 qian2",
    "重庆": "chong2 qing4",
    "长大": "zhang3 da4",
    "长短": "chang2 duan3",
    "我得吃药": "wo3 dei3 chi1 yao4",
    "觉得": "jue2 de5",
    "睡着了": "shui4 zhao2 le5",
    "量一下血压": "liang2 yi2 xia4 xue4 ya1",
    "降压药": "jiang4 ya1 yao4",
    "空腹": "kong1 fu4",
    "便宜": "pian2 yi5",
    "音乐": "yin1 yue4",
    "阿司匹林": "a1 si1 pi3 lin2",
    "看大夫": "kan4 dai4 fu5",
    "爸爸妈妈": "ba4 ba5 ma1 ma5",
    "晚上": "wan3 shang5",
    "早晨": "zao3 chen2",
    "一个": "yi2 ge4",
    "一天": "yi4 tian1",
    "一片": "yi2 pian4",
    "第一天": "di4 yi1 tian1",
    "十一点": "shi2 yi1 dian3",
    "星期一": "xing1 qi1 yi1",
    "一月一号": "yi1 yue4 yi1 hao4",
    "一百": "yi4 bai3",
    "看一看": "kan4 yi5 kan4",
    "不是": "bu2 shi4",
    "不好": "bu4 hao3",
    "对不起": "dui4 bu5 qi3",
    "绿色": "lv4 se4",
    "WiFi": "wai1 fai1",
    "做CT": "zuo4 C T",
    "好，走吧。": "hao3, zou3 ba5.",
    "《红楼梦》": "hong2 lou2 meng4",
    "привет": "",
    "😀": "",
}


@pytest.mark.parametrize(("written", "said"), SAID.items())
def test_expand(written: str, said: str) -> None:
    assert LANGUAGES["zh"].speech.expand(written) == said


@pytest.mark.parametrize(("words", "read"), READ.items())
def test_pronounce(words: str, read: str) -> None:
    assert normalise(words, "zh") == read


@pytest.mark.parametrize(("written", "said"), read_table("speech_zh.tsv"))
def test_the_table(written: str, said: str) -> None:
    assert said in {LANGUAGES["zh"].speech.expand(written), normalise(written, "zh")}


@given(st.text(max_size=80))
def test_any_text_becomes_words(text: str) -> None:
    expanded = LANGUAGES["zh"].speech.expand(text)
    without_pinyin = re.sub(r"[a-zü]{1,6}[1-5]", "", expanded)
    assert not re.search(r"[\d%℃°$¥/]", without_pinyin)
    assert len(expanded) <= 18 * len(text) + 20


@given(st.text("0123456789.:/-~%℃年月日点片mgk¥两二一 ", max_size=40))
def test_expanding_twice_changes_nothing(text: str) -> None:
    expand = LANGUAGES["zh"].speech.expand
    assert expand(expand(text)) == expand(text)


@given(st.text(max_size=40))
def test_pronounced_text_is_latin(text: str) -> None:
    assert re.fullmatch(r"[A-Za-zÀ-ɏ\d\s,.!?;:'-]*", normalise(text, "zh"))


@pytest.mark.parametrize("text", [*READ, "去 银行 一 不"])
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text, "zh")
    assert normalise(once, "zh") == once


def test_voice_reads_no_normalised_sentence_in_english() -> None:
    """espeak-ng marks what it falls back to English for with "(en)"."""
    if not shutil.which("espeak-ng"):
        pytest.skip("espeak-ng is not installed (Debian package espeak-ng)")
    sentences = [normalise(written, "zh") for written in [*SAID, *READ]]
    command = ["espeak-ng", "-v", VOICE, "-x", "-q", "--stdin"]
    told = "\n\n".join(sentences)
    heard = subprocess.run(command, input=told, capture_output=True, text=True, check=True).stdout
    raw = subprocess.run(command, input="50%", capture_output=True, text=True, check=True).stdout
    assert "(en)" in raw  # the mark is there to be seen
    assert heard.count("\n") >= len(sentences) - 3
    assert "(en)" not in heard


def test_what_is_spoken_changes_nothing_of_how_words_are_matched_by_sound() -> None:
    """A core that had synthesised a call no longer took 嗯 for a yes: pypinyin was changed."""
    before = [readings(word) for word in ("嗯", "妈妈", "晚上")]
    assert syllables("嗯妈妈晚上")
    assert [readings(word) for word in ("嗯", "妈妈", "晚上")] == before
