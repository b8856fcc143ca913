"""A sound card made of nothing: a private PulseAudio server for tests and demos of real streams.

    with PulseServer.started() as pulse:
        child = subprocess.Popen(..., env={**os.environ, **pulse.environment})
        pulse.feed(Path("elder.wav"))          # the microphone hears it
        with pulse.recording("speaker") as recorded: ...

Its devices: sinks `speaker` (what is played) and `mic_feed`, source `mic` (hears `mic_feed`).
For sounddevice the device is named "pulse".  In the process of the test itself PortAudio reads the
environment when it starts: run what needs sounddevice in a process of its own.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.demo.pulse import server_script

RATE_HZ = 16_000
DEVICE = "pulse"

_START_SECONDS = 15.0


def missing() -> str:
    """Why there can be no headless sound here; empty where there can."""
    programs = ("pulseaudio", "pactl", "paplay", "parec")
    absent = [program for program in programs if shutil.which(program) is None]
    return f"not installed: {', '.join(absent)} (packages pulseaudio, pulseaudio-utils)" * bool(
        absent
    )


needs_pulse = pytest.mark.skipif(bool(missing()), reason=missing() or "PulseAudio is there")


class PulseServer:
    """One server; may be killed, stopped and started again under the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "pulse.sock"
        self.environment = {
            "PULSE_SERVER": f"unix:{self.socket}",
            "PULSE_RUNTIME_PATH": str(folder / "run"),
            "PULSE_STATE_PATH": str(folder / "state"),
            "PULSE_COOKIE": str(folder / "cookie"),
            "XDG_RUNTIME_DIR": str(folder / "run"),
        }
        self._server: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextlib.contextmanager
    def started(cls) -> Iterator[PulseServer]:
        """A running server in a short temporary folder (socket names may have 107 bytes)."""
        with tempfile.TemporaryDirectory(prefix="pa", dir="/tmp") as folder:
            server = cls(Path(folder))
            server.start()
            try:
                yield server
            finally:
                server.kill()

    def start(self) -> None:
        """Start it, and return when it answers."""
        for name in ("run", "state"):
            (self.folder / name).mkdir(exist_ok=True, mode=0o700)
        script = self.folder / "pulse.pa"
        script.write_text(server_script(self.socket))
        environment = {**os.environ, **self.environment, "HOME": str(self.folder)}
        for name in ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "PULSE_SERVER"):
            environment.pop(name, None)
        with (self.folder / "pulse.log").open("ab") as log:
            self._server = subprocess.Popen(
                [
                    *("pulseaudio", "-n", "-F", str(script), "--daemonize=no"),
                    *("--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"),
                    *("--log-target=stderr", "--log-level=notice"),
                ],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _START_SECONDS
        while self._control("info", check=False).returncode != 0:
            if self._server.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"pulseaudio: {(self.folder / 'pulse.log').read_text()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it at once, as a sound card being pulled."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None
        self.socket.unlink(missing_ok=True)

    @contextlib.contextmanager
    def stalled(self) -> Iterator[None]:
        """Freeze it: every stream stays open and gives nothing."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._server.send_signal(signal.SIGCONT)

    def feed(self, wav: Path) -> None:
        """Play a WAV file into the microphone, in real time, to its end."""
        subprocess.run(
            ["paplay", "-d", "mic_feed", str(wav)],
            env={**os.environ, **self.environment},
            check=True,
            timeout=660,
        )

    @contextlib.contextmanager
    def recording(self, sink: str = "speaker") -> Iterator[bytearray]:
        """What a sink plays while the block runs: 16 kHz, mono, s16le, growing."""
        heard = bytearray()
        recorder = subprocess.Popen(
            [
                *("parec", "-d", f"{sink}.monitor", "--raw", "--format=s16le"),
                *(f"--rate={RATE_HZ}", "--channels=1", "--latency-msec=20"),
            ],
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
        )
        assert recorder.stdout is not None
        output = recorder.stdout
        flowing = threading.Event()

        def read() -> None:
            while data := os.read(output.fileno(), 4096):
                heard.extend(data)
                flowing.set()

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        try:
            assert flowing.wait(10), "the sink's monitor gives nothing"
            yield heard
        finally:
            recorder.terminate()
            recorder.wait()
            reader.join(5)
            output.close()

    @contextlib.contextmanager
    def air(self) -> Iterator[None]:
        """Let the microphone hear the speaker, as in a room, while the block runs."""
        how = ("source=speaker.monitor", "sink=mic_feed", "latency_msec=60")
        module = self._control("load-module", "module-loopback", *how).stdout.decode().strip()
        try:
            yield
        finally:
            self._control("unload-module", module, check=False)

    def _control(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["pactl", *words],
            env={**os.environ, **self.environment},
            capture_output=True,
            check=check,
            timeout=10,
        )
