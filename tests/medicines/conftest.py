from __future__ import annotations

import pytest

from assistant.medicines.lookup import Lookup
from assistant.medicines.table import Table


@pytest.fixture(scope="session")
def table() -> Table:
    return Table.load()


@pytest.fixture(scope="session")
def lookup(table: Table) -> Lookup:
    return Lookup(table)
