"""Real child processes: started, watched, killed, restarted, ended."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from assistant.events import ChildDied, ChildStarted, Ready
from assistant.runtime.bus import Bus
from assistant.runtime.supervisor import ChildSpec, Supervisor
from tests.waiting import LIMIT_SECONDS

WELL = """
    import asyncio, sys
    from assistant.events import Ready, Shutdown
    from assistant.runtime.link import Link
    async def main():
        async with Link("child", (Shutdown,)) as link:
            link.send(Ready("child"))
            async for event in link:
                return
    asyncio.run(main())
"""


class House:
    """A bus, a supervisor, and what they told."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.supervisor = Supervisor(bus)
        self.told: asyncio.Queue[object] = asyncio.Queue()
        bus.listen(self.told.put_nowait)

    def spec(self, code: str, **limits: float) -> ChildSpec:
        command = (sys.executable, "-c", textwrap.dedent(code))
        return ChildSpec("child", command, {"ANBAN_SOCKET": str(self.bus.path)}, **limits)  # type: ignore[arg-type]

    async def next(self, kind: type) -> object:
        async with asyncio.timeout(60):
            while True:
                event = await self.told.get()
                if type(event) is kind:
                    return event


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    bus = Bus()
    await bus.open(tmp_path / "core.sock")
    house = House(bus)
    yield house
    await house.supervisor.stop()
    await bus.close()


async def test_a_killed_child_comes_back(house: House) -> None:
    house.supervisor.start(house.spec(WELL))
    await house.next(Ready)
    first = house.supervisor.pid("child")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    died = await house.next(ChildDied)
    assert isinstance(died, ChildDied)
    assert "-9" in died.reason
    assert not house.supervisor.is_ready("child")
    assert "-9" in house.supervisor.trouble("child")
    await house.next(Ready)
    assert house.supervisor.trouble("child") == ""
    assert house.supervisor.pid("child") != first
    assert house.supervisor.is_ready("child")


async def test_a_child_that_hangs_is_put_down_and_comes_back(house: House) -> None:
    house.supervisor.start(house.spec(WELL, silence_limit_seconds=1.5))
    await house.next(Ready)
    first = house.supervisor.pid("child")
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    died = await house.next(ChildDied)
    assert isinstance(died, ChildDied)
    assert "no sign" in died.reason
    await house.next(Ready)
    assert not psutil.pid_exists(first)


async def test_pauses_between_starts_grow(house: House) -> None:
    house.supervisor.start(house.spec("raise SystemExit(3)"))
    deaths = [await house.next(ChildDied) for _ in range(4)]
    pauses = [death.restart_in_seconds for death in deaths if isinstance(death, ChildDied)]
    assert pauses == [0.2, 0.4, 0.8, 1.6]


async def test_a_child_that_is_never_ready_is_tried_again(house: House) -> None:
    house.supervisor.start(
        house.spec("input() if 0 else __import__('signal').pause()", start_limit_seconds=1)
    )
    died = await house.next(ChildDied)
    assert isinstance(died, ChildDied)
    assert "not ready" in died.reason


async def test_a_program_that_is_not_there_is_tried_again(house: House) -> None:
    spec = ChildSpec("child", ("/nowhere/program",), explain=lambda: "it is not installed")
    house.supervisor.start(spec)
    assert house.supervisor.trouble("child") == "it is not installed"
    died = await house.next(ChildDied)
    assert isinstance(died, ChildDied)
    assert died.reason
    assert house.supervisor.trouble("child") == f"{died.reason}: it is not installed"
    assert house.supervisor.trouble("another") == ""


async def test_a_probe_stands_in_for_the_socket(house: House) -> None:
    well = True

    async def probe() -> bool:
        return well

    spec = ChildSpec(
        "child",
        (sys.executable, "-c", "import signal; signal.pause()"),
        silence_limit_seconds=1,
        probe=probe,
    )
    house.supervisor.start(spec)
    await house.next(Ready)
    well = False
    died = await house.next(ChildDied)
    assert isinstance(died, ChildDied)
    assert "no sign" in died.reason


async def test_the_end_takes_grandchildren_along(house: House) -> None:
    code = """
        import signal, subprocess, sys
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        import asyncio
        from assistant.events import Ready
        from assistant.runtime.link import Link
        async def main():
            async with Link("child", ()) as link:
                link.send(Ready("child", str(child.pid)))
                await asyncio.Event().wait()
        asyncio.run(main())
    """
    house.supervisor.start(house.spec(code))
    ready = await house.next(Ready)
    assert isinstance(ready, Ready)
    grandchild = psutil.Process(int(ready.detail))
    await house.supervisor.stop()
    gone, _ = psutil.wait_procs([grandchild], timeout=LIMIT_SECONDS)
    assert gone


async def test_children_die_with_a_killed_core(tmp_path: Path) -> None:
    code = textwrap.dedent(f"""
        import asyncio, sys
        from pathlib import Path
        from assistant.runtime.bus import Bus
        from assistant.events import ChildStarted
        from assistant.runtime.supervisor import ChildSpec, Supervisor
        async def main():
            bus = Bus()
            await bus.open(Path({str(tmp_path / "core.sock")!r}))
            bus.subscribe(ChildStarted, lambda event: print(event.pid, flush=True))
            pause = "import signal; signal.pause()"
            Supervisor(bus).start(ChildSpec("child", (sys.executable, "-c", pause)))
            await asyncio.Event().wait()
        asyncio.run(main())
    """)
    core = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    assert core.stdout is not None
    pid = int(await asyncio.wait_for(core.stdout.readline(), LIMIT_SECONDS))
    child = psutil.Process(pid)
    core.kill()
    await core.wait()
    gone, _ = psutil.wait_procs([child], timeout=LIMIT_SECONDS)
    assert gone


async def test_a_start_is_told(house: House) -> None:
    house.supervisor.start(house.spec(WELL))
    started = await house.next(ChildStarted)
    assert isinstance(started, ChildStarted)
    assert started.pid == house.supervisor.pid("child")
