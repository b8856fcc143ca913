"""Whom to ring, if a conversation cannot say it; all else is conversations/emergency.talk."""

from __future__ import annotations

from anban_testing import Person
from assistant.home.questions import Rank
from assistant.services import DescribeAlarm

OFFICE = Person("社区", ("居委会",), has_telephone=False)
SON = Person("张伟", ("儿子", "my son"))


def is_offered(talk) -> bool:
    """Whether "shall I ring …?" waits for its answer."""
    return Rank.CALL in talk.home.base.speech.questions.ranks


def test_the_next_call_begins_anew(conversation) -> None:
    talk = conversation("emergency", lang="zh", people=[OFFICE, SON])
    talk.says("给我儿子打电话 [contact]")
    assert is_offered(talk)
    assert talk.slots["emergency_person"] is None
    assert not talk.form


def test_without_anybody_to_ring_it_says_so_at_once(conversation) -> None:
    talk = conversation("emergency", lang="zh")
    assert "还没有能打的电话" in talk.says("给我女儿打电话 [contact]")[0]
    assert not talk.form


def test_an_alarm_and_a_contact_without_telephone_are_told(conversation) -> None:
    talk = conversation("emergency", lang="zh", people=[OFFICE, SON])
    assert "没有存我能打的电话" in talk.says("给居委会打个电话 [contact]")[0]
    talk.home.alarms.calls_out = True
    assert "求助电话" in talk.says("给我儿子打电话 [contact]")[0]
    assert not is_offered(talk)


def test_a_call_is_hung_up_at_a_word(conversation) -> None:
    talk = conversation("emergency", lang="zh", people=[OFFICE, SON])
    assert talk.says("挂了吧 [cancel]")


def test_details_are_told_in_an_alarm(conversation) -> None:
    async def tell(wish: DescribeAlarm) -> str:
        return f"[{wish.lang}] 青霉素过敏"

    talk = conversation("emergency", lang="zh")
    talk.home.base.bus.serve(DescribeAlarm.answered_by(tell))
    assert talk.says("她有什么病 [info]") == ["[zh] 青霉素过敏"]
