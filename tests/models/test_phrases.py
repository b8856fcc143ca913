import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.tiny_vosk.build import phrase_file
from models.tiny_vosk.fst import Fst
from models.tiny_vosk.grammar import UNKNOWN, make_grammar
from models.tiny_vosk.phrases import PhraseError, PhraseList, read_phrases

LISTS = {lang: read_phrases(phrase_file(lang)) for lang in ("zh", "en")}


def ids_of(phrases: PhraseList) -> dict[str, int]:
    return {word: i for i, word in enumerate([UNKNOWN, *phrases.words()], start=1)}


def cost_of(grammar: Fst, words: list[int]) -> float:
    """The cheapest path, epsilon arcs included."""
    costs = relax(grammar, {grammar.start: 0.0})
    for word in words:
        after: dict[int, float] = {}
        for state, cost in costs.items():
            for arc in grammar.arcs[state]:
                if arc.ilabel == word:
                    after[arc.target] = min(after.get(arc.target, math.inf), cost + arc.weight)
        costs = relax(grammar, after)
    return min(
        (cost + grammar.final[state] for state, cost in costs.items() if state in grammar.final),
        default=math.inf,
    )


def relax(grammar: Fst, costs: dict[int, float]) -> dict[int, float]:
    waiting = list(costs)
    while waiting:
        state = waiting.pop()
        for arc in grammar.arcs[state]:
            cost = costs[state] + arc.weight
            if arc.ilabel == 0 and cost < costs.get(arc.target, math.inf):
                costs[arc.target] = cost
                waiting.append(arc.target)
    return costs


def write(folder: Path, text: str) -> Path:
    path = folder / "list.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_list_is_read(tmp_path):
    text = "# c\n@n = 一 | 二 三  # d\n> hey you\n\ngo {n} times\nstop\n"
    assert read_phrases(write(tmp_path, text)) == PhraseList(
        (("go", "{n}", "times"), ("stop",)), (("hey", "you"),), {"n": (("一",), ("二", "三"))}
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("go {n}\n", "line 1: class {n} is not defined"),
        ("stop\n@n = {n} | a\n", "line 2: class {n} is not defined"),
        ("@n = a\n@n = b\nstop\n", "line 2: class {n} is defined twice"),
        ("@n = a |\nstop\n", "line 1: an alternative is empty"),
        ("# nothing\n", "holds no phrase"),
    ],
)
def test_a_list_that_cannot_be_read_names_the_line(tmp_path, text, reason):
    with pytest.raises(PhraseError, match=reason):
        read_phrases(write(tmp_path, text))


@pytest.mark.parametrize("lang", LISTS)
def test_members_cover_every_word(lang):
    phrases = LISTS[lang]
    seen = {
        word
        for pattern in (*phrases.patterns, *phrases.openings)
        for sentence in phrases.members(pattern)
        for word in sentence
    }
    assert seen == set(phrases.words())


@pytest.mark.parametrize("lang", LISTS)
def test_there_are_at_least_sixty_safety_phrases(lang):
    lines = phrase_file(lang).read_text(encoding="utf-8").splitlines()
    begin = next(i for i, line in enumerate(lines) if "cries for help" in line)
    end = next(i for i, line in enumerate(lines) if i > begin and line.startswith("# ----"))
    assert len({line for line in lines[begin + 1 : end] if line}) >= 60


@pytest.mark.parametrize("lang", LISTS)
def test_every_listed_sentence_is_in_the_grammar_and_cheaper_than_its_words_shuffled(lang):
    phrases = LISTS[lang]
    word_ids = ids_of(phrases)
    grammar = make_grammar(phrases, word_ids)
    rng = np.random.default_rng(5)
    listed = shuffled = 0.0
    for pattern in phrases.patterns[::7]:
        words = [word_ids[word] for word in phrases.sample(pattern, rng)]
        cost = cost_of(grammar, words)
        assert cost < math.inf
        listed += cost
        shuffled += cost_of(grammar, rng.permutation(words).tolist())
    assert listed < shuffled


@pytest.mark.parametrize("lang", LISTS)
def test_an_opening_may_stand_before_any_sentence(lang):
    phrases = LISTS[lang]
    word_ids = ids_of(phrases)
    grammar = make_grammar(phrases, word_ids)
    sentence = [word_ids[word] for word in phrases.patterns[-1]]
    opening = [word_ids[word] for word in phrases.openings[0]]
    plain, opened = cost_of(grammar, sentence), cost_of(grammar, opening + sentence)
    assert plain < opened < plain + 5


words = st.sampled_from("abcd")
patterns = st.lists(st.lists(words, min_size=1, max_size=5).map(tuple), min_size=1, max_size=8)


@given(patterns)
def test_each_state_of_the_grammar_shares_out_no_more_than_one(lines):
    """Back-off n-grams sum to one where the shorter history is asked; never to more."""
    phrases = PhraseList(tuple(lines), (), {})
    grammar = make_grammar(phrases, ids_of(phrases))
    for state, arcs in enumerate(grammar.arcs):
        total = sum(math.exp(-arc.weight) for arc in arcs)
        total += math.exp(-grammar.final[state]) if state in grammar.final else 0.0
        assert total <= 1 + 2e-3


@given(patterns, st.lists(words, max_size=6))
def test_any_order_of_known_words_is_possible(lines, order):
    phrases = PhraseList(tuple(lines), (), {})
    word_ids = ids_of(phrases)
    grammar = make_grammar(phrases, word_ids)
    known = [word_ids.get(word, word_ids[UNKNOWN]) for word in order]
    assert cost_of(grammar, known) < math.inf
