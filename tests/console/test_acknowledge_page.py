"""From the message to the page to the elder, through a real core, its child and a real channel."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

import assistant.replies
from assistant.channels import Acknowledger
from assistant.console.pages import WORDS
from assistant.core import CoreOptions, running
from assistant.events import AlarmAcknowledged, AlarmClosed, ChildDied, CryForHelpHeard
from assistant.language import Replies
from assistant.people.contacts import new_contact
from assistant.settings import LANGUAGES, ConsoleSettings, EmergencySettings, Settings
from tests.channels.parts import free_port
from tests.console.parts import (
    ADDRESS,
    DOOR,
    HEALTH,
    WEBHOOK_SECRET,
    Home,
    a_home,
    link_of,
    receiver,
)
from tests.waiting import until

TAKE, CLOSE, DECLINE = {"do": "take"}, {"do": "close"}, {"do": "decline"}


async def test_a_link_in_a_message_is_opened_pressed_and_the_elder_hears_who_comes(
    tmp_path: Path,
) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path, {"大女儿": daughter.url}) as home:
            home.cry()
            link = await link_of(daughter)
            assert link.startswith(f"{home.url}/a/")
            (event,) = daughter.events.values()
            assert "我来接手" in event["data"]["text"], "the message tells what the link is for"
            page = await home.web.get(link)
            assert page.status_code == 200
            for shown in ("王奶奶需要帮助", "摔", ADDRESS, "我来接手", "还没有人接手"):
                assert shown in page.text
            assert DOOR not in page.text
            assert HEALTH not in page.text
            await home.web.get(link)  # a messenger's preview, a scanner of mails
            assert home.state() == "raised"

            taken = await home.web.post(f"{link}/take", data=TAKE)
            assert (taken.status_code, taken.headers["location"]) == (303, httpx.URL(link).path)
            assert home.state() == "acknowledged"
            assert home.has(AlarmAcknowledged)()
            assert any("大女儿" in text for text in home.said()[-1:]), home.said()
            mine = await home.web.get(link)
            for shown in ("谢谢您，大女儿", DOOR, HEALTH, "20分钟", "5 <small>分钟</small>"):
                assert shown in mine.text
            assert "我来接手" not in mine.text
            for wrong in ("", "7", "-5", "ten"):
                answer = await home.web.post(f"{link}/come", data={"do": "come", "minutes": wrong})
                assert answer.status_code == 400
            await home.web.post(f"{link}/come", data={"do": "come", "minutes": "20"})
            answered = (await home.web.get(link)).text
            assert "还有20分钟" in answered
            assert "30分钟内没有确认平安" in answered, "it waits longer for who comes"
            assert any("大约20分钟就到" in text for text in home.said())

            asked = await home.web.get(f"{link}/close")
            assert "确定平安" in asked.text
            assert home.state() == "acknowledged", "asking closes nothing"
            await home.web.post(f"{link}/close", data=CLOSE)
            await until(home.has(AlarmClosed))
            over = await home.web.get(link)
            assert "已经结束" in over.text
            for told in ("求助开始", "大女儿接手", "大女儿说大约20分钟到", "结束：大女儿确认平安"):
                assert told in over.text
            for hidden in (DOOR, HEALTH, ADDRESS, "王奶奶"):
                assert hidden not in over.text


async def test_a_second_person_sees_who_took_it_and_may_close(tmp_path: Path) -> None:
    with receiver() as one, receiver() as other:
        async with a_home(tmp_path, {"Anna": one.url, "Ben": other.url}, lang="en") as home:
            home.cry("fire")
            first, second = await link_of(one), await link_of(other)
            pressed = await asyncio.gather(
                *(home.web.post(f"{link}/take", data=TAKE) for link in (first, first, first))
            )
            assert {answer.status_code for answer in pressed} == {303}
            await home.web.post(f"{second}/take", data=TAKE)
            assert [a.acknowledged_by for a in home.core.alarms.store.open_alarms()] == ["Anna"]
            page = await home.web.get(second)
            assert "Anna has taken this on" in page.text
            assert DOOR not in page.text
            assert "a fire in the home" in page.text
            await home.web.post(f"{second}/close", data=CLOSE)
            assert home.state() == "none"


async def test_who_cannot_come_says_so_and_the_others_see_it(tmp_path: Path) -> None:
    with receiver() as one, receiver() as other:
        async with a_home(tmp_path, {"大女儿": one.url, "老李": other.url}) as home:
            home.cry()
            hers, his = await link_of(one), await link_of(other)
            assert "我来不了" in (await home.web.get(hers)).text
            for _ in range(2):
                pressed = await home.web.post(f"{hers}/decline", data=DECLINE)
                assert (pressed.status_code, pressed.headers["location"]) == (
                    303,
                    httpx.URL(hers).path,
                )
            own = (await home.web.get(hers)).text
            assert "记下了：您来不了" in own
            assert 'value="decline"' not in own
            assert "我来接手" in own, "she may come after all"
            assert "说来不了的：<strong>大女儿</strong>" in (await home.web.get(his)).text
            assert not any("来不了" in text for text in home.said()), "somebody else may come"
            await home.web.post(f"{his}/decline", data=DECLINE)
            assert "能找的人都说来不了" in (await home.web.get(his)).text
            assert any("能找的人都说现在来不了" in text for text in home.said())
            assert home.state() == "raised"
            story = (await home.web.get(hers)).text
            assert story.count("大女儿说来不了") == 1


async def test_who_took_it_on_may_give_it_up_and_take_it_on_again(tmp_path: Path) -> None:
    with receiver() as one, receiver() as other:
        async with a_home(tmp_path, {"大女儿": one.url, "老李": other.url}) as home:
            home.cry()
            hers, his = await link_of(one), await link_of(other)
            await home.web.post(f"{hers}/take", data=TAKE)
            await home.web.post(f"{hers}/come", data={"do": "come", "minutes": "5"})
            assert "大女儿说大约" in (await home.web.get(his)).text
            await until(lambda: any("说大约" in e["data"]["text"] for e in other.events.values()))
            assert DOOR not in (await home.web.get(his)).text
            await home.web.post(f"{hers}/decline", data=DECLINE)
            assert home.state() == "raised"
            assert any("大女儿说现在来不了" in text for text in home.said())
            given_up = (await home.web.get(hers)).text
            assert DOOR not in given_up
            await home.web.post(f"{hers}/take", data=TAKE)
            assert home.state() == "acknowledged"


async def test_the_story_outlives_a_restart_and_tells_no_more_than_it_may(tmp_path: Path) -> None:
    with receiver() as one, receiver() as other:
        people = {"<i>大女儿</i>": one.url, "老李": other.url}
        async with a_home(tmp_path, people) as home:
            home.cry()
            hers, his = await link_of(one), await link_of(other)
            await home.web.post(f"{his}/decline", data=DECLINE)
            await home.web.post(f"{hers}/take", data=TAKE)
            await home.web.post(f"{hers}/close", data=CLOSE)
            assert home.state() == "none"
        async with a_home(tmp_path, {}) as home:
            page = (await home.web.get(f"{home.url}{httpx.URL(his).path}")).text
            for told in (
                *("求助开始", "老李说来不了", "&lt;i&gt;大女儿&lt;/i&gt;接手"),
                "结束：&lt;i&gt;大女儿&lt;/i&gt;确认平安",
            ):
                assert told in page
            for hidden in (DOOR, HEALTH, ADDRESS, "王奶奶", "摔", "<i>", "127.0.0.1", "救命"):
                assert hidden not in page
            assert "<form" not in page


async def test_the_address_alone_says_what_this_is_and_not_whose(tmp_path: Path) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path, {"大女儿": daughter.url}) as home:
            quiet = await home.web.get(f"{home.url}/")
            home.cry()
            await link_of(daughter)
            page = await home.web.get(f"{home.url}/")
            assert (page.status_code, page.text) == (200, quiet.text), "nor whether there is alarm"
            for lang in LANGUAGES:
                assert f'<section lang="{lang}">' in page.text
                assert WORDS.render("home_title", lang) in page.text
            for hidden in ("王奶奶", ADDRESS, "大女儿", "<form", "<a "):
                assert hidden not in page.text
            assert "default-src 'none'" in page.headers["content-security-policy"]
            assert (await home.web.post(f"{home.url}/")).status_code == 405


async def test_a_used_link_does_not_acknowledge_again_also_after_a_restart(tmp_path: Path) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path, {"大女儿": daughter.url}) as home:
            home.cry()
            link = await link_of(daughter)
            await home.web.post(f"{link}/take", data=TAKE)
            home.cry()  # again: it is raised anew
            await until(lambda: home.state() == "raised")
            await home.web.post(f"{link}/take", data=TAKE)
            assert home.state() == "raised"
            assert "用过一次" in (await home.web.get(link)).text
        async with a_home(tmp_path, {}) as home:
            path = httpx.URL(link).path
            await home.web.post(f"{home.url}{path}/take", data=TAKE)
            assert home.state() == "raised"


async def test_each_time_it_goes_out_again_a_message_with_a_new_link_comes_at_once(
    tmp_path: Path,
) -> None:
    with receiver() as daughter, receiver() as son:
        async with a_home(tmp_path, {"大女儿": daughter.url, "儿子": son.url}) as home:
            home.cry()
            first, his = await link_of(daughter), await link_of(son)
            await home.web.post(f"{first}/take", data=TAKE)
            # A message each: the alarm, and what a helper needs.
            await until(lambda: len(daughter.events) == 2)
            home.cry()
            second = await link_of(daughter, 2)
            assert "再次求助" in list(daughter.events.values())[2]["data"]["text"]
            assert second != first
            assert "有人接手过" in (await home.web.get(his)).text, "an old link tells what is so"
            assert "最新一条消息" in (await home.web.get(first)).text
            await home.web.post(f"{his}/take", data=TAKE)
            await until(lambda: home.state() == "acknowledged")


async def test_a_used_link_names_no_message_that_has_not_come(tmp_path: Path) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path, {"大女儿": daughter.url}) as home:
            home.cry()
            link = await link_of(daughter)
            await home.web.post(f"{link}/take", data=TAKE)
            daughter.manners.status = 503
            home.cry()
            await until(lambda: home.state() == "raised")
            page = (await home.web.get(link)).text
            assert "新的消息还没有发到" in page
            assert "最新一条消息" not in page


@pytest.mark.parametrize("jump_seconds", [90_000.0, 40 * 86_400.0, -90_000.0])
async def test_a_link_holds_while_its_alarm_is_open_whatever_the_clock_does(
    tmp_path: Path, jump_seconds: float
) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path, {"大女儿": daughter.url}) as home:
            home.cry()
            await link_of(daughter)
            (alarm,), (contact,) = (
                home.core.alarms.store.open_alarms(),
                home.core.ways.people.all,
            )
            ours = Acknowledger((tmp_path / "link.key").read_bytes())
            token = ours.token(alarm.alarm_id, contact.contact_id, time.time() - jump_seconds)
            link = f"{home.url}/a/{token}"
            assert (await home.web.get(link)).status_code == 200
            await home.web.post(f"{link}/take", data=TAKE)
            assert home.state() == "acknowledged"
            await home.web.post(f"{link}/close", data=CLOSE)
            assert home.state() == "none"


async def test_a_link_can_close_nothing_that_nobody_took(tmp_path: Path) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path, {"大女儿": daughter.url}) as home:
            home.cry()
            link = await link_of(daughter)
            await home.web.post(f"{link}/close", data=CLOSE)
            assert home.state() == "raised"


@pytest.mark.parametrize("does", [{}, {"do": "close"}, {"do": ["take", "close"]}, {"x": "take"}])
async def test_a_post_without_the_button_does_nothing(tmp_path: Path, does: dict[str, str]) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path, {"大女儿": daughter.url}) as home:
            home.cry()
            link = await link_of(daughter)
            answer = await home.web.post(f"{link}/take", data=does)
            assert answer.status_code == 400
            foreign = {"Sec-Fetch-Site": "cross-site"}
            answer = await home.web.post(f"{link}/take", data=TAKE, headers=foreign)
            assert answer.status_code == 400
            assert home.state() == "raised"


async def refused(home: Home, token: str, status: int) -> str:
    """The answer to a link that is not good: the same for every way to use it."""
    url = f"{home.url}/a/{token}"
    answers = [
        await home.web.get(url),
        await home.web.get(f"{url}/close"),
        await home.web.post(f"{url}/take", data=TAKE),
        await home.web.post(f"{url}/close", data=CLOSE),
    ]
    assert {answer.status_code for answer in answers} == {status}
    assert len({answer.text for answer in answers}) == 1
    return answers[0].text


async def test_links_that_are_not_good_are_refused_and_tell_nothing(tmp_path: Path) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path, {"大女儿": daughter.url}) as home:
            home.cry()
            link = await link_of(daughter)
            token = httpx.URL(link).path.rpartition("/")[2]
            ours = Acknowledger((tmp_path / "link.key").read_bytes())
            others = Acknowledger(bytes(32))
            (alarm,) = home.core.alarms.store.open_alarms()
            (contact,) = home.core.ways.people.all
            claims = (alarm.alarm_id, contact.contact_id)
            bad = [
                await refused(home, one, 404)
                for one in (
                    token[:-1],
                    token[:-1] + ("A" if token[-1] != "A" else "B"),
                    others.token(*claims, time.time()),
                    ours.token(alarm.alarm_id, "nobody", time.time()),
                )
            ]
            assert len(set(bad)) == 1
            assert "链接不完整" in bad[0]
            assert "It is not complete" in bad[0]
            old = await refused(home, ours.token("gone", claims[1], time.time() - 90_000), 410)
            for hidden in ("王奶奶", ADDRESS, "大女儿", "摔"):
                assert hidden not in bad[0] + old
            foreign = await home.web.get(f"{home.url}/a/{ours.token('x', claims[1], time.time())}")
            assert "已经结束" in foreign.text, "of an alarm that is not open"
            assert home.state() == "raised"


async def test_the_page_can_do_nothing_but_show_itself(tmp_path: Path) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path, {'<b>大"女儿&': daughter.url}) as home:
            home.cry()
            link = await link_of(daughter)
            await home.web.post(f"{link}/take", data=TAKE)
            page = await home.web.get(link)
            assert "&lt;b&gt;大&quot;女儿&amp;" in page.text
            assert "<b>" not in page.text
            for foreign in ("<script", "<img", "http://", "https://", "url("):
                assert foreign not in page.text
            assert "default-src 'none'" in page.headers["content-security-policy"]
            assert page.headers["cache-control"] == "no-store"
            assert page.headers["referrer-policy"] == "no-referrer"
            assert page.headers["x-frame-options"] == "DENY"
            assert "server" not in page.headers


async def test_a_killed_page_comes_back_and_the_same_link_works(tmp_path: Path) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path, {"大女儿": daughter.url}) as home:
            home.cry()
            link = await link_of(daughter)
            pid = home.core.supervisor.pid("console")
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            await until(home.has(ChildDied))
            await until(lambda: home.core.supervisor.pid("console") not in {None, pid})
            async with asyncio.timeout(60):
                await home.core.children.ready("console")
            await home.web.post(f"{link}/take", data=TAKE)
            assert home.state() == "acknowledged"


async def test_an_address_that_is_taken_leaves_the_alarm_alone(tmp_path: Path) -> None:
    port = free_port()
    settings = replace(Settings(), console=ConsoleSettings(f"127.0.0.1:{port}", "http://x"))
    options = CoreOptions(tmp_path, settings, tmp_path / "cache", capabilities=frozenset())
    with receiver() as daughter, socket.create_server(("127.0.0.1", port)):
        async with running(options) as core:
            told: list[object] = []
            core.bus.listen(told.append)
            await until(lambda: any(isinstance(event, ChildDied) for event in told))
            core.ways.people.add(new_contact("甲", [], [daughter.url.replace("http", "ntfy")]))
            core.bus.publish(CryForHelpHeard("救命", "fall", 0.0))
            await until(lambda: daughter.posts > 0)


async def test_what_is_wrong_with_the_pendants_takes_no_page_away(tmp_path: Path) -> None:
    port = free_port()
    page = ConsoleSettings(f"127.0.0.1:{port}", f"http://127.0.0.1:{port}")
    settings = replace(
        Settings(), console=page, emergency=EmergencySettings(pendant_token="too short")
    )
    options = CoreOptions(tmp_path, settings, tmp_path / "cache", capabilities=frozenset())
    async with running(options) as core, httpx.AsyncClient() as web:
        async with asyncio.timeout(60):
            await core.children.ready("console")
        assert (await web.get(f"{page.url}/a/x")).status_code == 404
        answer = await web.post(f"{page.url}/pendant/p", json={"event": "press"})
        assert answer.status_code == 404


async def test_without_a_server_no_message_carries_a_link(tmp_path: Path) -> None:
    page = ConsoleSettings(url="https://home.example")
    emergency = EmergencySettings(webhook_secret=WEBHOOK_SECRET)
    settings = replace(Settings(), console=page, emergency=emergency)
    options = CoreOptions(tmp_path, settings, tmp_path / "cache", capabilities=frozenset())
    with receiver() as daughter:
        async with running(options) as core:
            core.ways.people.add(new_contact("甲", [], [daughter.url]))
            core.bus.publish(CryForHelpHeard("救命", "fall", 0.0))
            assert await link_of(daughter) == "None"
            assert "console" not in core.supervisor.names()


async def test_a_contact_is_spoken_to_in_the_own_language(tmp_path: Path) -> None:
    with receiver() as nurse:
        async with a_home(tmp_path, {}) as home:
            home.core.ways.people.add(new_contact("Ann", [], [nurse.url], lang="en"))
            home.cry("stroke")
            page = (await home.web.get(await link_of(nurse))).text
            assert 'lang="en"' in page
            assert "I take this on" in page
            assert "signs of a stroke" in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_message_names_the_button_as_the_page_does(lang: str) -> None:
    replies = Replies.load(Path(assistant.replies.__path__[0]))
    button = WORDS.render("open_button", lang)
    assert all(button in wording for wording in replies.wordings("alarm_link", lang))


async def test_a_key_that_cannot_be_kept_takes_the_links_away_and_nothing_else(
    tmp_path: Path,
) -> None:
    (tmp_path / "link.key").mkdir()
    page = ConsoleSettings(f"127.0.0.1:{free_port()}", "http://127.0.0.1")
    emergency = EmergencySettings(webhook_secret=WEBHOOK_SECRET)
    settings = replace(Settings(), console=page, emergency=emergency)
    options = CoreOptions(tmp_path, settings, tmp_path / "cache", capabilities=frozenset())
    with receiver() as daughter:
        async with running(options) as core:
            core.ways.people.add(new_contact("甲", [], [daughter.url]))
            core.bus.publish(CryForHelpHeard("救命", "fall", 0.0))
            assert await link_of(daughter) == "None"
