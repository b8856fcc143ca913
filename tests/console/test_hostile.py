"""What the world sends to an open port: nothing of it shuts the family out."""

from __future__ import annotations

import asyncio
import re
import resource
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.channels import Acknowledger
from assistant.console import connection
from assistant.console.__main__ import ConsoleError, _listener, _serving
from assistant.console.crowd import Crowd
from assistant.console.pace import MAX_KNOWN, Pace, neighbourhood
from assistant.console.pages import STYLE, alarm_page, close_page, problem_page
from assistant.console.web import Door
from assistant.pendants import PendantDoor
from assistant.runtime.link import LinkError
from assistant.services import (
    AlarmFacts,
    LinkView,
    ReportPendant,
    Request,
    Stage,
    Step,
    StepKind,
)
from assistant.services.errors import ServiceError
from assistant.settings import LANGUAGES, ConsoleSettings
from tests.channels.parts import free_port
from tests.console.parts import PENDANT_TOKEN, a_home, certificate, link_of, receiver

KEY = Acknowledger(bytes(range(32)))
VIEW = LinkView(
    Stage.OPEN,
    "zh",
    contact="大女儿",
    since="08:30",
    facts=AlarmFacts(elder="王奶奶", reason="摔倒", place="浴室", number="120", minutes="20"),
)
PLAIN_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "span", "strong"),
    *("dl", "dt", "dd", "form", "button", "input", "small", "a", "ol", "li", "time", "br"),
}
PLAIN_ATTRIBUTES = {
    *("lang", "charset", "name", "content", "http-equiv", "role", "class", "aria-hidden"),
    *("method", "action", "value", "type", "href"),
}
BEARER = {"Authorization": f"Bearer {PENDANT_TOKEN}"}


class Listening:
    """Stands where the link to the core does, and remembers what it was asked."""

    def __init__(self, answer: object = None) -> None:
        self.asked: list[Request[Any]] = []
        self.answer = answer or VIEW

    async def request(self, request: Request[Any], deadline_seconds: float = 5.0) -> Any:
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@asynccontextmanager
async def a_page(
    core: Listening, **settings: str
) -> AsyncIterator[tuple[httpx.AsyncClient, str, int]]:
    """The real server in this process: a client, a good link's path, and the port."""
    port = free_port()
    door = Door(core, KEY, PendantDoor(PENDANT_TOKEN))
    base = f"{'https' if settings else 'http'}://127.0.0.1:{port}"
    async with (
        _serving(door, ConsoleSettings(listen=f"127.0.0.1:{port}", **settings)),
        httpx.AsyncClient(base_url=base, verify=False, timeout=20) as web,
    ):
        yield web, f"/a/{KEY.token('alarm', 'contact', time.time())}", port


@asynccontextmanager
async def silent_callers(port: int, count: int) -> AsyncIterator[list[asyncio.StreamReader]]:
    """Connections on which nothing is ever said."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    yield [reader for reader, _ in opened]
    for _, writer in opened:
        writer.close()


async def raw(port: int, data: bytes) -> bytes:
    """Everything that comes back for these bytes, until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        async with asyncio.timeout(60):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_slow_callers_are_cut_and_others_are_served_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "LIFE_SECONDS", 1.5)
    async with a_page(Listening()) as (web, link, port):
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(60)]
        for _, writer in slow[:30]:
            writer.write(b"GET /a/x HTTP/1.1\r\nHost: x\r\nX-Drip: ")
        for _, writer in slow[30:]:
            head = f"POST {link}/take HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\ndo"
            writer.write(head.encode())
        assert (await web.get(link)).status_code == 200
        for reader, writer in slow:
            async with asyncio.timeout(60):
                with suppress(ConnectionResetError):
                    await reader.read()
            writer.close()
        assert (await web.get(link)).status_code == 200


async def test_the_silent_are_cut_before_their_life_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(connection, "LIFE_SECONDS", 3_600.0)
    async with a_page(Listening()) as (web, link, port):
        assert await raw(port, b"") == b""
        assert await raw(port, b"GET /a/x HTTP/1.1\r\nX-Drip: ") == b""
        assert (await web.get(link)).status_code == 200


