"""The course of every case: written first, then acted on, picked up after a restart.

A fact that is told again while it holds begins nothing: doors say that they are open as often as
they like, and say it anew after each restart.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final

from assistant.events import DangerSensed, RuleBegan, Urgency, new_id
from assistant.home.home import Home
from assistant.home.questions import Ending, OpenQuestion, Question, Rank
from assistant.home.step_loop import StepLoop
from assistant.runtime.tasks import Tasks
from assistant.sensors.case import (
    Answer,
    Case,
    Key,
    Record,
    Stage,
    drop,
    keep,
    latch,
    read_all,
    unlatch,
)
from assistant.sensors.rules import Bearing, Hours, bearing, due_at, reason_of
from assistant.sensors.wording import Wording
from assistant.settings import SensorRule
from assistant.store import StoreError
from sensor_io.facts import ALARMING, Fact, Measured, kind_of

log = logging.getLogger(__name__)

ASKS: Final = 2
"""How often the elder is asked before silence counts."""
OPEN_SECONDS: Final = 60.0
ASK_AGAIN_SECONDS: Final = 60.0
TALK_AGAIN_SECONDS: Final = 20.0
"""How soon it is looked again whether the elder still talks."""
POLITE_SECONDS: Final = 300.0
"""How long a question waits for the end of a conversation."""
UNASKED_SECONDS: Final = 900.0
"""After how long it counts as silence that the elder could not be asked."""
WELL_SECONDS: Final = 600.0
"""How long after a yes the same is not asked again: who carries the rubbish out passes twice."""
MOTION_SECONDS: Final = 600.0
"""After how long without a word motion begins anew: some sensors never say that it has ended."""
SETTLE_SECONDS: Final = 30.0
"""How long what was due before a restart waits: the sensors say first how it is now."""
DISK_SECONDS: Final = 0.1
"""How long an alarm waits for the disk, and whatever else is due for what is slow."""
RECORD_SECONDS: Final = 2.0
MOST_OF_ONE: Final = 50
"""The most that one sensor may have going on under a rule; one that has more invents its devices.
"""
MOST_DANGERS: Final = 1000
"""As many for smoke, gas and carbon monoxide: only the memory is a bound for them."""
_ALARMS: Final = frozenset({"alarm", "check"})
Recorded = Callable[[float], Awaitable[object]]


class Course:
    """Every case of this home, from the fact that begins it to its end."""

    def __init__(
        self, home: Home, rules: Mapping[str, SensorRule], wording: Wording, recorded: Recorded
    ) -> None:
        """`recorded` waits at most so many seconds until the alarms are on the disk."""
        self._home, self._rules, self._wording = home, rules, wording
        self._recorded = recorded
        self._hours = Hours(home.zone, home.presence.is_night_at)
        self._latches: dict[Key, float] = {}
        self._told_at: dict[Key, float] = {}
        """When each that holds was told last."""
        self._cases: dict[str, Case] = {}
        self._asked: dict[str, OpenQuestion] = {}
        self._well_at: dict[Key, float] = {}
        """When the elder last said that all is well, by kind, sensor and device."""
        self._alarming: set[str] = set()
        """Cases that are being handed to the alarms."""
        self._acting: set[str] = set()
        """Cases of which something is being done."""
        self._started_at = home.clock.now()
        self._writing = asyncio.Lock()
        self._tasks = Tasks("what a sensor told")
        self._loop = StepLoop("what sensors told", self._step, home.clock, ASK_AGAIN_SECONDS)
        self.family_owed: Callable[[], object] = lambda: None
        """Is told when the family is to be told something."""
        self.too_many: Callable[[str], object] = lambda _: None
        """Is told the sensor that has more going on than can be."""
        self.is_lost: Callable[[str, str], bool] = lambda _, __: False
        """Whether a sensor, or this device of it, tells nothing any more."""

    async def start(self) -> None:
        """Go on with what was open when the core last ended."""
        self._started_at = self._home.clock.now()
        try:
            latches, cases = await self._home.database.read(read_all)
        except StoreError as error:
            log.error("what sensors told before cannot be read: %s", error)
            latches, cases = {}, []
        stale = [key for key in latches if not self._is_known(*key[:2])]
        # What was told since the core began to listen is newer.
        self._latches = {k: v for k, v in latches.items() if k not in stale} | self._latches
        soon = self._home.clock.now() + SETTLE_SECONDS
        for case in cases:
            self._pick_up(case, soon)
        await self._save(*map(unlatch, stale))
        self._loop.start()

    async def stop(self) -> None:
        """Stop; what is open goes on at the next start."""
        for asked in list(self._asked.values()):
            asked.close()
        await self._loop.stop()
        await self._tasks.end()

    def _pick_up(self, case: Case, soon: float) -> None:
        is_known = self._is_known(case.rule, case.sensor)
        if not is_known and case.stage not in {Stage.OWED, Stage.ALARM}:
            self._tasks.spawn(self._save(drop(case)))
            return
        if case.stage is Stage.ASKING:  # the question may not have sounded to its end
            asked_count = max(case.asked_count - 1, 0)
            case = replace(case, stage=Stage.WAITING, asked_count=asked_count)
        if case.stage is Stage.WAITING and case.due_at < soon:
            case = replace(case, due_at=soon)
        self._cases[case.case_id] = case

    def _is_known(self, rule: str, sensor: str) -> bool:
        """Whether both are in the settings still: nobody could say of another that it is over."""
        return rule in self._rules and sensor in self._home.settings.sensors

    # ------------------------------------------------------------------------------ facts

    def take(self, sensor: str, place: str, fact: Fact) -> None:
        """Take a fact; whatever follows from it is written before it is done."""
        for name, rule in self._rules.items():
            match bearing(rule, sensor, place, fact):
                case Bearing.BEGINS:
                    self._begins((name, sensor, fact.device), rule, place, fact)
                case Bearing.ENDS:
                    self._ends((name, sensor, fact.device), rule)

    def _begins(self, key: Key, rule: SensorRule, place: str, fact: Fact) -> None:
        now, told_at = self._home.clock.now(), self._told_at.get(key)
        self._told_at[key] = now
        is_stale = rule.when == "motion_seen" and told_at and now - told_at > MOTION_SECONDS
        if key in self._latches and not is_stale:
            return
        most = MOST_DANGERS if kind_of(fact) in ALARMING else MOST_OF_ONE
        if key not in self._latches and self._count(key) >= most:
            self._told_at.pop(key, None)
            self.too_many(key[1])
            return
        self._latches[key] = fact.at
        value = fact.value if isinstance(fact, Measured) else None
        self._tasks.spawn(self._open(key, rule, kind_of(fact), place, fact.at, value))

    def _ends(self, key: Key, rule: SensorRule) -> None:
        self._told_at.pop(key, None)
        if self._latches.pop(key, None) is None:
            return
        records = [unlatch(key)]
        now = self._home.clock.now()
        # Of a door it matters that it was opened; of who is back in bed, nothing any more.
        for case in self._of(key):
            is_open = case.stage in {Stage.WAITING, Stage.ASKING}
            if is_open and (rule.after_minutes > 0 or now < case.first_due_at):
                records.append(self._forget(case))
        self._tasks.spawn(self._save(*records))

    def _count(self, key: Key) -> int:
        return sum(each[:2] == key[:2] for each in self._latches)

    def _of(self, key: Key) -> list[Case]:
        return [case for case in self._cases.values() if case.key == key]

    async def _open(
        self, key: Key, rule: SensorRule, kind: str, place: str, since: float, value: float | None
    ) -> None:
        due = due_at(rule, since, self._hours)
        name, sensor, device = key
        well_until = self._well_until((kind, sensor, device)) if rule.do == "ask" else 0.0
        is_over = rule.when == "motion_seen" and self._home.clock.now() < well_until
        if due is None or is_over:
            await self._save(latch(key, since))
            return
        due = max(due, well_until)  # a door that stays open is asked about all the same
        case = Case(new_id(), name, sensor, device, kind, place, since, due, due, value=value)
        is_alarm = rule.do in _ALARMS and due <= self._home.clock.now()
        if is_alarm:
            self._raise(case, latch(key, since))
            return
        self._cases[case.case_id] = case
        await self._save(latch(key, since), keep(case))
        self._loop.wake()

    def _well_until(self, what: Key) -> float:
        """Until when the elder is not asked about the same again; Unix time."""
        return self._well_at.get(what, float("-inf")) + WELL_SECONDS

    # -------------------------------------------------------------------------- acting

    async def _step(self) -> float | None:
        """Act on every case whose time has come; gives when the next one's comes."""
        now = self._home.clock.now()
        acting = []
        for case in sorted(self._cases.values(), key=lambda case: case.due_at):
            if case.stage is Stage.ALARM:
                self._raise(case)
            elif self._is_due(case, now):
                self._acting.add(case.case_id)
                acting.append(self._tasks.spawn(self._act_once(case, now)))
        if acting:  # what hangs goes on beside the others
            await asyncio.wait(acting, timeout=DISK_SECONDS)
        if any(case.stage is Stage.OWED for case in self._cases.values()):
            self.family_owed()
        waiting = [
            case.due_at
            for case in self._cases.values()
            if case.stage is Stage.WAITING and case.case_id not in self._acting
        ]
        return min(waiting, default=None)

    def _is_due(self, case: Case, now: float) -> bool:
        is_waiting = case.stage is Stage.WAITING and case.due_at <= now
        return is_waiting and case.case_id not in self._acting

    async def _act_once(self, case: Case, now: float) -> None:
        """Act on a case; one that fails is tried again, and keeps no other from its turn."""
        try:
            if self._cases.get(case.case_id) is case:  # else it changed meanwhile
                await self._act(case, now)
        except Exception:
            log.exception("the rule %s failed; it is tried again", case.rule)
            if self._cases.get(case.case_id) is case:
                self._cases[case.case_id] = replace(case, due_at=now + ASK_AGAIN_SECONDS)
        finally:
            self._acting.discard(case.case_id)
            self._loop.wake()

    async def _act(self, case: Case, now: float) -> None:
        rule = self._rules[case.rule]
        if not self._hours.hold(rule.between, now) and not case.asked_count:
            await self._put_off(case, rule, now)
            return
        if not case.asked_count:
            self._home.bus.publish(RuleBegan(case.rule, rule.do, case.kind, case.place))
        match rule.do:
            case "alarm" | "check":
                self._raise(case)
            case "ask":
                await self._ask(case, rule, now)
            case "family":
                await self._owe(case)
            case "tell":
                self._say("elder", case)
                await self._owe(case)
            case _:
                self._say("elder", case)
                await self._done(case)

    async def _put_off(self, case: Case, rule: SensorRule, now: float) -> None:
        """Wait for the hours in which it counts: the machine was off meanwhile."""
        due = due_at(rule, case.since, self._hours)
        if due is None or due <= now:
            due = due_at(replace(rule, after_minutes=0), now, self._hours)
        if due is None:
            await self._save(self._forget(case))
        else:
            await self._kept(replace(case, due_at=due, first_due_at=due))

    def _raise(self, case: Case, *records: Record) -> None:
        """Begin to hand a case to the alarms, beside all else; once is enough."""
        case = self._cases[case.case_id] = replace(case, stage=Stage.ALARM)
        if case.case_id not in self._alarming:
            self._alarming.add(case.case_id)
            self._tasks.spawn(self._alarm(case, *records))

    async def _alarm(self, case: Case, *records: Record) -> None:
        """Hand it to the alarms, and be rid of it once they have written it down."""
        saving = self._tasks.spawn(self._save(*records, keep(case)))
        await asyncio.wait({saving}, timeout=DISK_SECONDS)
        rule = self._rules.get(case.rule)
        is_sure = rule is None or rule.do != "check"
        device = f"{case.sensor} {case.device}".strip()
        danger = DangerSensed(reason_of(case.kind), device, case.place, is_sure)
        if is_sure:
            self._say("elder", case, Urgency.ALARM)
        self._home.bus.publish(danger)
        await self._recorded(RECORD_SECONDS)
        await self._done(case)
        self._alarming.discard(case.case_id)

    async def _owe(self, case: Case) -> None:
        await self._kept(replace(case, stage=Stage.OWED))
        self.family_owed()

    # -------------------------------------------------------------------------- asking

    async def _ask(self, case: Case, rule: SensorRule, now: float) -> None:
        # While the machine was off, nobody could be asked, and silence says nothing.
        late = now - max(case.first_due_at, self._started_at)
        situation = self._home.presence.situation(is_asking=False)
        if any(each.asked_count for each in self._same(case) if each is not case):
            self._cases[case.case_id] = replace(case, due_at=now + TALK_AGAIN_SECONDS)
        elif late > UNASKED_SECONDS:
            await self._conclude(case, Answer.SILENCE)
        elif situation.is_alarm or (situation.is_talking and late < POLITE_SECONDS):
            self._cases[case.case_id] = replace(case, due_at=now + TALK_AGAIN_SECONDS)
        else:
            asking = replace(case, stage=Stage.ASKING, asked_count=case.asked_count + 1)
            self._put(await self._kept(asking), rule, now)

    def _put(self, case: Case, rule: SensorRule, now: float) -> None:
        if self._cases.get(case.case_id) is not case:  # it ended while it was being written
            return
        text = rule.question or self._wording.question(case)
        question = Question(Rank.SENSOR, text, OPEN_SECONDS, urgency=Urgency.REMINDER)
        asked = self._home.speech.questions.ask(
            question, lambda ending, _: self._answered(case.case_id, ending)
        )
        if asked is None:  # something more urgent is asked
            self._wait_again(case, now + TALK_AGAIN_SECONDS, counts=False)
        else:
            self._asked[case.case_id] = asked

    def _answered(self, case_id: str, ending: Ending) -> None:
        self._asked.pop(case_id, None)
        case = self._cases.get(case_id)
        if case is None or case.stage is not Stage.ASKING:
            return
        now = self._home.clock.now()
        if ending is Ending.YES:
            self._well_at[case.kind, case.sensor, case.device] = now
            self._home.speech.say(self._wording.said("well"))
            for each in self._same(case):
                self._tasks.spawn(self._done(each))
        elif ending is Ending.NO:
            self._tasks.spawn(self._conclude(case, Answer.NO))
        elif ending is Ending.SILENCE and case.asked_count >= ASKS:
            self._tasks.spawn(self._conclude(case, Answer.SILENCE))
        else:
            counts = ending is Ending.SILENCE
            self._wait_again(case, now + ASK_AGAIN_SECONDS, counts=counts)

    def _same(self, case: Case) -> list[Case]:
        """Give a case, and those of other rules that ask about the very same."""
        what = (case.kind, case.sensor, case.device, case.since)
        return [
            each
            for each in self._cases.values()
            if (each.kind, each.sensor, each.device, each.since) == what
            and each.stage in {Stage.WAITING, Stage.ASKING}
            and self._rules[each.rule].do == "ask"
            and each.first_due_at <= self._home.clock.now()
        ]

    def _wait_again(self, case: Case, until: float, *, counts: bool) -> None:
        asked_count = case.asked_count if counts else case.asked_count - 1
        waiting = replace(case, stage=Stage.WAITING, due_at=until, asked_count=asked_count)
        self._cases[case.case_id] = waiting
        self._tasks.spawn(self._save(keep(waiting)))
        self._loop.wake()

    async def _conclude(self, case: Case, answer: Answer) -> None:
        """Do what follows an answer; rules about the very same that want it, too, are done."""
        then = {self._rules[case.rule].then: case}
        over = []
        for other in self._same(case):
            if other is not case and then.setdefault(self._rules[other.rule].then, other) is other:
                continue
            if other is not case:
                over.append(other)
        # All at once: no alarm waits for what is written of another.
        works = [self._then(each, answer) for each in then.values()]
        await asyncio.gather(*works, *map(self._done, over))

    async def _then(self, case: Case, answer: Answer) -> None:
        """Do what follows a no, or silence."""
        then = self._rules[case.rule].then
        case = replace(case, answer=answer)
        if answer is Answer.NO:
            self._home.speech.say(self._wording.said(f"no_{then}"), Urgency.REMINDER)
        match then:
            case "family":
                await self._owe(case)
            case "alarm":
                self._raise(case)
            case _:
                await self._done(case)

    # ------------------------------------------------------------------------- the family

    def owed(self) -> list[Case]:
        """Give what the family is to be told, the oldest first."""
        owed = [case for case in self._cases.values() if case.stage is Stage.OWED]
        return sorted(owed, key=lambda case: case.since)

    async def family_told(self, case: Case) -> None:
        """Note that the family was told."""
        await self._done(case)

    # ---------------------------------------------------------------------------- the end

    async def _done(self, case: Case) -> None:
        """End a case; it begins anew later if its rule says so, and it still holds.

        Whether it holds nobody knows of a sensor that tells nothing: its next word begins anew.
        """
        records = [self._forget(case)]
        rule = self._rules.get(case.rule)
        if rule is not None and rule.again_minutes and not self._is_heard_of(case.key, rule):
            self._latches.pop(case.key, None)
            records.append(unlatch(case.key))
        elif rule is not None and rule.again_minutes and case.key in self._latches:
            now = self._home.clock.now()
            again = replace(rule, after_minutes=rule.again_minutes)
            if (due := due_at(again, now, self._hours)) is not None:
                since, name = case.since, new_id()
                later = replace(
                    case, case_id=name, since=since, stage=Stage.WAITING, due_at=due,
                    first_due_at=due, asked_count=0, answer=Answer.NONE,
                )  # fmt: skip
                self._cases[name] = later
                records.append(keep(later))
        self._loop.wake()
        await self._save(*records)

    def _is_heard_of(self, key: Key, rule: SensorRule) -> bool:
        """Whether the sensor told it again within the rule's period, or can tell that it ended."""
        _, sensor, device = key
        since = self._home.clock.now() - self._told_at.get(key, float("-inf"))
        return since < rule.again_minutes * 60 or not self.is_lost(sensor, device)

    def _forget(self, case: Case) -> Record:
        self._cases.pop(case.case_id, None)
        if asked := self._asked.pop(case.case_id, None):
            asked.close()
        return drop(case)

    async def _kept(self, case: Case) -> Case:
        self._cases[case.case_id] = case
        await self._save(keep(case))
        return case

    async def _save(self, *records: Record) -> None:
        """Write in the order in which it happened; a disk that refuses stops nothing."""
        if not records:
            return
        async with self._writing:
            try:
                await self._home.database.write(lambda c: [record(c) for record in records])
            except StoreError as error:
                log.error(
                    "what a sensor told could not be written, it is done all the same: %s", error
                )

    def _say(self, key: str, case: Case, urgency: Urgency = Urgency.REMINDER) -> None:
        self._home.speech.say(self._wording.to_elder(key, case), urgency)
