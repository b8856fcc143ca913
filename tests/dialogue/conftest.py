from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.dialogue.layout import PROJECT
from tests.dialogue.house import House


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if not (PROJECT / ".venv" / "bin" / "python").exists():
        pytest.skip("the dialogue environment is not built; `make setup` builds it")
    house = House(tmp_path_factory.mktemp("house"))
    house.start()
    yield house
    house.stop()


@pytest.fixture
def zh(house: House) -> House:
    house.speak("zh")
    return house


@pytest.fixture
def en(house: House) -> House:
    house.speak("en")
    return house