async def test_a_handshake_that_never_ends_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 1.5)
    pem, key = certificate(tmp_path)
    async with a_page(Listening(), certificate=str(pem), key=str(key)) as (web, link, port):
        cut = [asyncio.create_task(raw(port, b"\x16\x03\x01")) for _ in range(20)]
        assert (await web.get(link)).status_code == 200
        assert await asyncio.gather(*cut) == [b""] * 20


@pytest.mark.parametrize("is_tls", [False, True], ids=["plain", "TLS"])
async def test_silent_connections_in_any_number_shut_nobody_out(
    is_tls: bool, tmp_path: Path
) -> None:
    """More of them than a process may commonly have descriptors for."""
    pem, key = certificate(tmp_path) if is_tls else ("", "")
    settings = {"certificate": str(pem), "key": str(key)} if is_tls else {}
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4_096, hard[1]), hard[1]))
    try:
        async with a_page(Listening(), **settings) as (web, link, port):
            async with silent_callers(port, 1_100):
                for _ in range(3):
                    assert (await web.get(link)).status_code == 200
            assert (await web.get(link)).status_code == 200
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, hard)


async def test_the_newcomer_is_served_and_the_oldest_silent_one_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "MAX_CONNECTIONS", 10)
    async with a_page(Listening()) as (web, link, port), silent_callers(port, 10) as silent:
        assert (await web.get(link)).status_code == 200
        with suppress(ConnectionResetError):
            assert await silent[0].read() == b""
        assert not silent[9].at_eof()


def given_up(arrivals: list[tuple[str, bool]], most: int = 6, most_of_one: int = 3) -> list[int]:
    """Which of those who came, in this order, lost their place; each has asked or is silent."""
    crowd, ended = Crowd(most, most_of_one), []
    for number, (host, has_asked) in enumerate(arrivals):
        place = crowd.enter(host, lambda number=number: ended.append(number))
        place.has_asked = has_asked
    return ended


