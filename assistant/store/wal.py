"""What SQLite's write-ahead log holds that SQLite itself passes over without a word.

At the start SQLite reads the log up to the first frame whose check sum is wrong, and drops the
rest: right for a transaction that was cut off, but a log that was damaged on the disk loses
acknowledged transactions that way.  (Format: https://www.sqlite.org/fileformat2.html#walformat)
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

_HEADER: Final = struct.Struct(">8I")
"""Magic, version, page size, number of checkpoints, two salts, two check sums."""
_FRAME: Final = struct.Struct(">6I")
"""Page, size of the database after a commit (else 0), two salts, two check sums."""
_MAGICS: Final = {0x377F0682: "<", 0x377F0683: ">"}
"""The byte order in which the check sums were made."""
_SUMMED: Final = 24
_WORD: Final = (1 << 32) - 1


def committed_frames(path: Path) -> int | None:
    """How many frames the log's committed transactions have, by what stands in the file.

    Returns:
        0 if there is no log or an empty one; None if its header is damaged, so that nobody can
        tell.  Compare it, after SQLite has opened the database, with the frames that SQLite took.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        log = path.open("rb")
    except FileNotFoundError:
        return 0
    with log:
        head = log.read(_HEADER.size)
        if not head:
            return 0
        if len(head) < _HEADER.size or not _is_whole(head):
            return None
        _, _, page_bytes, _, *salts, _, _ = _HEADER.unpack(head)
        number = committed = 0
        while len(frame := log.read(_FRAME.size)) == _FRAME.size:
            number += 1
            _, size_after_commit, *of_frame, _, _ = _FRAME.unpack(frame)
            # A frame left over from before the last checkpoint has neither salt in common.
            is_of_now = any(one == other for one, other in zip(of_frame, salts, strict=True))
            if is_of_now and size_after_commit:
                committed = number
            log.seek(page_bytes, 1)
        return committed


def _is_whole(head: bytes) -> bool:
    magic = int.from_bytes(head[:4])
    if magic not in _MAGICS:
        return False
    first = second = 0
    words = struct.unpack(f"{_MAGICS[magic]}{_SUMMED // 4}I", head[:_SUMMED])
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & _WORD
        second = (second + odd + first) & _WORD
    return head[_SUMMED:] == struct.pack(">2I", first, second)
