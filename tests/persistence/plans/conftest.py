"""A database with many rows in every table that users reach, made once for all tests of plans."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from persistence.lanes import Lanes, LaneSizes
from persistence.tools.fill_tables import Filled, fill
from tests.databases import drop_database, execute, other_database

ROWS = int(os.environ.get("PRIME_TEST_PLAN_ROWS", "5000"))
"""In each table. With so few the plans are those of a million, which takes ten minutes to fill."""


@dataclass(frozen=True, slots=True)
class Many:
    """The database, and for whom to look at it."""

    url: str
    filled: Filled


@pytest.fixture(scope="session")
def many(postgres_dsn: str, template_name: str) -> Iterator[Many]:
    """Not changed by any test."""
    name = f"prime_plans_{uuid.uuid4().hex[:12]}"
    asyncio.run(execute(postgres_dsn, f"CREATE DATABASE {name} TEMPLATE {template_name}"))
    url = other_database(postgres_dsn, name)
    yield Many(url, asyncio.run(fill(url, ROWS)))
    asyncio.run(drop_database(postgres_dsn, name))


@pytest.fixture
async def lanes(many: Many) -> AsyncIterator[Lanes]:
    """Connections to it."""
    opened = await Lanes.open(many.url, LaneSizes())
    yield opened
    await opened.close()
