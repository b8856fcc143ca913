"""The `anban` command: parses, and hands over to `assistant/commands`.

Everything heavy is imported by the command that needs it, so that `anban --help` is quick.
"""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import typer

from assistant.commands.contacts import app as contacts_app
from assistant.commands.lazy import group_of, with_commands
from assistant.commands.reminders import app as reminders_app
from assistant.commands.service import app as service_app
from assistant.commands.skills import app as skills_app
from assistant.commands.told import told
from assistant.runtime.privacy import keep_private

_USAGE_ERROR: Final = 2
_INTERNAL_ERROR: Final = 70
"""EX_SOFTWARE of sysexits.h."""

app = typer.Typer(
    name="anban",
    cls=with_commands({"replay": ("assistant.commands.replay", "replay")}),
    help="Anban 安伴: an offline, voice-first assistant for elderly people, in two languages.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(contacts_app, name="contacts", help="Whom to call: list, add, remove, test.")
app.add_typer(
    reminders_app,
    name="reminders",
    help="Reminders: list, today, adherence, export, import, remove.",
)
app.add_typer(
    service_app, name="service", help="Kept running by systemd: install, status, logs, remove."
)
app.add_typer(skills_app, name="skills", help="Skills: list, check, new, enable, disable.")
for _name, _module, _help in (
    ("models", "models.cli", "Speech models: list, pull, verify."),
    ("robot", "robot_io.cli", "A robot over serial: simulate, command, ask."),
    ("sensors", "assistant.commands.sensors", "Added sensors: list, check, watch."),
    ("camera", "assistant.commands.camera", "The camera: watch, privacy."),
    ("radar", "perception.cli", "Millimetre-wave radars: watch, record."),
):
    _later = typer.Typer(cls=group_of(_module), no_args_is_help=True)
    app.add_typer(_later, name=_name, help=_help)

Lang = Annotated[
    str | None,
    typer.Option(
        "--lang", help="A language's code, such as en; else that of the home.", show_default=False
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Live = Annotated[bool, typer.Option("--live", help="Hand it to the Anban that runs here.")]


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version  # noqa: PLC0415

        # Where it runs from, too: a checkout that was moved or copied may still run the old one.
        folder = Path(__file__).resolve().parents[1]
        print(f"anban {version('anban')}, Python {platform.python_version()}, {folder}")  # noqa: T201
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_print_version, is_eager=True, help="Which one this is."
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Log everything, show tracebacks.")
    ] = False,
) -> None:
    os.environ.setdefault("NO_PROXY", "localhost,127.0.0.1")  # the sidecars are never far away
    if debug:
        os.environ["ANBAN_DEBUG"] = "1"


@app.command()
def run(lang: Lang = None) -> None:
    """Run Anban: hear, understand, speak, until SIGTERM or Ctrl-C."""
    from assistant.commands.run import run_anban  # noqa: PLC0415

    _finish(asyncio.run(run_anban(_known(lang))))


@app.command()
def ask(
    text: Annotated[list[str], typer.Argument(help="What to say; - reads lines from input.")],
    lang: Lang = None,
    *,
    json: Json = False,
    live: Live = False,
) -> None:
    """Answer one text, or with - each line of input, a conversation of its own."""
    from assistant.commands import ask as command  # noqa: PLC0415

    _quiet()
    if text == ["-"]:
        answering = command.ask(_lines(), _known(lang), as_json=json, live=live)
    else:
        answering = command.ask_once(" ".join(text), _known(lang), as_json=json, live=live)
    _finish(asyncio.run(answering))


@app.command()
def chat(lang: Lang = None, *, live: Live = False) -> None:
    """Talk by keyboard; /help shows what can be typed, Ctrl-D or Ctrl-C ends."""
    from assistant.commands.ask import chat as converse  # noqa: PLC0415

    _quiet()
    _finish(converse(_known(lang), live=live))


@app.command()
def hear(
    file: Annotated[Path, typer.Argument(help="A recording: WAV, FLAC or OGG of any rate.")],
    lang: Lang = None,
    *,
    json: Json = False,
    reply: Annotated[
        Path | None, typer.Option(help="Write the spoken answer there, as WAV.")
    ] = None,
) -> None:
    """Answer a recording, through the real ear and mouth."""
    from assistant.commands.hear import hear_file  # noqa: PLC0415

    _quiet()
    _finish(asyncio.run(hear_file(file, _known(lang), as_json=json, reply=reply)))


@app.command()
def demo(
    lang: Lang = None,
    *,
    fast: Annotated[bool, typer.Option("--fast", help="Do not wait for real time.")] = False,
    out: Annotated[Path, typer.Option(help="Where the WAV and the events go.")] = Path("demo-out"),
) -> None:
    """A synthetic elder talks with Anban: no hardware, the real pipeline."""
    from assistant.demo import run_demo  # noqa: PLC0415

    _quiet()
    _finish(asyncio.run(run_demo(_known(lang), out, fast=fast)))


@app.command()
def doctor() -> None:
    """Look at everything that Anban needs, and say what is wrong and what to do."""
    from assistant.commands.doctor import examine  # noqa: PLC0415

    _quiet()
    _finish(asyncio.run(examine()))


@app.command()
def selftest(
    *,
    last: Annotated[bool, typer.Option("--last", help="Show the last one; test nothing.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Without the chime.")] = False,
) -> None:
    """Let the Anban that runs test itself now: ears, voice, channels, machine."""
    from assistant.commands.selftest import show_last, test_now  # noqa: PLC0415

    _quiet()
    _finish(show_last() if last else asyncio.run(test_now(with_chime=not quiet)))


@app.command()
def drill(
    rooms: Annotated[
        list[str] | None, typer.Argument(help="Rooms to cry for help from, in this order.")
    ] = None,
    *,
    rooms_only: Annotated[bool, typer.Option("--rooms-only", help="Call nobody.")] = False,
    calls_only: Annotated[bool, typer.Option("--calls-only", help="No cries.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
) -> None:
    """Try it all with the Anban that runs: a cry from each room, a call to each contact."""
    from assistant.commands.drill import lead  # noqa: PLC0415

    _quiet()
    wanted = lead(rooms or [], with_rooms=not calls_only, with_calls=not rooms_only, is_sure=yes)
    _finish(asyncio.run(wanted))


@app.command()
def setup(
    *,
    answers: Annotated[
        Path | None, typer.Option(help="Ask nothing: take all answers of this file, or none.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="With --answers: only say what is wrong with them.")
    ] = False,
    example: Annotated[bool, typer.Option("--example", help="Print all settings.")] = False,
) -> None:
    """Lead through everything a home needs; each answer is kept, and can be given later."""
    _quiet()
    if answers is not None:
        from assistant.commands.setup_answers import set_up_from  # noqa: PLC0415

        _finish(set_up_from(answers, is_check=check))
    if check:
        raise typer.BadParameter("--check looks at a file: --answers FILE --check")
    from assistant.commands.setup import print_example, set_up  # noqa: PLC0415

    _finish(print_example() if example else set_up())


@app.command()
def update(
    source: Annotated[
        str, typer.Argument(help="A folder, an archive or a git address of the new version.")
    ] = "",
    *,
    back: Annotated[bool, typer.Option("--back", help="Run the version of before again.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
) -> None:
    """Put a new version beside this one, try it out, and let it run; or go back."""
    from assistant.commands.update import go_back, update_from  # noqa: PLC0415

    if bool(source) == back:
        raise typer.BadParameter("say where the new version is, or --back")
    _quiet()
    _finish(go_back(is_sure=yes) if back else update_from(source, is_sure=yes))


@app.command()
def train(
    lang: Lang = None,
    *,
    shows_all: Annotated[
        bool, typer.Option("--all", help="Show every sentence that new skills take from others.")
    ] = False,
    accept_losses: Annotated[
        bool,
        typer.Option(
            "--accept-losses", help="Use a model though it loses cries for help or doses taken."
        ),
    ] = False,
) -> None:
    """Train the dialogue models now rather than at the first start."""
    from assistant.commands.train import train_models  # noqa: PLC0415

    _quiet()
    training = train_models(_known(lang), shows_all=shows_all, accept_losses=accept_losses)
    _finish(asyncio.run(training))


def main() -> None:
    """Run the command line: errors are one plain line, the exit status says how it went."""
    keep_private()
    _hand_over()
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  (the last line of defence: told, never a traceback)
        sys.exit(_tell(error))


def _hand_over() -> None:
    """Become the version that `anban update` chose for this home, if that is another one."""
    from assistant.settings import home_folder  # noqa: PLC0415

    home = home_folder()
    if (home / "versions").exists():  # else there was never an update
        from assistant.runtime.versions import hand_over  # noqa: PLC0415

        hand_over(home, sys.argv[1:])


def _tell(error: Exception) -> int:
    if os.environ.get("ANBAN_DEBUG"):
        logging.getLogger(__name__).error("anban failed", exc_info=error)
    show = getattr(error, "show", None)  # click's own usage errors know how to show themselves
    if callable(show):
        from assistant.commands.explained import print_error  # noqa: PLC0415

        print_error(error)
        return _USAGE_ERROR
    from assistant.commands.errors import EXPECTED  # noqa: PLC0415

    if isinstance(error, EXPECTED):
        print(f"anban: {told(_plain(error))}", file=sys.stderr)  # noqa: T201
        return 1
    what = f"{type(error).__name__}: {error}"
    text = told(f"something unforeseen: {what} (anban --debug shows where; please report it)")
    print(f"anban: {text}", file=sys.stderr)  # noqa: T201
    return _INTERNAL_ERROR


def _plain(error: Exception) -> str:
    """A time limit has no words of its own."""
    return str(error) or (
        "it took too long" if isinstance(error, TimeoutError) else type(error).__name__
    )


def _known(lang: str | None) -> str | None:
    from assistant.settings import LANGUAGES  # noqa: PLC0415

    if lang is not None and lang not in LANGUAGES:
        raise typer.BadParameter(f"{lang!r} is not spoken here; choose {', '.join(LANGUAGES)}")
    return lang


def _finish(status: int | None) -> None:
    raise typer.Exit(status or 0)


def _quiet() -> None:
    """Only what went wrong, and not to a person: these commands print answers."""
    from assistant.runtime.quiet import begin_log  # noqa: PLC0415

    level = logging.DEBUG if os.environ.get("ANBAN_DEBUG") else logging.ERROR
    begin_log("%(levelname)s %(name)s: %(message)s", level)


def _lines() -> Iterable[str]:
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    return (line.strip() for line in sys.stdin if line.strip())
