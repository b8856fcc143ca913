"""A conversation with the skill medication: its real code and services; the test plays Rasa."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from typing import Any

from assistant.events import Urgency
from assistant.medicines import Medicines
from assistant.reminders import ReminderApi, ReminderServices
from assistant.runtime.bus import Bus
from assistant.services import FailedError, Request
from assistant.store import KeyedValues, StoreError
from skills.actions import Replies
from skills.api import FALLBACK, Reply, Turn
from skills.forms import read_answer
from skills.home import Answer, Home
from skills.medication.skill import skill
from tests.asking import R, call, over_the_wire
from tests.homes import features
from tests.reminders.home import Home as Reminded

FORM = skill.forms["medication_plan_form"]
BEGINS = {"medication_add", "medication_change", "medication_remove", "medication_pause"}


class Socket:
    """What the host lends to a home, without the socket."""

    elder_name = ""

    def __init__(self, bus: Bus, lang: str) -> None:
        self._bus, self.lang = bus, lang

    async def request(self, request: Request[R], skill: str = "") -> R:
        try:
            return await over_the_wire(self._bus, request)
        except StoreError as error:  # as the bus answers a child
            raise FailedError(request.SERVICE) from error

    def send(self, event: object) -> None:
        self._bus.publish(event)

    def ask(self, skill: str, text: str, urgency: Urgency, seconds: float) -> Awaitable[Answer]:
        raise NotImplementedError

    def told(self, key: str, lang: str) -> tuple[str, ...]:
        return ()


class Talk:
    """One elder, one language, one conversation."""

    def __init__(self, home: Reminded, lang: str) -> None:
        self.home, self.lang = home, lang
        medicines = Medicines(home.base)
        home.api = ReminderApi(home.scheduler, medicines)
        ReminderServices(home.api).register(home.bus)
        features(home.base, "services")
        self._replies = Replies.load(skill.folder)
        self._home = Home(Socket(home.bus, lang), "medication")
        self.slots: dict[str, Any] = {}
        self.is_open = False

    async def say(self, text: str, intent: str = FALLBACK) -> str:
        """What Anban says to a sentence of this intent."""
        if "_" not in intent:
            intent = f"medication_{intent}"
        if not self.is_open and intent not in BEGINS:
            return await self._act(text, intent)
        outcome = await read_answer(
            FORM, self._turn(text, intent), self._tracker(), lambda: "unclear"
        )
        if self.is_open and not outcome.events and not outcome.text:
            said = await self._act(text, intent)
            return f"{said} {await self._question(text, intent)}"
        self.is_open = True
        for event in outcome.events:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
            elif event["event"] == "active_loop":
                self.is_open = False
        if self.is_open and self.slots.get("medication_agreed") is None:
            return f"{outcome.text} {await self._question(text, intent)}".strip()
        self.is_open = False
        assert FORM.end is not None
        end = await FORM.end(self._turn(text, intent))
        assert isinstance(end, Reply)
        self.slots |= {f"medication_{name}": value for name, value in end.set.items()}
        return end.text

    async def yes(self) -> str:
        return await self.say({"zh": "对", "en": "yes"}[self.lang], "general_affirm")

    async def kept(self) -> list[dict[str, Any]]:
        """Every reminder in JSON."""
        kept: list[dict[str, Any]] = await call(self.home.bus, "reminders.list")
        return kept

    async def profile(self, field: str) -> Any:
        return await KeyedValues.profile(self.home.database).get(field)

    async def _act(self, text: str, intent: str) -> str:
        if intent.startswith("general_"):
            return "(general)"
        return str(await skill.actions[f"action_{intent}"](self._turn(text, intent)))

    async def _question(self, text: str, intent: str) -> str:
        return str(await FORM.questions["medication_agreed"](self._turn(text, intent)))

    def _turn(self, text: str, intent: str) -> Turn:
        return Turn(
            text=text,
            lang=self.lang,
            intent=intent,
            confidence=0.9,
            entities=(),
            slots={name.removeprefix("medication_"): v for name, v in self.slots.items()},
            now=datetime.fromtimestamp(self.home.clock.at, self.home.zone),
            home=self._home,
            wording=self._replies.render,
            left=bool(self.slots.get("form_left")),
        )

    def _tracker(self) -> dict[str, Any]:
        slots = {"requested_slot": "medication_agreed" if self.is_open else None, **self.slots}
        return {
            "slots": slots,
            "active_loop": {"name": FORM.name} if self.is_open else {},
        }
