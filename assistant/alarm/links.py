"""The links in messages: made for each message, and what their page shows and does.

The page itself is a child (`assistant.console`); it asks the three services below.  What a link
may do is decided here: it shows the one alarm it was made for, acknowledges it once, and closes
it once somebody acknowledged.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from assistant.alarm.state import Alarm, State
from assistant.alarm.store import AlarmStore
from assistant.alarm.wording import Wording
from assistant.channels import (
    Acknowledgement,
    Acknowledger,
    Kind,
    Outcome,
    TokenError,
    load_secret,
)
from assistant.channels.acknowledge import KEY_FILE
from assistant.people.contacts import Contact, People
from assistant.runtime.bus import Bus
from assistant.services import (
    AcknowledgeAlarm,
    CloseAlarm,
    CloseByLink,
    ComeByLink,
    LinkInvalidRefused,
    LinkTooOldRefused,
    LinkView,
    LookAtLink,
    NoteArrival,
    Stage,
    TakeByLink,
)
from assistant.store import Database, StoreError

log = logging.getLogger(__name__)

PATH: Final = "/a/"
"""The path of the page; short, since a link travels in text messages."""
LOOK_UP_SECONDS: Final = 1.0
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
        self._spent: set[str] = set()
        bus.serve(
            LookAtLink.answered_by(self.look),
            TakeByLink.answered_by(self.take),
            ComeByLink.answered_by(self.come),
            CloseByLink.answered_by(self.close),
        )

    async def look(self, wish: LookAtLink) -> LinkView:
        """What the page shows."""
        claims, contact = self._check(wish.token)
        return await self._view(claims, contact)

    async def take(self, wish: TakeByLink) -> LinkView:
        """The button was pressed: the contact takes the alarm on."""
        claims, contact = self._check(wish.token)
        if not await self._is_spent(claims) and await self._bus.ask(
            AcknowledgeAlarm(claims.alarm_id, contact.contact_id)
        ):
            # After it, not before: cut off in between, the link works once more, not never.
            self._spent.add(claims.token_id)
            await self._store.note(claims.alarm_id, contact.name, _SPENT + claims.token_id)
        return await self._view(claims, contact)

    async def come(self, wish: ComeByLink) -> LinkView:
        """Whoever took it on says when they will be there."""
        claims, contact = self._check(wish.token)
        await self._bus.ask(NoteArrival(claims.alarm_id, contact.contact_id, wish.minutes))
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
        # An alarm of an earlier run that was over then is not in the book any more.
        if alarm is None or not alarm.state.is_open:
            return LinkView(Stage.OVER, lang)
        stage = await self._stage(alarm, claims, contact)
        return LinkView(
            stage=stage,
            lang=lang,
            contact=contact.name,
            by=alarm.acknowledged_by,
            since=_time_of_day(alarm.opened_at),
            facts=self._wording.page(alarm, lang, is_helper=stage is Stage.MINE),
        )

    async def _stage(self, alarm: Alarm, claims: Acknowledgement, contact: Contact) -> Stage:
        if alarm.state is State.ACKNOWLEDGED:
            return Stage.MINE if alarm.acknowledged_by == contact.name else Stage.TAKEN
        if await self._is_spent(claims):
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

    async def _is_spent(self, claims: Acknowledgement) -> bool:
        """By memory, else by the journal; a disk that does not answer keeps nobody from helping."""
        if claims.token_id in self._spent:
            return True
        sql = "SELECT 1 FROM journal WHERE alarm_id = ? AND why = ?"
        values = (claims.alarm_id, _SPENT + claims.token_id)
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                row = await self._database.read(lambda c: c.execute(sql, values).fetchone())
        except (StoreError, TimeoutError) as error:
            log.warning("whether a link was used cannot be read: %s", error)
            return False
        return row is not None


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
