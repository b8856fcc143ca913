"""The dialogue as the core sees it: brought up, asked, and honest about when it cannot answer."""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import tzlocal

from assistant.conversation.entities import normalized
from assistant.dialogue import (
    DialogueClient,
    DialogueError,
    DialogueSlowError,
    LeftOut,
    LostSentencesError,
    Sidecar,
    SkillFolder,
    Trained,
    TrainingError,
    Wanted,
    adopt,
    installed_skills,
    last_model,
    lost,
    trainable,
    usable,
)
from assistant.events import (
    Capability,
    ChildDied,
    LanguageChanged,
    Ready,
    SkillsLoaded,
    new_id,
)
from assistant.home.home import Home
from assistant.runtime.feature import Feature
from assistant.runtime.supervisor import ChildSpec
from assistant.runtime.tasks import Tasks
from assistant.services import ForgetConversation
from assistant.services.findings import CheckResult, lasting

log = logging.getLogger(__name__)

FALLBACK: Final = "nlu_fallback"
NAME: Final = Capability.DIALOGUE.value
_START_LIMIT_SECONDS: Final = 180.0
"""How long Rasa may take to start: 7 s on two quick cores, and far longer on a small busy one."""
_HOST_SECONDS: Final = 30.0
"""How long the skill host may take to tell which skills it has."""
_PROBE_SILENCE_SECONDS: Final = 20.0

Progress = Callable[[str], None]


