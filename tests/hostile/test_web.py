"""Whoever got hold of a link, or of none: through the real page and on the core's own services.

`tests/console/test_hostile.py` holds floods, slow callers and requests that are none.
"""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any

import pytest

from assistant.alarm.links import MOST_TAKES
from assistant.channels import Acknowledger
from assistant.people.contacts import new_contact
from assistant.services.errors import Refusal
from tests.asking import call
from tests.console.parts import DOOR, HEALTH, a_home, link_of, receiver
from tests.waiting import until

TAKE, CLOSE, DECLINE = {"do": "take"}, {"do": "close"}, {"do": "decline"}
METHODS = ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "CONNECT", "GET", "X"]
FORGED_HEADERS = [
    {"X-HTTP-Method-Override": "POST"},
    {"X-Forwarded-Prefix": "/take", "X-Original-URL": "/take", "X-Rewrite-URL": "/take"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-site"},
    {"Content-Type": "application/json"},
]
FORMS = [
    *("", "do=close", "do=take&do=close", "do=Take", "do=take%00", "DO=take", "do[]=take", "do"),
    *('{"do":"take"}', "do=take;do=take", "\x00" * 50, "do=take " * 3, "a" * 500),
]


def tampered(token: str) -> list[str]:
    """Every character another, every end cut, other alphabets and paddings."""
    flipped = [
        token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        for place in range(len(token))
    ]
    cut = [token[:place] for place in range(0, len(token), 7)]
    return [
        *flipped,
        *cut,
        *(token + more for more in ("A", "=", "==", ".", "%00", "\x00", " ", token)),
        *(token.lower(), token.upper(), token.swapcase(), token[::-1], token.replace("-", "+")),
        *("", "null", "undefined", "0", "../" * 5, "%2e%2e", "a" * 400, "a" * 100_000, "٣" * 40),
        base64.urlsafe_b64encode(b"\x00" * 64).decode().rstrip("="),
    ]


async def test_no_tampered_link_must_do_or_tell_anything(tmp_path: Path) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path, {"大女儿": daughter.url}) as home:
            home.cry()
            token = (await link_of(daughter)).rpartition("/")[2]
            for false in tampered(token):
                if false == token:
                    continue
                for service, more in (
                    ("links.look", {}),
                    ("links.take", {}),
                    ("links.come", {"minutes": 10}),
                    ("links.decline", {}),
                    ("links.close", {}),
                ):
                    arguments: dict[str, Any] = {"token": false, **more}
                    with pytest.raises(Refusal):
                        await call(home.core.bus, service, **arguments)
            assert home.state() in {"raised", "delivered"}


async def test_no_link_of_another_home_person_or_alarm_must_do_anything(tmp_path: Path) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path, {"大女儿": daughter.url}) as home:
            home.cry()
            await link_of(daughter)
            (alarm,), (contact,) = (
                home.core.alarms.store.open_alarms(),
                home.core.ways.people.all,
            )
            own = Acknowledger((tmp_path / "link.key").read_bytes())
            now = time.time()
            for factory, alarm_id, contact_id in (
                (Acknowledger(b"k" * 32), alarm.alarm_id, contact.contact_id),
                (Acknowledger(bytes(32)), alarm.alarm_id, contact.contact_id),
                (own, alarm.alarm_id, "nobody"),
                (own, alarm.alarm_id, alarm.alarm_id),
            ):
                with pytest.raises(Refusal):
                    await call(
                        home.core.bus, "links.take", token=factory.token(alarm_id, contact_id, now)
                    )
            # Of an alarm that is long over: seen as over, and takes none on.
            stale = own.token("0" * 32, contact.contact_id, now)
            assert (await call(home.core.bus, "links.take", token=stale))["stage"] == "over"
            old = own.token("0" * 32, contact.contact_id, now - 10 * 86_400)
            with pytest.raises(Refusal):
                await call(home.core.bus, "links.look", token=old)
            # While its alarm is open a link holds, however old the clock says it is.
            aged = own.token(alarm.alarm_id, contact.contact_id, now - 10 * 365 * 86_400)
            assert (await call(home.core.bus, "links.look", token=aged))["stage"] == "open"
            assert home.state() in {"raised", "delivered"}