@pytest.mark.parametrize(
    ("arrivals", "lost"),
    [
        ([("192.0.2.1", False)] * 3, []),
        ([("192.0.2.1", False)] * 5, [0, 1]),
        # One who asked is kept before one who is silent.
        ([("192.0.2.1", True), *[("192.0.2.1", False)] * 3], [1]),
        ([("192.0.2.1", True)] * 4, [0]),
        # An IPv6 customer has one network, whatever address of it is used.
        ([(f"2001:db8::{n}", False) for n in range(1, 5)], [0]),
        ([(f"2001:db8:0:{n}::1", False) for n in range(1, 7)], []),
        # Of many neighbourhoods, the one that holds most gives up: never the lone newcomer.
        ([*[("192.0.2.1", False)] * 3, *[("192.0.2.2", False)] * 3, ("198.51.100.7", False)], [0]),
        ([("198.51.100.7", False), *[("192.0.2.1", False)] * 3, *[("192.0.2.2", False)] * 3], [1]),
        # A proxy on this machine speaks for everybody: only the whole counts for it.
        ([("127.0.0.1", False)] * 6, []),
        ([("::1", False)] * 6, []),
        ([("::ffff:127.0.0.1", False)] * 6, []),
        ([("127.0.0.1", False)] * 7, [0]),
        ([("", False)] * 4, [0]),
    ],
)
def test_who_gives_up_a_place(arrivals: list[tuple[str, bool]], lost: list[int]) -> None:
    assert given_up(arrivals) == lost


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00", b"400"),
        (b"GET /\r\n\r\n", b"400"),
        (b"GET /a/x HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20_000, b"400"),
        (
            b"POST /pendant/p HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"
            + b"x" * 70_000,
            b"413",
        ),
        (b"GET /a/%00%0d%0aX:y HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
        (b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
        (b"DELETE /a/x HTTP/1.1\r\nHost: x\r\n\r\n", b"405"),
    ],
)
async def test_what_is_no_request_is_refused(data: bytes, status: bytes) -> None:
    core = Listening()
    async with a_page(core) as (_, _link, port):
        answer = await raw(port, data)
    assert answer.startswith(b"HTTP/1.1 " + status), answer[:80]
    assert core.asked == []


async def test_a_form_that_is_too_long_is_refused() -> None:
    core = Listening()
    async with a_page(core) as (web, link, _):
        answer = await web.post(f"{link}/take", content=b"do=take&x=" + b"y" * 2_000)
    assert answer.status_code == 413
    assert core.asked == []


async def test_guessers_are_slowed_down_and_a_good_link_is_not() -> None:
    core = Listening()
    async with a_page(core) as (web, link, _):
        guesses = [(await web.get(f"/a/{number}")).status_code for number in range(40)]
        assert set(guesses) == {404, 429}
        assert guesses[0] == 404
        assert guesses[-1] == 429
        assert core.asked == [], "the core never hears of them"
        assert (await web.get(link)).status_code == 200
        pressed = await web.post(f"{link}/take", data={"do": "take"})
        assert pressed.status_code == 303
        report = await web.post("/pendant/p", json={"event": "press"}, headers=BEARER)
        assert report.json() == {"taken": True}


async def test_behind_a_proxy_each_guesser_is_counted_alone() -> None:
    async with a_page(Listening()) as (web, _, _port):
        first, second = ({"X-Forwarded-For": f"203.0.113.{n}"} for n in (1, 2))
        for number in range(30):
            last = await web.get(f"/a/{number}", headers=first)
        assert last.status_code == 429
        assert (await web.get("/a/x", headers=second)).status_code == 404


async def test_a_page_that_a_phone_renews_all_day_is_shown_and_a_flood_is_not() -> None:
    core = Listening()
    async with a_page(core) as (web, link, _):
        answers = [(await web.get(link)).status_code for _ in range(90)]
        assert set(answers) == {200, 429}
        pressed = await web.post(f"{link}/take", data={"do": "take"})
        assert pressed.status_code == 303, "the button still works"


async def test_without_links_and_pendants_there_is_nothing_to_find() -> None:
    port = free_port()
    settings = ConsoleSettings(listen=f"127.0.0.1:{port}")
    async with _serving(Door(Listening(), None, None), settings), httpx.AsyncClient() as web:
        token = KEY.token("alarm", "contact", time.time())
        assert (await web.get(f"http://127.0.0.1:{port}/a/{token}")).status_code == 404
        report = f"http://127.0.0.1:{port}/pendant/p"
        answer = await web.post(report, json={"event": "press"}, headers=BEARER)
        assert answer.status_code == 404


async def test_a_first_press_is_taken_whoever_knocks_beside_it() -> None:
    core = Listening()
    async with a_page(core) as (web, _, _port):

        async def knock(number: int) -> int:
            wrong = {"Authorization": f"Bearer {number:040d}"}
            return (
                await web.post("/pendant/p", json={"event": "press"}, headers=wrong)
            ).status_code

        knocks = [asyncio.create_task(knock(number)) for number in range(60)]
        report = await web.post("/pendant/cord", json={"event": "press"}, headers=BEARER)
        assert report.status_code == 200
        assert {await task for task in knocks} == {401, 429}
    pressed = [asked.device for asked in core.asked if isinstance(asked, ReportPendant)]
    assert pressed == ["cord"]


@pytest.mark.parametrize(
    ("fault", "status"),
    [(LinkError("gone"), 503), (TimeoutError(), 503), (ServiceError("no"), 404)],
)
async def test_a_core_that_does_not_answer_is_said_so(fault: Exception, status: int) -> None:
    async with a_page(Listening(fault)) as (web, link, _):
        answer = await web.post(f"{link}/take", data={"do": "take"})
        assert answer.status_code == status
        if status == 503:
            assert "继续联系大家" in answer.text
            assert "goes on calling" in answer.text
            report = await web.post("/pendant/p", json={"event": "press"}, headers=BEARER)
            assert report.status_code == 503
            assert report.headers["retry-after"] == "1"


async def test_a_view_that_makes_no_page_is_a_plain_refusal() -> None:
    async with a_page(Listening(replace(VIEW, lang="unheard of"))) as (web, link, _):
        answer = await web.get(link)
    assert answer.status_code == 500
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("{}/", 200),
        ("{}//", 404),
        ("/{}", 404),
        ("{}/close/", 404),
        ("/a/x/", 404),
        ("/pendant/p/", 404),
    ],
)
async def test_no_answer_sends_a_link_elsewhere(path: str, status: int) -> None:
    """A redirect to the address that the proxy uses would carry the link over plain HTTP."""
    async with a_page(Listening()) as (web, link, _):
        answer = await web.get(path.format(link), headers={"Host": "anban.example"})
    assert (answer.status_code, "location" in answer.headers) == (status, False)


