"""Sentences of a grammar that knows their truth: none is misread without a question."""

import pytest

from tests.language.canonical import Verdict, judge
from tests.language.grammar import sentence

SEEDS = 1_000
CHUNK = 100


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_nothing_is_misread(lang: str, first: int) -> None:
    """`benchmarks/language.py` tries 100,000; a wrong one becomes a row of `kinds_*.tsv`."""
    asked = 0
    for seed in range(first, first + CHUNK):
        row = sentence(lang, seed)
        verdict, told = judge(row)
        assert verdict is not Verdict.WRONG, f"{seed}: {row.said}: {told}, and means {row.means}"
        asked += verdict is Verdict.ASKED
    assert asked <= CHUNK // 20, "a question at every sentence is no answer, either"