async def test_nothing_but_the_button_must_take_it_on(tmp_path: Path) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path, {"大女儿": daughter.url}) as home:
            home.cry()
            link = await link_of(daughter)
            shown = ""
            for method in METHODS:
                for tail in (
                    "",
                    "/",
                    "/take",
                    "/close",
                    "/come",
                    "/decline",
                    "/take/",
                    "//take",
                    "/./take",
                ):
                    shown += (await home.web.request(method, link + tail)).text
            for form in FORMS:
                for button in ("take", "decline"):
                    shown += (await home.web.post(f"{link}/{button}", content=form)).text
            for headers in FORGED_HEADERS:
                shown += (await home.web.get(f"{link}/take", headers=headers)).text
                if "Sec-Fetch-Site" in headers:
                    shown += (await home.web.post(f"{link}/take", data=TAKE, headers=headers)).text
            shown += (await home.web.post(f"{link}/close", data=CLOSE)).text
            assert home.state() in {"raised", "delivered"}
            assert home.core.alarms.store.open_alarms()[0].declined == ()
            assert DOOR not in shown
            assert HEALTH not in shown


async def test_one_persons_link_must_not_speak_for_another(tmp_path: Path) -> None:
    """Who did not take it on learns neither door nor health, nor says when somebody comes."""
    with receiver() as daughter, receiver() as son:
        async with a_home(tmp_path, {"大女儿": daughter.url, "儿子": son.url}) as home:
            home.cry()
            hers, his = await link_of(daughter), await link_of(son)
            await home.web.post(f"{hers}/take", data=TAKE)
            await until(lambda: home.state() == "acknowledged")
            before = home.core.alarms.store.open_alarms()[0]
            seen = (await home.web.get(his)).text
            seen += (await home.web.post(f"{his}/take", data=TAKE)).text
            seen += (await home.web.post(f"{his}/come", data={"do": "come", "minutes": "60"})).text
            assert DOOR not in seen
            assert HEALTH not in seen
            after = home.core.alarms.store.open_alarms()[0]
            assert (after.acknowledged_by, after.escalate_at) == ("大女儿", before.escalate_at)


async def test_one_persons_link_must_not_give_up_for_another_nor_over_and_over(
    tmp_path: Path,
) -> None:
    """Who cannot come takes help from nobody else, and one link sends an alarm out again thrice."""
    with receiver() as daughter, receiver() as son:
        async with a_home(tmp_path, {"大女儿": daughter.url, "儿子": son.url}) as home:
            home.cry()
            hers, his = await link_of(daughter), await link_of(son)
            await home.web.post(f"{hers}/take", data=TAKE)
            await home.web.post(f"{his}/decline", data=DECLINE)
            (alarm,) = home.core.alarms.store.open_alarms()
            assert (alarm.state.value, alarm.acknowledged_by) == ("acknowledged", "大女儿")
            assert [each.who for each in alarm.declined] == ["儿子"]
            token = hers.rpartition("/")[2]
            for _ in range(2 * MOST_TAKES):
                await call(home.core.bus, "links.decline", token=token)
                await call(home.core.bus, "links.take", token=token)
            (alarm,) = home.core.alarms.store.open_alarms()
            assert alarm.generation == MOST_TAKES
            assert home.state() == "raised"


async def test_a_link_must_not_work_for_who_is_no_contact_any_more(tmp_path: Path) -> None:
    with receiver() as daughter:
        async with a_home(tmp_path, {"大女儿": daughter.url}) as home:
            home.cry()
            link = await link_of(daughter)
            home.core.ways.people.add(new_contact("儿子", [], ["tel:13700137000"]))
            home.core.ways.people.remove("大女儿")
            answer = await home.web.post(f"{link}/take", data=TAKE)
            assert answer.status_code >= 400
            assert home.state() in {"raised", "delivered"}
