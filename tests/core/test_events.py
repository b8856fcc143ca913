"""Every event survives its JSON form; everything else is refused."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import events
from assistant.events import (
    EVENTS,
    EventError,
    Heard,
    Say,
    Urgency,
    Word,
    from_line,
    to_dict,
    to_line,
)


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)
@settings(max_examples=30)
@given(data=st.data())
def test_every_event_survives_the_line(kind: type, data: st.DataObject) -> None:
    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    )
    known = {
        "arguments": st.dictionaries(st.text(), json_values),
        "value": json_values,
        "entities": st.lists(st.dictionaries(st.text(), json_values), max_size=2).map(tuple),
    }
    names = {field.name for field in dataclasses.fields(kind)}
    finite = st.floats(allow_nan=False, allow_infinity=False)
    st.register_type_strategy(float, finite)
    event = data.draw(st.builds(kind, **{n: s for n, s in known.items() if n in names}))
    line = to_line(event)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert from_line(line) == event


def test_every_event_is_offered() -> None:
    assert set(EVENTS) <= set(events.__all__)
    assert all(getattr(events, name) is kind for name, kind in EVENTS.items())


def test_the_json_form_is_stable() -> None:
    heard = Heard(
        utterance_id="u1",
        text="几点了",
        lang="zh",
        is_final=True,
        addressed=True,
        confidence=0.9,
        words=(Word("几点", 0.1, 0.4, 0.95),),
    )
    assert to_dict(heard) == {
        "type": "Heard",
        "utterance_id": "u1",
        "text": "几点了",
        "lang": "zh",
        "is_final": True,
        "addressed": True,
        "confidence": 0.9,
        "words": [{"text": "几点", "start_seconds": 0.1, "end_seconds": 0.4, "confidence": 0.95}],
        "alternatives": [],
        "raw_text": "",
        "by_tiny_model": False,
    }


def test_fields_of_a_newer_version_are_ignored() -> None:
    data = {**to_dict(Say("hello", "en")), "colour": "green"}
    assert from_line(json.dumps(data).encode()) == from_line(
        to_line(from_line(json.dumps(data).encode()))
    )


@given(st.binary())
def test_no_bytes_raise_anything_but_an_event_error(line: bytes) -> None:
    try:
        event = from_line(line)
    except EventError:
        return
    assert type(event) in EVENTS.values()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b'"Say"',
        b'{"type":"Say"}',
        b'{"type":"NoSuchThing"}',
        b'{"type":"Say","text":"a","lang":"en","urgency":"loudest"}',
        b'{"type":["Say"]}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_event_is_refused(line: bytes) -> None:
    with pytest.raises(EventError):
        from_line(line)


def test_a_refusal_does_not_tell_the_words() -> None:
    line = json.dumps({"type": "Heard", "text": "我的秘密", "is_final": "?"}).encode()
    with pytest.raises(EventError) as caught:
        from_line(line)
    assert "秘密" not in str(caught.value)


def test_urgency_is_ordered() -> None:
    assert [urgency.rank for urgency in Urgency] == [0, 1, 2, 3]
