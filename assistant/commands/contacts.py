"""`anban contacts`: whom to call, in which order, and whether each way works.

Parses only; the work lies in `contact_list`, which is imported when it is needed.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from assistant.commands.explained import HomeGroup

app = typer.Typer(cls=HomeGroup, no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The person's name, as `list` shows it.")]


@app.command("list")
def list_contacts() -> None:
    """Show everybody, in the order in which they are called."""
    from assistant.commands.contact_list import show  # noqa: PLC0415

    show()


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The person's name, as others know it.")],
    addresses: Annotated[
        list[str],
        typer.Argument(help="tel:+86…, sms:+86…, sip:…, https://…, scaip:centre, ntfy://… …"),
    ],
    called: Annotated[
        list[str] | None,
        typer.Option("--called", help="What the elder calls this person; may be repeated."),
    ] = None,
    hours: Annotated[str, typer.Option(help="Called first at these hours: 08:00-22:00.")] = "",
    lang: Annotated[
        str, typer.Option(help="A language's code, such as en; else that of the home.")
    ] = "",
    position: Annotated[
        int | None, typer.Option(min=1, help="Place in the order; last without it.")
    ] = None,
) -> None:
    """Keep a person, or replace the one of the same name."""
    from assistant.commands.contact_list import keep  # noqa: PLC0415
    from assistant.settings import LANGUAGES  # noqa: PLC0415

    if lang and lang not in LANGUAGES:
        raise typer.BadParameter(f"{lang!r} is not spoken here; choose {', '.join(LANGUAGES)}")
    keep(name, addresses, called or [], hours, lang, position)


@app.command()
def remove(name: Name) -> None:
    """Forget a person."""
    from assistant.commands.contact_list import forget  # noqa: PLC0415

    forget(name)


@app.command("test")
def check_contacts(
    name: Annotated[str | None, typer.Argument(help="One person only; else everybody.")] = None,
) -> None:
    """Find out whether each way to each person could work now; nobody is alarmed."""
    from assistant.commands.contact_list import check  # noqa: PLC0415

    raise typer.Exit(asyncio.run(check(name)))
