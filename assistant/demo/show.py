"""Shows a conversation as it happens, with the time of every stage, and keeps its events."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from assistant.events import (
    AlarmAcknowledged,
    Alive,
    CallAnswered,
    CallBegan,
    CallEnded,
    CryForHelpHeard,
    DoseTaken,
    FamilyToldOfDose,
    Heard,
    ReminderDue,
    ReminderMissed,
    ReminderSnoozed,
    Said,
    Say,
    SoundStarted,
    SpeechEnded,
    SpeechStarted,
    TurnTaken,
    to_dict,
)

_STAGES: Final = (
    ("recognised", SpeechEnded, Heard),
    ("understood", Heard, TurnTaken),
    ("cry noticed", SpeechStarted, CryForHelpHeard),
    ("sounding", TurnTaken, SoundStarted),
)


class Show:
    """Listens to every event of a core."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._last: dict[type, float] = {}
        self._sounded: set[str] = set()
        self.events: list[dict[str, Any]] = []
        self._stage_seconds: dict[str, float] = {}

    def _print(self, markup: str) -> None:
        self._console.print(markup, soft_wrap=True)

    def elder(self, text: str, why: str) -> None:
        """The elder begins a sentence."""
        self._last.clear()
        self._stage_seconds = {}
        self._print(f"\n[bold cyan]👵 {escape(text)}[/]  [dim]{escape(why)}[/]")

    def take(self, event: object) -> None:
        """One event of the core."""
        if isinstance(event, Alive):
            return
        now = time.monotonic()
        if not isinstance(event, Heard) or event.is_final:
            self._last.setdefault(type(event), now)
        told = to_dict(event)
        self.events.append({"at_seconds": round(now - self._began, 3), **told})
        if isinstance(event, Heard) and event.is_final:
            sure = f"{event.confidence:.2f}" if event.confidence is not None else "-"
            self._print(f"   [dim]heard[/] {escape(event.raw_text or event.text)} "
                                f"[dim]({sure})[/]")  # fmt: skip
        elif isinstance(event, CryForHelpHeard):
            self._print(f"   [bold red]CryForHelpHeard[/] {event.reason}: {event.phrase}")
        elif isinstance(event, TurnTaken):
            self._print(f"   [dim]{event.lane}[/] {event.intent} "
                                f"[dim]({event.confidence:.2f})[/]")  # fmt: skip
        elif isinstance(event, CallBegan | CallAnswered | CallEnded | AlarmAcknowledged):
            self._print(f"   [bold]☎[/] {_of_call(event)}")
        elif isinstance(event, ReminderDue | DoseTaken | ReminderSnoozed | ReminderMissed):
            self._print(f"   [bold]{type(event).__name__}[/] {escape(event.title)}")
        elif isinstance(event, FamilyToldOfDose):
            self._print(f"   [bold]{type(event).__name__}[/] {escape(event.contact)}")
        elif isinstance(event, Say):
            self._print(f"[bold green]🤖 {escape(event.text)}[/]")
        elif isinstance(event, SoundStarted) and event.say_id not in self._sounded:
            self._sounded.add(event.say_id)
            self._stages()
        elif isinstance(event, Said) and not event.completed:
            self._print(f"   [yellow]not said to the end[/] {escape(event.error)}")

    def note(self, text: str) -> None:
        """Something to know."""
        self._print(f"[yellow]{escape(text)}[/]")

    def time_passes(self, at: float, why: str) -> None:
        """The clock jumps."""
        clock = datetime.fromtimestamp(at).astimezone()
        self._print(f"\n[bold magenta]⏩ {clock:%m-%d %H:%M}[/]  [dim]{escape(why)}[/]")

    def letter(self, text: str) -> None:
        """Somebody of the family was written to; kept among the events."""
        at_seconds = round(time.monotonic() - self._began, 3)
        self.events.append({"at_seconds": at_seconds, "type": "LetterCame", "text": text})
        self._print(f"   [bold]✉[/] {escape(text)}")

    def end(self, out: Path, call_seconds: float) -> None:
        """Say what was kept, and where."""
        self._print(
            f"\nBoth voices: {out / 'conversation.wav'} (left the elder, right Anban); "
            f"events: {out / 'events.json'}"
        )
        if call_seconds:
            self._print(f"What the daughter heard, {call_seconds:.0f} s: {out / 'call.wav'}")

    def write_events(self, path: Path) -> None:
        """All events as a JSON list, each with its time since the beginning."""
        lines = ",\n".join(json.dumps(event, ensure_ascii=False) for event in self.events)
        path.write_text(f"[\n{lines}\n]\n", "utf-8")

    def _stages(self) -> None:
        found = {
            name: self._last[after] - self._last[before]
            for name, before, after in _STAGES
            if before in self._last
            and after in self._last
            # A cry is understood before its sentence is over.
            and self._last[after] >= self._last[before]
        }
        if found in ({}, self._stage_seconds):
            return  # a further sentence of the same answer
        self._stage_seconds = found
        text = " · ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in found.items())
        self._print(f"   [dim]{text}[/]")


def _of_call(event: CallBegan | CallAnswered | CallEnded | AlarmAcknowledged) -> str:
    who = escape(event.contact)
    match event:
        case CallBegan():
            return f"{event.kind} to {who}"
        case CallAnswered():
            return f"{who} took the call"
        case CallEnded():
            return f"{event.kind} to {who}: {event.outcome}"
        case AlarmAcknowledged():
            return f"[bold]{who} pressed 1 and takes the alarm[/]"
