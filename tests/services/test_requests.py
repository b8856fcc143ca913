"""Every request over a real socket and back: its result, each of its errors, and hostile input."""

from __future__ import annotations

import asyncio
import dataclasses
import types
import typing
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, time
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from assistant.events import (
    MAX_LINE_BYTES,
    Hello,
    ServiceAnswered,
    ServiceAsked,
    TurnTaken,
    from_line,
    to_line,
)
from assistant.runtime.bus import Bus
from assistant.runtime.link import Link
from assistant.services import (
    REQUESTS,
    Amount,
    CountTaken,
    DescribeAlarm,
    FailedError,
    InvalidRefused,
    Pause,
    Policy,
    Refusal,
    Refused,
    Reminder,
    ReminderChanges,
    ReminderWish,
    Request,
    Schedule,
    ScheduleWish,
    Served,
    ServiceError,
    StopSpeech,
    TakeTurn,
    TooSoonRefused,
    WordsLeftRefused,
    request_of,
)
from assistant.services.codec import fields_of
from assistant.services.errors import GENERAL
from assistant.services.strict import Cell, Limit
from assistant.settings import Settings

NOW = datetime(2026, 11, 30, 8, 5, tzinfo=UTC)
MADE: dict[Any, Any] = {
    Any: {"a": [1, None, "乙"]},
    Cell: 2.5,
    str: "降压药",
    int: 7,
    float: 0.5,
    bool: True,
    type(None): None,
    date: NOW.date(),
    datetime: NOW,
    time: time(8, 5),
    Fraction: Fraction(3, 2),
    Path: Path("/home/wang/.anban"),
    Settings: Settings(language="en"),
    Refusal: WordsLeftRefused(("逢单日",)),
    Policy: Policy(repeat_minutes=(5.0, 15.0), is_strict=True),
    Schedule: Schedule(start=NOW.date(), at=NOW),
}
"""Some value of a type."""


def made(kind: Any) -> Any:
    """Some value of a type, with every field of it given."""
    if kind is ReminderChanges:
        return ReminderChanges.of(title="华法林", amount=made(Amount))
    if kind in MADE:
        return MADE[kind]
    if hasattr(kind, "__metadata__"):
        return made(kind.__origin__)
    inner = typing.get_args(kind)
    if isinstance(kind, types.UnionType):
        return made(inner[0])
    if typing.get_origin(kind) is tuple:
        return (made(inner[0]),) if inner[-1] is Ellipsis else tuple(map(made, inner))
    if typing.get_origin(kind) is dict:
        return {made(inner[0]): made(inner[1])}
    if issubclass(kind, Enum):
        return list(kind)[-1]
    hints = typing.get_type_hints(kind, include_extras=True)
    return kind(**{each.name: made(hints[each.name]) for each in dataclasses.fields(kind)})


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[Bus]:
    bus = Bus()
    await bus.open(tmp_path / "core.sock")
    yield bus
    await bus.close()


@pytest.mark.parametrize("kind", REQUESTS.values(), ids=list(REQUESTS))
async def test_a_request_and_its_result_cross_the_socket_whole(
    bus: Bus, kind: type[Request[Any]]
) -> None:
    asked: list[Request[Any]] = []
    result = made(kind.RESULT)

    async def answer(request: Request[Any]) -> Any:
        asked.append(request)
        return result

    bus.serve(Served(kind, answer))
    request = made(kind)
    async with Link("skills", (), bus.path) as link:
        assert await link.request(request) == result
    assert asked == [request]


def errors() -> Iterator[tuple[type[Request[Any]], type[ServiceError]]]:
    for kind in REQUESTS.values():
        yield from ((kind, each) for each in kind.ERRORS)
    yield from ((StopSpeech, each) for each in GENERAL)


@pytest.mark.parametrize(
    ("kind", "error"), list(errors()), ids=lambda each: getattr(each, "SERVICE", each.__name__)
)
async def test_each_error_is_raised_again_as_the_same_class(
    bus: Bus, kind: type[Request[Any]], error: type[ServiceError]
) -> None:
    refusal = made(error)

    async def refuse(_: Request[Any]) -> Any:
        raise refusal

    bus.serve(Served(kind, refuse))
    async with Link("skills", (), bus.path) as link:
        with pytest.raises(error) as raised:
            await link.request(made(kind))
    assert type(raised.value) is error
    assert raised.value == refusal
    assert str(raised.value) == str(refusal)


async def test_an_error_that_a_request_does_not_name_is_a_fault(bus: Bus) -> None:
    async def refuse(_: DescribeAlarm) -> str:
        raise TooSoonRefused("the elder's words", 1.0, 2.0)

    bus.serve(DescribeAlarm.answered_by(refuse))
    with pytest.raises(FailedError):
        await bus.ask(DescribeAlarm("en"))
    async with Link("skills", (), bus.path) as link:
        with pytest.raises(FailedError) as raised:
            await link.request(DescribeAlarm("en"))
    assert "words" not in str(raised.value)


HOSTILE: list[Any] = [None, True, -1, 1.5, 2**70, "", "x" * 300_000, "\x00", [], [[]], {}, {"a": 1}]
"""Values that few fields take."""


