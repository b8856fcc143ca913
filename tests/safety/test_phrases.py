"""The safety lane over ordinary speech, and over cries that were held out when it was lists."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.phrases import expand
from assistant.safety import judge

HERE = Path(__file__).parent
CORPORA = HERE.parents[1].parent / "shared" / "data" / "nlu"
LANGS = ("zh", "en")
MIN_RECALL_HELD_OUT = 0.95
"""Of the whole file.  Its last 20 lines a language were written after the design and first found
to half; the phrases were then widened."""


def lines(name: str) -> list[str]:
    return (HERE / name).read_text("utf-8").splitlines()


@pytest.mark.parametrize("lang", LANGS)
def test_held_out_cries_are_heard(lang: str) -> None:
    rows = [line.split("\t") for line in lines(f"heldout_{lang}.tsv")]
    found = [judge(text, is_final=True) for _, text in rows]
    reasons = [j.cry.reason if j.cry else j.doubt.reason if j.doubt else "" for j in found]
    missed = [text for (_, text), reason in zip(rows, reasons, strict=True) if not reason]
    assert len(missed) <= (1 - MIN_RECALL_HELD_OUT) * len(rows), missed
    right = sum(reason == wanted for reason, (wanted, _) in zip(reasons, rows, strict=True))
    assert right >= 0.85 * len(rows)


def test_at_most_one_false_alarm_on_500_ordinary_sentences() -> None:
    sentences = [text for lang in LANGS for text in lines(f"ordinary_{lang}.txt")]
    assert len(sentences) >= 500
    assert false_alarms(sentences) <= 1


@pytest.mark.parametrize(("lang", "stands"), [("zh", 3), ("en", 2)])
def test_ordinary_sentences_growing_word_by_word_do_not_fire(lang: str, stands: int) -> None:
    """As the recogniser gives them: a cry that stands for half a second fires.

    People speak some five syllables, or two to three words, in a second; the more the better.
    """
    fired = []
    for text in lines(f"ordinary_{lang}.txt"):
        pieces = text.split() if lang == "en" else list(text)
        joint = " " if lang == "en" else ""
        standing = 0
        for end in range(1, len(pieces)):
            judgement = judge(joint.join(pieces[:end]), is_final=False)
            standing = standing + 1 if judgement.cry is not None else 0
            if standing > stands or judgement.is_repeated:
                fired.append(text)
                break
    assert len(fired) <= 2, fired


@pytest.mark.skipif(not CORPORA.is_dir(), reason="no public corpora in ../shared/data/nlu")
@pytest.mark.parametrize("lang", LANGS)
def test_false_alarms_on_public_corpora(lang: str) -> None:
    sentences = list(dict.fromkeys(public_sentences(lang)))
    assert len(sentences) > 4_000
    assert false_alarms(sentences) <= len(sentences) / 500


def false_alarms(sentences: list[str]) -> int:
    return sum(judge(text, is_final=True).cry is not None for text in sentences)


def public_sentences(lang: str) -> Iterator[str]:
    if lang == "zh":
        smp = (CORPORA / "SMP2017" / "data.json").read_text("utf-8")
        yield from re.findall(r'"query": "([^"]+)"', smp)
        for part in ("test", "valid"):
            text = (CORPORA / "CAIS" / "CAIS" / part / f"ch.{part}").read_text("utf-8")
            for sentence in text.split("\n\n"):
                yield "".join(line.split()[0] for line in sentence.splitlines() if line.split())
    else:
        for name in ("hwu_large_test.csv", "hwu_large_train.csv"):
            with (CORPORA / "HWU64-AutoFAQ" / name).open(encoding="utf-8") as file:
                yield from (row[-1] for row in csv.reader(file))


@pytest.mark.parametrize(
    ("line", "phrases"),
    [
        ("救命", ["救命"]),
        ("(a|b|)c", ["ac", "bc", "c"]),
        ("i (just |) fell", ["i just fell", "i fell"]),
        ("(a|b(c|))d", ["ad", "bcd", "bd"]),
    ],
)
def test_a_line_of_the_data_stands_for_its_phrases(line: str, phrases: list[str]) -> None:
    assert expand(line) == phrases
