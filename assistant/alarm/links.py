"""The links in messages: made for each message, and what their page shows and does.

The page itself is a child (`assistant.console`); it asks the services below.  What a link may do
is decided here: it shows the one alarm it was made for and, when that is over, how it went; it
acknowledges it once, says that its contact cannot come, and closes it once somebody acknowledged.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from assistant.alarm.state import Alarm, State
from assistant.alarm.store import AlarmStore
from assistant.alarm.story import read_story
from assistant.alarm.wording import Wording
from assistant.channels import (
    Acknowledgement,
    Acknowledger,
    Kind,
    Outcome,
    TokenError,
    load_secret,
)
from assistant.channels.acknowledge import KEY_FILE, TEST_PREFIX
from assistant.people.contacts import Contact, People
from assistant.runtime.bus import Bus
from assistant.services import (
    AcknowledgeAlarm,
    AlarmFacts,
    CloseAlarm,
    CloseByLink,
    ComeByLink,
    DeclineByLink,
    LinkInvalidRefused,
    LinkTooOldRefused,
    LinkView,
    LookAtLink,
    NoteArrival,
    NoteDeclined,
    Stage,
    Step,
    TakeByLink,
)
from assistant.store import Database, StoreError

log = logging.getLogger(__name__)

PATH: Final = "/a/"
"""The path of the page; short, since a link travels in text messages."""
LOOK_UP_SECONDS: Final = 1.0
MOST_TAKES: Final = 3
"""How often a link acknowledges if its contact says in between that they cannot come after all."""
_SPENT: Final = "acknowledged by the link "


class LinkMaker:
    """Makes and checks links with the home's key."""

    def __init__(self, url: str, home: Path) -> None:
        """Take the address of the page as it is reached from outside.

        `url`: empty: this home makes no links.
        """
        self._url = url.rstrip("/")
        self._acknowledger = _acknowledger(home) if url else None

    def url(self, alarm: Alarm, contact: Contact) -> str | None:
        """Make a fresh link for one message; None if nobody could open it."""
        if self._acknowledger is None:
            return None
        token = self._acknowledger.token(alarm.alarm_id, contact.contact_id, time.time())
        return f"{self._url}{PATH}{token}"

    def read(self, token: str) -> Acknowledgement:
        """What a link says, however old it is; raises LinkInvalidRefused."""
        if self._acknowledger is None:
            raise LinkInvalidRefused("this home makes no links")
        try:
            return self._acknowledger.read(token)
        except TokenError as error:
            raise LinkInvalidRefused(str(error)) from error


