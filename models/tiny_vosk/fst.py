"""A mutable weighted transducer, and its form on disk: OpenFst `vector`/`standard`.

Format: openfst/src/include/fst/vector-fst.h and fst.h (FstHeader), version 2, little-endian.
"""

import math
import struct
from dataclasses import dataclass, field
from typing import NamedTuple

EPSILON = 0
MAGIC = 2_125_659_606
_VERSION = 2
_EXPANDED_AND_MUTABLE = 3


class Arc(NamedTuple):
    """A transition; the weight is a cost (negative logarithm)."""

    ilabel: int
    olabel: int
    weight: float
    target: int


@dataclass(slots=True)
class Fst:
    """States are numbers from 0; `final` holds the cost of ending in a state."""

    start: int = 0
    arcs: list[list[Arc]] = field(default_factory=list)
    final: dict[int, float] = field(default_factory=dict)

    def add_state(self) -> int:
        """Add a state and return its number."""
        self.arcs.append([])
        return len(self.arcs) - 1

    def add_arc(self, source: int, ilabel: int, olabel: int, weight: float, target: int) -> None:
        """Add an arc."""
        self.arcs[source].append(Arc(ilabel, olabel, weight, target))

    def sort_by_input(self) -> None:
        """Sort each state's arcs by input label: the grammar's side of a composition."""
        for arcs in self.arcs:
            arcs.sort()

    def sort_by_output(self) -> None:
        """Sort each state's arcs by output label: the lexicon's side of a composition."""
        for arcs in self.arcs:
            arcs.sort(key=lambda arc: (arc.olabel, arc.ilabel, arc.weight, arc.target))

    def to_bytes(self) -> bytes:
        """Return the file's content."""
        arc_count = sum(map(len, self.arcs))
        parts = [
            struct.pack("<i", MAGIC),
            _string("vector"),
            _string("standard"),
            struct.pack("<iiQ", _VERSION, 0, _EXPANDED_AND_MUTABLE),
            struct.pack("<qqq", self.start, len(self.arcs), arc_count),
        ]
        for state, arcs in enumerate(self.arcs):
            parts.append(struct.pack("<fq", self.final.get(state, math.inf), len(arcs)))
            parts += [struct.pack("<iifi", *arc) for arc in arcs]
        return b"".join(parts)


def _string(text: str) -> bytes:
    return struct.pack("<i", len(text)) + text.encode()
