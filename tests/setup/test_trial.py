"""A test message goes the way of an alarm, and the button on its page is told."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from pathlib import Path

import httpx
import pytest

from assistant.channels import Outcome
from assistant.channels.acknowledge import KEY_FILE, Acknowledger, load_secret
from assistant.channels.apprise_message import AppriseMessage
from assistant.console.pages import alarm_page, close_page
from assistant.packs import whole
from assistant.people.contacts import new_contact
from assistant.services import AlarmFacts, LinkView, Stage
from assistant.settings import ConsoleSettings
from assistant.setup.trial import trying
from tests.setup.parts import ntfy

SUE = new_contact("小芳", [], ["ntfy://x"])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def page(port: int) -> ConsoleSettings:
    return ConsoleSettings(listen=f"127.0.0.1:{port}", url=f"http://127.0.0.1:{port}")


async def pressed(link: str, button: str) -> str:
    """Open the link, press a button, and give the page that is shown then."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as phone:
        assert (await phone.get(link)).status_code == 200
        answer = await phone.post(f"{link}/{button}", data={"do": button}, follow_redirects=True)
        return answer.text


async def test_she_presses(tmp_path: Path) -> None:
    with ntfy() as inbox:
        async with trying(page(free_port()), tmp_path, SUE, "王奶奶", "zh") as trial:
            ended = await trial.send(AppriseMessage(inbox.address))
            assert ended.outcome is Outcome.DELIVERED
            (message,) = inbox.messages
            assert "王奶奶" in message["title"]
            assert "没有人有危险" in message["message"]
            (link,) = re.findall(r"http://\S+", message["message"])
            waiting = asyncio.create_task(trial.pressed())
            shown = await pressed(link, "take")
            assert "谢谢您，小芳，测试成功" in shown
            assert "可以关了" in shown
            await waiting
            assert not trial.has_declined
        assert (tmp_path / "link.key").stat().st_mode & 0o077 == 0


async def test_looking_is_no_press_and_who_cannot_come_pressed(tmp_path: Path) -> None:
    async with trying(page(free_port()), tmp_path, SUE, "", "en") as trial:
        waiting = asyncio.create_task(trial.pressed())
        async with httpx.AsyncClient(trust_env=False, timeout=30) as phone:
            for path in (trial.link, f"{trial.link}/close", trial.link):
                assert (await phone.get(path)).status_code == 200
            await phone.post(f"{trial.link}/take", data={"do": "something else"})
        assert not waiting.done()
        assert "you pressed “I cannot come”" in await pressed(trial.link, "decline")
        await waiting
        assert trial.has_declined


async def test_another_link_is_none(tmp_path: Path) -> None:
    async with (
        trying(page(free_port()), tmp_path, SUE, "", "en") as trial,
        httpx.AsyncClient(trust_env=False, timeout=30) as phone,
    ):
        assert (await phone.get(f"{trial.link}x")).status_code == 404


async def test_the_link_of_an_alarm_is_not_answered_as_if_it_was_taken(tmp_path: Path) -> None:
    async with (
        trying(page(free_port()), tmp_path, SUE, "", "en") as trial,
        httpx.AsyncClient(trust_env=False, timeout=30) as phone,
    ):
        alarm = Acknowledger(load_secret(tmp_path / KEY_FILE)).token("a", "sue", time.time())
        link = f"{trial.link.rpartition('/')[0]}/{alarm}"
        waiting = asyncio.create_task(trial.pressed())
        looked = await phone.get(link)
        taken = await phone.post(f"{link}/take", data={"do": "take"})
        assert looked.status_code == taken.status_code == 503
        assert "not running" in looked.text
        assert not waiting.done()
        waiting.cancel()


async def test_beside_an_anban_that_runs(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as running:
        port = int(running.getsockname()[1])
        async with trying(page(port), tmp_path, SUE, "", "en") as trial:
            assert f":{port}/" not in trial.link
            assert "This was a test" in await pressed(trial.link, "take")
        behind_a_proxy = ConsoleSettings(listen=f"127.0.0.1:{port}", url="https://anban.example")
        async with trying(behind_a_proxy, tmp_path, SUE, "", "en") as trial:
            assert not trial.link


async def test_without_a_page_the_words_are_others(tmp_path: Path) -> None:
    with ntfy() as inbox:
        async with trying(ConsoleSettings(), tmp_path, SUE, "", "zh") as trial:
            assert not trial.link
            await trial.send(AppriseMessage(inbox.address))
        assert "http" not in inbox.messages[0]["message"]
        assert "告诉正在安装的人" in inbox.messages[0]["message"]


async def test_nobody_takes_the_message(tmp_path: Path) -> None:
    async with trying(ConsoleSettings(), tmp_path, SUE, "", "en") as trial:
        ended = await trial.send(AppriseMessage(f"ntfy://127.0.0.1:{free_port()}/x"))
    assert ended.outcome is not Outcome.DELIVERED


UNTRUE = (
    "需要帮助",
    "接手了",
    "还没有人",
    "已经告诉",
    "赶过去",
    "拨打",
    "演练",
    "needs help",
    "drill",
    "has told",
    "Nobody has taken",
    "Please ring",
)


@pytest.mark.parametrize("lang", whole())
@pytest.mark.parametrize("stage", [Stage.OPEN, Stage.MINE, Stage.OVER])
@pytest.mark.parametrize("has_declined", [False, True])
def test_the_page_of_a_test_says_nothing_of_an_alarm(
    lang: str, stage: Stage, has_declined: bool
) -> None:
    view = LinkView(
        stage, lang, "Sue", facts=AlarmFacts("Mum", is_test=True), has_declined=has_declined
    )
    for page in (alarm_page(view, "/a/x"), close_page(view, "/a/x")):
        shown = re.sub(r"<style>.*?</style>|<[^>]*>|“[^”]*”", "", page, flags=re.DOTALL)
        assert 'http-equiv="refresh"' not in page  # it stays once nobody serves it
        assert "测试" in shown or "test" in shown
        assert not [word for word in UNTRUE if word in shown]
