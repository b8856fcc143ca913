from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.skills.hosting import Core, Host, site_of_test_skills


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with Core(tmp_path) as running:
        yield running


@pytest.fixture
async def host(core: Core, tmp_path: Path) -> AsyncIterator[Host]:
    """A host with the built-in skills, a faulty one and a broken one."""
    site = tmp_path / "site"
    site.mkdir()
    async with Host(core, site_of_test_skills(site)) as running:
        await running.ready()
        yield running
