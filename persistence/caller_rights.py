"""What `prime_caller` must have in a database: grants, policies, row-level security switched on.

A backup that is restored before the role is there comes without them. `./run migrate` gives back
what is missing, and no node starts without.
"""

from collections.abc import Iterable
from pathlib import Path

from persistence.caller_role import ROLE
from persistence.errors import Unfit
from persistence.pool import Executor

FILE = Path(__file__).parent.parent / "schema" / "sql" / "caller_rights.sql"
"""All of it, as statements; written by `python -m persistence.migrate --dump-current`."""

HEADER = "-- What the migrations give to prime_caller; written by `./run migrate --dump-current`.\n"

FOUND = f"""
SELECT format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', c.relname) AS statement
FROM pg_class AS c WHERE c.relnamespace = current_schema()::regnamespace AND c.relrowsecurity
UNION ALL
SELECT format('CREATE POLICY %I ON %I FOR %s TO {ROLE}', p.policyname, p.tablename, p.cmd)
    || coalesce(' USING (' || regexp_replace(p.qual, '\\s+', ' ', 'g') || ')', '')
    || coalesce(' WITH CHECK (' || regexp_replace(p.with_check, '\\s+', ' ', 'g') || ')', '')
FROM pg_policies AS p WHERE p.schemaname = current_schema() AND p.roles = '{{{ROLE}}}'
UNION ALL
SELECT format('GRANT %s ON %I TO {ROLE}', acl.privilege_type, c.relname)
FROM pg_class AS c, aclexplode(c.relacl) AS acl
WHERE c.relnamespace = current_schema()::regnamespace
    AND acl.grantee = (SELECT oid FROM pg_roles WHERE rolname = '{ROLE}')
UNION ALL
SELECT format('GRANT %s (%I) ON %I TO {ROLE}', acl.privilege_type, a.attname, c.relname)
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid, aclexplode(a.attacl) AS acl
WHERE c.relnamespace = current_schema()::regnamespace AND NOT a.attisdropped
    AND acl.grantee = (SELECT oid FROM pg_roles WHERE rolname = '{ROLE}')
"""
"""What a database has, as the statements that make it."""

USES_SCHEMA = f"""
SELECT coalesce(
    (SELECT has_schema_privilege(oid, current_schema(), 'USAGE') FROM pg_roles
     WHERE rolname = '{ROLE}'), false)
"""

GRANT_SCHEMA = f"""
DO $$ BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO {ROLE}', current_schema());
END $$
"""


async def found(db: Executor) -> list[str]:
    """The statements that would make what is there, sorted."""
    return sorted(row["statement"] for row in await db.fetch(FOUND))


def as_file(statements: Iterable[str]) -> str:
    """The text of `FILE`."""
    return HEADER + "".join(f"{statement};\n" for statement in statements)


def wanted() -> list[str]:
    """The statements of `FILE`."""
    lines = FILE.read_text().splitlines()
    return [line.removesuffix(";") for line in lines if not line.startswith("--")]


async def missing(db: Executor) -> list[str]:
    """The statements that make what is not there; of a policy its table, name and command count."""
    granted_keys = {_key(statement) for statement in await found(db)}
    lacking_sql = [statement for statement in wanted() if _key(statement) not in granted_keys]
    return lacking_sql if await db.fetchval(USES_SCHEMA) else [GRANT_SCHEMA, *lacking_sql]


async def repair(db: Executor) -> list[str]:
    """Make what is missing, in the caller's transaction; returns it in words, one a kind."""
    lacking_sql = await missing(db)
    for statement in lacking_sql:
        await db.execute(statement)
    return in_words(lacking_sql)


async def check_rights(db: Executor) -> None:
    """Raises `Unfit` where something is missing, with the command that makes it."""
    lacking_sql = await missing(db)
    if lacking_sql:
        raise Unfit(
            f"the database does not give {ROLE} what it must have: "
            f"{', '.join(in_words(lacking_sql))} missing (was it restored before the role was "
            "there?); run ./run migrate"
        )


def in_words(statements: Iterable[str]) -> list[str]:
    """How many of each kind: `3 policies`."""
    kinds = {"GRANT": "grants", "CREATE": "policies", "ALTER": "tables' row-level security"}
    counts = dict.fromkeys(kinds, 0)
    for statement in statements:
        counts[statement.split()[0].replace("DO", "GRANT")] += 1
    return [f"{count} {kinds[kind]}" for kind, count in counts.items() if count]


def _key(statement: str) -> str:
    """Without expressions, which each version of PostgreSQL may write in its own way."""
    return statement.split(" USING (")[0].split(" WITH CHECK (")[0]
