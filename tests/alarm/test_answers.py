"""What is said while an alarm is open: who says it, to whom, and in answer to what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from assistant.events import CryForHelpHeard, DangerSensed, HelpPressed
from assistant.home.spoken import Address
from tests.alarm.parts import REPLIES, Home, World, a_home, spoken
from tests.alarm.test_triggers import TWO, among, ask_for_120

NAMED, WINDOW, ROOM = Address.NAMED, Address.WINDOW, Address.ROOM

BARE_NO = [
    *("不", "不是", "没有", "不对", "不要", "别", "算了", "不好", "不行", "不太好", "不舒服"),
    *("我不好", "不怎么好", "疼", "我起不来", "需要", "no", "nope", "no no", "wrong", "never mind"),
    *("not really", "not so good", "I'm not fine", "no I'm not", "not well", "I don't feel well"),
    *("no good", "I hurt", "don't"),
]
ALL_IS_WELL = [
    *("我没事", "没事了", "没事", "不用", "不用了", "不需要", "我好好的", "我挺好的", "没关系"),
    *("I'm fine", "I'm all right", "no thanks", "no need", "I don't need help", "false alarm"),
]


async def say(home: Home, text: str, address: Address, seconds: float = 2.0) -> bool:
    """Whether it was taken as being about the alarm."""
    said = spoken(text, address)
    if said.judgement.cry is not None:
        home.bus.publish(CryForHelpHeard(text, said.judgement.cry.reason, 0.0))
        taken = True
    elif taken := home.emergency.is_answered_by(said):
        home.emergency.take_answer(said)
    await home.after(seconds)
    return taken


def sensed(home: Home) -> None:
    home.bus.publish(DangerSensed("fall", "radar"))


def doubted(home: Home) -> None:
    home.emergency.doubt("我坐这地上半个钟头了腿不听话")


def cried(home: Home) -> None:
    home.cry()


def pressed(home: Home) -> None:
    home.bus.publish(HelpPressed("red"))


BEGINNINGS = [sensed, doubted, cried, pressed]


@asynccontextmanager
async def a_begun_alarm(
    tmp_path: Path, begin: Callable[[Home], None], world: World | None = None
) -> AsyncIterator[Home]:
    """A home three seconds into an alarm; nobody answers the call, unless the world says else."""
    world = World({"call:1": ["no_answer"]}) if world is None else world
    async with a_home(tmp_path, world, TWO) as home:
        begin(home)
        await home.after(3)
        yield home


class TestABareNo:
    """It may mean that all is well, or that nothing is: it cancels nothing."""

    @pytest.mark.parametrize("begin", BEGINNINGS)
    @pytest.mark.parametrize("text", BARE_NO)
    @pytest.mark.parametrize("address", [NAMED, ROOM])
    async def test_it_is_asked_again_or_raises(
        self, tmp_path: Path, begin: Callable[[Home], None], text: str, address: Address
    ) -> None:
        async with a_begun_alarm(tmp_path, begin) as home:
            for _ in range(3):
                await say(home, text, address)
                assert home.states()
            await home.after(200)
            assert set(home.states()) == {"raised"}

    @pytest.mark.parametrize("text", BARE_NO)
    async def test_nor_does_it_where_fine_was_asked_back(self, tmp_path: Path, text: str) -> None:
        async with a_begun_alarm(tmp_path, cried) as home:
            await say(home, "我没事", WINDOW)
            assert among("ask_back", home.said())
            await say(home, text, WINDOW)
            assert set(home.states()) == {"raised"}

    @pytest.mark.parametrize("text", ["不", "没有", "no", "算了"])
    async def test_after_it_words_of_being_fine_still_end_it(
        self, tmp_path: Path, text: str
    ) -> None:
        async with a_begun_alarm(tmp_path, sensed, World()) as home:
            await say(home, text, WINDOW)
            assert among("ask_again", home.said())
            await say(home, "我没事", WINDOW)
            await say(home, "我没事", NAMED)
            assert home.states() == []
            assert home.world.tries == []

    @pytest.mark.parametrize("lang", ["zh", "en"])
    @pytest.mark.parametrize(
        "key",
        [
            *("ask_whether_well", "ask_whether_help", "ask_back", "ask_again", "ask_once_more"),
            *("number_shall_i", "number_really", "ask_who_arrived", "ask_arrived"),
            *("signs_ask_face", "signs_ask_arm"),
        ],
    )
    def test_every_question_is_one(self, lang: str, key: str) -> None:
        for text in REPLIES.wordings(key, lang):
            assert text.count("?") + text.count("？") <= 1, "two questions, and a no to which?"
            asks_for_no = ("say: no", "say once more: no", "说不。")
            assert not any(words in text.casefold() for words in asks_for_no)


class TestFine:
    """What ends help is said to Anban, or answers its own question twice."""

    @pytest.mark.parametrize("begin", BEGINNINGS)
    @pytest.mark.parametrize("text", ALL_IS_WELL)
    async def test_whoever_is_fine_ends_it_easily(
        self, tmp_path: Path, begin: Callable[[Home], None], text: str
    ) -> None:
        async with a_begun_alarm(tmp_path, begin) as home:
            await say(home, text, NAMED)
            is_over = home.states() == []
            assert is_over == (begin in {sensed, doubted}), "what calls already is asked back"
            if not is_over:
                await say(home, text, NAMED)
            assert home.states() == []

    @pytest.mark.parametrize("address", [ROOM, WINDOW])
    async def test_without_the_name_a_doubt_is_answered_twice(
        self, tmp_path: Path, address: Address
    ) -> None:
        async with a_begun_alarm(tmp_path, doubted, World()) as home:
            await say(home, "没事", address)
            assert home.states() == ["confirming"]
            assert among("ask_once_more", home.said())
            await say(home, "没事了", address)
            assert home.states() == []
            assert home.world.tries == []

    @pytest.mark.parametrize("begin", [sensed, doubted])
    async def test_said_once_by_the_television_it_is_asked_again_and_silence_raises(
        self, tmp_path: Path, begin: Callable[[Home], None]
    ) -> None:
        async with a_begun_alarm(tmp_path, begin, World()) as home:
            await say(home, "没关系", ROOM)
            await home.after(200)
            assert home.states() == ["raised"]

    @pytest.mark.parametrize("begin", [cried, pressed])
    @pytest.mark.parametrize("text", ["没关系", "没事", "算了", "好啊", "我没事", "I'm fine"])
    async def test_the_television_says_it_to_nobody(
        self, tmp_path: Path, begin: Callable[[Home], None], text: str
    ) -> None:
        async with a_begun_alarm(tmp_path, begin) as home:
            for _ in range(5):
                assert not await say(home, text, ROOM)
            assert home.states() == ["raised"]

    @pytest.mark.parametrize("begin", [cried, pressed])
    async def test_it_holds_no_longer_than_its_question(
        self, tmp_path: Path, begin: Callable[[Home], None]
    ) -> None:
        async with a_begun_alarm(tmp_path, begin) as home:
            for _ in range(4):
                await say(home, "没事", WINDOW, 25)
                assert home.states() == ["raised"]

    @pytest.mark.parametrize("begin", [sensed, pressed])
    @pytest.mark.parametrize("text", ["没关系", "没事", "我没事", "I'm fine", "不用了"])
    @pytest.mark.parametrize("address", [ROOM, WINDOW])
    async def test_what_a_sensor_or_a_pendant_told_of_ends_by_name_alone(
        self, tmp_path: Path, begin: Callable[[Home], None], text: str, address: Address
    ) -> None:
        """A television says it whenever Anban has asked, beside somebody who cannot speak."""
        async with a_begun_alarm(tmp_path, begin) as home:
            for _ in range(6):
                await say(home, text, address)
                assert home.states() in (["raised"], ["confirming"])
            await say(home, "我没事", WINDOW)
            by_name = among("ask_back_by_name", home.said()) or among(
                "ask_once_more_by_name", home.said()
            )
            assert by_name, "what it takes is told"
            await say(home, "我没事", NAMED)
            assert home.states() == []

    async def test_a_cry_that_calls_ends_by_no_voice_of_the_room(self, tmp_path: Path) -> None:
        async with a_begun_alarm(tmp_path, cried) as home:
            await say(home, "没事", WINDOW)
            for _ in range(3):
                await say(home, "没事", ROOM)
                assert home.states() == ["raised"]
            await say(home, "没事", WINDOW)
            assert home.states() == []


class TestArrival:
    """Who is there is asked back by name, and asked again before it is over."""

    @pytest.mark.parametrize("text", ["我到了", "医生到了", "救护车到了", "help is here"])
    @pytest.mark.parametrize("times", [1, 4])
    async def test_the_television_stops_and_closes_nothing(
        self, tmp_path: Path, text: str, times: int
    ) -> None:
        async with a_begun_alarm(tmp_path, cried) as home:
            for _ in range(times):
                await say(home, text, ROOM)
            await say(home, "好啊", ROOM)
            assert home.states() == ["raised"]
            assert among("ask_who_arrived", home.said(), contact="大女儿")

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (("我到了", NAMED), ("我到了", WINDOW)),
            (("我到了", WINDOW), ("是的", WINDOW)),
            (("我到了", ROOM), ("大女儿到了", ROOM)),
            (("我到了", ROOM), ("我是老李", ROOM)),
            (("医生到了", ROOM), ("医生到了", NAMED)),
            (("救护车到了", WINDOW), ("救护车到了", WINDOW)),
        ],
    )
    async def test_whoever_is_there_says_so_twice(
        self, tmp_path: Path, first: tuple[str, Address], second: tuple[str, Address]
    ) -> None:
        async with a_begun_alarm(tmp_path, cried) as home:
            await say(home, *first)
            assert home.states() == ["raised"], "it still calls"
            await say(home, *second)
            assert home.states() == ["acknowledged"]

    @pytest.mark.parametrize("text", ["不是", "大女儿没到", "大女儿还没来", "no"])
    async def test_no_is_no(self, tmp_path: Path, text: str) -> None:
        async with a_begun_alarm(tmp_path, cried) as home:
            await say(home, "我到了", WINDOW)
            await say(home, text, WINDOW)
            assert home.states() == ["raised"]


class TestTheNumber:
    """What is rung was asked for, and asked for again in the words of the question."""

    @pytest.mark.parametrize(
        ("answers", "is_rung"),
        [
            ([("好啊", ROOM)], False),
            ([("好啊", ROOM)] * 4, False),
            ([("对", ROOM), ("是的", ROOM), ("ok", ROOM)], False),
            ([("好啊", WINDOW)], False),
            ([("要打", ROOM)], False),
            ([("要打", ROOM), ("好啊", ROOM)], False),
            ([("要", WINDOW)], True),
            ([("要打", WINDOW)], True),
            ([("yes please", WINDOW)], True),
            ([("好", NAMED)], True),
            ([("要", ROOM), ("要打", ROOM)], True),
            ([("好的", WINDOW), ("好的", WINDOW)], True),
            ([("不用了", WINDOW)], False),
            ([("不", ROOM), ("要打", WINDOW)], True),
            ([("不行", WINDOW), ("要打", WINDOW)], True),
        ],
    )
    async def test_table(
        self, tmp_path: Path, answers: list[tuple[str, Address]], is_rung: bool
    ) -> None:
        world = World({"call:1": ["no_answer"], "tel:120": ["no_answer"]})
        async with a_home(tmp_path, world, TWO) as home:
            ask_for_120(home)
            await home.after(3)
            for text, address in answers:
                await say(home, text, address)
            assert ("tel:120" in world.addresses()) == is_rung
            assert home.states() == ["raised"], "whatever is said to this question"


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("我没摔，也不疼", ["confirming"]),
        ("一点都不疼", ["confirming"]),
        ("不需要人", ["confirming"]),
        ("I'm not hurt and I don't need help", []),  # all of it says that no help is needed
    ],
)
async def test_to_say_that_nothing_is_wrong_is_no_cry(
    tmp_path: Path, text: str, states: list[str]
) -> None:
    async with a_home(tmp_path, World(), TWO) as home:
        sensed(home)
        await home.after(3)
        await say(home, text, NAMED)
        assert home.states() == states


@pytest.mark.parametrize("text", ["不行", "不好", "我不行", "不要", "no good", "不对劲"])
async def test_i_cannot_is_no_answer_of_no_to_a_sign(tmp_path: Path, text: str) -> None:
    async with a_home(tmp_path, World({"call:1": ["no_answer"]}), TWO) as home:
        home.cry("stroke")
        await home.after(3)
        said = spoken(text, WINDOW)
        assert home.emergency.hear(text, said.judgement)
        await home.after(1)
        alarm = home.store.open_alarms()[0]
        told = home.announcer.notes(alarm.alarm_id, "zh")
        assert REPLIES.render("signs_face_unclear", "zh") in told
