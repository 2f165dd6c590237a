"""What tests of rows have in common: a way to them, and two people with something of each kind."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from persistence.lanes import Lanes, LaneSizes
from persistence.pool import Database
from persistence.rows.row_lanes import RowLanes
from tests.persistence.rows.strangers import make_stranger


@dataclass
class Asked:
    """Rows as users ask for them, and what was counted meanwhile."""

    access: RowLanes
    owner: Database
    """For what tests plant."""
    ann: str
    bob: str
    song: str
    """A project of Ann's."""
    track: str
    """A project of Bob's."""
    hidden: list[int]
    """What the second wall held back of searches."""


@pytest.fixture
async def lanes(database_url: str) -> AsyncIterator[Lanes]:
    opened = await Lanes.open(database_url, LaneSizes(1, 1, 1, 2, 1, 2))
    yield opened
    await opened.close()


@pytest.fixture
async def asked(lanes: Lanes) -> Asked:
    hidden: list[int] = []
    ann, song = await make_stranger(lanes.calls, "ann")
    bob, track = await make_stranger(lanes.calls, "bob")
    access = RowLanes(lanes.callers, lanes.calls, hidden.append)
    return Asked(access, lanes.calls, ann, bob, song, track, hidden)
