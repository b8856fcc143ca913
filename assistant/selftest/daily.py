"""The self-test of every day: made once, however often Anban starts, and told to whoever must know.

Every step is written before and after.  A test that was cut off is made again; one that was made
is not.  What is owed to family or elder stays owed until somebody was told.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Callable
from datetime import date, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from assistant.events import Urgency
from assistant.home.clock import Clock
from assistant.home.speech import Speech
from assistant.home.speech_handle import SpeechState
from assistant.home.step_loop import StepLoop
from assistant.language import Habits
from assistant.reminders.family import Texts
from assistant.runtime.bus import Bus
from assistant.runtime.tasks import race
from assistant.selftest import store, trouble
from assistant.selftest.checks import HomeChecks
from assistant.selftest.quiet import Quiet, hours, is_nap
from assistant.selftest.sound import DisturbedError
from assistant.selftest.wording import Wording
from assistant.services import RunSelftest
from assistant.services.errors import Refused
from assistant.services.findings import CheckResult
from assistant.store import Database, KeyedValues, StoreError

log = logging.getLogger(__name__)

SETTLE_SECONDS: Final = 600.0
"""How long after a start nothing is tested: a model is loaded, a provider registered, a demo or a
question over by then."""
LOOK_AGAIN_SECONDS: Final = 120.0
"""How soon it is looked again if it was not quiet, or the test was broken off."""
TELL_AGAIN_SECONDS: Final = 1_800.0
"""How soon it is looked again if nobody could be reached, the elder sleeps, or all is done."""
LONGEST_TELL_SECONDS: Final = 6 * 3_600.0
"""The longest pause between two tries to tell the family: one that only telephones reach, and that
does not answer, is not rung all day for this."""
DISTURBED_SECONDS: Final = 0.25
"""How often calls are looked for during a test; everything else tells of itself."""
SPOKEN_SECONDS: Final = 120.0
_EXPLAINED: Final = "chime_explained"
"""Whether the chime was explained to the elder, in the home's state."""


class Family(Protocol):
    """The people who are told: `reminders.Messenger`."""

    async def write(self, notice_id: str, texts: Texts, now: float) -> str | None:
        """Write to them; gives the name of who was reached, None if nobody was."""


