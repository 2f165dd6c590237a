"""A database with many rows in every table that users reach, made once for all tests of plans."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from persistence.lanes import Lanes, LaneSizes
from persistence.tools.fill_tables import FilledCounts, fill
from tests.databases import create_database, drop_database, other_database

ROWS = int(os.environ.get("PRIME_TEST_PLAN_ROWS", "5000"))
"""In each table. A million takes ten minutes to fill, and more memory than a test should."""

IS_SMALL = ROWS < 100_000
"""Few rows are read from end to end in no time, so there PostgreSQL is told to do so only where no
index serves. With many it must find by itself that an index is better."""


@dataclass(frozen=True, slots=True)
class Many:
    """The database, and for whom to look at it."""

    url: str
    filled: FilledCounts


@pytest.fixture(scope="session")
def many(postgres_dsn: str, template_name: str) -> Iterator[Many]:
    """Not changed by any test."""
    name = f"prime_plans_{uuid.uuid4().hex[:12]}"
    asyncio.run(create_database(postgres_dsn, name, template_name))
    url = other_database(postgres_dsn, name)
    yield Many(url, asyncio.run(fill(url, ROWS)))
    asyncio.run(drop_database(postgres_dsn, name))


@pytest.fixture
async def lanes(many: Many) -> AsyncIterator[Lanes]:
    """Connections to it."""
    setting = f"{'&' if '?' in many.url else '?'}enable_seqscan=off" if IS_SMALL else ""
    opened = await Lanes.open(many.url + setting, LaneSizes())
    yield opened
    await opened.close()
