"""Cries and near misses: lists written by somebody who never saw the data, and tables of kinds."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
import yaml

from assistant.phrases import tokens_of
from assistant.safety import judge
from benchmarks._mishear import Mishearing
from tests.safety.rows import (
    LISTS,
    Cry,
    asked,
    called,
    cries,
    heard,
    near_misses,
    ordinary,
    share,
)

LANGS = ("zh", "en")
MIN_HEARD = 0.95
"""Of all cries of a list: called for, or asked about."""
MAX_CALLED = 0.02
MAX_ASKED = 0.10
"""Of near misses."""
MAX_ASKED_OF_ORDINARY = 0.015


def outcome(text: str, *, is_final: bool = True, is_tiny: bool = False) -> str:
    judgement = judge(text, is_final=is_final, is_tiny=is_tiny)
    if judgement.cry is not None:
        return "call"
    if judgement.doubt is not None:
        return "ask"
    return "wait" if judgement.waits else ""


@pytest.mark.parametrize("prefix", LISTS)
@pytest.mark.parametrize("lang", LANGS)
def test_cries_are_called_for_or_asked_about(lang: str, prefix: str) -> None:
    rows = cries(lang, prefix)
    assert len(rows) >= 140
    missed = [row.text for row in rows if not (called(row.text) or asked(row.text))]
    assert len(missed) <= (1 - MIN_HEARD) * len(rows), missed


@pytest.mark.parametrize("prefix", LISTS)
@pytest.mark.parametrize("lang", LANGS)
def test_near_misses_seldom_call_and_are_seldom_asked_about(lang: str, prefix: str) -> None:
    texts = near_misses(lang, prefix)
    assert len(texts) >= 125
    calls = [text for text in texts if called(text)]
    asks = [text for text in texts if asked(text)]
    assert len(calls) <= MAX_CALLED * len(texts), calls
    assert len(asks) <= MAX_ASKED * len(texts), asks


@pytest.mark.parametrize("lang", LANGS)
def test_ordinary_talk_is_never_answered_with_an_alarm(lang: str) -> None:
    texts = ordinary(lang)
    assert len(texts) >= 400
    asks = [text for text in texts if heard(text)]
    assert [text for text in asks if called(text)] == []
    assert len(asks) <= MAX_ASKED_OF_ORDINARY * len(texts), asks


@pytest.mark.parametrize(
    "text",
    [
        *("how many tablets do i take", "我的降压药吃过了吗", "i can smell coffee"),
        *("i need help choosing a present", "i can't find my phone", "有人敲门吗"),
        *("my son is coming tomorrow", "我膝盖有点疼", "my knee hurts a little", "他们离婚了"),
        *("胸口疼是什么原因", "what causes chest pain", "i'm burning a scented candle"),
        *("he's gone down in the box", "忙得喘不过气来总算歇下了", "我梦见家里着火了"),
    ],
)
def test_everyday_requests_and_calm_talk_are_not_asked_about(text: str) -> None:
    assert not outcome(text)


@pytest.mark.parametrize(
    "text",
    [
        *("王芳妈摔了", "热水器漏气", "假牙卡嗓子里", "活着没什么意思了", "这是哪儿我不认得这屋子"),
        *("含了三片药胸口还是疼", "再没有人来我就不行了", "一躺下就喘不上来", "快打幺二零"),
        *("where am i who are these people", "everyone would be better off without me"),
        *("i cannae get up", "ma heid's bleedin bad", "if nobody comes i'm not going to make it"),
        *("i can't reach the cord", "something is badly wrong with me"),
    ],
)
def test_kinds_of_cries_that_were_missed_once(text: str) -> None:
    assert outcome(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("can't can't breathe can't", "call"),
        ("my my my arm won't it won't do what i", "call"),
        ("我我我喘不上气", "call"),
        ("mum what are you doing on the floor can you hear me", "call"),
        ("爸你怎么倒在地上了听得见我说话吗", "call"),
        ("stay awake dad how many did you take", "call"),
        ("press harder on it it's going everywhere", "call"),
        ("there's a puddle of blood under her", "call"),
        ("the baby's swallowed grandad's heart pills", "call"),
        ("小孙子把爷爷的降压药吃了", "call"),
        ("阿妈跌咗落床起唔到身", "call"),
        ("你是谁怎么进来的你别过来别过来", "call"),
        ("我中暑了头晕得站不住", "call"),
        ("我把老鼠药当成盐吃了", "call"),
        ("半夜有人在外头拧门锁", "ask"),
        ("i don't see any point going on", "ask"),
    ],
)
def test_breathless_words_and_what_is_said_to_whoever_lies_there(text: str, expected: str) -> None:
    assert outcome(text) in {expected, "call"}


@pytest.mark.parametrize(
    "text",
    [
        *("what are you doing on the floor you silly cat", "there's a puddle under the fridge"),
        *("how many did you take photos of", "there's no point going on about it"),
        *("孙子把药按时吃了", "你别过来我感冒了", "锁坏了谁给我拧一下", "怎么预防中暑"),
    ],
)
def test_neighbours_of_what_is_said_to_whoever_lies_there(text: str) -> None:
    assert not outcome(text)


# ---------------------------------------------------------- mended, asked in general, supposed


@pytest.mark.parametrize(
    "text",
    [
        *(
            "i broke my hip in two thousand and nine and it healed lovely",
            "五年前我中风过现在全好了",
        ),
        "my brother had a stroke years back and he's playing bowls again now",
        *("i had a stroke in twenty twelve and made a full recovery", "零八年我摔断了胳膊早好了"),
        *(
            "is carbon monoxide heavier than air",
            "低血糖平时口袋里装什么糖好",
            "一氧化碳比空气重吗",
        ),
        *("what number do you ring for an ambulance in france", "在法国叫救护车打什么电话"),
        *("if i ever fell in the garden would you hear me", "要是哪天我摔倒了你会给谁打电话"),
        *("hit me again dealer", "你是卖保险的吧我不买别打了啊", "推销的吧别再打电话了啊"),
    ],
)
def test_a_mended_past_a_question_a_supposition_a_game_call_nobody(text: str) -> None:
    assert outcome(text) != "call"


@pytest.mark.parametrize(
    "text",
    [
        *("i broke my hip in two thousand and nine and it healed now i've fallen again",),
        *("i've fallen on the same hip i broke in two thousand and nine", "他打我别打了求求你"),
        *("我前年摔断过腿现在又摔倒了起不来", "dad got better last year and now he's collapsed"),
        *("what number do you ring for an ambulance he's not breathing", "he hit me again"),
        *("what number do i ring for an ambulance", "我腿疼了五六年现在动不了", "别打我啊救命"),
        "我在美国快叫救护车",
    ],
)
def test_what_is_so_beside_a_past_or_a_question_still_calls(text: str) -> None:
    assert outcome(text) == "call"


# --------------------------------------------------------------------------------- veto words


@pytest.mark.parametrize(
    "text",
    [
        "我昨天摔了现在起不来了",
        "跟上次中风一样我半边身子动不了了",
        "我从昨天晚上摔倒到现在一直起不来救救我",
        "不是做梦我家着火了",
        "昨天我摔倒了现在动不了",
        "i've been lying on the floor since yesterday i can't get up",
        "it's like last time my chest hurts and i can't breathe",
        "it's not a joke, i've fallen",
        "i fell last night and now i can't get up",
        "为什么没人来救救我",
        "why is nobody coming help me please",
        "跟电视里演的一样我胸口疼得厉害",
    ],
)
def test_past_words_never_veto_what_is_so_now(text: str) -> None:
    assert outcome(text) == "call"


CUES = {
    "zh": (
        *("昨天", "去年", "上次", "以前", "那年", "小时候", "电视里", "电影里", "新闻里", "听说"),
        *("做梦", "如果", "要是", "万一", "为什么", "开玩笑", "怎么说"),
    ),
    "en": (
        *("yesterday", "last year", "last time", "years ago", "used to", "on tv", "in the film"),
        *("on the news", "a dream", "what if", "in case", "a joke", "just asking", "once when"),
    ),
}


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("lang", LANGS)
def test_one_harmless_word_never_silences_a_cry(lang: str, *, before: bool) -> None:
    joint = "" if lang == "zh" else " "
    cried = [row.text for row in held_out(lang) if called(row.text) or asked(row.text)]
    lost = [
        text
        for cue in CUES[lang]
        for cry in cried
        if not outcome(text := joint.join((cue, cry) if before else (cry, cue)))
    ]
    assert len(lost) <= 0.02 * len(CUES[lang]) * len(cried), lost


def held_out(lang: str) -> list[Cry]:
    file = Path(__file__).with_name(f"heldout_{lang}.tsv")
    rows = (line.split("\t") for line in file.read_text("utf-8").splitlines())
    return [Cry("room", reason, "call", text) for reason, text in rows]


@pytest.mark.parametrize(
    "text",
    [
        "去年我摔倒过一次住了半个月院",
        "电视里有人喊救命",
        "电影里那个老太太摔倒了",
        "如果我摔倒了你会怎么做",
        "小时候我从树上摔下来过",
        "in the film somebody shouted help",
        "i had a fall last year and got over it",
        "what is a heart attack",
        "what should i do if there's a fire",
    ],
)
def test_two_signs_that_it_is_told_of_take_a_cry_away(text: str) -> None:
    assert outcome(text) in {"", "ask"}


# ----------------------------------------------------------------------------------- negation


@pytest.mark.parametrize(
    "text",
    [
        *("别打120", "不要叫救护车", "没有着火", "我没摔倒", "不用报警", "别叫救护车了"),
        *("don't call an ambulance", "please don't call the police", "i haven't fallen"),
        *("no fire here", "there's no smoke", "i don't want an ambulance", "not a heart attack"),
    ],
)
def test_what_is_said_not_to_be_is_no_cry(text: str) -> None:
    assert not outcome(text)


@pytest.mark.parametrize(
    "text",
    [
        *("不好了着火了", "不得了了锅烧着了", "我不是开玩笑我真的摔倒了", "别走救救我"),
        *(
            "no no i've fallen",
            "don't just stand there call an ambulance",
        ),
        *("没人来救我", "没有人来我起不来了", "nobody came i can't get up", "he's not breathing"),
    ],
)
def test_a_not_that_is_about_something_else_takes_nothing_away(text: str) -> None:
    assert outcome(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "stop i don't need help",
            "按错了不是真的",
            "no i'm fine it was a mistake",
            "我没事按错了",
        ),
        *(
            "不用了我没事",
            "误会误会没事",
            "please cancel it i'm all right",
            "i pressed it by mistake",
        ),
        *("不是真的", "it's not real", "never mind i'm fine", "别打了我好好的"),
    ],
)
def test_that_no_help_is_needed_is_understood(text: str) -> None:
    judgement = judge(text, is_final=True)
    assert judgement.fine
    assert judgement.cry is judgement.doubt is None


@pytest.mark.parametrize("text", ["我没事就是起不来", "i'm fine but i can't get up", "没事救命"])
def test_to_be_fine_and_to_cry_is_to_cry(text: str) -> None:
    assert not judge(text, is_final=True).fine
    assert outcome(text) == "call"


# ---------------------------------------------------------------------------------------- who


@pytest.mark.parametrize(
    "text",
    [
        *("he collapsed", "he's unconscious", "she's not breathing", "my husband has collapsed"),
        *("my wife won't wake up", "老伴晕倒了", "我老伴叫不醒了", "他没呼吸了", "我妈摔倒了"),
        *("the baby is choking", "孙子噎住了", "我妈倒了", "大女儿倒了", "她晕到了"),
    ],
)
def test_somebody_beside_the_elder_needs_help(text: str) -> None:
    assert outcome(text) == "call"


@pytest.mark.parametrize(
    "text",
    [
        *("这西瓜从车上滚下来了", "我把碗摔了", "手机摔地上了", "我孙子学会走路了一屁股坐在地上"),
        *(
            "the pound has fallen again",
            "my phone fell in the sink",
            "the cat is stuck up the tree",
        ),
        *(
            "she had a stroke of luck",
            "that fry up is a heart attack on a plate",
            "over my dead body",
        ),
        *("太好吃了我要死了", "笑得我喘不过气来", "i can't breathe for laughing", "火锅冒烟了真香"),
        *("送我去医院门口的超市吧", "i can't move my appointment can you", "快点来人吃饭了"),
        "my heart is pounding i'm so excited for the match",
        *("女儿到了", "我儿子已经到了", "大女儿到了", "妈妈快到了", "他到了"),
    ],
)
def test_things_children_and_figures_of_speech_call_nobody(text: str) -> None:
    assert outcome(text) != "call"


# ---------------------------------------------------------- how it was heard, in which language


@pytest.mark.parametrize(
    "text",
    [
        *("my 胸口 hurts", "call 救护车", "我的 chest 疼", "快 call ambulance", "help 我摔倒了"),
    ],
)
def test_two_languages_in_one_sentence(text: str) -> None:
    assert outcome(text)


@pytest.mark.parametrize(
    "text",
    [
        *("揪命", "elp elp", "救命", "找火了 着火了", "我胸扣疼", "喘不上汽了", "我摔到了起不来"),
        *("哎呀妈呀疼死我了我的腿", "快给我儿子打电话叫他马上来我不舒服得很"),
        *("有没有人啊来个人帮帮我", "everything's going dark", "get our susan quick"),
        *("i'm stuck in the bath and the water's gone cold", "oh god my hip i heard it crack"),
        *("the toaster's on fire", "nine nine nine", "i fallen", "i smell a gas", "来人来人"),
    ],
)
def test_cries_of_real_life_and_of_bad_hearing(text: str) -> None:
    assert outcome(text)


@pytest.mark.parametrize("text", ["救命救命", "help help", "help help help i've fallen"])
def test_a_repeated_cry_need_not_stand(text: str) -> None:
    judgement = judge(text, is_final=False)
    assert judgement.cry is not None
    assert judgement.is_repeated


@pytest.mark.parametrize("text", ["救命", "我摔倒了", "call an ambulance", "i've fallen over"])
def test_any_other_must_stand(text: str) -> None:
    judgement = judge(text, is_final=False)
    assert judgement.cry is not None
    assert not judgement.is_repeated


@pytest.mark.parametrize("text", ["帮帮我", "help me", "i can't breathe", "i can't stand"])
def test_what_may_go_on_harmlessly_waits(text: str) -> None:
    assert outcome(text, is_final=False) == "wait"
    assert outcome(text) == "call"


@pytest.mark.parametrize("text", ["救命救命", "help help", "我摔倒了起不来了", "call an ambulance"])
def test_a_tiny_model_never_calls(text: str) -> None:
    assert not outcome(text, is_final=False, is_tiny=True)
    assert outcome(text, is_tiny=True) == "ask"


@pytest.mark.parametrize("text", ["揪命", "halp halp", "我有点难受"])
def test_a_tiny_model_is_forgiven_nothing(text: str) -> None:
    assert not outcome(text, is_tiny=True)


@pytest.mark.parametrize("words", ["我摔倒了", "help me i fell down "])
def test_one_endless_sentence_is_judged_by_its_beginning_and_its_end(words: str) -> None:
    filler = "今天天气很好 " * 20_000
    assert outcome(words + filler)
    assert outcome(filler + words)
    assert not outcome(filler)


@pytest.mark.parametrize(("text", "written"), [("锅着火了", "zhao2"), ("睡着了", "zhao2")])
def test_characters_are_read_in_context(text: str, written: str) -> None:
    assert written in [token.reading for token in tokens_of(text)]


def test_shares_are_counted_over_a_whole_list() -> None:
    assert share(["a", "b", "c", "d"], lambda text: text in "ab") == 0.5


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("part", "least"), [(0.10, 0.88), (0.25, 0.72)])
def test_cries_that_were_partly_misheard_are_still_acted_on(
    lang: str, part: float, least: float
) -> None:
    rows, random = [row.text for row in cries(lang)], Random(7)
    mishearing = Mishearing([*ordinary(lang), *near_misses(lang), *rows])
    texts = [mishearing.corrupt(text, part, random) for text in rows]
    assert texts != rows
    assert share(texts, heard) >= least, [text for text in texts if not heard(text)]


@pytest.mark.parametrize(
    "text",
    [
        "luckily i have my phone i've fallen",
        "my phone i've fallen",
        "i have my phone my chest hurts",
        "the kettle i've fallen",
        "thankfully i have my phone i've fallen",
        "幸好手机在身边我摔倒了",
        "还好手机在身边我摔倒了",
    ],
)
def test_a_thing_and_good_luck_beside_a_cry_take_nothing_away(text: str) -> None:
    assert heard(text)


@pytest.mark.parametrize(
    "text", ["my phone has fallen", "the phone fell down", "the kettle has fallen over", "手机摔了"]
)
def test_a_thing_that_fell_is_no_cry(text: str) -> None:
    assert not heard(text)


@pytest.mark.parametrize(
    "text",
    [
        "i was fine before i've fallen luckily i've got the phone",
        "i was in hospital last year i've fallen again",
        "i was fine yesterday i've swallowed the wrong pills",
        "i used to be fine i've fallen",
        "i was fine this morning i'm bleeding badly",
    ],
)
def test_a_past_before_what_has_happened_since_takes_nothing_away(text: str) -> None:
    assert heard(text)


@pytest.mark.parametrize(
    "text",
    [
        "years ago i've never fallen",
        "last week i've had the flu",
        "i had a fall last year i'm all right now",
    ],
)
def test_a_past_that_is_over_asks_nothing(text: str) -> None:
    assert not heard(text)


# ------------------------------------------------------------- what a whole sentence is about


@pytest.mark.parametrize(
    "text",
    [
        # it is denied of everybody
        *("nobody's broken in you left the door open", "no one's fallen it's the bin lid"),
        *("nobody's hurt it was only the vase", "there's no gas it's the drains you can smell"),
        # a joke, a letter, a crossword
        *("tell me the one about the man who choked on a harmonica", "中风的风是什么偏旁"),
        *("tell me the one about the vicar who fell in the font", "讲个小偷掉井里的笑话"),
        *("is seizure ie or ei", "昏迷的昏上头一个氏下头一个日", "窒息的窒是不是穴字头"),
        # a court, a film, a match
        *("a man's been charged with breaking into eleven houses", "据说那小偷被抓了判了三年"),
        *("a man's been jailed for burning down his house", "别换台凶手马上就要破门进来了"),
        *("he's down he's not moving oh get up it was never a foul", "看这集凶手要捅人了"),
        *("knocked out cold in the fourth round", "又躺地上装一碰就倒快给他黄牌"),
        # dolls and cartoons
        *("teddy's had a heart attack doctor", "小熊发烧了不会喘气了大夫快打针"),
        *("dolly's not breathing nurse give her the pretend jab", "小猪佩奇家着火啦快灭火呀"),
        *("make a fire engine noise the dolls' house is burning", "奶奶的积木楼着火啦"),
        # things that bleed, choke, burn
        *("that jumper's bled all over the whites", "this biro's bled through the paper"),
        *("it'll have the gutters choked", "the roads were choked with traffic"),
        *("the sky's all ablaze tonight", "the tree's on fire with colour this autumn"),
        *("红烧肉炒糊了", "糖炒煳了锅底咋刷", "炕烧得热乎乎的上来坐"),
        # weather, guests, long ago, elsewhere
        *("这大风刮得人站都站不住我就没出门", "小安小安明天还这么闷不闷得人喘不上气"),
        *("who's there oh it's you pat the key's under the pot", "敲门的是送水的我让他进来的"),
        *("your granddad had his first heart attack and he lived to be ninety",),
        *("your great aunt had a stroke in nineteen sixty two", "我怀你那会儿晕倒在供销社门口过"),
        *("when i was expecting you i fainted in the butcher's", "生你那年我大出血差点没命"),
        *("澳洲那边山火烧到我侄女住的城市没有", "鹦鹉老学人喊救命咋教它改口"),
        *("no one broke in it was me", "the chimney's choked with soot"),
        *("he's gone down like a sack of spuds ref get a card out", "变形金刚爆炸了"),
        "it was blowing so hard you couldn't stand up on the prom",
    ],
)
def test_what_a_whole_sentence_is_about_is_not_asked_about(text: str) -> None:
    assert not outcome(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "call golden taxi to pick me up at seven pm today",
            "can i get the definition to ambulance",
        ),
        *("book me a cab to pick me up from the surgery", "please send a complaint to someone"),
        *("get me a coffee", "call me a cab", "get me some food", "please tell me the date"),
        *("dim the lights in my bedroom", "please turn up the volume to twenty one"),
        *(
            "tell me again please",
            "please alert me to the time",
            "i can't hear increase the volume",
        ),
        *("是我说话太直接了么", "我想听触电", "有没有张艺谋导演的热门电影"),
    ],
)
def test_ordinary_commands_are_no_badly_heard_cries(text: str) -> None:
    assert not outcome(text)


@pytest.mark.parametrize(
    "text",
    [
        *("骨折了怎么办", "被鱼刺卡住吃馒头有没有用", "help me call james"),
        *("i was watching the match and the referee blew up and i've fallen off the settee",),
        *("my husband collapsed watching the referee",),
    ],
)
def test_what_may_be_a_cry_after_all_is_asked_about(text: str) -> None:
    assert outcome(text) == "ask"


@pytest.mark.parametrize(
    "text",
    [
        *("我骨折了怎么办", "着火了怎么办", "煤气漏了怎么办", "我鱼刺卡喉咙了喝醋有没有用"),
        *("nobody came i can't get up", "nobody's coming help me", "nobody heard me i've fallen"),
        *("there's no gas left i can't breathe", "there's no smoke but the kettle's on fire"),
        *("come in come in he's collapsed in the kitchen", "快请坐不对他晕倒了"),
        *("help me call an ambulance", "pick me up off the floor", "get me a doctor"),
        *("call a taxi no call an ambulance", "tell the police someone's breaking in"),
        *("he's not pretending he's collapsed", "他不是假装的他真的倒下了"),
        *("the baby's choking on a lego brick", "i bled all over the sheets it won't stop"),
        *("ten years ago i had a stroke and now my arm's gone numb", "屋里闷得人喘不上气"),
        *("我生孩子那会儿落下的病现在喘不上气", "锅烧煳了着火了", "山火烧到家门口了快跑"),
        *("she's been stabbed i don't know who did it", "我妈看球裁判一吹哨她就晕过去了"),
    ],
)
def test_neighbours_of_what_a_sentence_is_about_still_call(text: str) -> None:
    assert outcome(text) == "call"


@pytest.mark.parametrize(
    "text",
    [
        *("half of the clock's gone i can only see one side of it", "我要那个那个啥那个不是不是"),
        *(
            "i'm puffing like a train and i've only walked from the bed",
            "你这痰声比昨天重多了脸色蜡黄蜡黄的",
        ),
        *("just a bit of a grip in my chest don't fuss i'll sit a while", "又拉黑的了跟柏油似的"),
        *("that rattle's worse and you're the colour of candle wax", "你哈喇子都流下来了"),
        *("you've gone all vague again when did you last eat", "你咋又发愣了脑门上全是汗"),
        *("he's got the lock off he's in the scullery", "谁谁在厨房吱个声"),
        *("can you not smell that it's hot to touch", "烧上炉子以后咱俩都头疼"),
        *("ooh down i go let's see if we can get up", "摔死我了看能不能爬起来"),
        *("there's a foul smell of gas", "刚喝下去的是泡脚的药水", "电动车轰一下着了"),
        *("i gave her his insulin by mistake", "我把他的胰岛素打她身上了"),
        *("晚上的药吃过了我又吃了一遍", "娃把洗碗块塞嘴里嚼了", "一刀下去把大拇指削掉一块"),
        *("we've all got headaches and the boiler's been on", "门缝底下透着红光"),
        *("smoke's rolling down the stairs", "说是查煤气的进来就翻我抽屉"),
        *("there's red in the pan and it isn't beetroot", "天黑了我不认得这条街了"),
    ],
)
def test_what_those_beside_them_see_is_asked_about(text: str) -> None:
    assert outcome(text)


MUST_CALL = frozenset(
    {
        *("我走不动 你过来吧", "我起不来 你过来", "快来", "please come here", "come quickly"),
        *("i can't walk come to me", "i can't get up come over here", "anybody there"),
    }
)
"""Said to a robot, and cries all the same: the robot's skill is not told of them."""


def said_to_skills(lang: str) -> list[str]:
    """What the skills are trained on, but for the one for emergencies."""
    root = Path(__file__).parents[2]
    texts = []
    for path in sorted(root.glob(f"skills/*/{lang}/nlu.yml")):
        for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            if "intent" in block and not block["intent"].startswith("emergency"):
                lines = (line.lstrip("- ").strip() for line in block["examples"].splitlines())
                texts += [MARKED.sub(r"\1", line) for line in lines if line]
    return list(dict.fromkeys(texts))


MARKED = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_said_to_skills_calls_nobody(lang: str) -> None:
    """ "Remind me to take one metformin every day" and "I've taken my tablets" were overdoses."""
    texts = said_to_skills(lang)
    assert len(texts) > 3_000
    called = {
        text
        for text in texts
        for is_final in (False, True)
        if judge(text, is_final=is_final).cry is not None
    }
    assert called - MUST_CALL == set()
    assert share(texts, asked) <= 0.015
