"""The other ends, to try Anban by hand: `python -m simulators phone --press 1`."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import wave
from pathlib import Path
from typing import Annotated

import typer

from assistant.channels.call_audio import RATE_HZ
from simulators.modem import SimulatedModem
from simulators.modem_manners import ModemManners
from simulators.scaip_centre import CentreManners, ScaipReceiver
from simulators.sip_manners import Manners
from simulators.sip_peer import SipPeer
from simulators.webhook import WebhookReceiver

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command()
def phone(
    press: Annotated[str, typer.Option(help="Keys pressed once it is answered")] = "",
    press_after: Annotated[float, typer.Option(help="Seconds into the call")] = 5.0,
    status: Annotated[str, typer.Option(help='"486 Busy Here", "603 Decline"')] = "200 OK",
    record: Annotated[Path | None, typer.Option(help="WAV of what was heard")] = None,
    port: int = 5080,
) -> None:
    """A telephone that takes one call."""
    asyncio.run(
        _phone(Manners(status, 2.0, press=press, press_after_seconds=press_after), record, port)
    )


async def _phone(manners: Manners, record: Path | None, port: int) -> None:
    peer = await SipPeer(manners).open(port)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_exit(peer)
        typer.echo(f"ring {peer.uri}")
        await peer.called.wait()
        call = peer.calls[0]
        typer.echo("it rings")
        await call.ended.wait()
        typer.echo(
            f"over ({call.ended_by or manners.status}); {len(call.heard) / 16_000:.1f} s heard"
        )
    if record is not None:
        with wave.open(str(record), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(RATE_HZ)
            sound.writeframes(bytes(call.heard))


@app.command()
def modem(
    call: Annotated[str, typer.Option(help="answer, busy, decline, for ever …")] = "answer",
    press: Annotated[str, typer.Option(help="A key pressed in an answered call")] = "",
) -> None:
    """A GSM modem on a pseudo-terminal."""
    asyncio.run(_modem(ModemManners(call=call), press))


async def _modem(manners: ModemManners, press: str) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        SimulatedModem(Path(folder), manners) as simulated,
    ):
        typer.echo(f"port {simulated.port}")
        shown_sms = shown_calls = 0
        while True:
            for sms in simulated.messages.sent[shown_sms:]:
                typer.echo(f"SMS {sms.part}/{sms.parts} to {sms.number}: {sms.text}")
            for number in simulated.calls.dialled[shown_calls:]:
                typer.echo(f"call to {number}")
                if press:
                    await asyncio.sleep(3)
                    simulated.calls.press(press)
            shown_sms, shown_calls = len(simulated.messages.sent), len(simulated.calls.dialled)
            await asyncio.sleep(0.2)


@app.command()
def centre(status: Annotated[int, typer.Option(help="snu of every answer")] = 0) -> None:
    """An alarm receiving centre (SCAIP over UDP)."""
    asyncio.run(_centre(CentreManners(statuses=(status,))))


async def _centre(manners: CentreManners) -> None:
    async with ScaipReceiver(manners) as receiver:
        typer.echo(f"route {receiver.uri}")
        shown = 0
        while True:
            for request in receiver.requests[shown:]:
                typer.echo(str(request))
            shown = len(receiver.requests)
            await asyncio.sleep(0.2)


@app.command()
def webhook(secret: Annotated[str, typer.Option(help="Hexadecimal, as the home signs")]) -> None:
    """A receiver of signed events."""
    with WebhookReceiver(bytes.fromhex(secret)) as receiver:
        typer.echo(f"post to {receiver.url}")
        asyncio.run(_webhook(receiver))


async def _webhook(receiver: WebhookReceiver) -> None:
    shown: set[str] = set()
    while True:
        for event_id in receiver.events.keys() - shown:
            typer.echo(f"{event_id}: {receiver.events[event_id]}")
            shown.add(event_id)
        await asyncio.sleep(0.2)


if __name__ == "__main__":
    app()
