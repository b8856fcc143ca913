"""The rover's lines: `WORD,NUMBER,…*CHECKSUM`, each ended by a line feed.

To the rover (every number is whole):
    D,id,mm/s,mrad/s,ms     drive; ids grow
    R,id                    release: it may move again after it stopped itself
    K,id                    "I am here", at least every 500 ms; every D up to this id is void

From the rover:
    S,starts,x,y,heading,mm/s,mrad/s,battery,bumpers,cliff,lifted,moves,id,end,held,last
                            20 times a second; mm, mrad and permille; last: the highest id it knows
    A,id,why                an answer; why is 0 if it is done
"""

from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import reduce
from operator import xor

LIMIT_BYTES = 200


def line(*words: object) -> bytes:
    """The bytes of one line."""
    text = ",".join(map(str, words)).encode("ascii")
    return b"%b*%02x\n" % (text, reduce(xor, text, 0))


@dataclass(slots=True)
class Command:
    """A line to the rover that is repeated until it is answered."""

    data: bytes
    deadline: float
    sent_at: float = -1.0
    future: "Future[None]" = field(default_factory=Future)


class Lines:
    """Finds whole lines in bytes that may hold anything."""

    def __init__(self) -> None:
        self.good = self.bad = 0
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[str, list[int]]]:
        """Take bytes as they come; give the word and the numbers of every whole line."""
        *texts, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-LIMIT_BYTES:]
        found = []
        for text in texts:
            try:
                words, _, checksum = text.decode("ascii").partition("*")
                if line(words) != text + b"\n" or not checksum:
                    raise ValueError(text)
                word, *numbers = words.split(",")
                found.append((word, list(map(int, numbers))))
                self.good += 1
            except ValueError:  # it is asked for again, or told again
                self.bad += 1
        return found
