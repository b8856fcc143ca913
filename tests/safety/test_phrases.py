"""The safety lane measured: the list of design, what was held out, and ordinary speech."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
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


def design(lang: str) -> Iterator[tuple[str, str, str]]:
    """Every phrase with its place and its reason."""
    data = tomllib.loads((files("assistant.phrases") / f"{lang}.toml").read_text("utf-8"))
    for reason, lists in data["help"].items():
        for place, entries in lists.items():
            for entry in entries:
                for phrase in expand(entry):
                    yield phrase, place, reason


@pytest.mark.parametrize("lang", LANGS)
def test_every_phrase_of_the_design_is_a_cry(lang: str) -> None:
    phrases = list(design(lang))
    assert len(phrases) >= 150
    silent = [p for p, _, _ in phrases if judge(p, is_final=True).cry is None]
    assert silent == []
    for phrase, place, _ in phrases:
        partial = judge(phrase, is_final=False)
        assert partial.cry is not None or partial.waits, f"{phrase} ({place})"


@pytest.mark.parametrize("lang", LANGS)
def test_held_out_cries_are_heard(lang: str) -> None:
    rows = [line.split("\t") for line in lines(f"heldout_{lang}.tsv")]
    found = [judge(text, is_final=True).cry for _, text in rows]
    missed = [text for (_, text), cry in zip(rows, found, strict=True) if cry is None]
    assert len(missed) <= (1 - MIN_RECALL_HELD_OUT) * len(rows), missed
    right = sum(
        cry is not None and cry.reason == reason
        for (reason, _), cry in zip(rows, found, strict=True)
    )
    assert right >= 0.9 * len(rows)


def test_at_most_one_false_alarm_on_500_ordinary_sentences() -> None:
    sentences = [text for lang in LANGS for text in lines(f"ordinary_{lang}.txt")]
    assert len(sentences) >= 500
    assert false_alarms(sentences) <= 1


@pytest.mark.parametrize("lang", LANGS)
def test_ordinary_sentences_growing_word_by_word_do_not_fire(lang: str) -> None:
    """As the recogniser gives them: each partial judged as it comes, but nothing rests.

    The bare word "救命" is left out: it fires at once, whatever it may become.
    """
    fired = []
    for text in lines(f"ordinary_{lang}.txt"):
        if "救命" in text:
            continue
        pieces = text.split() if lang == "en" else list(text)
        joint = " " if lang == "en" else ""
        for end in range(1, len(pieces)):
            if judge(joint.join(pieces[:end]), is_final=False).cry is not None:
                fired.append(text)
                break
    assert len(fired) <= 1, fired


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
    ("text", "is_cry"),
    [
        ("i can't breathe", False),  # "… a word about it"
        ("i can't breathe please", True),
        ("救命", True),  # at once, though it may become "救命恩人"
        ("救命啊", True),
        ("我摔倒了", True),
        ("call an ambulance", True),
    ],
)
def test_what_may_become_a_near_miss_waits_and_the_others_fire(text: str, is_cry: bool) -> None:
    partial = judge(text, is_final=False)
    assert (partial.cry is not None) is is_cry
    assert partial.waits is not is_cry
    assert judge(text, is_final=True).cry is not None


@pytest.mark.parametrize(
    ("line", "phrases"),
    [
        ("救命", ["救命"]),
        ("(a|b|)c", ["ac", "bc", "c"]),
        ("i (just |) fell", ["i just fell", "i fell"]),
    ],
)
def test_a_line_of_the_data_stands_for_its_phrases(line: str, phrases: list[str]) -> None:
    assert expand(line) == phrases