# --------------------------------------------------------------------------------- TLS


async def test_the_page_speaks_tls_with_a_certificate_of_the_settings(tmp_path: Path) -> None:
    pem, key = certificate(tmp_path)
    with receiver() as daughter:
        async with a_home(
            tmp_path / "home",
            {"大女儿": daughter.url},
            scheme="https",
            certificate=str(pem),
            key=str(key),
        ) as home:
            home.cry()
            link = await link_of(daughter)
            assert link.startswith("https://")
            trusted = ssl.create_default_context(cafile=str(pem))
            async with httpx.AsyncClient(verify=trusted) as web:
                assert (await web.post(f"{link}/take", data={"do": "take"})).status_code == 303
            assert home.state() == "acknowledged"
            with pytest.raises(httpx.HTTPError):
                await home.web.get(link.replace("https", "http"))


@pytest.mark.parametrize("broken", ["missing", "junk", "no key"])
async def test_a_certificate_that_cannot_be_used_is_said_so(tmp_path: Path, broken: str) -> None:
    pem, key = tmp_path / "a.pem", tmp_path / "a.key"
    if broken == "junk":
        pem.write_text("junk")
        key.write_text("junk")
    elif broken == "no key":
        pem, _ = certificate(tmp_path)
    with pytest.raises(ConsoleError, match="certificate or key"):
        async with a_page(Listening(), certificate=str(pem), key=str(key)):
            pass


@pytest.mark.parametrize("listen", ["x", "127.0.0.1:", "127.0.0.1:99999", "300.0.0.1:80", ":-1"])
def test_an_address_that_is_none_is_said_so(listen: str) -> None:
    with pytest.raises(ConsoleError, match="write it like"):
        _listener(listen)


# ------------------------------------------------------------------------- pure parts


def test_a_pace_allows_a_burst_and_then_one_after_another() -> None:
    pace = Pace(burst=3, seconds_each=10)
    assert [pace.allows("a", 0) for _ in range(4)] == [True, True, True, False]
    assert pace.allows("b", 0)
    assert [pace.allows("a", 11) for _ in range(2)] == [True, False]
    assert not pace.allows("a", 5), "a clock that runs backwards gives nothing"
    assert [pace.allows("a", 1_000) for _ in range(4)] == [True, True, True, False]


def test_a_pace_remembers_no_more_than_it_has_room_for() -> None:
    pace = Pace(burst=1, seconds_each=10)
    for number in range(3 * MAX_KNOWN):
        assert pace.allows(str(number), 0)
    assert len(pace._buckets) == MAX_KNOWN


def test_an_ipv6_network_is_one_caller() -> None:
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::ffff:1")
    assert neighbourhood("2001:db8::1") != neighbourhood("2001:db8:0:1::1")
    assert neighbourhood("192.0.2.1") == "192.0.2.1"
    assert neighbourhood("") == ""


@given(st.text(max_size=30), st.sampled_from(Stage))
def test_no_name_becomes_markup(name: str, stage: Stage) -> None:
    for lang in LANGUAGES:
        view = replace(VIEW, stage=stage, lang=lang)
        facts = replace(view.facts, elder=name, place=name or "x")
        hostile = replace(view, by=name, contact=name, facts=facts)
        for page in (alarm_page, close_page):
            assert page(hostile, "/a/x").count("<") == page(view, "/a/x").count("<")