class UnderstandingError(RuntimeError):
    """The dialogue cannot answer now; `reply_key` is what the elder is told instead."""

    def __init__(self, reply_key: str, message: str) -> None:
        super().__init__(message)
        self.reply_key = reply_key


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a sentence was understood as."""

    text: str
    """The reading that was understood best: what was heard, or one of its alternatives."""
    intent: str
    confidence: float
    entities: tuple[dict[str, Any], ...]
    lang: str = ""
    """The language of the model that understood it; empty: the first one of `assistant.packs`."""


class Understanding(Feature):
    """Trains, starts and asks the Rasa sidecar."""

    def __init__(self, home: Home, cache: Path, progress: Progress | None = None) -> None:
        """`cache`: trained models.  The skill host, if one runs, says what is to be understood."""
        self._supervisor, self._memory = home.supervisor, home.memory
        self._settings = settings = home.settings.dialogue
        self._cache = cache / "rasa"
        self._now = home.clock.now
        self._progress = progress or (lambda text: log.info("%s", text))
        self._sidecar = Sidecar(
            model=Path(),
            port=_free_port(),
            token=secrets.token_urlsafe(24),
            skills_port=_free_port(),
            skills_token=secrets.token_urlsafe(24),
        )
        self._client = DialogueClient(
            self._sidecar.url, self._sidecar.token, settings.answer_deadline_seconds
        )
        self._models: dict[str, Path] = {}
        self._first_model: Path | None = None
        """The model that a fresh sidecar begins with."""
        self._model_in_place: Path | None = None
        self._conversation = new_id()
        self._last_turn = time.monotonic()
        self.form = ""
        """The form that waits for the next answer; empty if none does."""
        self._settled = asyncio.Event()
        self._failed: DialogueError | None = None
        self._asking = asyncio.Lock()
        self._tasks = Tasks("putting a model in place")
        self.left_out: dict[str, str] = {}
        """Skills that cannot be used, with the reason; empty: why understanding is not newest."""
        self.switched_off: dict[str, str] = {}
        """Why each skill that is switched off is, as the host said last."""
        self._skills: frozenset[str] | None = None
        """The skills that the host has; None: not known."""
        self._ours: frozenset[str] = frozenset()
        self._hosted = asyncio.Event()
        if Capability.SKILLS not in home.capabilities:
            self._hosted.set()
        home.bus.subscribe(SkillsLoaded, self._skills_loaded)
        home.bus.subscribe(Ready, self._child_ready)
        home.bus.subscribe(ChildDied, self._child_died)
        home.bus.subscribe(LanguageChanged, self._language_changed)
        home.bus.serve(ForgetConversation.answered_by(self._serve_forget))

    def host_environment(self) -> dict[str, str]:
        """Give what the skill host must know to be found by Rasa."""
        environment = self._sidecar.environment
        return {name: environment[name] for name in ("ANBAN_SKILLS_PORT", "ANBAN_SKILLS_TOKEN")}

    async def bring_up(self) -> None:
        """Train what is not in the cache, the home's language first, and start the sidecar.

        Where that fails it is told in the log and by `ready`; the safety lane lives on.
        """
        try:
            async with asyncio.timeout(_HOST_SECONDS):
                await self._hosted.wait()
        except TimeoutError:
            log.error("the skill host does not tell its skills; all that can be read are taken")
        try:
            await self._train(self._memory.lang)
            self._progress("the dialogue starts")
            self._first_model = self._models[self._memory.lang]
            self._sidecar = replace(self._sidecar, model=self._first_model)
            self._supervisor.start(self._spec())
        except DialogueError as error:
            log.error("there is no dialogue: %s", error)
            self._failed = error
            self._settled.set()
            return
        # The other languages too, so that "speak English" takes a second, not a minute.
        for lang in trainable():
            with suppress(DialogueError):
                await self._train(lang)

    async def ready(self) -> None:
        """Wait until sentences are understood; raises DialogueError if they never will be."""
        await self._settled.wait()
        if self._failed is not None:
            raise self._failed

    async def think(
        self, text: str, alternatives: tuple[str, ...], stages: dict[str, float]
    ) -> Interpretation:
        """Understand a sentence, or the best of its readings; raises UnderstandingError."""
        # Not while another language's model is being put in place.
        with _timed(stages, "parse"), self._errors_told():
            async with self._asking:
                if self._memory.lang in self._models:  # a switch before may have failed
                    await self._put_in_place(self._memory.lang)
                return await self._best_of(text, alternatives)

    async def answer(self, thought: Interpretation, stages: dict[str, float]) -> str:
        """Answer within the conversation; raises UnderstandingError."""
        silence = time.monotonic() - self._last_turn
        if silence > self._settings.conversation_silence_seconds:
            self.forget()
        with _timed(stages, "answer"), self._errors_told():
            async with self._asking:
                try:
                    answered = await self._client.turn(
                        self._conversation, thought.text, self._now()
                    )
                except DialogueSlowError:
                    self.forget()  # that turn may still run, and must not answer the next
                    raise
        self.form = answered.form
        self._last_turn = time.monotonic()
        return " ".join(answered.replies)

    @property
    def silence_seconds(self) -> float:
        """How long a form waits for its answer: after this silence a new conversation begins."""
        return self._settings.conversation_silence_seconds

    def forget(self) -> None:
        """Begin a new conversation."""
        self._conversation = new_id()
        self.form = ""

    async def follow(self, lang: str) -> None:
        """Understand another language of the home from the next sentence on."""
        try:
            await self._train(lang)
            async with self._asking:
                await self._put_in_place(lang)
        except DialogueError as error:
            log.error("another language is not understood yet, tried at each sentence: %s", error)

    async def stop(self) -> None:
        """Close the connections."""
        await self._tasks.end()
        await self._client.close()

    async def findings(self) -> list[CheckResult]:
        """Give the skills that cannot be used, each with the reason."""
        return [lasting("left_out", reason, name) for name, reason in self.left_out.items()]

    def _language_changed(self, changed: LanguageChanged) -> None:
        self._tasks.spawn(self.follow(changed.lang))

    async def _serve_forget(self, _: ForgetConversation) -> None:
        self.forget()

    def _skills_loaded(self, loaded: SkillsLoaded) -> None:
        if self._skills is None:
            self._skills, self._ours = frozenset(loaded.names), frozenset(loaded.ours)
        self.left_out |= loaded.left_out
        self.switched_off = loaded.switched_off
        self._hosted.set()

    async def _train(self, lang: str) -> None:
        """Give the model of these skills, else the last good one, else that of our own skills."""
        if lang in self._models:
            return
        skills, left_out = await asyncio.to_thread(self._usable_skills)
        self.left_out |= {each.name: each.reason for each in left_out}
        try:
            self._models |= await self._trained(lang, skills)
        except TrainingError as error:
            log.error("%s is understood as before: %s", lang, error)
            takers = error.takers if isinstance(error, LostSentencesError) else ("",)
            self.left_out |= dict.fromkeys(takers, str(error))
            last = await asyncio.to_thread(last_model, self._cache, lang)
            own = [skill for skill in skills if skill.name in self._ours]
            if last is not None:
                self._models[lang] = last
            elif own and len(own) < len(skills):
                self._models |= await self._trained(lang, own)
            else:
                raise

    def _usable_skills(self) -> tuple[tuple[SkillFolder, ...], tuple[LeftOut, ...]]:
        known = self._skills
        installed = [s for s in installed_skills() if known is None or s.name in known]
        return usable(installed, ours=self._ours)

    async def _trained(self, lang: str, skills: Iterable[SkillFolder]) -> dict[str, Path]:
        wanted = Wanted(self._cache, tuple(skills), self._settings.confidence, self._tell_training)
        outcomes = await adopt(wanted, [lang])
        models = {lang: each.model for lang, each in outcomes.items() if each.model is not None}
        if len(models) < len(outcomes):
            raise lost(outcomes.values())
        return models

    def _tell_training(self, trained: Trained) -> None:
        if trained.step != "cached":
            self._progress(f"learning to understand {trained.lang}: {trained.done:.0%}")

    async def _best_of(self, text: str, alternatives: tuple[str, ...]) -> Interpretation:
        best = await self._parse(text)
        if best.intent == FALLBACK:
            for reading in alternatives:
                thought = await self._parse(reading)
                if thought.intent != FALLBACK:
                    return thought
        return best

    async def _parse(self, text: str) -> Interpretation:
        understood = await self._client.parse(text)
        now = datetime.fromtimestamp(self._now(), tzlocal.get_localzone())
        entities = tuple(
            {**entity, "normalized": normalized(str(entity["value"]), self._memory.lang, now)}
            for entity in understood.entities
        )
        return Interpretation(
            text, understood.intent, understood.confidence, entities, self._memory.lang
        )

    async def _put_in_place(self, lang: str) -> None:
        model = self._models[lang]
        if model != self._model_in_place:
            self._model_in_place = None  # a switch that failed or took too long may yet happen
            await self._client.switch(model)
            self._model_in_place = model
            self.forget()

    def _child_ready(self, ready: Ready) -> None:
        if ready.name == NAME:
            self._tasks.spawn(self._settle())

    def _child_died(self, died: ChildDied) -> None:
        if died.name == NAME:
            self._settled.clear()
            self.forget()
            if not _is_free(self._sidecar.port):
                log.warning("port %d was taken by another program", self._sidecar.port)
                self._sidecar = replace(self._sidecar, port=_free_port())
                self._client.move(self._sidecar.url)
                self._supervisor.respecify(self._spec())

    def leave_taken_skills_port(self) -> bool:
        """Leave the skill host's port if another program took it; whether there is a new one."""
        if _is_free(self._sidecar.skills_port):
            return False
        log.warning("port %d was taken by another program", self._sidecar.skills_port)
        self._sidecar = replace(self._sidecar, skills_port=_free_port())
        if NAME in self._supervisor.names():
            self._supervisor.respecify(self._spec())
        return True

    def _spec(self) -> ChildSpec:
        sidecar = self._sidecar
        return ChildSpec(
            NAME,
            sidecar.command,
            sidecar.environment,
            sidecar.folder,
            start_limit_seconds=_START_LIMIT_SECONDS,
            silence_limit_seconds=_PROBE_SILENCE_SECONDS,
            probe=sidecar.probe,
        )

    async def _settle(self) -> None:
        """Bring a fresh sidecar from the model it was started with to that of the home."""
        try:
            async with self._asking:
                self._model_in_place = self._first_model
                await self._put_in_place(self._memory.lang)
                await self._client.warm_up()
        except (DialogueError, KeyError) as error:
            log.warning("the dialogue is up, but not yet warm: %s", error)
        self._settled.set()

    @contextmanager
    def _errors_told(self) -> Iterator[None]:
        """Turn the client's errors into what the elder is told."""
        if not self._settled.is_set():
            raise UnderstandingError("starting", "the dialogue is not ready yet")
        if self._failed is not None:
            raise UnderstandingError("dialogue_down", str(self._failed))
        try:
            yield
        except DialogueSlowError as error:
            raise UnderstandingError("dialogue_slow", str(error)) from error
        except DialogueError as error:
            raise UnderstandingError("dialogue_down", str(error)) from error


@contextmanager
def _timed(stages: dict[str, float], name: str) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    finally:
        stages[name] = time.monotonic() - began


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


def _free_port() -> int:
    """Find a port that nobody has now; should somebody take it first, another is chosen."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
