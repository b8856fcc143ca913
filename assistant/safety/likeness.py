"""How much a sentence is like a cry for help: learned from lists, for what no frame knows.

The grammar says why a sentence is a cry; people in need say what nobody wrote down.  Here each row
of up to four words, each class of words and each verdict of the grammar has a weight, and their sum
is the likeness (a logistic regression).  It never calls: it asks, or lets a question be dropped.
Data, figures and how the weights are made again: `models/cry_likeness/CARD.md`.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from assistant.packs import facts
from assistant.safety.frames import Level
from assistant.safety.meaning import Meaning

log = logging.getLogger(__name__)

WEIGHTS: Final = Path(__file__).parents[2] / "models" / "cry_likeness" / "weights.tsv"
BIAS: Final = "bias"
SCALE: Final = 100
"""The file has hundredths, so that it can be read and compared line by line."""
_LONGEST_ROW: Final = 4
_EDGE: Final = "|"
_TOKENS_PER_LENGTH: Final = 4
_LONGEST_LENGTH: Final = 6


def features(meaning: Meaning) -> frozenset[str]:
    """What a sentence has, by name; the same for training as for judging."""
    return frozenset((*_rows(meaning), *_classes(meaning), *_verdicts(meaning)))


def likeness_of(meaning: Meaning) -> float | None:
    """How probable it is that a sentence is a cry, from 0 to 1; None without weights.

    There are none for a language whose cries they were not trained on.
    """
    weights = load()
    if not weights or not all(facts(code).cries_learned for code in meaning.languages.codes):
        return None
    total = weights.get(BIAS, 0) + sum(weights.get(each, 0) for each in features(meaning))
    return 1.0 / (1.0 + math.exp(-total / SCALE))


@lru_cache(maxsize=1)
def load() -> dict[str, int]:
    """The weights by feature, in hundredths; without the file none, which changes no judgement."""
    try:
        lines = WEIGHTS.read_text("utf-8").splitlines()
        return {name: int(weight) for name, weight in (line.split("\t") for line in lines)}
    except (OSError, ValueError) as error:
        log.error("cries in unknown words are not asked about, install Anban again: %s", error)
        return {}


def _rows(meaning: Meaning) -> Iterator[str]:
    """Rows of words as they are written, the edges of the sentence among them."""
    tokens = (_EDGE, *(token.written for token in meaning.sentence.tokens), _EDGE)
    for size in range(1, _LONGEST_ROW + 1):
        for start in range(len(tokens) - size + 1):
            yield " ".join(tokens[start : start + size])
    yield f"#length {min(len(tokens) // _TOKENS_PER_LENGTH, _LONGEST_LENGTH)}"


def _classes(meaning: Meaning) -> Iterator[str]:
    """Classes of words of the grammar, and which follows which."""
    spans = sorted(
        (span.start, -span.end, name)
        for name, spans in meaning.sentence.reading.words.items()
        if not name.startswith("=")
        for span in spans
    )
    names = [name for _, _, name in spans]
    yield from (f"#{name}" for name in names)
    yield from (f"#{name} {after}" for name, after in pairwise(names))


def _verdicts(meaning: Meaning) -> Iterator[str]:
    """What the grammar makes of it."""
    verdicts = meaning.verdicts
    best = max((each.level for each in verdicts), default=Level.NOTHING)
    yield f"#best {best.name}"
    for each in verdicts:
        yield f"#verdict {each.level.name} {each.why}"
        yield f"#reason {each.found.frame.reason} {each.level.name}"
        if each.level is not Level.NOTHING:
            yield f"#clear {each.level.name} {each.is_clear}"
    if meaning.has_harmless:
        yield "#harmless"