def is_of(value: Any, kind: Any) -> bool:
    """Whether JSON may stand for a type: then the service itself has to judge it."""
    if kind is Any:
        return True
    if hasattr(kind, "__metadata__"):
        limits = [each for each in kind.__metadata__ if isinstance(each, Limit)]
        fits = (
            all(limit.least <= len(value) <= limit.most for limit in limits)
            if isinstance(value, str | list)
            else False
        )
        return fits and (isinstance(value, str) if kind.__origin__ is str else value == [])
    if isinstance(kind, types.UnionType):
        return any(is_of(value, each) for each in typing.get_args(kind))
    if kind is type(None):
        return value is None
    if kind is str:
        return isinstance(value, str) and len(value) <= 500
    if kind is bool:
        return isinstance(value, bool)
    if kind in {int, float}:
        is_number = isinstance(value, int if kind is int else int | float)
        return is_number and not isinstance(value, bool) and abs(value) <= 10**9
    if typing.get_origin(kind) is tuple:
        return value == []
    return kind is ReminderChanges and value == {}


class Peer:
    """Whoever writes lines of its own to the socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, service: str, fields: Any) -> ServiceAnswered:
        asked = ServiceAsked(service, fields)
        self._writer.write(to_line(asked))
        answer = from_line(await self._reader.readline())
        assert isinstance(answer, ServiceAnswered)
        assert answer.request_id == asked.request_id
        return answer

    def close(self) -> None:
        self._writer.close()


@pytest.fixture
async def peer(bus: Bus) -> AsyncIterator[Peer]:
    peer = Peer(*await asyncio.open_unix_connection(bus.path, limit=MAX_LINE_BYTES))
    peer._writer.write(to_line(Hello("skills")))
    yield peer
    peer.close()


@pytest.mark.parametrize("kind", REQUESTS.values(), ids=list(REQUESTS))
async def test_what_is_not_of_its_type_is_refused_and_nothing_is_done(
    bus: Bus, peer: Peer, kind: type[Request[Any]]
) -> None:
    done: list[Request[Any]] = []

    async def answer(request: Request[Any]) -> Any:
        done.append(request)
        return made(kind.RESULT)

    bus.serve(Served(kind, answer))
    good = fields_of(made(kind))
    hints = typing.get_type_hints(kind, include_extras=True)
    bad = [{**good, "surprise": 1}]
    for each in dataclasses.fields(kind):
        others = {name: value for name, value in good.items() if name != each.name}
        if each.default is dataclasses.MISSING:
            bad.append(others)
        bad += [
            {**others, each.name: value} for value in HOSTILE if not is_of(value, hints[each.name])
        ]
    for fields in bad:
        answered = await peer.ask(kind.SERVICE, fields)
        assert answered.error == "InvalidRefused", {n: str(v)[:60] for n, v in fields.items()}
        assert len(str(answered.fields)) < 5_000
    assert done == []
    assert (await peer.ask(kind.SERVICE, good)).ok


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"ServiceAsked","service":"reminders.taken","fields":{"which":NaN}}\n',
        b'{"type":"ServiceAsked","service":"reminders.snooze","fields":{"minutes":1e999}}\n',
        b'{"type":"ServiceAsked","service":"reminders.taken","fields":[]}\n',
        b'{"type":"ServiceAsked","service":["reminders.taken"]}\n',
        b'{"type":"ServiceAsked"}\n',
        b'{"type":"ServiceAsked","service":"reminders.taken","fields":' + b"[" * 500 + b"\n",
    ],
)
async def test_a_line_that_is_no_request_is_dropped(bus: Bus, peer: Peer, line: bytes) -> None:
    peer._writer.write(line)
    answered = await peer.ask("no.such.service", {})
    assert answered.error == "NotStartedError"


async def test_what_is_wrong_is_named(bus: Bus) -> None:
    async def taken(_: CountTaken) -> Any:
        raise AssertionError

    bus.serve(CountTaken.answered_by(taken))
    async with Link("skills", (), bus.path) as link:
        with pytest.raises(InvalidRefused) as raised:
            await link.request(CountTaken("x" * 501))
    assert "which" in raised.value.why
    assert "at most 500 characters" in raised.value.why


@pytest.mark.parametrize(("characters", "is_taken"), [(501, True), (20_000, True), (20_001, False)])
def test_a_text_has_the_bound_of_its_own_field(characters: int, *, is_taken: bool) -> None:
    try:
        request_of(TakeTurn, {"text": "x" * characters})
    except InvalidRefused:
        assert not is_taken
    else:
        assert is_taken


async def test_an_answer_is_as_long_as_it_is(bus: Bus) -> None:
    long = TurnTaken("x" * 5_000, "i", 1.0, "s", "y" * 50_000)

    async def answer(_: TakeTurn) -> TurnTaken:
        return long

    async def refuse(_: StopSpeech) -> None:
        raise Refused("z" * 5_000)

    bus.serve(TakeTurn.answered_by(answer), StopSpeech.answered_by(refuse))
    async with Link("skills", (), bus.path) as link:
        turn = await link.request(TakeTurn("x"))
        assert len(turn.reply) == 50_000
        with pytest.raises(Refused, match=r"z{5000}"):
            await link.request(StopSpeech())


def test_a_reminder_is_written_without_what_is_usual() -> None:
    pill = Reminder(reminder_id="1", title="降压药", pauses=(Pause(since=NOW),))
    assert fields_of(CountTaken()) == {"which": ""}
    changes = ReminderChanges.of(schedule=ScheduleWish(rrule="FREQ=DAILY"))
    assert changes.applied_to(ReminderWish(title=pill.title, is_confirmed=True)) == ReminderWish(
        title=pill.title, schedule=ScheduleWish(rrule="FREQ=DAILY")
    )
