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
    HelpPressed,
    Say,
    ServiceAsked,
    Urgency,
    Word,
    from_line,
    to_dict,
    to_line,
)
from assistant.events.hearing import MAX_CHARACTERS, MAX_READINGS, MAX_WORDS


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
        "fields": st.dictionaries(st.text(), json_values),
        "value": json_values,
        "entities": st.lists(st.dictionaries(st.text(), json_values), max_size=2).map(tuple),
    }
    names = {field.name for field in dataclasses.fields(kind)}
    finite = st.floats(allow_nan=False, allow_infinity=False)
    st.register_type_strategy(float, finite)
    st.register_type_strategy(int, st.integers(-(2**63) + 1, 2**63 - 1))  # what is kept on disk
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
        b'{"type":"Say","text":7,"lang":"en"}',
        b'{"type":"Say","text":null,"lang":"en"}',
        b'{"type":"Say","text":["help"],"lang":"en"}',
        b'{"type":"Heard","utterance_id":"u","text":"","lang":"en","is_final":"false",'
        b'"addressed":true}',
        b'{"type":"Heard","utterance_id":"u","text":"","lang":"en","is_final":1,"addressed":true}',
        b'{"type":"SetVoice","volume":NaN,"rate_words_per_minute":160}',
        b'{"type":"SetVoice","volume":Infinity,"rate_words_per_minute":160}',
        b'{"type":"SetVoice","volume":-1e999,"rate_words_per_minute":160}',
        b'{"type":"SetVoice","volume":true,"rate_words_per_minute":160}',
        b'{"type":"SetVoice","volume":0.5,"rate_words_per_minute":1e2}',
        b'{"type":"SetVoice","volume":0.5,"rate_words_per_minute":' + b"9" * 30 + b"}",
        b'{"type":"SetVoice","volume":0.5,"rate_words_per_minute":' + b"9" * 9_999 + b"}",
        b'{"type":"SetVoice","volume":' + b"9" * 999 + b',"rate_words_per_minute":160}',
        b'{"type":"Say","text":"' + b"a" * 10,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"type":"ServiceAsked","service":"a","fields":{"a":' + b"[" * 500 + b"]" * 500 + b"}}",
        b'{"type":"ServiceAsked","service":"a","fields":{"a":'
        + b"[" * 90_000
        + b"]" * 90_000
        + b"}}",
        b'{"type":"ServiceAsked","service":"a","fields":[]}',
        b'{"type":"ServiceAsked","service":"a","fields":{"a":NaN}}',
    ],
    ids=lambda line: line[:60].decode("utf-8", "replace"),
)
def test_what_is_no_event_is_refused(line: bytes) -> None:
    with pytest.raises(EventError):
        from_line(line)


HEARD = {"type": "Heard", "utterance_id": "u", "lang": "zh", "is_final": True, "addressed": True}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (b'"\xff\xe6\x95\x91\xe5\x91\xbd"', "\ufffd救命"),
        (b'"\\ud800\xe6\x95\x91\xe5\x91\xbd"', "\ufffd救命"),
        (b'"\\udc00\\ud800 help"', "\ufffd\ufffd help"),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\xed\xa0\x80help"', "\ufffd\ufffd\ufffdhelp"),
    ],
)
def test_a_bad_byte_costs_itself(text: bytes, kept: str) -> None:
    line = json.dumps(HEARD)[:-1].encode() + b',"text":' + text + b"}"
    event = from_line(line)
    assert isinstance(event, Heard)
    assert event.text == kept
    assert from_line(to_line(event)) == event


def test_half_a_character_in_an_argument_costs_itself() -> None:
    line = b'{"type":"ServiceAsked","service":"s","fields":{"\\ud800":["\\udfff"]}}'
    event = from_line(line)
    assert isinstance(event, ServiceAsked)
    assert event.fields == {"\ufffd": ["\ufffd"]}


@pytest.mark.parametrize("field", ["text", "raw_text"])
def test_words_without_end_are_shortened_and_keep_both_ends(field: str) -> None:
    words = "救命 " + "天气 " * 100_000 + "我摔倒了"
    line = json.dumps({**HEARD, "text": "", field: words}).encode()
    event = from_line(line)
    assert isinstance(event, Heard)
    kept = getattr(event, field)
    assert len(kept) <= MAX_CHARACTERS + 1
    assert kept.startswith("救命")
    assert kept.endswith("我摔倒了")


def test_readings_and_words_without_end_are_shortened() -> None:
    word = {"text": "a", "start_seconds": 0, "end_seconds": 1, "confidence": 1}
    data = {**HEARD, "text": "救命", "words": [word] * 9_999, "alternatives": ["a" * 9_999] * 999}
    event = from_line(json.dumps(data).encode())
    assert isinstance(event, Heard)
    assert len(event.words) == MAX_WORDS
    assert len(event.alternatives) == MAX_READINGS
    assert max(map(len, event.alternatives)) < 5_000


def test_a_refusal_does_not_tell_the_words() -> None:
    line = json.dumps({"type": "Heard", "text": "我的秘密", "is_final": "?"}).encode()
    with pytest.raises(EventError) as caught:
        from_line(line)
    assert "秘密" not in str(caught.value)


def test_urgency_is_ordered() -> None:
    assert [urgency.rank for urgency in Urgency] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "written", ["\\ud800", "\\uDFFF x", "\\ude00\\ud83d", "\udfff", "浴\ud800室"]
)
def test_half_a_character_never_crosses(written: str) -> None:
    line = f'{{"type": "HelpPressed", "device": "{written}", "place": "{written}"}}\n'
    event = from_line(line.encode("utf-8", "surrogatepass"))
    assert isinstance(event, HelpPressed)
    assert "\ufffd" in event.device
    event.device.encode()
    assert from_line(to_line(event)) == event


def test_whole_characters_stay_as_they_are_however_written() -> None:
    event = from_line(b'{"type": "HelpPressed", "device": "\\ud83d\\ude00 \\u6d74", "place": ""}')
    assert event == HelpPressed("😀 浴", "")


def test_half_a_character_of_the_core_silences_no_child() -> None:
    assert from_line(to_line(HelpPressed("\ud800", ""))) == HelpPressed("?", "")
