"""The decoding graph H∘C∘L by hand: words as chains of one-state phones.

The word stands on the first arc of its chain, so that composing with a grammar prunes at once
and no look-ahead is needed. Arcs have Kaldi's "reordered" form: leaving first, then the loop.
"""

import math

from models.tiny_vosk.fst import EPSILON, Fst
from models.tiny_vosk.grammar import UNKNOWN
from models.tiny_vosk.kaldi import TransitionModel
from models.tiny_vosk.lexicon import Lexicon

SILENCE_PHONE = 1
# Word positions are phones of their own that share a pdf (Kaldi: data/lang/phones.txt).
POSITIONS = {"B": "begin", "I": "internal", "E": "end", "S": "singleton"}
# [unk] is a loop over all phones. Cheaper refuses more foreign speech, and more of ours in noise.
UNKNOWN_ENTRY_COST = 2.0
UNKNOWN_PHONE_COST = 1.5
_HALF = math.log(2)


def phone_ids(phones: list[str]) -> dict[tuple[str, str], int]:
    """Return the id of each (phone, position); silence has SILENCE_PHONE."""
    return {
        (phone, position): SILENCE_PHONE + 1 + len(POSITIONS) * i + k
        for i, phone in enumerate(phones)
        for k, position in enumerate(POSITIONS)
    }


def make_graph(
    lexicon: Lexicon, word_ids: dict[str, int], phones: list[str], transitions: TransitionModel
) -> Fst:
    """Return the transducer from transition ids to words, sorted by output."""
    return _GraphBuilder(word_ids, phones, transitions).build(lexicon)


class _GraphBuilder:
    def __init__(
        self, word_ids: dict[str, int], phones: list[str], transitions: TransitionModel
    ) -> None:
        self._word_ids = word_ids
        self._phones = phones
        self._phone_ids = phone_ids(phones)
        self._transitions = transitions
        self._fst = Fst()
        # Words begin in `between` and end in `after_word`, where silence may follow.
        start, self._between, self._after_word, silence = (self._fst.add_state() for _ in range(4))
        self._fst.final[self._between] = 0.0
        enter = transitions.leave_id(SILENCE_PHONE)
        for source in (start, self._after_word):
            self._fst.add_arc(source, EPSILON, EPSILON, _HALF, self._between)
            self._fst.add_arc(source, enter, EPSILON, _HALF, silence)
        self._add_loop(silence, SILENCE_PHONE)
        leave = transitions.leave_cost(SILENCE_PHONE)
        self._fst.add_arc(silence, EPSILON, EPSILON, leave, self._between)

    def build(self, lexicon: Lexicon) -> Fst:
        for word in sorted(lexicon):
            for pronunciation, cost in lexicon[word]:
                self._add_word(self._word_ids[word], pronunciation, cost)
        self._add_unknown(self._word_ids[UNKNOWN])
        self._fst.sort_by_output()
        return self._fst

    def _add_word(self, word: int, pronunciation: tuple[str, ...], cost: float) -> None:
        state, last = self._between, len(pronunciation) - 1
        for place, phone in enumerate(pronunciation):
            position = ("S" if last == 0 else "B") if place == 0 else "E" if place == last else "I"
            phone_id = self._phone_ids[phone, position]
            state = self._add_phone(state, phone_id, word if place == 0 else EPSILON, cost)
            cost = self._transitions.leave_cost(phone_id)
        self._fst.add_arc(state, EPSILON, EPSILON, cost, self._after_word)

    def _add_unknown(self, word: int) -> None:
        middle, end = self._fst.add_state(), self._fst.add_state()
        for phone in self._phones:
            for source, position, target in (
                (self._between, "B", middle),
                (middle, "I", middle),
                (middle, "E", end),
            ):
                phone_id = self._phone_ids[phone, position]
                first = position == "B"
                state = self._add_phone(
                    source,
                    phone_id,
                    word if first else EPSILON,
                    UNKNOWN_PHONE_COST + (UNKNOWN_ENTRY_COST if first else 0.0),
                )
                leave = self._transitions.leave_cost(phone_id)
                self._fst.add_arc(state, EPSILON, EPSILON, leave, target)
        self._fst.add_arc(end, EPSILON, EPSILON, 0.0, self._after_word)

    def _add_phone(self, source: int, phone_id: int, word: int, cost: float) -> int:
        state = self._fst.add_state()
        self._fst.add_arc(source, self._transitions.leave_id(phone_id), word, cost, state)
        self._add_loop(state, phone_id)
        return state

    def _add_loop(self, state: int, phone_id: int) -> None:
        loop, cost = self._transitions.loop_id(phone_id), self._transitions.loop_cost(phone_id)
        self._fst.add_arc(state, loop, EPSILON, cost, state)
