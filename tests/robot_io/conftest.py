"""The reference firmware as a process, and simulated robots on real pseudo-terminals."""

import shutil
import subprocess
from pathlib import Path

import pytest

from robot_io.simulator import Simulator, living_room

FIRMWARE = Path(__file__).parents[2] / "robot_io" / "firmware"


class HostFirmware:
    """`firmware/host/main.cpp` compiled with sanitizers; one line in, one line out."""

    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, line: str) -> str:
        return self.ask_all([line])[0]

    def ask_all(self, lines: list[str]) -> list[str]:
        """Batches keep the pipe from costing more than the code under test."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        answers = []
        for start in range(0, len(lines), 100):
            part = lines[start : start + 100]
            self._process.stdin.write("".join(line + "\n" for line in part))
            self._process.stdin.flush()
            for line in part:
                answer = self._process.stdout.readline()
                assert answer, f"the firmware died on {line!r}"
                answers.append(answer.rstrip("\n"))
        return answers

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(10) == 0


@pytest.fixture(scope="session")
def firmware_program(tmp_path_factory):
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("no g++ on this machine: the reference firmware cannot be compiled")
    program = tmp_path_factory.mktemp("firmware") / "host"
    sources = [*sorted((FIRMWARE / "src").glob("*.cpp")), FIRMWARE / "host" / "main.cpp"]
    flags = "-std=c++11 -Wall -Wextra -Werror -g -O1 -fsanitize=address,undefined"
    subprocess.run(
        [compiler, *flags.split(), "-fno-sanitize-recover=all", *sources, "-o", program],
        check=True,
    )
    return program


@pytest.fixture(scope="session")
def firmware(firmware_program):
    process = HostFirmware(firmware_program)
    yield process
    process.close()


@pytest.fixture
def simulator():
    """A simulated robot off its charger, in the middle of a room with nobody in it."""
    room = living_room()
    room.person = None
    with Simulator(room=room) as robot:
        robot.body.docked = False
        robot.body.x = 1.5
        yield robot
