"""Byte formats of the writers: golden bytes of small parts, and readers that read them back."""

import itertools
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.tiny_vosk.fst import Arc, Fst
from models.tiny_vosk.kaldi import Layer, TransitionModel, model_bytes


def test_an_fst_byte_by_byte():
    """A -> (1:2/0.5) -> final with cost 0.25; the header as in OpenFst's FstHeader."""
    fst = Fst()
    first, last = fst.add_state(), fst.add_state()
    fst.add_arc(first, 1, 2, 0.5, last)
    fst.final[last] = 0.25
    assert fst.to_bytes() == b"".join(
        [
            bytes.fromhex("d6fdb27e"),
            b"\x06\0\0\0vector",
            b"\x08\0\0\0standard",
            b"\x02\0\0\0" + b"\0\0\0\0" + b"\x03" + bytes(7),
            bytes(8) + b"\x02" + bytes(7) + b"\x01" + bytes(7),
            bytes.fromhex("0000807f") + b"\x01" + bytes(7),
            b"\x01\0\0\0\x02\0\0\0" + bytes.fromhex("0000003f") + b"\x01\0\0\0",
            bytes.fromhex("0000803e") + bytes(8),
        ]
    )


def read_fst(data: bytes) -> Fst:
    place = 0

    def take(form: str) -> tuple:
        nonlocal place
        values = struct.unpack_from("<" + form, data, place)
        place += struct.calcsize("<" + form)
        return values

    take("i")
    for _ in range(2):
        take(f"{take('i')[0]}s")
    take("iiQ")
    start, states, arc_count = take("qqq")
    fst = Fst(start)
    for state in range(states):
        final, arcs = take("fq")
        if final != math.inf:
            fst.final[state] = final
        fst.arcs.append([Arc(*take("iifi")) for _ in range(arcs)])
    assert place == len(data)
    assert sum(map(len, fst.arcs)) == arc_count
    return fst


weights = st.floats(0, 1000, width=32)
labels = st.integers(0, 2**31 - 1)


@st.composite
def fsts(draw):
    size = draw(st.integers(1, 6))
    states = st.integers(0, size - 1)
    arcs = st.lists(st.builds(Arc, labels, labels, weights, states), max_size=5)
    final = st.dictionaries(states, weights)
    return Fst(draw(states), [draw(arcs) for _ in range(size)], draw(final))


@given(fsts())
def test_what_is_written_is_read_back(fst):
    assert read_fst(fst.to_bytes()) == fst


@given(fsts())
def test_sorting_changes_the_order_alone(fst):
    before = [sorted(arcs) for arcs in fst.arcs]
    fst.sort_by_output()
    assert [sorted(arcs) for arcs in fst.arcs] == before
    assert all(a.olabel <= b.olabel for arcs in fst.arcs for a, b in itertools.pairwise(arcs))
    fst.sort_by_input()
    assert fst.arcs == before


TRANSITIONS = TransitionModel({1: 0, 2: 1, 3: 1}, {1: 0.75, 2: 0.5, 3: 0.5})


def test_transition_ids_are_numbered_as_kaldi_does():
    ids = [(TRANSITIONS.loop_id(p), TRANSITIONS.leave_id(p)) for p in (1, 2, 3)]
    assert ids == [(1, 2), (3, 4), (5, 6)]
    for phone in TRANSITIONS.phones:
        stay, leave = TRANSITIONS.loop_cost(phone), TRANSITIONS.leave_cost(phone)
        assert math.exp(-stay) + math.exp(-leave) == pytest.approx(1)


def test_the_transition_model_byte_by_byte():
    def i32(*values: int) -> bytes:
        return b"".join(b"\x04" + struct.pack("<i", v) for v in values)

    def f32(value: float) -> bytes:
        return b"\x04" + struct.pack("<f", value)

    def raw(*values: int) -> bytes:
        return b"\x04" + struct.pack(f"<i{len(values)}i", len(values), *values)

    def entry(loop: float) -> bytes:
        return (
            i32(2, 0, 2, 0) + f32(loop) + i32(1) + f32(1 - loop) + i32(-1, 0)
        )  # 2 states; pdf class 0, 2 transitions; the last state has no pdf

    half, quarter, three = math.log(0.5), math.log(0.25), math.log(0.75)
    assert TRANSITIONS.to_bytes() == b"".join(
        [
            b"<TransitionModel> <Topology> ",
            raw(1, 2, 3),
            raw(-1, 1, 0, 0),
            i32(2) + entry(0.5) + entry(0.75),
            b"</Topology> <Triples> " + i32(3),
            i32(1, 0, 0) + i32(2, 0, 1) + i32(3, 0, 1),
            b"</Triples> <LogProbs> FV " + i32(7),
            struct.pack("<7f", 0, three, quarter, half, half, half, half),
            b"</LogProbs> </TransitionModel> ",
        ]
    )


def test_the_network_names_its_splices_and_carries_its_weights():
    layers = [
        Layer((-1, 0, 1), np.arange(12.0).reshape(2, 6), np.array([1.0, 2.0])),
        Layer((0,), np.array([[0.5, 0.25]]), np.array([3.0])),
    ]
    data = model_bytes(TRANSITIONS, 2, layers, np.array([1.0]))
    assert data.startswith(b"\0B<TransitionModel> ")
    config = data.partition(b"<Nnet3> \n")[2].partition(b"\n\n")[0].decode().splitlines()
    assert config == [
        "input-node name=input dim=2",
        "component-node name=tdnn1.affine component=tdnn1.affine "
        "input=Append(Offset(input, -1), input, Offset(input, 1))",
        "component-node name=tdnn1.relu component=tdnn1.relu input=tdnn1.affine",
        "component-node name=output.affine component=output.affine input=tdnn1.relu",
        "component-node name=output.log-softmax component=output.log-softmax input=output.affine",
        "output-node name=output input=output.log-softmax objective=linear",
    ]
    matrix = b"FM \x04\x02\0\0\0\x04\x06\0\0\0" + struct.pack("<12f", *range(12))
    assert b"<LinearParams> " + matrix + b"<BiasParams> FV \x04\x02\0\0\0" in data
    assert data.endswith(
        b"</Nnet3> <LeftContext> \x04\x01\0\0\0<RightContext> \x04\x01\0\0\0"
        b"<Priors> FV \x04\x01\0\0\0" + struct.pack("<f", 1.0)
    )
