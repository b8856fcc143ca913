"""Coverage-guided fuzzing of one radar parser.

    python tests/perception/fuzz/fuzz_radar.py PROTOCOL [FOLDER] [-max_total_time=300]

The input's first byte says where the stream is cut in two.  A crash is: any exception, a buffer
that grows beyond what one frame may need, frames or counts that depend on the cut or on whether
many frames were taken at once, or a point or a phase that is not finite.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from types import CodeType, FunctionType

import atheris

with atheris.instrument_imports(include=["perception"]):
    from perception.radar import PROTOCOLS, RadarFrame
    from perception.radar.ti_packet import MAX_PACKET_BYTES

import numpy as np

NAME = sys.argv.pop(1)


def same(a: RadarFrame, b: RadarFrame) -> bool:
    return repr(a) == repr(b) if a.points is None else a == b


def untraced(function: FunctionType) -> None:
    """Undo what atheris did to a method that compares arrays: it never frees what it traced.

    Nothing is lost: such a method has no branch that could be found.
    """
    path = inspect.getfile(function)
    code = compile(Path(path).read_text("utf-8"), path, "exec", dont_inherit=True)
    for part in function.__qualname__.split("."):
        code = next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == part)
    function.__code__ = code


class OneByOne(PROTOCOLS[NAME].parser):  # type: ignore[misc]
    """The same parser, which never looks for a run of frames."""

    RUN_BYTES = sys.maxsize


def test_one(data: bytes) -> None:
    if not data:
        return
    cut, stream = data[0] % len(data), data[1:]
    whole, split, single = PROTOCOLS[NAME].parser(), PROTOCOLS[NAME].parser(), OneByOne()
    frames = whole.feed(stream)
    pieces = split.feed(stream[:cut]) + split.feed(stream[cut:])
    singles = single.feed(stream)
    assert len(frames) == len(pieces) == len(singles)
    assert all(same(a, b) for a, b in zip(frames, pieces, strict=True))
    assert all(same(a, b) for a, b in zip(frames, singles, strict=True))
    assert whole.statistics == split.statistics == single.statistics
    assert len(whole._buffer) <= min(len(stream), MAX_PACKET_BYTES)
    for frame in frames:
        if frame.points is not None:
            assert np.isfinite(frame.points.xyz).all()
            assert np.isfinite(frame.points.doppler).all()
        if frame.phase is not None:
            assert np.isfinite(frame.phase).all()


if hasattr(OneByOne, "_are_right"):
    untraced(OneByOne._are_right)
atheris.Setup(sys.argv, test_one)
atheris.Fuzz()
