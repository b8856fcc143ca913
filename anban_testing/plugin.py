"""What pytest finds of Anban: the fixture `conversation`, files of conversations, robot drivers.

Loaded in every run of pytest on a machine where Anban is installed, so it imports nothing of
Anban's until a test asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from anban_testing.conversation import Conversation
    from anban_testing.robot.bench import DriverUnderTest

_SUITE: Final = Path(__file__).parent / "robot" / "suite.py"
pytest.register_assert_rewrite("anban_testing.robot.suite", "anban_testing.robot.bench")


@pytest.fixture
def conversation() -> Iterator[Callable[..., Conversation]]:
    """Makes conversations: `conversation("tea", lang="en")`; ended after the test."""
    from anban_testing.conversation import Conversation  # noqa: PLC0415

    made: list[Conversation] = []

    def make(*arguments: Any, **more: Any) -> Conversation:
        made.append(Conversation(*arguments, **more))
        return made[-1]

    yield make
    for each in made:
        each.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take files of conversations."""
    if file_path.suffix != ".talk":
        return None
    from anban_testing.talk_file import TalkFile  # noqa: PLC0415

    return TalkFile.from_parent(parent, path=file_path)


# ------------------------------------------------------------------------------ robot drivers


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of Anban's."""
    group = parser.getgroup("anban", "Anban: skills and robots")
    group.addoption(
        "--anban-driver",
        metavar="DRIVER",
        default="",
        help="run the robot suite on a driver: an installed one's name, or module:Class",
    )
    group.addoption(
        "--anban-simulator",
        metavar="FIRMWARE",
        default="",
        help="the simulated robot that speaks the driver's bytes, if it is not of the same name",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Collect the robot suite beside what was asked for."""
    if config.getoption("--anban-driver") and str(_SUITE) not in config.args:
        config.args.append(str(_SUITE))


@pytest.fixture(scope="session")
def driver_under_test(request: pytest.FixtureRequest) -> DriverUnderTest:
    """The driver of `--anban-driver`, with its simulated robot."""
    from anban_testing.robot.bench import find  # noqa: PLC0415
    from robot_io.errors import DriverError  # noqa: PLC0415

    driver, simulator = (
        str(request.config.getoption(name)) for name in ("--anban-driver", "--anban-simulator")
    )
    try:
        return find(driver, simulator)
    except DriverError as error:
        raise pytest.UsageError(str(error)) from error
