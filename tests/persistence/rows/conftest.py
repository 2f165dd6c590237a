"""What tests of rows have in common: a way to them, and two people with a project each."""

from dataclasses import dataclass

import pytest

from persistence.pool import Database
from persistence.rows.access import Access
from tests.persistence.planted_rows import make_user


@dataclass
class Asked:
    """Rows as users ask for them, and what was counted meanwhile."""

    access: Access
    owner: Database
    """For what tests plant."""
    ann: str
    bob: str
    hidden: list[int]
    """What the second wall held back of searches."""


@pytest.fixture
async def asked(database: Database) -> Asked:
    hidden: list[int] = []
    ann, bob = [(await make_user(database, name)).id for name in ("ann", "bob")]
    return Asked(Access(database, database, hidden.append), database, ann, bob, hidden)