class SelfTest:
    """The self-test of one home; runs by itself, and at once if somebody asks (`run_now`)."""

    def __init__(
        self,
        *,
        bus: Bus,
        database: Database,
        checks: HomeChecks,
        quiet: Quiet,
        wording: Wording,
        family: Family,
        speech: Speech,
        clock: Clock,
        zone: ZoneInfo,
        habits: Callable[[], Habits],
        is_asleep: Callable[[], bool],
        has_chime: bool,
        can_speak: Callable[[], bool],
    ) -> None:
        self._database, self._checks, self._quiet = database, checks, quiet
        self._wording, self._family, self._speech = wording, family, speech
        self._clock, self._zone, self._habits = clock, zone, habits
        self._is_asleep, self._has_chime, self._can_speak = is_asleep, has_chime, can_speak
        self._is_family_reached = True
        self._home = KeyedValues.home(database)
        self._memory_told_day = ""
        self._failures = 0
        """How often in a row nobody of the family could be reached."""
        self._family_at = 0.0
        """When the family is tried again at the earliest; Unix seconds."""
        self._settled_at = asyncio.get_running_loop().time() + SETTLE_SECONDS
        self._one_at_a_time = asyncio.Lock()
        self._loop = StepLoop("self-test", self._step_or_tell, clock, LOOK_AGAIN_SECONDS)
        bus.serve(RunSelftest.answered_by(self._serve_run))

    def start(self) -> None:
        """Test and tell from now on by itself."""
        self._loop.start()

    async def stop(self) -> None:
        """Stop; what is due is done after the next start."""
        await self._loop.stop()

    async def run_now(self, *, with_chime: bool) -> tuple[CheckResult, ...]:
        """Test now, and count it as today's.

        Raises:
            Refused: it is not the moment, or was broken off.
            StoreError: what was found could not be kept.
        """
        if self._quiet.is_busy:
            raise Refused("an alarm is open, a call stands or a drill is on; try again later")
        findings = await self._test(self._today(), with_chime=with_chime and self._has_chime)
        if findings is None:
            raise Refused("it was broken off: somebody called for help, rang or spoke with Anban")
        self._loop.wake()
        return findings

    # ------------------------------------------------------------------------- the day

    async def _step_or_tell(self) -> float:
        try:
            return await self.step()
        except StoreError:
            await self._tell_without_memory()
            raise

    async def step(self) -> float:
        """Do what is due now; gives when to look again.

        Raises:
            StoreError: the disk refused; nothing of this step counts.
        """
        now, today = self._clock.now(), self._today()
        if asyncio.get_running_loop().time() < self._settled_at:
            return now + LOOK_AGAIN_SECONDS
        begin, end = hours(date.fromisoformat(today), self._habits(), self._zone)
        again = now + TELL_AGAIN_SECONDS
        if not await self._database.read(lambda c: store.is_done(c, today)):
            if now < begin:
                again = begin
            elif not await self._test_if_quiet(today, now, end):
                again = now + LOOK_AGAIN_SECONDS
        if not await self._tell(today):
            again = min(again, now + TELL_AGAIN_SECONDS)
        return again

    async def _test_if_quiet(self, today: str, now: float, end: float) -> bool:
        """Make today's test if it is quiet; True if it was made."""
        # Late in the evening it is made without a sound rather than not at all.
        with_chime = self._has_chime and now < end
        if with_chime and (self._is_asleep() or is_nap(now, self._habits(), self._zone)):
            return False
        if self._quiet.is_busy or (with_chime and not self._quiet.is_quiet):
            return False
        findings = await self._test(today, with_chime=with_chime)
        if findings is not None and any(finding.part == "chime" for finding in findings):
            await self._explain()
        return findings is not None

    async def _test(self, day: str, *, with_chime: bool) -> tuple[CheckResult, ...] | None:
        """Make one test and write it down; None if it was broken off."""
        async with self._one_at_a_time:
            self._quiet.disturbed.clear()
            began = self._clock.now()
            known = await self._database.write(lambda c: store.begin(c, day, began))
            work = self._checks.look(with_chime=with_chime, now=began, known=known)
            findings = await self._unless_disturbed(asyncio.create_task(work))
            if findings is None:
                await self._database.write(lambda c: store.abandon(c, day))
                log.info("the self-test was broken off; it is made again later")
                return None
            now = self._clock.now()
            await self._database.write(lambda c: store.finish(c, day, now, findings))
            bad = sum(not finding.is_well for finding in findings)
            log.info("self-test: %d parts looked at, %d not well", len(findings), bad)
            return tuple(findings)

    async def _unless_disturbed(
        self, work: asyncio.Task[list[CheckResult]]
    ) -> list[CheckResult] | None:
        """Give what was found, or None as soon as something more important begins."""
        try:
            while not work.done():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(DISTURBED_SECONDS):
                        await race(self._quiet.disturbed.wait(), asyncio.shield(work))
                if self._quiet.disturbed.is_set() or self._quiet.is_busy:
                    return None
            return work.result()
        except DisturbedError:
            return None
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    # ------------------------------------------------------------------------- telling

    async def _tell(self, today: str) -> bool:
        """Tell family and elder what they are owed; False if somebody still is."""
        known = await self._database.read(store.troubles)
        owed = trouble.owed_family(known, today)
        if owed:
            if self._quiet.is_busy or self._is_asleep():  # it can wait until the morning
                return False
            await self._try_family(owed, today)
            known = await self._database.read(store.troubles)
        spoken = trouble.owed_elder(known, is_family_reached=self._is_family_reached)
        if spoken and self._can_speak() and not await self._tell_elder(spoken, today):
            return False
        return self._is_family_reached

    async def _tell_without_memory(self) -> None:
        """Tell once a day that nothing can be written down, and that alone."""
        now, today = self._clock.now(), self._today()
        begin, end = hours(date.fromisoformat(today), self._habits(), self._zone)
        if self._memory_told_day == today or not begin <= now < end or self._quiet.is_busy:
            return
        broken = trouble.Trouble("memory", "", today, days=1, last_day=today)
        texts = self._wording.for_family(trouble.Owed((broken,)), ())
        if await self._family.write(f"memory-{today}", texts, now) is not None:
            self._memory_told_day = today

    async def _try_family(self, owed: trouble.Owed, today: str) -> None:
        """Tell the family now or, if that failed before, after a pause that grows."""
        now = self._clock.now()
        if 0 < self._family_at - now <= LONGEST_TELL_SECONDS:
            return
        self._is_family_reached = await self._tell_family(owed, today)
        if self._is_family_reached:
            self._failures, self._family_at = 0, 0.0
            return
        pause = min(TELL_AGAIN_SECONDS * 2.0 ** min(self._failures, 8), LONGEST_TELL_SECONDS)
        self._failures += 1
        self._family_at = now + pause

    async def _tell_family(self, owed: trouble.Owed, today: str) -> bool:
        run = await self._database.read(store.last_run)
        texts = self._wording.for_family(owed, run.findings if run else ())
        parts = [f"{t.part} {t.subject} {t.is_over}" for t in (*owed.bad, *owed.well)]
        notice_id = hashlib.sha256("\n".join([today, *parts]).encode()).hexdigest()[:12]
        if await self._family.write(notice_id, texts, self._clock.now()) is None:
            return False
        await self._keep(lambda known: trouble.told_family(known, owed, today))
        return True

    async def _tell_elder(self, owed: trouble.Owed, today: str) -> bool:
        if self._is_asleep() or not self._quiet.is_quiet:
            return False
        is_reached = self._is_family_reached
        text = self._wording.for_elder(owed, is_family_reached=is_reached)
        if not await self._say(text):
            return False
        await self._keep(lambda known: trouble.told_elder(known, owed, today))
        return True

    async def _explain(self) -> None:
        """Tell the elder what the chime was, when it sounded for the first time."""
        if not self._quiet.is_quiet or await self._home.get(_EXPLAINED) is not None:
            return
        if await self._say(self._wording.about_chime()):
            await self._home.set(_EXPLAINED, True)

    async def _say(self, text: str) -> bool:
        """Whether it sounded to its end."""
        try:
            async with asyncio.timeout(SPOKEN_SECONDS):
                return await self._speech.say(text, Urgency.REMINDER).end() is SpeechState.HEARD
        except TimeoutError:
            return False

    async def _keep(
        self, change: Callable[[tuple[trouble.Trouble, ...]], tuple[trouble.Trouble, ...]]
    ) -> None:
        await self._database.write(lambda c: store.save_troubles(c, change(store.troubles(c))))

    def _today(self) -> str:
        return datetime.fromtimestamp(self._clock.now(), self._zone).date().isoformat()

    async def _serve_run(self, wish: RunSelftest) -> tuple[CheckResult, ...]:
        return await self.run_now(with_chime=wish.with_chime)
