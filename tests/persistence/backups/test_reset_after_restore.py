import pytest

from persistence.backups import reset_after_restore
from persistence.backups.reset_after_restore import OrdersBefore
from persistence.pool import Database
from tests.persistence.planted_rows import make_project, make_user

pytestmark = pytest.mark.postgres

NODE = """
INSERT INTO server_nodes (name, host, address, pid, version, is_drained)
VALUES ('n', 'h', 'a', 1, '1', true)
"""

CLOSED = """
INSERT INTO closed_rooms (project_id, reason, until) VALUES ($1, 'x', now() + $2 * interval '1 h')
"""


async def test_nodes_of_then_are_forgotten_and_what_was_decided_is_told(
    database: Database, database_url: str
) -> None:
    """A room whose time is over is open."""
    assert await reset_after_restore.settle(database_url) == OrdersBefore(None, 0)
    ann = await make_user(database)
    for hours in (None, 1, -1):
        await database.execute(CLOSED, (await make_project(database, ann, "Song")).id, hours)
    await database.execute("INSERT INTO maintenance (message) VALUES ('We move.')")
    await database.execute(NODE)
    assert await reset_after_restore.settle(database_url) == OrdersBefore("We move.", 2)
    assert await database.fetch("SELECT FROM server_nodes") == []
