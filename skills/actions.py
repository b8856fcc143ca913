"""From Rasa's requests to the skills' functions and back, with every failure answered for."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import tzlocal
from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from assistant.dialogue.sources import SkillFolder
from assistant.language import LANGUAGES, LanguageError, NotInLanguageError, Replies
from assistant.runtime.faults import log_location
from skills.forms import Event, Outcome, leave, read_answer
from skills.home import Home, Outside
from skills.loading import Loaded, actions_of
from skills.skill import Action, Form
from skills.turn import FALLBACK, Entity, Reply, Turn
from skills.worker import BusyError, Worker

log = logging.getLogger(__name__)

FALLBACK_ACTION: Final = "action_default_fallback"
Run = Callable[[Turn, Tracker], Coroutine[Any, Any, Outcome]]


class Skills:
    """All loaded skills, each on a worker of its own."""

    def __init__(
        self,
        loaded: tuple[Loaded, ...],
        outside: Outside,
        deadline_seconds: float,
        settings: Mapping[str, Any] | None = None,
        new_worker: Callable[[str], Worker] = Worker,
        off: tuple[SkillFolder, ...] = (),
    ) -> None:
        """Begin.

        Args:
            loaded: the skills.
            outside: the way to the core.
            deadline_seconds: how long an action may take.
            settings: of the skills that have some, by the skill's name.
            new_worker: makes what a skill of this name runs on.
            off: those that are switched off; what is asked of them is answered for.
        """
        self._loaded = {item.skill.name: item for item in loaded}
        self._deadline = deadline_seconds
        self._outside = outside
        self._own = Replies.load(Path(__file__).parent / "replies")
        self._homes = {
            name: Home(
                outside,
                name,
                is_ours=item.is_ours,
                settings=(settings or {}).get(name),
                origins=item.skill.web,
            )
            for name, item in self._loaded.items()
        }
        self.workers = {name: new_worker(name) for name in self._loaded}
        self.memory_refused: Callable[[str], None] = lambda _: None
        """Told the name of a skill that asked for more memory than there is for it."""
        self._off = tuple(skill.name for skill in off)
        self._executor = ActionExecutor()
        self._executor.register_function(FALLBACK_ACTION, self._not_understood)
        for item in loaded:
            self._register(item)
        for skill in off:
            for name in actions_of(skill):
                self._executor.register_function(name, self._answer_for_off(name))

    async def act(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Answer one request of Rasa's action-server protocol.

        Raises:
            KeyError: not of this protocol.
            rasa_sdk.interfaces.ActionNotFoundException: no skill has this action.
        """
        payload.setdefault("domain", {})  # not sent (selective domain), and nobody reads it
        result = await self._executor.run(payload)
        if result is None:
            raise KeyError("next_action")
        return dict(result.model_dump())

    def utter(self, payload: Mapping[str, Any]) -> str:
        """Word one of Rasa's own questions: `utter_ask_tea_kind` is `ask_kind` of the skill tea.

        Raises:
            KeyError: not of this protocol, or no skill has this reply.
        """
        lang = self._lang(payload["tracker"])
        if any(payload["response"].startswith(f"utter_ask_{name}_") for name in self._off):
            return self._own.render("switched_off", lang)
        name, key = self._reply_key(payload["response"])
        item = self._loaded[name]
        slots = {
            item.skill.own(slot): value
            for slot, value in payload["tracker"]["slots"].items()
            if slot.startswith(f"{name}_")
        }
        try:
            return item.replies.render(key, lang, **slots)
        except LanguageError as error:
            log.error("the skill %s has no wording: %s", name, error)
            raise KeyError(key) from error

    def react(self, event: object) -> list[Coroutine[Any, Any, None]]:
        """Start every reaction to an event."""
        return [
            self._contain(name, reaction(event, self._homes[name]))
            for name, item in self._loaded.items()
            for kind, reaction in item.skill.reactions
            if isinstance(event, kind)
        ]

    # ---------------------------------------------------------------------- registering

    def _register(self, item: Loaded) -> None:
        skill = item.skill
        for name, action in skill.actions.items():
            self._add(name, item, self._plain(item, action))
        for form in skill.forms.values():
            self._add(f"validate_{form.name}", item, self._reader(form))
            for slot, question in form.questions.items():
                self._add(f"action_ask_{slot}", item, self._plain(item, question))
            if form.end is not None:
                done = f"action_{form.name.removesuffix('_form')}_done"
                self._add(done, item, self._plain(item, form.end))

    def _add(self, name: str, item: Loaded, run: Run) -> None:
        async def act(
            dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
        ) -> list[Event]:
            del domain
            turn = self._turn(item, tracker)
            outcome = await self._answer(item.skill.name, name, turn.lang, run(turn, tracker))
            if outcome.text:
                dispatcher.utter_message(text=outcome.text)
            return outcome.events

        self._executor.register_function(name, act)

    def _answer_for_off(self, action: str) -> Callable[..., Awaitable[list[Event]]]:
        """What is done instead of an action of a skill that is switched off."""

        async def answer(
            dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
        ) -> list[Event]:
            del domain
            if action.startswith("validate_"):  # the form ends, and its end is answered for
                return leave().events
            lang = self._lang(tracker.current_state())
            dispatcher.utter_message(text=self._own.render("switched_off", lang))
            return []

        return answer

    @staticmethod
    def _plain(item: Loaded, action: Action) -> Run:
        async def run(turn: Turn, tracker: Tracker) -> Outcome:
            del tracker
            said = await action(turn)
            reply = said if isinstance(said, Reply) else Reply(said)
            if not isinstance(reply.text, str):
                raise TypeError(f"{action.__name__} returned {type(said).__name__}, not text")
            prefix = item.skill.name
            return Outcome(
                [SlotSet(f"{prefix}_{slot}", value) for slot, value in reply.set.items()],
                reply.text,
            )

        return run

    def _reader(self, form: Form) -> Run:
        async def run(turn: Turn, tracker: Tracker) -> Outcome:
            return await read_answer(
                form,
                turn,
                tracker.current_state(),
                lambda: self._own.render("unclear", turn.lang),
            )

        return run

    # ------------------------------------------------------------------------ answering

    async def _answer(
        self, name: str, action: str, lang: str, work: Coroutine[Any, Any, Outcome]
    ) -> Outcome:
        """A skill's outcome, or kind words where it has none; nothing of it reaches Rasa raw."""
        clock = asyncio.get_running_loop().time  # of tests it runs ahead
        began = clock()
        try:
            return await self.workers[name].run(work, self._deadline)
        except TimeoutError:
            seconds = clock() - began
            log.error("%s did not answer within %.1f s and was given up", action, seconds)
            key = "slow"
        except BusyError:
            log.error("%s was not run: the skill %s is blocked", action, name)
            key = "slow"
        except NotInLanguageError as error:
            log.error("%s was not done: %s", action, error)
            key = "not_in_language"
        except MemoryError:
            log.error("%s asked for more memory than skills may have", action)
            self.memory_refused(name)
            key = "failed"
        except Exception as error:  # noqa: BLE001  (a third party's code)
            # Its place and kind only: the text of an error may hold what the elder said.
            log.error("%s failed: %s", action, log_location(error))
            key = "failed"
        return Outcome([], self._own.render(key, lang))

    async def _contain(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await self.workers[name].run(work, REACTION_SECONDS)
        except (TimeoutError, BusyError) as error:
            log.error("a reaction of the skill %s was given up: %s", name, type(error).__name__)
        except MemoryError:
            log.error("a reaction of the skill %s asked for more memory than it may have", name)
            self.memory_refused(name)
        except Exception as error:  # noqa: BLE001  (a third party's code)
            log.error("a reaction of the skill %s failed: %s", name, log_location(error))

    async def _not_understood(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        del domain
        lang = self._lang(tracker.current_state())
        examples = self._outside.told("example", lang)
        if examples:
            example = random.choice(examples)  # noqa: S311  (no secret)
            dispatcher.utter_message(text=self._own.render("not_understood", lang, example=example))
        else:
            dispatcher.utter_message(text=self._own.render("failed", lang))
        return []

    def _turn(self, item: Loaded, tracker: Tracker) -> Turn:
        state = tracker.current_state()
        message = tracker.latest_message or {}
        intent = message.get("intent") or {}
        prefix = f"{item.skill.name}_"
        return Turn(
            text=message.get("text") or "",
            lang=self._lang(state),
            intent=intent.get("name") or FALLBACK,
            confidence=float(intent.get("confidence") or 0.0),
            entities=tuple(
                Entity(str(entity["entity"]), str(entity["value"]))
                for entity in message.get("entities") or ()
            ),
            slots={
                slot.removeprefix(prefix): value
                for slot, value in tracker.slots.items()
                if slot.startswith(prefix)
            },
            now=_local(_said_with(state).get("at", time.time())),
            home=self._homes[item.skill.name],
            wording=item.replies.render,
            left=bool(tracker.slots.get("form_left")),
        )

    def _lang(self, tracker: Mapping[str, Any]) -> str:
        """The language of the model that understood the sentence, else the home's."""
        lang = _said_with(tracker).get("lang")
        return str(lang) if lang in LANGUAGES else self._outside.lang

    def _reply_key(self, response: str) -> tuple[str, str]:
        for name in self._loaded:
            if response.startswith(f"utter_ask_{name}_"):
                return name, "ask_" + response.removeprefix(f"utter_ask_{name}_")
            if response.startswith(f"utter_{name}_"):
                return name, response.removeprefix(f"utter_{name}_")
        raise KeyError(response)


def _local(at: float) -> datetime:
    """A moment in the home's zone, whose offset is another one on the other side of a change."""
    return datetime.fromtimestamp(at, tzlocal.get_localzone())


def _said_with(tracker: Mapping[str, Any]) -> Mapping[str, Any]:
    """What came with the latest sentence beside its words: the language and the time."""
    said = (event for event in reversed(tracker["events"]) if event["event"] == "user")
    return (next(said, None) or {}).get("metadata") or {}


REACTION_SECONDS: Final = 120.0
"""A reaction may put a question to the elder and wait for the answer."""
