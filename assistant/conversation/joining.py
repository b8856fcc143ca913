"""Half sentences made whole: elders pause within a sentence for longer than ends an utterance.

What begins within 3 s of the end of a sentence that was meant for Anban, or before its answer
sounded, goes on with it.  A sentence waits a moment for that before it is acted on; one whose last
words cannot be the end waits longer.  What went on joins what came before, unless that was acted on
already: nothing is done twice.  A "no" or "stop" is never joined: it takes the place of what waits.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field, replace
from typing import Final

from assistant.events import ChildDied, SoundStarted, SpeechEnded, SpeechStarted, TurnTaken
from assistant.home.speech import asks
from assistant.home.spoken import Address
from assistant.runtime.bus import Bus

GOES_ON_SECONDS: Final = 3.0
"""How long after the end of an utterance the next may go on with it; its pause, of 1.2 s, has
passed by then."""
PATIENCE_SECONDS: Final = 0.5
"""How long a sentence waits before it is acted on, from its end: with the pause that ended it and
the onset of the next, a pause of 1.5 s lies within."""
UNFINISHED_SECONDS: Final = 1.8
"""How long a sentence waits whose last words cannot be the end: a pause of 3 s in all."""
LONGEST_SECONDS: Final = 15.0
"""How long an utterance that goes on, and an answer that is to sound, are waited for; the ear ends
an utterance after 12 s, and the dialogue answers within 6 s."""
PARTS_LIMIT: Final = 3
"""The most utterances that make one sentence."""
REFUSALS: Final = frozenset({"deny", "stop"})
"""Reflexes that take back what was said before."""
AGREEMENT: Final = "affirm"
"""The reflex that lets a sentence stand. Others may end a sentence: "the television …
louder"."""
_UNFINISHED: Final = re.compile(
    # Mandarin: fillers; words that want an object, a verb, a name or a time after them.
    "(?:那个|这个|就是|然后|还有|以及|和|跟|把|给|让|在|到|从|向|对|为|的|要|想|叫|请|帮|帮我|提醒|提醒我|告诉|"
    "嗯|呃|因为|所以|但是|如果|不|不要|别|每天|明天|今天|后天|上午|下午|早上|晚上|中午)$"
    # English: the same.
    r"|\b(?:and|or|but|to|the|a|an|my|your|with|for|at|on|in|of|from|um|uh|er|because|if|then|"
    r"that|is|call|tell|ask|remind|remind me|remind me to|tell me|not|don't|do not|please)$",
    re.IGNORECASE,
)
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What was said to Anban, in one utterance or several."""

    utterance_id: str
    """The id of its last utterance."""
    text: str
    alternatives: tuple[str, ...]
    address: Address
    by_tiny_model: bool = False
    parts: int = 1

    def goes_on(self, other: Sentence) -> Sentence:
        """Join it with what came after it."""
        glue = "" if _HAN.search(self.text + other.text) else " "
        readings = tuple(f"{self.text}{glue}{reading}" for reading in other.alternatives)
        return replace(
            self,
            utterance_id=other.utterance_id,
            text=f"{self.text}{glue}{other.text}",
            alternatives=readings,
            parts=self.parts + other.parts,
        )


@dataclass(slots=True)
class _Part:
    """A sentence so far, and what became of it."""

    sentence: Sentence
    is_taken: asyncio.Future[bool]
    """Whether it is taken by itself; if not, what came after it took it along or its place."""
    timer: asyncio.TimerHandle | None = None
    successor: str = ""
    """The id of the utterance that goes on with it."""
    turn: TurnTaken | None = None
    is_answered: bool = False
    """Whether Anban spoke since the turn."""
    has_deed: bool = False
    """Whether what came just before it was acted on, and its answer did not sound yet."""
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_open(self) -> bool:
        """Whether it waits, is being taken, or its answer is still to sound."""
        is_without_answer = self.done.is_set() and not (self.turn and self.turn.reply)
        return not self.is_answered and not is_without_answer

    @property
    def tells_of_deed(self) -> bool:
        """Whether its answer waits to sound and tells what was done; a question is overtaken."""
        turn = self.turn
        return (
            turn is not None and not self.is_answered and not turn.is_idle and not asks(turn.reply)
        )

    def decide(self, *, is_taken: bool) -> None:
        """End the wait."""
        if self.timer is not None:
            self.timer.cancel()
        if not self.is_taken.done():
            self.is_taken.set_result(is_taken)


class Joining:
    """Makes sentences whole.

    All of it runs on the core's event loop.
    """

    def __init__(self, bus: Bus) -> None:
        self._part: _Part | None = None
        """The newest part."""
        self._ended_id, self._ended_at = "", 0.0
        self._before: dict[str, str] = {}
        """The part that an utterance under way goes on with, by the utterance's id."""
        bus.subscribe(SpeechStarted, self._started)
        bus.subscribe(SpeechEnded, self._speech_ended)
        bus.subscribe(SoundStarted, self._sounded)
        bus.subscribe(ChildDied, self._child_died)

    def goes_on(self, utterance_id: str) -> bool:
        """Whether an utterance goes on with a sentence that was not answered yet."""
        part = self._part
        return part is not None and self._before.get(utterance_id) == part.sentence.utterance_id

    async def whole(self, sentence: Sentence, reflex: str | None) -> Sentence | None:
        """Give the sentence with what belongs to it, once it is over; None if another takes it.

        Args:
            sentence: One utterance.
            reflex: What it is all by itself (yes, no, stop); such a one waits for nothing, unless
                it may be the beginning of more ("don't …").
        """
        before = self._part if self.goes_on(sentence.utterance_id) else None
        if before is not None:
            sentence = await self._with(before, sentence, reflex)
        part = _Part(sentence, asyncio.get_running_loop().create_future())
        part.has_deed = before is not None and before.tells_of_deed
        self._part = part
        is_unfinished = _UNFINISHED.search(sentence.text) is not None
        if sentence.parts >= PARTS_LIMIT or (reflex is not None and not is_unfinished):
            part.decide(is_taken=True)
        else:
            is_open = is_unfinished and reflex is None
            self._wait(part, UNFINISHED_SECONDS if is_open else PATIENCE_SECONDS)
        return sentence if await part.is_taken else None

    def taken(self, sentence: Sentence, turn: TurnTaken) -> None:
        """Note what a turn made of a whole sentence."""
        if self._part is not None and self._part.sentence is sentence:
            self._part.turn = turn

    def keeps_answer(self, sentence: Sentence) -> bool:
        """Whether what waits to sound tells of something done for the words just before these."""
        return self._part is not None and self._part.sentence is sentence and self._part.has_deed

    def over(self, utterance_id: str) -> None:
        """Note that an utterance was dealt with, in whatever way."""
        self._before.pop(utterance_id, None)
        part = self._part
        if part is not None and part.successor == utterance_id:
            part.decide(is_taken=True)
        if part is not None and part.sentence.utterance_id == utterance_id:
            part.done.set()

    async def _with(self, before: _Part, sentence: Sentence, reflex: str | None) -> Sentence:
        """Join a sentence with what came before it, unless that has been acted on."""
        if not before.is_taken.done():  # it waits for this one
            before.decide(is_taken=reflex == AGREEMENT)
            if reflex not in REFUSALS | {AGREEMENT}:
                return before.sentence.goes_on(sentence)
        elif before.is_taken.result():
            await before.done.wait()
            came_to_nothing = before.turn is not None and before.turn.is_idle
            stands_alone = reflex in REFUSALS | {AGREEMENT}
            if came_to_nothing and not stands_alone and not before.is_answered:
                return before.sentence.goes_on(sentence)
        return sentence

    def _wait(self, part: _Part, seconds: float) -> None:
        """Wait so long after its end; not at all if nobody told of one, as of what is typed."""
        sentence, loop = part.sentence, asyncio.get_running_loop()
        under_way = [new for new, old in self._before.items() if old == sentence.utterance_id]
        if under_way:
            self._wait_for(part, under_way[-1])
        elif sentence.utterance_id == self._ended_id:
            part.timer = loop.call_at(self._ended_at + seconds, _take, part)
        else:
            part.decide(is_taken=True)

    def _wait_for(self, part: _Part, utterance_id: str) -> None:
        part.successor = utterance_id
        if part.timer is not None:
            part.timer.cancel()
        part.timer = asyncio.get_running_loop().call_later(LONGEST_SECONDS, _take, part)

    def _started(self, started: SpeechStarted) -> None:
        if started.is_faint or started.utterance_id in self._before:
            return
        part = self._part
        since = asyncio.get_running_loop().time() - self._ended_at
        if part is not None and part.is_open and since <= LONGEST_SECONDS:
            self._before[started.utterance_id] = part.sentence.utterance_id
            if not part.is_taken.done():
                self._wait_for(part, started.utterance_id)
        elif (
            self._ended_id and since <= GOES_ON_SECONDS
        ):  # the words of the one before are still to come
            self._before[started.utterance_id] = self._ended_id

    def _speech_ended(self, ended: SpeechEnded) -> None:
        self._ended_id = ended.utterance_id
        self._ended_at = asyncio.get_running_loop().time()

    def _sounded(self, _: SoundStarted) -> None:
        if self._part is not None and self._part.turn is not None:
            self._part.is_answered = True

    def _child_died(self, died: ChildDied) -> None:
        if died.name == "ear":
            self._before.clear()
            if self._part is not None:
                self._part.decide(is_taken=True)


def _take(part: _Part) -> None:
    part.decide(is_taken=True)
