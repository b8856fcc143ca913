"""The ear as a child of the core: its threads, its models, its events."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from assistant.ear.attention import Attention
from assistant.ear.backlog import Backlog, Begin, Finish, Piece, TellDrained, UseModel
from assistant.ear.chime_ear import ChimeEar
from assistant.ear.heard import attend
from assistant.ear.listener import AllSaid, Attend, Listener
from assistant.ear.recognizer import ModelBrokenError, SpeechModel
from assistant.ear.sound import Gap, SourceHungError
from assistant.ear.sources import open_source
from assistant.ear.speech_model import find_and_load
from assistant.ear.worker import Hypothesis, Recognition, RecognitionThread
from assistant.events import (
    HearingLimited,
    InputEnded,
    LanguageChanged,
    Listen,
    ListenForChime,
    MicrophoneBack,
    MicrophoneLost,
    Ready,
    Shutdown,
    SoundStarted,
    SoundStopped,
    SpeechEnded,
    SpeechStarted,
    Woken,
)
from assistant.runtime.child import follow_core
from assistant.runtime.link import Link
from assistant.services.home import HomeState

log = logging.getLogger(__name__)

NAME: Final = "ear"
WANTS: Final = (SoundStarted, SoundStopped, Listen, ListenForChime, LanguageChanged, Shutdown)


class EarError(RuntimeError):
    """The ear cannot go on in this process; the message says why."""


class Ear:
    """Hears until told to end.

    Sound runs in one thread (source, mute, voice activity, segmenter), words in another; both only
    post to the event loop, where everything is told and decided.
    """

    def __init__(self, link: Link, home: HomeState) -> None:
        self._link = link
        self._home = home
        settings = home.settings.ear
        self._source = open_source(settings.device)
        self._backlog = Backlog(may_drop=self._source.live)
        self._attention = Attention(
            settings.wake_phrases,
            wake_required=settings.wake_required,
            follow_up_seconds=settings.follow_up_seconds,
        )
        self._loop = asyncio.get_running_loop()
        poster = _Poster(self._backlog, self._post, self)
        self._listener = Listener(settings, poster, neared=poster.neared)
        poster.listener = self._listener
        self._chime_ear = ChimeEar(lambda found: self._post(self._link.send, found))
        self._failed: asyncio.Future[None] = self._loop.create_future()
        self._lang = home.lang
        self._switching: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Load the model, open the microphone, hear.

        Raises:
            EarError: no model can be loaded, or the sound system hangs for good.
        """
        try:
            model = await self._load(self._lang)
        except ModelBrokenError as error:
            raise EarError(str(error)) from error
        recognition = Recognition(
            model,
            self._home.settings.ear.low_confidence,
            lambda hypothesis: self._post(self._recognized, hypothesis),
            lambda utterance_id: self._post(self._rested, utterance_id),
        )
        RecognitionThread(self._backlog, recognition).start()
        listening = threading.Thread(target=self._listen, name="listening", daemon=True)
        listening.start()
        try:
            await follow_core(
                self._link, self._take, self._failed, tell_ready=lambda: self._tell_ready(model)
            )
        finally:
            self._source.close()
            self._backlog.close()
            await asyncio.to_thread(listening.join, 2.0)

    # ------------------------------------------------------------------- the core speaks

    def _take(self, event: object) -> None:
        match event:
            case SoundStarted() | SoundStopped():
                self._listener.sounding(event)
                if isinstance(event, SoundStarted):
                    self._attention.answered()
            case ListenForChime():
                self._chime_ear.listen(event)
            case Listen():
                self._attention.listen(event.window_seconds)
            case LanguageChanged():
                self._switch(event.lang)

    def _switch(self, lang: str) -> None:
        if lang == self._lang:
            return
        self._lang = lang
        if self._switching is not None:
            self._switching.cancel()
        self._switching = asyncio.create_task(self._load_and_use(lang))

    async def _load_and_use(self, lang: str) -> None:
        try:
            model = await self._load(lang)
        except ModelBrokenError as error:
            log.error("still hearing the language before: %s", error)
            self._lang = ""  # asked for again, it is tried again
            return
        self._backlog.put(UseModel(model))
        self._tell_ready(model)

    async def _load(self, lang: str) -> SpeechModel:
        configured = self._home.settings.models.vosk.get(lang, "")
        return await asyncio.to_thread(find_and_load, lang, self._home.home, configured)

    def _tell_ready(self, model: SpeechModel) -> None:
        log.info("hearing %s with the %s model in %s", model.lang, model.kind, model.path)
        if model.kind == "tiny":
            self._link.send(HearingLimited(model.lang))
        self._link.send(Ready(NAME, f"{model.lang}: {model.kind} model {model.path.name}"))

    # ------------------------------------------------------------------------- sound

    def _listen(self) -> None:
        """The thread of sound."""
        try:
            for item in self._source.items():
                match item:
                    case bytes():
                        self._listener.feed(item)
                        self._chime_ear.feed(item)
                    case Gap():
                        self._listener.break_off()
                        ended = TellDrained(lambda: self._post(self._link.send, InputEnded()))
                        self._backlog.put(ended)
                    case MicrophoneLost():
                        self._listener.break_off()
                        log.warning("no sound comes in: %s", item.reason)
                        self._post(self._link.send, item)
                    case MicrophoneBack():
                        log.info("sound comes in from %s", item.device)
                        self._post(self._link.send, item)
        except SourceHungError as error:
            self._post(self._fail, EarError(f"{error}; a fresh process will open it again"))
        except Exception as error:
            log.exception("listening failed")
            self._post(self._fail, EarError(f"listening failed: {error}"))

    def _post(self, call: Callable[..., object], *arguments: object) -> None:
        """Have the event loop call this; does nothing if it has ended."""
        try:
            self._loop.call_soon_threadsafe(call, *arguments)
        except RuntimeError:
            log.debug("the event loop has ended")

    def _fail(self, error: EarError) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)

    # ------------------------------------------------------------ on the event loop

    def speech_started(self, utterance_id: str, *, is_faint: bool) -> None:
        """Somebody began to speak; told again, no longer faint, once the speaker's voice came."""
        self._attention.started(utterance_id, is_faint=is_faint)
        self._link.send(SpeechStarted(utterance_id, is_faint))
        self._attend(utterance_id)

    def speech_ended(self, utterance_id: str, duration_seconds: float) -> None:
        """The utterance is over."""
        self._attention.ended(utterance_id)
        self._attention.may_go_on(utterance_id)
        self._link.send(SpeechEnded(utterance_id, round(duration_seconds, 3)))

    def listened(self, seconds: float) -> None:
        """Count sound that went by."""
        self._attention.listened(seconds)

    def _recognized(self, hypothesis: Hypothesis) -> None:
        heard, woken = attend(self._attention, hypothesis)
        if woken is not None:
            self._link.send(Woken(woken))
        self._link.send(heard)
        if not heard.is_final:
            self._attend(heard.utterance_id)

    def _rested(self, utterance_id: str) -> None:
        if self._attention.is_addressed(utterance_id):
            self._listener.tell(AllSaid(utterance_id))

    def _attend(self, utterance_id: str) -> None:
        if self._attention.is_addressed(utterance_id):
            self._listener.tell(Attend(utterance_id))


class _Poster:
    """Hands utterances from the listening thread on: sound to the backlog, edges to the loop."""

    def __init__(self, backlog: Backlog, post: Callable[..., None], ear: Ear) -> None:
        self._backlog = backlog
        self._post = post
        self._ear = ear
        self.listener: Listener

    def started(self, utterance_id: str) -> None:
        begin = partial(self._ear.speech_started, is_faint=self.listener.is_faint)
        self._post(begin, utterance_id)
        self._backlog.put(Begin(utterance_id))

    def neared(self, utterance_id: str) -> None:
        self._post(partial(self._ear.speech_started, is_faint=False), utterance_id)

    def audio(self, chunk: bytes, *, is_speech: bool) -> None:
        self._backlog.put(Piece(chunk, is_speech))

    def ended(self, utterance_id: str, duration_seconds: float) -> None:
        self._post(self._ear.speech_ended, utterance_id, duration_seconds)
        self._backlog.put(Finish(self.listener.spoken_until))

    def listened(self, seconds: float) -> None:
        self._post(self._ear.listened, seconds)
