"""A PulseAudio server of our own: a virtual speaker and a virtual microphone, no sound card.

What is played into the sink `mic_feed` comes out of the source `mic`; what is played to
`speaker` can be recorded from `speaker.monitor`.  It needs no D-Bus, no systemd and no display,
and it touches nothing of the user's own sound server.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from assistant.runtime.with_parent import with_parent

_START_SECONDS: Final = 15.0

# norewinds=1: PulseAudio rewinds null sinks otherwise, and what was recorded has holes.
_SCRIPT: Final = """\
.fail
load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
load-module module-null-sink sink_name=speaker norewinds=1 rate=48000 channels=1 channel_map=mono
load-module module-null-sink sink_name=mic_feed norewinds=1 rate=16000 channels=1 channel_map=mono
load-module module-remap-source source_name=mic master=mic_feed.monitor
set-default-sink speaker
set-default-source mic
"""


class PulseError(RuntimeError):
    """PulseAudio cannot be started here; the same streams can go through files."""


@contextlib.asynccontextmanager
async def pulse_server(folder: Path) -> AsyncIterator[dict[str, str]]:
    """Run a server as long as the block; yields the environment that leads to it.

    Raises:
        PulseError: not installed, or it does not start.
    """
    if shutil.which("pulseaudio") is None:
        raise PulseError("pulseaudio is not installed")
    # Relative paths would be looked for in PulseAudio's own folders.
    folder = folder.absolute()
    socket, script = folder / "pulse.sock", folder / "pulse.pa"
    script.write_text(server_script(socket), "utf-8")
    own = {
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "PULSE_RUNTIME_PATH": str(folder),
        "PULSE_STATE_PATH": str(folder),
    }
    environment = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "PULSE_SERVER"}}
    environment["DBUS_SESSION_BUS_ADDRESS"] = ""
    log = (folder / "pulse.log").open("wb")
    with log:
        server = await asyncio.create_subprocess_exec(
            *with_parent(
                "pulseaudio", "-n", "-F", str(script), "--daemonize=no", "--exit-idle-time=-1",
                "--use-pid-file=no", "--disable-shm=yes", "--log-target=stderr",
                "--log-level=error",
            ),
            env={**environment, **own}, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        await _until_it_answers(server, socket)
        yield {"PULSE_SERVER": f"unix:{socket}"}
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.terminate()
        await server.wait()


def server_script(socket: Path) -> str:
    """What makes a PulseAudio server a room: its devices and its address."""
    return _SCRIPT.format(socket=socket)


async def _until_it_answers(server: asyncio.subprocess.Process, socket: Path) -> None:
    """Wait for the server's socket to take a connection."""
    try:
        async with asyncio.timeout(_START_SECONDS):
            while True:
                if server.returncode is not None:
                    raise PulseError(f"pulseaudio ended with status {server.returncode}")
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_unix_connection(socket)
                    writer.close()
                    return
                await asyncio.sleep(0.05)
    except TimeoutError as error:
        raise PulseError("pulseaudio did not start in time") from error
