"""A hub reports over the web; through the real child and a real core an alarm goes out."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from assistant.channels.webhook import signed_headers
from assistant.events import HelpPressed
from tests.asking import call
from tests.console.parts import PENDANT_TOKEN, Home, a_home, link_of, receiver
from tests.waiting import until

BEARER = {"Authorization": f"Bearer {PENDANT_TOKEN}"}


def on_disk(folder: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(folder / "anban.sqlite")) as database:
        return database.execute("SELECT state, place FROM alarm").fetchall()


async def send(home: Home, device: str, body: dict[str, object], **headers: str) -> int:
    url = f"{home.url}/pendant/{device}"
    answer = await home.web.post(url, json=body, headers={**BEARER, **headers})
    return answer.status_code


async def test_a_press_raises_an_alarm_whose_link_names_the_room(tmp_path: Path) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path, {"大女儿": daughter.url}) as home:
            assert await send(home, "cord-1", {"event": "press", "battery": 90}) == 200
            assert on_disk(tmp_path) == [("raised", "浴室")], "before the hub is answered"
            assert HelpPressed("cord-1", "浴室") in home.told
            page = await home.web.get(await link_of(daughter))
            assert "浴室" in page.text
            assert await send(home, "cord-1", {"event": "press"}) == 200
            assert len(home.core.alarms.store.open_alarms()) == 1, "pressed again is the same alarm"


@pytest.mark.parametrize("battery", [200, "unknown", "80", 80.0, -5, None, [], {}])
async def test_a_press_with_a_strange_battery_raises_an_alarm(
    battery: object, tmp_path: Path
) -> None:
    async with a_home(tmp_path, {}) as home:
        assert await send(home, "cord-1", {"event": "press", "battery": battery}) == 200
        assert on_disk(tmp_path) == [("raised", "浴室")]


async def test_a_sign_of_life_with_a_low_battery_is_told_and_raises_nothing(tmp_path: Path) -> None:
    async with a_home(tmp_path, {}) as home:
        assert await send(home, "cord-1", {"event": "seen", "battery": 7}) == 200
        await until(lambda: any("浴室" in text for text in home.said()))
        assert home.state() == "none"


async def test_a_signed_press_is_one_press_however_often_it_is_sent(tmp_path: Path) -> None:
    async with a_home(tmp_path, {}) as home:
        body = json.dumps({"device": "cord-1", "event": "press"}).encode()
        url = f"{home.url}/pendant/cord-1"

        async def post(at: float) -> int:
            headers = signed_headers(PENDANT_TOKEN.encode(), f"r{at}", int(at), body)
            return (await home.web.post(url, content=body, headers=headers)).status_code

        now = time.time()
        assert [await post(now), await post(now), await post(now)] == [200, 200, 200]
        assert [e for e in home.told if isinstance(e, HelpPressed)] == [
            HelpPressed("cord-1", "浴室")
        ]
        assert await post(now - 3_600) == 409


async def test_what_is_no_report_raises_nothing(tmp_path: Path) -> None:
    async with a_home(tmp_path, {}) as home:
        answers = [
            await send(home, "cord-1", {"event": "press"}, Authorization="Bearer wrong"),
            await send(home, "cord-1", {"event": "explode"}),
            await send(home, "cord-1", {}),
            await send(home, "a%20b%0d%0a", {"event": "seen"}),
            await send(home, "cord-1", {"event": "press", "pad": "x" * 70_000}),
        ]
        assert answers == [401, 400, 400, 400, 413]
        assert home.state() == "none"


async def test_the_token_is_told_to_no_other_child(tmp_path: Path) -> None:
    async with a_home(tmp_path, {}) as home:
        state = await call(home.core.bus, "home.state")
        assert PENDANT_TOKEN not in json.dumps(state)
        pid = home.core.supervisor.pid("console")
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        assert PENDANT_TOKEN.encode() not in command
        # Its memory holds it; others' processes never see it.
        assert PENDANT_TOKEN.encode() in Path(f"/proc/{pid}/environ").read_bytes()
