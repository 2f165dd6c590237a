"""What the role that serves must have where it owns nothing: a grant for each thing it does.

The owner gives it with `./run migrate`, to whoever `./run migrate --roles` has named; no node
starts without it.
"""

from typing import Any

from persistence.errors import Unfit
from persistence.pool import Executor

GRANTS: dict[str, str] = {
    "account_deletions": "SELECT, INSERT, UPDATE, DELETE",
    "audio_files": "SELECT, UPDATE, DELETE",
    "audit_log": "SELECT, INSERT, DELETE",
    "auth_credentials": "SELECT, INSERT, UPDATE, DELETE",
    "auth_sessions": "SELECT, INSERT, UPDATE, DELETE",
    "backup_runs": "SELECT",
    "change_log": "SELECT, DELETE",
    "change_log_trimmed": "SELECT, INSERT, UPDATE",
    "closed_rooms": "SELECT, INSERT, UPDATE, DELETE",
    "collaboration_sessions": "SELECT, INSERT, UPDATE",
    "device_logins": "SELECT, INSERT, UPDATE, DELETE",
    "idempotency_keys": "SELECT, INSERT, UPDATE, DELETE",
    "invitations": "SELECT, INSERT, UPDATE, DELETE",
    "login_challenges": "SELECT, INSERT, UPDATE, DELETE",
    "login_tries": "SELECT, INSERT, UPDATE, DELETE",
    "mail_outbox": "SELECT, INSERT, UPDATE, DELETE",
    "maintenance": "SELECT, INSERT, UPDATE, DELETE",
    "member_fences": "SELECT, INSERT, UPDATE, DELETE",
    "mixx_recall": "SELECT, INSERT, UPDATE, DELETE",
    "more_apps": "SELECT, INSERT, UPDATE, DELETE",
    "node_answers": "SELECT, INSERT",
    "node_questions": "SELECT, INSERT, DELETE",
    "one_time_tokens": "SELECT, INSERT, UPDATE, DELETE",
    "pending_invitations": "SELECT, INSERT, DELETE",
    "plugin_presets": "SELECT, INSERT, UPDATE, DELETE",
    "preset_usage_counts": "SELECT, INSERT, UPDATE",
    "preset_uses": "SELECT, INSERT, UPDATE",
    "prime_migrations": "SELECT",
    "prime_users": "SELECT, INSERT, UPDATE, DELETE",
    "project_colors": "SELECT",
    "project_deltas": "SELECT, INSERT, DELETE",
    "project_members": "SELECT, INSERT, UPDATE, DELETE",
    "project_snapshots": "SELECT, INSERT, UPDATE, DELETE",
    "project_states": "SELECT, INSERT, UPDATE, DELETE",
    "provider_flows": "SELECT, INSERT, UPDATE, DELETE",
    "provider_identities": "SELECT, INSERT, UPDATE, DELETE",
    "recall_heat": "SELECT, INSERT, UPDATE, DELETE",
    "recall_popular": "SELECT, INSERT, UPDATE, DELETE",
    "recall_settings": "SELECT, INSERT, UPDATE, DELETE",
    "recall_uses": "SELECT, INSERT, UPDATE, DELETE",
    "recovery_codes": "SELECT, INSERT, DELETE",
    "second_factors": "SELECT, INSERT, UPDATE, DELETE",
    "server_nodes": "SELECT, INSERT, UPDATE, DELETE",
    "server_secrets": "SELECT, INSERT, UPDATE",
    "session_states": "SELECT, INSERT, UPDATE",
    "session_stays": "SELECT, INSERT, UPDATE",
    "signing_keys": "SELECT, INSERT, UPDATE, DELETE",
    "staged_deltas": "SELECT, INSERT, UPDATE, DELETE",
    "state_parts": "SELECT, INSERT, DELETE",
    "studio_projects": "SELECT, INSERT, UPDATE, DELETE",
    "taken_roles": "SELECT, INSERT, UPDATE",
}
"""Relation -> what a node does with it."""

CHANGED: dict[str, tuple[str, ...]] = {
    "audit_log": ("id",),
    "project_deltas": ("seq", "ops", "effective"),
}
"""Relation -> the columns that a node changes, where it is not to change the others.

The log of what was done is written once: deleting its oldest rows locks them, which takes the
right to change a column, whichever. Of the journal, numbers are given out anew within a group, and
what was deleted of history leaves empty rows.
"""

SEQUENCES: dict[str, str] = {"fences": "SELECT, USAGE"}
"""The same of sequences."""

POLICY = "serves_"
"""How the policy's name begins, of each table under row-level security: a node serves everyone."""

NAMED = """
SELECT DISTINCT r.rolname AS role
FROM pg_default_acl AS d, aclexplode(d.defaclacl) AS acl JOIN pg_roles AS r ON r.oid = acl.grantee
WHERE d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)
    AND d.defaclnamespace = current_schema()::regnamespace AND d.defaclobjtype = 'S'
    AND acl.grantee <> d.defaclrole
ORDER BY role
"""
"""Whom the roles' SQL has named: the default privilege on sequences stands for nothing else."""

