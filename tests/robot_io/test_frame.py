import json
from dataclasses import asdict
from pathlib import Path

import pytest
from cobs import cobs
from hypothesis import given
from hypothesis import strategies as st

import robot_io
from robot_io import codes, conformance
from robot_io import messages as m
from robot_io.errors import ProtocolError
from robot_io.frame import (
    ENCODED_MAX_BYTES,
    PAYLOAD_MAX_BYTES,
    Decoder,
    Frame,
    crc16,
    encode,
)

VECTORS = json.loads((Path(robot_io.__file__).parent / "vectors.json").read_text())

frames = st.builds(
    Frame,
    type=st.integers(0, 255),
    session=st.integers(0, 0xFFFF),
    sequence=st.integers(0, 0xFFFF),
    payload=st.binary(max_size=PAYLOAD_MAX_BYTES),
    version=st.integers(0, 255),
)


def test_the_vectors_file_is_what_the_code_says():
    assert json.loads(json.dumps(conformance.vectors())) == VECTORS


@pytest.mark.parametrize(
    ("data", "crc"),
    # The catalogue of parametrised CRC algorithms (reveng): check value of CRC-16/IBM-3740, which
    # is the same as CCITT-FALSE; and the empty message, which is the start value.
    [(b"123456789", 0x29B1), (b"", 0xFFFF), (b"A", 0xB915)],
)
def test_crc_is_ccitt_false(data, crc):
    assert crc16(data) == crc


def test_a_frame_byte_by_byte():
    # version 1, HEARTBEAT, session 0x1234, sequence 0x0005, length 0, then the checksum, by hand
    # from PROTOCOL.md; the zeros at 5 and 6 become COBS codes.
    body = bytes((1, 2, 0x34, 0x12, 5, 0, 0))
    low, high = crc16(body).to_bytes(2, "little")
    expected = bytes((6, 1, 2, 0x34, 0x12, 5, 1, 3, low, high, 0))
    assert encode(Frame(codes.Type.HEARTBEAT, 0x1234, 5)) == expected


@given(frames)
def test_a_frame_comes_back(frame):
    line = encode(frame)
    assert line.count(0) == 1
    assert line[-1] == 0
    assert Decoder().feed(line) == [frame]


@given(st.lists(frames, max_size=8), st.data())
def test_frames_come_back_however_the_bytes_are_cut(sent, data):
    line = b"".join(encode(frame) for frame in sent)
    decoder, found = Decoder(), []
    while line:
        size = data.draw(st.integers(1, len(line)))
        found += decoder.feed(line[:size])
        line = line[size:]
    assert found == sent


@given(st.binary(max_size=600), frames)
def test_a_frame_after_any_rubbish_is_found(rubbish, frame):
    found = Decoder().feed(rubbish + b"\0" + encode(frame))
    assert found[-1] == frame


@given(frames, st.data())
def test_one_changed_byte_is_never_another_frame(frame, data):
    raw = bytearray(cobs.decode(encode(frame)[:-1]))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    # A CRC of 16 bits finds every burst of errors up to 16 bits long, so this is no chance.
    assert Decoder().feed(cobs.encode(bytes(raw)) + b"\0") == []


def test_the_decoder_keeps_at_most_one_frame():
    decoder = Decoder()
    for _ in range(1000):
        decoder.feed(b"\x01" * 1000)
    assert len(decoder._piece) <= ENCODED_MAX_BYTES
    decoder.feed(b"\0")
    assert decoder.counts.overlong == 1


@pytest.mark.parametrize(
    "frame",
    [
        Frame(1, 0, 0, bytes(PAYLOAD_MAX_BYTES + 1)),
        Frame(256, 0, 0),
        Frame(1, -1, 0),
        Frame(1, 0, 0x10000),
    ],
)
def test_what_does_not_fit_is_refused(frame):
    with pytest.raises(ProtocolError):
        encode(frame)


@pytest.mark.parametrize("vector", VECTORS["spoilt"], ids=lambda v: v["name"])
def test_spoilt_frames_are_dropped_as_the_vectors_say(vector):
    decoder = Decoder()
    frames = decoder.feed(bytes.fromhex(vector["line"]))
    assert (len(frames), asdict(decoder.counts)) == (vector["frames"], vector["counts"])
    assert frames == []


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda v: v["name"])
def test_messages_read_as_the_vectors_say(vector):
    cls = getattr(m, vector["name"])
    message = cls.unpack(bytes.fromhex(vector["payload"]))
    assert asdict(message) == vector["fields"]
    assert message.pack().hex() == vector["payload"]
    frame = Frame(vector["type"], vector["session"], vector["sequence"], message.pack())
    assert encode(frame).hex() == vector["line"]


@given(st.sampled_from(sorted(m.BY_TYPE)), st.binary(max_size=PAYLOAD_MAX_BYTES))
def test_any_payload_is_read_or_refused(kind, payload):
    try:
        message = m.BY_TYPE[kind].unpack(payload)
    except ProtocolError:
        return
    assert message.pack() == payload


def test_values_that_do_not_fit_are_refused():
    for message in (m.Drive(40_000, 0, 1), m.Volume(256), m.Text("字" * 41), m.GoTo(-1, "x")):
        with pytest.raises(ProtocolError):
            message.pack()
