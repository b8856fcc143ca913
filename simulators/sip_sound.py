"""The sound of one simulated call: RTP packets of PCMU and of keys (RFC 3550, RFC 4733)."""

from __future__ import annotations

import asyncio
import random
import struct
import time
from typing import Any, Final

from simulators.g711 import SILENCE, from_ulaw, to_ulaw
from simulators.sip_manners import Manners

PACKET_SECONDS: Final = 0.02
PACKET_SAMPLES: Final = 160
DIGITS: Final = "0123456789*#ABCD"
_DIGIT_PACKETS: Final = 8
_LOUD: Final = 500
"""The least amplitude, of 32,768, that is speech and not the line."""

Address = tuple[str, int]


class SipSound(asyncio.DatagramProtocol):
    """Both directions of a call's sound, on an RTP port of its own."""

    def __init__(self, heard: bytearray, manners: Manners) -> None:
        """`heard`: what comes in is added to it, as 16-bit PCM at 8 kHz."""
        self._heard = heard
        self._manners = manners
        self.to_press = manners.press
        """Keys that are still to be pressed."""
        self.is_on_hold = False
        self.event_payload: int | None = None
        """The payload type of keys, as both ends agreed; None: keys cannot be sent."""
        self._transport: asyncio.DatagramTransport
        self._speaking: asyncio.Task[None] | None = None
        self._sequence, self._timestamp = 1, 0
        self._heard_seconds = 0.0
        """How much of what came in was speech."""
        self._ssrc = random.getrandbits(32)

    async def open(self) -> None:
        """Take a free port."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )

    @property
    def port(self) -> int:
        """The RTP port."""
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    @property
    def is_speaking(self) -> bool:
        """Whether packets were begun to be sent."""
        return self._speaking is not None

    def speak(self, to: Address) -> None:
        """Send packets from now on."""
        self._speaking = asyncio.create_task(self._speak(to))

    def stop(self) -> None:
        """Send no more packets; what comes in is still heard."""
        if self._speaking is not None:
            self._speaking.cancel()

    def close(self) -> None:
        """Send no more packets, and give the port back."""
        self.stop()
        self._transport.close()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """One RTP packet."""
        if len(data) > 12 and data[1] & 0x7F == 0:
            sound = from_ulaw(data[12:])
            self._heard += sound
            if max(abs(sample) for sample in memoryview(sound).cast("h")) > _LOUD:
                self._heard_seconds += (len(data) - 12) / PACKET_SAMPLES * PACKET_SECONDS

    async def _speak(self, to: Address) -> None:
        """Packets in real time, with the digits among them."""
        manners = self._manners
        sound = to_ulaw(manners.speak)
        began = time.monotonic()
        for number in range(1_000_000):
            if self.to_press and self._is_time_to_press(number * PACKET_SECONDS):
                digit, self.to_press = self.to_press[0], self.to_press[1:]
                await self._press(digit, to)
            start = number * PACKET_SAMPLES % max(len(sound), 1)
            packet = sound[start : start + PACKET_SAMPLES].ljust(PACKET_SAMPLES, SILENCE)
            if not (manners.is_mute or self.is_on_hold):
                self._packet(0, self._timestamp, packet, to)
            self._timestamp += PACKET_SAMPLES
            await asyncio.sleep(max(0.0, began + number * PACKET_SECONDS - time.monotonic()))

    def _is_time_to_press(self, seconds: float) -> bool:
        manners = self._manners
        has_heard = self._heard_seconds >= manners.press_after_heard_seconds
        return has_heard and seconds >= manners.press_after_seconds

    async def _press(self, digit: str, to: Address) -> None:
        """An event of RFC 4733: packets while the key is down, the last one three times."""
        if self.event_payload is None:
            return
        for step in range(1, _DIGIT_PACKETS + 1):
            last = step == _DIGIT_PACKETS
            flags = (0x80 if last else 0) | 10
            event = struct.pack("!BBH", DIGITS.index(digit), flags, step * PACKET_SAMPLES)
            for _ in range(3 if last else 1):
                marker = 0x80 if step == 1 else 0
                self._packet(self.event_payload | marker, self._timestamp, event, to)
            await asyncio.sleep(PACKET_SECONDS)
        self._timestamp += _DIGIT_PACKETS * PACKET_SAMPLES

    def _packet(self, kind: int, timestamp: int, payload: bytes, to: Address) -> None:
        head = struct.pack("!BBHII", 0x80, kind, self._sequence & 0xFFFF, timestamp, self._ssrc)
        self._sequence += 1
        self._transport.sendto(head + payload, to)