MISSING = f"""
SELECT format('GRANT %s ON %I TO %I', verb, relation, $1::name) AS statement
FROM unnest($2::text[], $3::text[]) AS wanted (relation, verb)
WHERE to_regclass(quote_ident(relation)) IS NOT NULL
    AND NOT has_table_privilege($1::name, quote_ident(relation), verb)
UNION ALL
SELECT format('GRANT UPDATE (%I) ON %I TO %I', name, relation, $1::name)
FROM unnest($6::text[], $7::text[]) AS wanted (relation, name)
WHERE to_regclass(quote_ident(relation)) IS NOT NULL
    AND NOT has_column_privilege($1::name, quote_ident(relation), name, 'UPDATE')
UNION ALL
SELECT format('GRANT %s ON SEQUENCE %I TO %I', verb, relation, $1::name)
FROM unnest($4::text[], $5::text[]) AS wanted (relation, verb)
WHERE to_regclass(quote_ident(relation)) IS NOT NULL
    AND NOT has_sequence_privilege($1::name, quote_ident(relation), verb)
UNION ALL
SELECT format('CREATE POLICY %I ON %I TO %I USING (true) WITH CHECK (true)',
    '{POLICY}' || $1::name, c.relname, $1::name)
FROM pg_class AS c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relrowsecurity
    AND c.relname = ANY ($2) AND NOT pg_has_role($1::name, c.relowner, 'USAGE')
    AND NOT (SELECT rolbypassrls FROM pg_roles WHERE rolname = $1::name)
    AND NOT EXISTS (
        SELECT FROM pg_policies AS p WHERE p.schemaname = current_schema()
            AND p.tablename = c.relname AND starts_with(p.policyname, '{POLICY}')
            AND $1::name = ANY (p.roles)
    )
ORDER BY statement
"""
"""The statements that give a role what it lacks."""

TOO_WIDE = """
SELECT format('REVOKE UPDATE ON %I FROM %I', relation, $1::name) AS statement
FROM unnest($2::text[]) AS wanted (relation)
WHERE has_table_privilege($1::name, quote_ident(relation), 'UPDATE')
    AND NOT pg_has_role(
        $1::name,
        (SELECT relowner FROM pg_class WHERE oid = to_regclass(quote_ident(relation))),
        'USAGE'
    )
ORDER BY statement
"""
"""Takes back what versions before gave of a whole table, and the columns' rights along with it."""

ME = """
SELECT current_user::text AS me, coalesce(
    (SELECT pg_get_userbyid(relowner)::text FROM pg_class
     WHERE oid = to_regclass('prime_migrations')), 'the owner') AS owner
"""


async def missing(db: Executor, role: str) -> list[str]:
    """The statements that give it what is not there."""
    tables, sequences = _pairs(GRANTS), _pairs(SEQUENCES)
    columns = [
        (name, column) for name, changed_columns in CHANGED.items() for column in changed_columns
    ]
    relations, names = [name for name, _ in columns], [column for _, column in columns]
    rows = await db.fetch(MISSING, role, *tables, *sequences, relations, names)
    return [row["statement"] for row in rows]


async def give(connection: Any) -> list[str]:
    """As the owner, in the caller's transaction: what was missing, in words, one a role."""
    granted_words = []
    for row in await connection.fetch(NAMED):
        for wide in await connection.fetch(TOO_WIDE, row["role"], list(CHANGED)):
            await connection.execute(wide["statement"])
        statements = await missing(connection, row["role"])
        for statement in statements:
            await connection.execute(statement)
        if statements:
            granted_words.append(f"{in_words(statements)} to {row['role']}")
    return granted_words


async def check_own(db: Executor) -> None:
    """Raises `Unfit` where whoever asks lacks something, with the command that gives it."""
    row = await db.fetchrow(ME)
    assert row is not None
    lacking_sql = await missing(db, row["me"])
    if lacking_sql:
        raise Unfit(
            f"{row['me']} lacks {in_words(lacking_sql)} in this database; run ./run migrate as "
            f"{row['owner']}, and before it what ./run migrate --roles prints, once"
        )


def in_words(statements: list[str]) -> str:
    """How many of each kind: `3 grants and 1 policy`."""
    grants = sum(statement.startswith("GRANT") for statement in statements)
    policies = len(statements) - grants
    parts = [f"{grants} grant{'s' * (grants != 1)}"] if grants else []
    parts += [f"{policies} {'policies' if policies != 1 else 'policy'}"] if policies else []
    return " and ".join(parts)


def _pairs(wanted_rights: dict[str, str]) -> tuple[list[str], list[str]]:
    pairs = [(name, verb) for name, verbs in wanted_rights.items() for verb in verbs.split(", ")]
    return [name for name, _ in pairs], [verb for _, verb in pairs]
