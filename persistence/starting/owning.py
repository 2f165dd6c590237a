"""Who may change the tables of a database, and what anyone else is told."""

from typing import Any

from persistence.errors import Refused
from persistence.sqlstates import own_errors

MAY = """
SELECT current_user::text AS me, current_database()::text AS database, owner::text AS owner,
    to_regclass('prime_migrations') IS NULL OR pg_has_role(current_user, owner, 'USAGE') AS owns,
    has_schema_privilege(current_user, current_schema(), 'CREATE') AS creates
FROM (
    SELECT pg_get_userbyid(coalesce(
        (SELECT relowner FROM pg_class WHERE oid = to_regclass('prime_migrations')),
        (SELECT datdba FROM pg_database WHERE datname = current_database())
    )) AS owner
) AS it
"""


async def refuse_others(connection: Any, lacking: list[str]) -> None:
    """Raises `Refused` where whoever asks may not do what is lacking (names of migrations)."""
    with own_errors():
        row = await connection.fetchrow(MAY)
    if row["owns"] and row["creates"]:
        return
    what = f"the database {row['database']} lacks {in_words(lacking)}, and " if lacking else ""
    cure = f"run ./run migrate with a DATABASE_URL of {row['owner']}"
    if row["me"] == row["owner"]:
        cure = f"let an administrator run: GRANT USAGE, CREATE ON SCHEMA public TO {row['me']};"
    raise Refused(
        f"{what}{row['me']} may not change tables of {row['database']}; nothing was changed: {cure}"
    )


def in_words(names: list[str]) -> str:
    """One by its name, many by how many."""
    return names[0] if len(names) == 1 else f"{len(names)} migrations, from {names[0]} on"