class Links:
    """Answers for the links on the bus."""

    def __init__(
        self,
        maker: LinkMaker,
        bus: Bus,
        database: Database,
        store: AlarmStore,
        people: People,
        wording: Wording,
        home_lang: Callable[[], str],
    ) -> None:
        self._maker, self._bus, self._database = maker, bus, database
        self._store, self._people, self._wording = store, people, wording
        self._home_lang = home_lang
        self._spent: Counter[str] = Counter()
        """How often each link acknowledged in this run."""
        bus.serve(
            LookAtLink.answered_by(self.look),
            TakeByLink.answered_by(self.take),
            ComeByLink.answered_by(self.come),
            DeclineByLink.answered_by(self.decline),
            CloseByLink.answered_by(self.close),
        )

    async def look(self, wish: LookAtLink) -> LinkView:
        """What the page shows."""
        claims, contact = self._check(wish.token)
        return await self._view(claims, contact)

    async def take(self, wish: TakeByLink) -> LinkView:
        """The button was pressed: the contact takes the alarm on."""
        claims, contact = self._check(wish.token)
        if not await self._is_spent(claims, contact) and await self._bus.ask(
            AcknowledgeAlarm(claims.alarm_id, contact.contact_id)
        ):
            # After it, not before: cut off in between, the link works once more, not never.
            self._spent[claims.token_id] += 1
            await self._store.note(claims.alarm_id, contact.name, _SPENT + claims.token_id)
        return await self._view(claims, contact)

    async def come(self, wish: ComeByLink) -> LinkView:
        """Whoever took it on says when they will be there."""
        claims, contact = self._check(wish.token)
        await self._bus.ask(NoteArrival(claims.alarm_id, contact.contact_id, wish.minutes))
        return await self._view(claims, contact)

    async def decline(self, wish: DeclineByLink) -> LinkView:
        """The link's contact cannot come."""
        claims, contact = self._check(wish.token)
        await self._bus.ask(NoteDeclined(claims.alarm_id, contact.contact_id))
        return await self._view(claims, contact)

    async def close(self, wish: CloseByLink) -> LinkView:
        """A human saw or spoke to the elder, and all is well."""
        claims, contact = self._check(wish.token)
        alarm = self._store.alarm(claims.alarm_id)
        if alarm is not None and alarm.state is State.ACKNOWLEDGED:
            await self._bus.ask(CloseAlarm(claims.alarm_id, contact.name))
        return await self._view(claims, contact)

    def _check(self, token: str) -> tuple[Acknowledgement, Contact]:
        claims = self._maker.read(token)
        # While its alarm is known a link holds: a clock that jumps ahead locks no helper out.
        if self._store.alarm(claims.alarm_id) is None and time.time() > claims.expires_at:
            raise LinkTooOldRefused
        contact = self._people.get(claims.contact_id)
        if contact is None:
            raise LinkInvalidRefused("its contact is none of this home any more")
        return claims, contact

    async def _view(self, claims: Acknowledgement, contact: Contact) -> LinkView:
        alarm = self._store.alarm(claims.alarm_id)
        lang = contact.lang or self._home_lang()
        if claims.alarm_id.startswith(TEST_PREFIX):  # opened once more after set-up was left
            test = AlarmFacts(self._wording.elder(lang), is_test=True)
            return LinkView(Stage.OVER, lang, contact.name, facts=test)
        # An alarm of an earlier run that was over then is not in the book any more.
        steps = await self._steps(claims.alarm_id, lang)
        if alarm is None or not alarm.state.is_open:
            return LinkView(Stage.OVER, lang, steps=steps)
        stage = await self._stage(alarm, claims, contact)
        now = time.time()
        cannot_come = alarm.cannot_come(now)
        return LinkView(
            stage=stage,
            lang=lang,
            contact=contact.name,
            by=self._named(alarm.acknowledged_by, lang),
            since=_time_of_day(alarm.opened_at),
            facts=self._wording.page(alarm, lang, now, is_helper=stage is Stage.MINE),
            expected=_time_of_day(alarm.expected_at) if alarm.expected_at is not None else "",
            minutes_left=max(0, math.ceil(((alarm.expected_at or now) - now) / 60)),
            cannot=tuple(each.who for each in alarm.declined),
            has_declined=contact.name in cannot_come,
            nobody_can_come=cannot_come.issuperset(each.name for each in self._people.all),
            given_up_by=alarm.given_up_by,
            steps=steps,
        )

    async def _steps(self, alarm_id: str, lang: str) -> tuple[Step, ...]:
        """What happened, out of the journal; a disk that does not answer keeps nobody waiting."""
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                await self._store.recorded(LOOK_UP_SECONDS / 2)
                told = await self._database.read(lambda c: read_story(c, alarm_id))
        except (StoreError, TimeoutError) as error:
            log.warning("what happened in an alarm cannot be read: %s", error)
            return ()
        return tuple(
            Step(
                each.kind,
                _time_of_day(each.at),
                self._named(each.who, lang),
                each.times,
                _time_of_day(each.until) if each.times > 1 else "",
                each.minutes,
            )
            for each in told
        )

    def _named(self, who: str, lang: str) -> str:
        """What the family calls somebody, by contact id or name; empty: nobody whom they know."""
        contact = self._people.get(who)
        if contact is not None:
            return contact.name
        is_known = any(who == each.name for each in self._people.all)
        return who if is_known else self._wording.named(who, lang)

    async def _stage(self, alarm: Alarm, claims: Acknowledgement, contact: Contact) -> Stage:
        if alarm.state is State.ACKNOWLEDGED:
            return Stage.MINE if alarm.acknowledged_by == contact.name else Stage.TAKEN
        if await self._is_spent(claims, contact):
            return Stage.AGAIN if self._is_written_anew(alarm, contact) else Stage.USED
        return Stage.ANEW if alarm.generation else Stage.OPEN

    def _is_written_anew(self, alarm: Alarm, contact: Contact) -> bool:
        """Whether a message has come through since the alarm went out again."""
        return any(
            made.contact_id == contact.contact_id
            and made.kind == Kind.MESSAGE
            and made.outcome == Outcome.DELIVERED
            for made in self._store.attempts_now(alarm.alarm_id)
        )

    async def _is_spent(self, claims: Acknowledgement, contact: Contact) -> bool:
        """Whether the link acknowledged already, as often as it may.

        Whoever pressed that they cannot come, maybe by mistake, can come after all.
        """
        alarm = self._store.alarm(claims.alarm_id)
        declined = {each.who for each in alarm.declined} if alarm is not None else set()
        most = MOST_TAKES if contact.name in declined else 1
        return await self._times_used(claims) >= most

    async def _times_used(self, claims: Acknowledgement) -> int:
        """By the journal, at least by memory: a disk that is silent keeps nobody from helping."""
        known = self._spent[claims.token_id]
        if known >= MOST_TAKES:
            return known
        sql = "SELECT count(*) FROM journal WHERE alarm_id = ? AND why = ?"
        values = (claims.alarm_id, _SPENT + claims.token_id)
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                row = await self._database.read(lambda c: c.execute(sql, values).fetchone())
        except (StoreError, TimeoutError) as error:
            log.warning("whether a link was used cannot be read: %s", error)
            return known
        return max(known, int(row[0]))


def _acknowledger(home: Path) -> Acknowledger | None:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Acknowledger(load_secret(home / KEY_FILE))
    except OSError as error:
        log.error("messages carry no links: %s cannot be kept (%s)", KEY_FILE, error.strerror)
        return None


def _time_of_day(at: float) -> str:
    then, now = datetime.fromtimestamp(at).astimezone(), datetime.now().astimezone()
    return f"{then:%H:%M}" if then.date() == now.date() else f"{then:%Y-%m-%d %H:%M}"