class Tags(HTMLParser):
    """Every element and every address of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in {"href", "action"}:
                self.addresses.add(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(max_size=30), st.sampled_from(Stage), st.sampled_from(StepKind), st.integers(0, 9))
def test_what_is_told_and_a_telephone_number_become_no_markup(
    name: str, stage: Stage, kind: StepKind, times: int
) -> None:
    step = Step(kind, name, name, times, name, times)
    facts = replace(VIEW.facts, phone=name)
    for lang in LANGUAGES:
        hostile = replace(
            VIEW,
            stage=stage,
            lang=lang,
            facts=facts,
            expected=name or "x",
            minutes_left=times,
            cannot=(name, "乙"),
            has_declined=times > 4,
            nobody_can_come=times > 4,
            steps=(step,) * 3,
        )
        seen = Tags(alarm_page(hostile, "/a/x"))
        assert seen.tags <= PLAIN_TAGS
        assert seen.attributes <= PLAIN_ATTRIBUTES
        assert all(re.fullmatch(r"tel:[+0-9]+|/a/x/[a-z]+", each) for each in seen.addresses)


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [
        *[("+86 571 8888 0000", "tel:+8657188880000"), ("(0571) 888-0000", None)],
        *[("0571-8888 0000", "tel:057188880000"), ("120", "tel:120"), ("", None), ("12", None)],
        *[("javascript:alert(1)", None), ('1" onclick="x', None), ("sip:her@home", None)],
        *[("call 13800138000", None), ("1" * 40, None), ("１３８００", None), ("٣٣٣٣", None)],
    ],
)
def test_the_elder_is_rung_by_what_is_a_telephone_number(phone: str, dialled: str | None) -> None:
    page = alarm_page(replace(VIEW, facts=replace(VIEW.facts, phone=phone)), "/a/x")
    seen = Tags(page)
    assert {each for each in seen.addresses if each.startswith("tel:")} - {"tel:120"} == (
        {dialled} if dialled not in {None, "tel:120"} else set()
    )
    assert phone in seen.text


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_state_is_told_by_words_and_a_sign_beside_its_colour(stage: Stage, lang: str) -> None:
    page = alarm_page(replace(VIEW, stage=stage, lang=lang, by="大女儿"), "/a/x")
    looks = {Stage.MINE: "seen-to", Stage.TAKEN: "seen-to", Stage.OVER: "over"}
    assert f'class="status {looks.get(stage, "urgent")}"' in page
    assert re.search(r'aria-hidden="true">[!✓■]</span><span>[^<]{8,}</span>', page)
    assert f".{looks.get(stage, 'urgent')} {{ background" in STYLE


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("has_declined", [False, True])
def test_it_is_offered_to_whom_it_concerns_to_say_that_they_cannot_come(
    stage: Stage, has_declined: bool
) -> None:
    page = alarm_page(replace(VIEW, stage=stage, has_declined=has_declined), "/a/x")
    is_offered = stage not in {Stage.TAKEN, Stage.OVER} and not has_declined
    assert ('value="decline"' in page) is is_offered
    assert ("记下了" in page) is (has_declined and stage in {"open", "anew", "again", "used"})


@pytest.mark.parametrize(
    "problem", ["bad_link", "old_link", "slow_down", "down", "bad_form", "not_running"]
)
def test_every_problem_is_told_in_both_languages(problem: str) -> None:
    page = problem_page(problem)
    assert 'lang="zh"' in page
    assert 'lang="en"' in page


def test_a_drill_is_told_as_one() -> None:
    assert "演练" not in alarm_page(VIEW, "/a/x")
    assert "演练" in alarm_page(replace(VIEW, facts=replace(VIEW.facts, is_drill=True)), "/a/x")


def test_the_emergency_number_can_be_touched_where_it_is_one() -> None:
    assert '<a href="tel:120">120</a>' in alarm_page(VIEW, "/a/x")
    facts = replace(VIEW.facts, number="the emergency number")
    english = replace(VIEW, lang="en", facts=facts)
    assert "tel:" not in alarm_page(english, "/a/x")
