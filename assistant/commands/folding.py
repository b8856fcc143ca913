"""Lines that fit a terminal: Chinese breaks between any two characters, a word or path nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len, chop_cells

_WIDE: Final = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
_CLOSES: Final = "，。、；：！？）》」』】”’…%"
"""What never begins a line."""
_OPENS: Final = "（《「『【“‘"
"""What never ends one."""
_PIECE: Final = re.compile(
    rf"[{_OPENS}]*(?:[{_WIDE}]|[^\s{_WIDE}{_OPENS}{_CLOSES}]+)?[{_CLOSES}]*|\s+"
)


def folded(text: str, width: int) -> list[str]:
    """Break a text into lines of at most so many columns; a line keeps its indentation."""
    return [line for paragraph in text.split("\n") for line in _lines(paragraph, width)]


def _lines(paragraph: str, width: int) -> Iterator[str]:
    line = ""
    for piece in _pieces(paragraph, width):
        if cell_len(line + piece.rstrip()) > width and line.strip():
            yield line.rstrip()
            line = piece.lstrip()
        else:
            line += piece
    yield line.rstrip()


def _pieces(paragraph: str, width: int) -> Iterator[str]:
    for match in _PIECE.finditer(paragraph):
        piece = match[0]
        yield from chop_cells(piece, width) if cell_len(piece) > width else filter(None, [piece])
