"""What a restored database says of the deployment that was backed up, and is no longer so."""

from dataclasses import dataclass

from persistence.backups.contents import close, connect
from persistence.sqlstates import own_errors

FORGET_NODES = "DELETE FROM server_nodes"

STANDING = """
SELECT (SELECT message FROM maintenance) AS message,
    (SELECT count(*) FROM closed_rooms WHERE until IS NULL OR until > now()) AS closed_rooms
"""


@dataclass(frozen=True, slots=True)
class OrdersBefore:
    """What operators had told nodes. `message`: of a maintenance, during which nobody edits."""

    message: str | None
    closed_rooms: int


async def settle(dsn: str) -> OrdersBefore:
    """Forget the nodes of then; what operators had decided stays. Raises `PersistenceError`."""
    connection = await connect(dsn)
    try:
        with own_errors():
            await connection.execute(FORGET_NODES)
            return OrdersBefore(**await connection.fetchrow(STANDING))
    finally:
        await close(connection)
