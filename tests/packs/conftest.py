"""A process in which German is a language, too: which there are is found once in each process."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from assistant.packs import VARIABLE

GERMAN = Path(__file__).parents[1] / "fixtures" / "german"
_PATIENCE_SECONDS = 200
InGerman = Callable[..., Any]


@pytest.fixture(scope="session")
def in_german() -> Iterator[InGerman]:
    """Call a function, by its name in a module, in a process that has the pack."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(GERMAN))
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as pool:

            def call(function: Callable[..., Any], *given: Any, **named: Any) -> Any:
                return pool.submit(function, *given, **named).result(_PATIENCE_SECONDS)

            call(len, "")  # the process starts while the variable is set
            patch.undo()
            yield call
