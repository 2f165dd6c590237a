"""Who may change the tables of a database, and what anyone else is told."""

import re
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from persistence.caller_role import quoted, try_to_make_role
from persistence.errors import Unfit
from persistence.sqlstates import own_errors

SQL = Path(__file__).parents[2] / "schema" / "sql" / "current.sql"
"""Says what the tables and functions of Prime are called."""

MAY = """
SELECT *, has_schema_privilege(
    CASE WHEN is_owner OR becomes THEN owner ELSE me END, current_schema(), 'CREATE'
) AS creates
FROM (
    SELECT current_user::text AS me, current_database()::text AS database, owner::text AS owner,
        to_regclass('prime_migrations') IS NULL AS is_new, current_user = owner AS is_owner,
        current_user <> owner AND CASE
            WHEN current_setting('server_version_num')::int >= 160000
                THEN pg_has_role(session_user, owner, 'SET')
            ELSE pg_has_role(session_user, owner, 'MEMBER')
        END AS becomes
    FROM (
        SELECT pg_get_userbyid(coalesce(
            (SELECT relowner FROM pg_class WHERE oid = to_regclass('prime_migrations')),
            (SELECT datdba FROM pg_database WHERE datname = current_database())
        )) AS owner
    ) AS it
) AS standing
"""
"""The owner is that of the tables; of the database, where there are none yet."""

OF_OTHERS = """
SELECT relname::text AS name, pg_get_userbyid(relowner)::text AS owner,
    format('ALTER TABLE %s OWNER TO %I', c.oid::regclass, $1::name) AS cure
FROM pg_class AS c
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
    AND relname = ANY ($2) AND pg_get_userbyid(relowner) <> $1::name
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype IN ('a', 'e', 'i'))
UNION ALL
SELECT proname::text, pg_get_userbyid(proowner)::text,
    format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure, $1::name)
FROM pg_proc AS p
WHERE pronamespace = current_schema()::regnamespace
    AND proname = ANY ($2) AND pg_get_userbyid(proowner) <> $1::name
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
ORDER BY cure DESC
"""

MOST_NAMED = 4
"""Of what has another owner; for more of it the SQL of the roles is the shorter cure."""


async def refuse_others(connection: Any, lacking: list[str]) -> None:
    """Raises `Unfit` where whoever asks may not do the migrations in `lacking`.

    Nor where Prime's tables have two owners: neither could change all of them.
    """
    with own_errors():
        row = await connection.fetchrow(MAY)
        strange = await connection.fetch(OF_OTHERS, row["owner"], _names())
    lack = f"the database {row['database']} lacks {in_words(lacking)}, and " if lacking else ""
    may = row["is_owner"] or row["becomes"] or row["is_new"]
    if may and row["creates"]:
        if strange and not row["is_new"]:
            _refuse_two(row, strange, lack)
        return
    cure = f"run ./run migrate with a DATABASE_URL of {row['owner']}"
    acts_as = row["owner"] if row["becomes"] else row["me"]
    if acts_as == row["owner"]:
        cure = f"let an administrator run: GRANT USAGE, CREATE ON SCHEMA public TO {acts_as};"
    raise Unfit(
        f"{lack}{acts_as} may not change tables of {row['database']}; nothing was changed: {cure}"
    )


async def become_owner(connection: Any) -> None:
    """Until the caller's transaction ends: what it makes is the owner's, whoever has logged in."""
    row = await connection.fetchrow(MAY)
    if not row["becomes"]:
        return
    await try_to_make_role(connection, row["owner"])  # which this login may, and the owner not
    await connection.execute(f"SET LOCAL ROLE {quoted(row['owner'])}")


async def owner_to_become(connection: Any) -> str | None:
    """Whose all must be that this login makes; None: its own."""
    row = await connection.fetchrow(MAY)
    return str(row["owner"]) if row["becomes"] else None


def _refuse_two(row: Any, strange: list[Any], things: str) -> NoReturn:
    few = strange[:MOST_NAMED]
    other_count = len(strange) - len(few)
    owners = ", ".join(f"{relation['name']} is {relation['owner']}'s" for relation in few)
    cure = ": " + " ".join(f"{relation['cure']};" for relation in few)
    if other_count:
        owners += f", and so are {other_count} more"
        cure = f" what ./run migrate --roles {row['owner']},APP,CALLER prints"
    raise Unfit(
        f"{things}what Prime has in {row['database']} has two owners: {owners}, all else is "
        f"{row['owner']}'s; nothing was changed: let an administrator run{cure}"
    )


@cache
def _names() -> list[str]:
    """Of all relations and functions that the migrations make."""
    create_pattern = r"^CREATE (?:UNLOGGED )?(?:TABLE|VIEW|SEQUENCE|FUNCTION) public\.(\w+)"
    return sorted(set(re.findall(create_pattern, SQL.read_text(), re.MULTILINE)))


def in_words(names: list[str]) -> str:
    """One by its name, many by how many."""
    return names[0] if len(names) == 1 else f"{len(names)} migrations, from {names[0]} on"
