"""What is told of sizes is known without reading what people make."""

import pytest

from persistence.pool import Database
from persistence.tables import users
from persistence.tables.operating import sizes

pytestmark = pytest.mark.postgres

MAKE = """
INSERT INTO studio_projects (name, owner_id, head_seq) VALUES ($1, $2, $3)
"""


def statements() -> dict[str, str]:
    found = {name: text for name, text in vars(sizes).items() if name.isupper()}
    assert {"TABLES", "DATABASE", "PROJECTS"} <= found.keys()
    return found


@pytest.mark.parametrize("name", statements())
async def test_no_statement_reads_the_journal(database: Database, name: str) -> None:
    text = statements()[name]
    params = [20] if "$1" in text else []
    plan = "\n".join(row[0] for row in await database.fetch(f"EXPLAIN {text}", *params))
    assert " on " in plan or "Result" in plan
    assert "project_deltas" not in plan


async def test_a_project_has_its_part_of_the_journal(database: Database) -> None:
    assert await sizes.largest_projects(database, 5) == []
    user = await users.create(database, email="ann@example.org", username="ann", name="Ann")
    for name, deltas in (("small", 1), ("large", 3), ("empty", 0)):
        await database.execute(MAKE, name, user.id, deltas)
    whole = await database.fetchval("SELECT pg_table_size('project_deltas')")
    found = await sizes.largest_projects(database, 5)
    shown = [(each.name, each.kept, each.journal_bytes) for each in found]
    assert shown == [("large", 3, whole * 0.75), ("small", 1, whole * 0.25), ("empty", 0, 0)]
    assert len(await sizes.largest_projects(database, 1)) == 1
