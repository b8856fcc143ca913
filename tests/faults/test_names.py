"""Names that would forge a header, a command or markup: the alarm goes out over every channel."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from assistant.events import AlarmAcknowledged
from assistant.people.contacts import FILE_NAME, Contact
from assistant.settings import CentreSettings, ConsoleSettings, ModemSettings
from simulators.modem import SimulatedModem
from simulators.scaip_centre import ScaipReceiver
from simulators.sip_manners import Manners
from simulators.sip_peer import SipPeer
from tests.channels.parts import free_port, needs_baresip
from tests.faults.parts import a_home, a_phone, receiver
from tests.waiting import until

HOSTILE = [
    "王\r\nX-Forged: 1\r\n\r\n奶奶",
    "A\x00B\x1a\x1b[2J",
    "\x1aAT+CFUN=0\r",
    "</mrq><snu>0</snu>",
    '<script src="//x">&{elder}%s',
    "\u202e奶\u2028奶\ufeff",
    "👵🏻" * 30,
    "\ud83d",
]


class _Ntfy(BaseHTTPRequestHandler):
    taken: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((dict(self.headers), body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Nothing."""


@contextmanager
def ntfy() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    taken: list[tuple[dict[str, str], bytes]] = []
    handler = type("Handler", (_Ntfy,), {"taken": taken})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"ntfy://127.0.0.1:{server.server_address[1]}/topic", taken
    finally:
        server.shutdown()
        server.server_close()


@needs_baresip
@pytest.mark.parametrize("name", HOSTILE)
async def test_an_alarm_of_such_a_name_goes_out_over_every_channel(
    tmp_path: Path, name: str
) -> None:
    port = free_port()
    page = ConsoleSettings(f"127.0.0.1:{port}", f"http://127.0.0.1:{port}")
    with SimulatedModem(tmp_path) as modem, ntfy() as (topic, pushed), receiver() as web:
        # Who answers ends it for all others: not before they were written to.
        all_written = asyncio.Event()
        last = Manners(press="1", answers_once=all_written)
        async with ScaipReceiver() as centre, SipPeer(last) as peer:
            channels = (web.url, topic, "sms:+8613800138000", "scaip:centre")
            people = [
                Contact("c1", name, (name,), channels),
                Contact("c2", name + "2", (), (peer.uri,)),
            ]
            home_folder = tmp_path / "home"
            home_folder.mkdir()
            # By hand: what is entered with the command is refused.
            text = json.dumps([asdict(person) for person in people])
            (home_folder / FILE_NAME).write_text(text, "utf-8")
            async with (
                a_home(
                    home_folder,
                    elder_name=name.encode("utf-8", "ignore").decode(),  # as TOML can hold it
                    phone=a_phone(),
                    modem=ModemSettings(modem.port),
                    centre=CentreSettings("1234567", centre.uri),
                    console=page,
                ) as home,
                httpx.AsyncClient() as client,
            ):
                assert home.core.ways.equipment.phone is not None
                await home.core.ways.equipment.phone.connection.wait_ready(30)
                async with asyncio.timeout(60):
                    await home.core.children.ready("console")
                home.cry()
                for came in (web.events, pushed, modem.messages.sent, centre.requests):
                    await until(lambda came=came: len(came) > 0)
                all_written.set()
                await until(home.has(AlarmAcknowledged))
                # A name that cannot be read is told of too, and that notice has no link.
                told = [event["data"]["acknowledge_url"] for event in web.events.values()]
                link = next(filter(None, told))
                shown = await client.get(link)
                assert shown.status_code == 200
                assert "<script" not in shown.text
            assert not any("CFUN=0" in command for command in modem.commands)
            assert not any("Forged" in header for headers, _ in pushed for header in headers)
            assert web.forged == 0
