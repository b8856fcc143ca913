"""The language model: a back-off n-gram of the patterns, classes written out in place."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from models.tiny_vosk.fst import EPSILON, Fst
from models.tiny_vosk.phrases import PhraseList, Symbols, class_name

UNKNOWN = "[unk]"
ORDER = 4
# Share of each history that goes to word orders the list does not have.
BACKOFF_SHARE = 0.2
UNKNOWN_PROBABILITY = 1e-3
OPENING_PROBABILITY = 0.1
_BEGIN, _END = "<s>", "</s>"

_BACKOFF_COST = -math.log(BACKOFF_SHARE)
_LISTED_COST = -math.log(1 - BACKOFF_SHARE)


def make_grammar(phrases: PhraseList, word_ids: dict[str, int]) -> Fst:
    """Return an acceptor of word ids, sorted by input; epsilon arcs are back-off."""
    return _GrammarBuilder(phrases, word_ids).build()


class _GrammarBuilder:
    def __init__(self, phrases: PhraseList, word_ids: dict[str, int]) -> None:
        self._phrases = phrases
        self._word_ids = word_ids
        self._fst = Fst()
        self._counts = _count(phrases.patterns)
        self._state = {
            history: self._fst.add_state()
            for history in [(_BEGIN,), *sorted(self._counts.keys() - {(_BEGIN,)})]
        }

    def build(self) -> Fst:
        for history, counts in self._counts.items():
            if history:
                self._add_history(history, counts)
        self._add_unigrams(self._counts[()])
        self._add_openings()
        self._fst.sort_by_input()
        return self._fst

    def _add_history(self, history: Symbols, counts: Counter[str]) -> None:
        state, total = self._state[history], counts.total()
        for symbol, count in sorted(counts.items()):
            cost = _LISTED_COST - math.log(count / total)
            if symbol == _END:
                self._fst.final[state] = cost
            else:
                self._add_symbol(state, symbol, cost, self._state_after(history, symbol))
        shorter = self._state[self._longest_known(history[1:])]
        self._fst.add_arc(state, EPSILON, EPSILON, _BACKOFF_COST, shorter)

    def _add_unigrams(self, counts: Counter[str]) -> None:
        """Every word may come anywhere, [unk] too: so it need not be listed to be refused."""
        state = self._state[()]
        symbols = sorted({*self._word_ids, *counts} - {_END, UNKNOWN})
        total = counts.total() + 0.5 * len(symbols)
        known_cost = -math.log(1 - UNKNOWN_PROBABILITY)
        for symbol in symbols:
            cost = known_cost - math.log((counts[symbol] + 0.5) / total)
            self._add_symbol(state, symbol, cost, self._state_after((), symbol))
        self._add_symbol(state, UNKNOWN, -math.log(UNKNOWN_PROBABILITY), state)
        self._fst.final[state] = known_cost - math.log(counts[_END] / total)

    def _add_openings(self) -> None:
        """An opening leads back to the beginning."""
        openings = self._phrases.openings
        for opening in openings:
            cost = -math.log(OPENING_PROBABILITY / len(openings))
            self._add_path(self._state[(_BEGIN,)], opening, cost, self._state[(_BEGIN,)])

    def _add_symbol(self, source: int, symbol: str, cost: float, target: int) -> None:
        """Add a word as an arc, a class as one path for each of its members."""
        name = class_name(symbol)
        if name is None:
            word = self._word_ids[symbol]
            self._fst.add_arc(source, word, word, cost, target)
            return
        members = self._phrases.classes[name]
        for member in members:
            self._add_path(source, member, cost + math.log(len(members)), target)

    def _add_path(self, source: int, symbols: Symbols, cost: float, target: int) -> None:
        for position, symbol in enumerate(symbols, start=1):
            after = target if position == len(symbols) else self._fst.add_state()
            self._add_symbol(source, symbol, cost, after)
            source, cost = after, 0.0

    def _state_after(self, history: Symbols, symbol: str) -> int:
        return self._state[self._longest_known((*history, symbol)[-(ORDER - 1) :])]

    def _longest_known(self, history: Symbols) -> Symbols:
        while history not in self._state:
            history = history[1:]
        return history


def _count(patterns: Sequence[Symbols]) -> dict[Symbols, Counter[str]]:
    """Count what follows each history of up to ORDER - 1 symbols."""
    counts: defaultdict[Symbols, Counter[str]] = defaultdict(Counter)
    for pattern in patterns:
        symbols = (_BEGIN, *pattern, _END)
        for place in range(1, len(symbols)):
            for length in range(min(ORDER, place + 1)):
                counts[symbols[place - length : place]][symbols[place]] += 1
    return counts
