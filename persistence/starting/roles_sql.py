"""The three roles of a deployment as SQL for psql: `./run migrate --roles`."""

import re

from persistence.caller_role import ROLE
from persistence.errors import BadSetting

DEFAULTS = ("prime_owner", "prime_app", ROLE)
"""The owner, which migrates; the role that serves; the login that reads for users."""

NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
"""Written as it is, so that what is printed is what `\\password` takes."""

HEADER = """\
-- The roles of Prime. Run it in Prime's database, which is Prime's alone, as a superuser or as the
-- database's owner with CREATEROLE. Again it changes nothing. It sets no passwords; then, in psql:
-- {passwords}
"""

ROLES = """
DO $$ BEGIN
    IF to_regrole('{owner}') IS NULL THEN CREATE ROLE {owner} LOGIN; END IF;
    IF to_regrole('{app}') IS NULL THEN CREATE ROLE {app} LOGIN NOINHERIT; END IF;
    IF to_regrole('{ROLE}') IS NULL THEN CREATE ROLE {ROLE} {caller_logs_in}; END IF;
    IF NOT pg_has_role('{owner}', '{ROLE}', 'MEMBER') THEN
        GRANT {ROLE} TO {owner};
    END IF;
END $$;
"""

CALLER_LOGIN = """
DO $$ BEGIN
    IF to_regrole('{caller}') IS NULL THEN CREATE ROLE {caller} LOGIN NOINHERIT; END IF;
    IF NOT pg_has_role('{caller}', '{ROLE}', 'MEMBER') THEN
        GRANT {ROLE} TO {caller};
        ALTER ROLE {caller} SET role = '{ROLE}';
    END IF;
END $$;
"""
"""Where what users ask for logs in by a name of this deployment: it becomes `prime_caller`."""

RIGHTS = """
-- What there is already goes to the owner, and the database is closed to all others.
DO $$ DECLARE it record; BEGIN
    FOR it IN
        SELECT format('ALTER DATABASE %I OWNER TO {owner}', datname) AS statement
        FROM pg_database WHERE datname = current_database() AND datdba <> to_regrole('{owner}')
        UNION ALL
        SELECT format('ALTER TABLE %s OWNER TO {owner}', oid::regclass)
        FROM pg_class AS c
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
            AND relowner <> to_regrole('{owner}')
            AND NOT EXISTS (
                SELECT FROM pg_depend WHERE objid = c.oid AND deptype IN ('a', 'e', 'i')
            )
        UNION ALL
        SELECT format('ALTER ROUTINE %s OWNER TO {owner}', oid::regprocedure)
        FROM pg_proc AS p
        WHERE pronamespace = 'public'::regnamespace AND proowner <> to_regrole('{owner}')
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
        UNION ALL
        SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database())
        UNION ALL
        SELECT format('GRANT CONNECT ON DATABASE %I TO {app}, {caller}', current_database())
    LOOP
        EXECUTE it.statement;
    END LOOP;
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO {owner};
GRANT USAGE ON SCHEMA public TO {app}, {ROLE};

-- By this ./run migrate knows whom to give what a node needs, of tables now and later.
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE ON SEQUENCES TO {app};
"""


def roles_sql(owner: str, app: str, caller: str) -> str:
    """All of it; raises `BadSetting` for names that will not do."""
    _check(owner, app, caller)
    names = {
        "owner": owner,
        "app": app,
        "caller": caller,
        "ROLE": ROLE,
        "caller_logs_in": "LOGIN" if caller == ROLE else "NOLOGIN",
        "passwords": ", ".join(f"\\password {name}" for name in (owner, app, caller)),
    }
    parts = [HEADER, ROLES, *([] if caller == ROLE else [CALLER_LOGIN]), RIGHTS]
    return "".join(part.format(**names) for part in parts)


def names_in(text: str) -> tuple[str, str, str]:
    """`prime_owner,prime_app,prime_caller`; raises `BadSetting`."""
    names = tuple(name.strip() for name in text.split(","))
    if len(names) != len(DEFAULTS):
        raise BadSetting(
            f"--roles takes three names, as {','.join(DEFAULTS)}: who migrates, who serves, and "
            "the login for what users ask for"
        )
    owner, app, caller = names
    return owner, app, caller


def _check(owner: str, app: str, caller: str) -> None:
    for name in (owner, app, caller):
        if NAME.fullmatch(name) is None or name.startswith("pg_") or name in ("public", "none"):
            raise BadSetting(
                f"--roles: {name[:64]!r} is no name for a role; use a to z, digits and _, and not "
                "pg_ at the beginning"
            )
    if len({owner, app, caller}) < len(DEFAULTS):
        raise BadSetting("--roles: three roles have three names; two of these are the same")
    if ROLE in (owner, app):
        raise BadSetting(f"--roles: {ROLE} may own nothing and serve nothing; it is the third name")
