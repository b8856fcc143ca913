"""Kaldi's binary form of an acoustic model: `am/final.mdl`.

Format: kaldi/src/base/io-funcs.h (basic types), hmm/transition-model.cc, hmm/hmm-topology.cc,
nnet3/nnet-nnet.cc and nnet3/am-nnet-simple.cc. Everything is little-endian.
"""

import math
import struct
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray


def _token(text: str) -> bytes:
    return text.encode() + b" "


def _int32(value: int) -> bytes:
    return b"\x04" + struct.pack("<i", value)


def _float32(value: float) -> bytes:
    return b"\x04" + struct.pack("<f", value)


def _float64(value: float) -> bytes:
    return b"\x08" + struct.pack("<d", value)


def _int_vector(values: list[int]) -> bytes:
    return b"\x04" + struct.pack("<i", len(values)) + np.asarray(values, "<i4").tobytes()


def _vector(values: ArrayLike) -> bytes:
    array = np.asarray(values, "<f4")
    return _token("FV") + _int32(array.size) + array.tobytes()


def _matrix(values: NDArray[np.float64]) -> bytes:
    array = np.ascontiguousarray(values, "<f4")
    return _token("FM") + _int32(array.shape[0]) + _int32(array.shape[1]) + array.tobytes()


@dataclass(frozen=True)
class TransitionModel:
    """Phones of one state each: it emits a pdf, then loops or leaves.

    Phone ids count from 1; several phones may share a pdf. Kaldi numbers the transitions by
    the sorted list of (phone, state, pdf): with one state and two transitions the k-th phone
    has 2k+1 (loop) and 2k+2 (leave).
    """

    pdf_of_phone: dict[int, int]
    loop_probability: dict[int, float]

    @cached_property
    def phones(self) -> list[int]:
        """Phone ids in ascending order."""
        return sorted(self.pdf_of_phone)

    @cached_property
    def _index(self) -> dict[int, int]:
        return {phone: k for k, phone in enumerate(self.phones)}

    def loop_id(self, phone: int) -> int:
        """Return the id of the transition that stays in a phone."""
        return 2 * self._index[phone] + 1

    def leave_id(self, phone: int) -> int:
        """Return the id of the transition that leaves a phone."""
        return 2 * self._index[phone] + 2

    def loop_cost(self, phone: int) -> float:
        """Return the cost of staying for another frame."""
        return -math.log(self.loop_probability[phone])

    def leave_cost(self, phone: int) -> float:
        """Return the cost of leaving."""
        return -math.log(1.0 - self.loop_probability[phone])

    def to_bytes(self) -> bytes:
        """Return the first half of `final.mdl`."""
        # Phones of equal probability share an entry of the topology.
        probabilities = sorted(set(self.loop_probability.values()))
        entry_of_phone = [-1] * (max(self.phones) + 1)
        for phone in self.phones:
            entry_of_phone[phone] = probabilities.index(self.loop_probability[phone])
        parts = [
            _token("<TransitionModel>"),
            _token("<Topology>"),
            _int_vector(self.phones),
            _int_vector(entry_of_phone),
            _int32(len(probabilities)),
        ]
        for loop in probabilities:
            emitting = _int32(0) + _int32(2)  # pdf class, number of transitions
            transitions = _int32(0) + _float32(loop) + _int32(1) + _float32(1.0 - loop)
            final = _int32(-1) + _int32(0)
            parts += [_int32(2), emitting, transitions, final]
        parts += [_token("</Topology>"), _token("<Triples>"), _int32(len(self.phones))]
        for phone in self.phones:
            parts += [_int32(phone), _int32(0), _int32(self.pdf_of_phone[phone])]
        log_probabilities = [0.0]  # transition ids count from 1
        for phone in self.phones:
            log_probabilities += [-self.loop_cost(phone), -self.leave_cost(phone)]
        parts += [
            _token("</Triples>"),
            _token("<LogProbs>"),
            _vector(log_probabilities),
            _token("</LogProbs>"),
            _token("</TransitionModel>"),
        ]
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class Layer:
    """An affine layer over spliced frames.

    `weight` is (out, len(offsets) * in), blocks in the order of `offsets` (in 10 ms frames).
    """

    offsets: tuple[int, ...]
    weight: NDArray[np.float64]
    bias: NDArray[np.float64]


def model_bytes(
    transitions: TransitionModel, input_dim: int, layers: list[Layer], priors: NDArray[np.float64]
) -> bytes:
    """Return the content of `final.mdl`: ReLU after each layer, log-softmax after the last.

    Kaldi subtracts the logarithms of the priors from the network's output.
    """
    return b"\0B" + transitions.to_bytes() + _network(input_dim, layers, priors)


def _network(input_dim: int, layers: list[Layer], priors: NDArray[np.float64]) -> bytes:
    config = [f"input-node name=input dim={input_dim}"]
    components: list[bytes] = []
    before = "input"
    for number, layer in enumerate(layers, start=1):
        spliced = [before if o == 0 else f"Offset({before}, {o})" for o in layer.offsets]
        source = spliced[0] if len(spliced) == 1 else f"Append({', '.join(spliced)})"
        is_last = number == len(layers)
        base = "output" if is_last else f"tdnn{number}"
        affine = f"{base}.affine"
        config.append(f"component-node name={affine} component={affine} input={source}")
        components.append(_affine(affine, layer))
        kind = "LogSoftmaxComponent" if is_last else "RectifiedLinearComponent"
        before = f"{base}.log-softmax" if is_last else f"{base}.relu"
        config.append(f"component-node name={before} component={before} input={affine}")
        components.append(_nonlinearity(before, kind, len(layer.bias)))
    config.append(f"output-node name=output input={before} objective=linear")
    left = sum(-min(layer.offsets) for layer in layers)
    right = sum(max(layer.offsets) for layer in layers)
    return b"".join(
        [
            _token("<Nnet3>"),
            b"\n" + "\n".join(config).encode() + b"\n\n",
            _token("<NumComponents>"),
            _int32(len(components)),
            *components,
            _token("</Nnet3>"),
            _token("<LeftContext>"),
            _int32(left),
            _token("<RightContext>"),
            _int32(right),
            _token("<Priors>"),
            _vector(priors),
        ]
    )


def _affine(name: str, layer: Layer) -> bytes:
    return b"".join(
        [
            _token("<ComponentName>"),
            _token(name),
            _token("<AffineComponent>"),
            _token("<LearningRate>"),
            _float32(0.001),
            _token("<LinearParams>"),
            _matrix(layer.weight),
            _token("<BiasParams>"),
            _vector(layer.bias),
            _token("</AffineComponent>"),
        ]
    )


def _nonlinearity(name: str, kind: str, dim: int) -> bytes:
    return b"".join(
        [
            _token("<ComponentName>"),
            _token(name),
            _token(f"<{kind}>"),
            _token("<Dim>"),
            _int32(dim),
            _token("<ValueAvg>"),
            _vector([]),
            _token("<DerivAvg>"),
            _vector([]),
            _token("<Count>"),
            _float64(0.0),
            _token(f"</{kind}>"),
        ]
    )
